"""Rows that come late, twice, corrected or in any order leave the panel that one whole table gives."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Panel, Reading, Schema, Taken, panel_from, read_news, recent_of
from gatecast.data.recent import TAIL, Recent
from gatecast.errors import FrequencyError, TableError

FIRST, STEPS = 20, 40
PLAIN, KNOWN = Schema(), Schema(known=("x",), past=("z",))
COLUMNS = ["unique_id", "ds", "y", "x", "z"]


def take(recent: Recent, reading: Reading, df: pl.DataFrame) -> Taken:
    rows = read_news(recent.tail, reading.layout, df)
    assert rows is not None
    return recent.take(rows)


def same(mine: Panel, theirs: Panel) -> None:
    for name in ("values", "offsets", "times", "known_steps", "known", "past", "static"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), err_msg=name)


def counted(seed: int = 0, missing: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for name in ("a", "b"):
        y, x, z = rng.normal(size=(3, STEPS))
        y[1:][rng.uniform(size=STEPS - 1) < missing] = np.nan
        y[[FIRST - 1, STEPS - 1]] = 1.0
        z[1:] = np.where(np.isnan(y[1:]), np.nan, z[1:])  # the future has none: it would be forgotten
        columns = {"unique_id": name, "ds": np.arange(STEPS), "y": y, "x": x, "z": z}
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts).fill_nan(None)


class Book:
    """What a table says in which every cell was last written by the row that came last."""

    def __init__(self, df: pl.DataFrame) -> None:
        self.cells = {(r["unique_id"], r["ds"]): r for r in df.to_dicts()}

    def write(self, df: pl.DataFrame) -> None:
        for r in df.to_dicts():
            held = self.cells.setdefault((r["unique_id"], r["ds"]), r)
            self.cells[r["unique_id"], r["ds"]] = held | {k: v for k, v in r.items() if v is not None}

    def table(self) -> pl.DataFrame:
        return pl.DataFrame(list(self.cells.values()), infer_schema_length=None).sort("unique_id", "ds")


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    schema=st.sampled_from([PLAIN, KNOWN]),
    missing=st.sampled_from([0.0, 0.2]),
    data=st.data(),
)
def test_any_interleaving_of_rows_leaves_the_panel_of_the_last_table(
    seed: int, schema: Schema, missing: float, data: st.DataObject
) -> None:
    whole, rng = counted(seed, missing), np.random.default_rng(seed)
    old = whole.filter(pl.col("ds") < FIRST)
    reading = panel_from(old, schema, freq=1, season=1)
    recent, book = recent_of(reading.panel), Book(old)
    waiting = whole.filter(pl.col("ds") >= FIRST).sample(fraction=1.0, shuffle=True, seed=seed)
    if schema is KNOWN:  # a row that fills a gap changes what was carried over it: said in the documents
        waiting = waiting.sort("ds", maintain_order=True)
    while len(waiting):
        count = data.draw(st.integers(1, 12))
        batch, waiting = waiting.head(count), waiting.slice(count)
        again = book.table().sample(min(3, len(book.cells)), seed=seed + len(waiting))
        kind = data.draw(st.sampled_from(["none", "repeated", "corrected", "emptied"]))
        if kind == "corrected":
            again = again.with_columns(y=pl.Series(rng.normal(size=len(again))), x=pl.col("x") + 1)
        if kind == "emptied":
            again = again.with_columns(y=pl.lit(None, pl.Float64))
        keys = batch.select("unique_id", "ds")
        again = again.join(keys, on=["unique_id", "ds"], how="anti") if kind != "none" else again.head(0)
        news = pl.concat([batch, again.select(COLUMNS)], how="vertical_relaxed")
        news = news.sample(fraction=1.0, shuffle=True, seed=seed)
        recent = take(recent, reading, news).recent
        book.write(news)
        same(recent.tail, recent_of(recent.joined()).tail)
    same(recent.joined(), panel_from(book.table(), schema, freq=1, season=1).panel)


def test_each_row_is_told_for_what_it_is() -> None:
    df = counted().filter(pl.col("unique_id") == "a").with_columns(y=pl.when(pl.col("ds") != 15).then("y"))
    reading = panel_from(df.filter(pl.col("ds") < FIRST), PLAIN, freq=1, season=1)
    news = [
        {"ds": 22, "y": 1.0},  # new, behind two gaps
        {"ds": 24, "y": None},  # a missing value
        {"ds": 15, "y": 2.0},  # late
        {"ds": 3, "y": 99.0},  # corrected
        {"ds": 4, "y": df["y"][4]},  # repeated
        {"ds": 5, "y": None},  # says nothing, takes nothing away
    ]
    found = take(recent_of(reading.panel), reading, pl.DataFrame(news).with_columns(unique_id=pl.lit("a")))
    revision = found.revision
    assert (revision.new, revision.missing, revision.gaps, revision.repeated, revision.ahead) == (
        2,
        1,
        3,
        2,
        0,
    )
    assert revision.late.position.tolist() == [15]
    assert revision.corrected.position.tolist() == [3]
    assert revision.first.tolist() == [3]
    panel = found.recent.joined()
    assert panel.values[[3, 5, 15, 22]].tolist() == [99.0, df["y"][5], 2.0, 1.0]
    assert np.isnan(panel.values[[20, 21, 23, 24]]).all()


def test_new_rows_are_kept_apart_and_nothing_of_the_history_is_read() -> None:
    df = counted()
    reading = panel_from(df.filter(pl.col("ds") < FIRST), KNOWN, freq=1, season=1)
    recent = recent_of(reading.panel)
    for t in range(FIRST, STEPS):
        found = take(recent, reading, df.filter(pl.col("ds") == t))
        recent = found.recent
        assert recent.panel is reading.panel
        assert len(recent.tail.values) == 2 * TAIL
        assert found.revision.first.tolist() == [t, t]
    same(recent.joined(), panel_from(df, KNOWN, freq=1, season=1).panel)


def test_rows_that_say_nothing_new_change_nothing() -> None:
    df = counted()
    reading = panel_from(df, KNOWN, freq=1, season=1)
    recent = recent_of(reading.panel)
    assert take(recent, reading, df.tail(3)).recent is recent  # in sight of the tail
    assert take(recent, reading, df).recent.panel is reading.panel
    assert take(recent, reading, pl.concat([df.tail(3), df.tail(3)])).recent is recent  # twice in one table


def test_another_covariate_is_a_correction() -> None:
    df = counted()
    reading = panel_from(df, KNOWN, freq=1, season=1)
    found = take(recent_of(reading.panel), reading, df.tail(1).with_columns(x=7.0, y=None))
    assert found.revision.corrected.position.tolist() == [STEPS - 1]
    panel = found.recent.joined()
    assert (panel.known[-1, 0], panel.values[-1]) == (7.0, df["y"][-1])


def test_known_covariates_alone_are_the_future_and_give_way_to_rows() -> None:
    df = counted().filter(pl.col("unique_id") == "a")
    reading = panel_from(df.filter(pl.col("ds") < 30), KNOWN, freq=1, season=1)
    ahead = df.filter(pl.col("ds") >= 30).with_columns(y=pl.lit(None, pl.Float64), z=pl.lit(None, pl.Float64))
    found = take(recent_of(reading.panel), reading, ahead)
    assert found.revision.ahead == 10
    assert found.recent.known_steps.tolist() == [30]
    other = df.filter(pl.col("ds") == 31).with_columns(x=5.0)
    panel = take(found.recent, reading, other).recent.joined()
    assert panel.known_steps.tolist() == [32]
    assert panel.lengths.tolist() == [40]
    assert panel.known[30:32, 0].tolist() == [df["x"][30], 5.0]
    assert np.isnan(panel.values[30])


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([(-1, 0.0)], TableError, "1 new rows stand before the history that was fitted: a at -1; leave them"),
        ([(40, 1.0), (40, 2.0)], TableError, "repeat a series and time: a at 40"),
        ([(10**7, 1.0)], FrequencyError, "far from the history, in steps of 1 step: a at 10000000"),
        ([(40, np.inf)], TableError, "'y' is infinite"),
    ],
)
def test_rows_that_cannot_be_of_the_table_are_refused(
    rows: list[tuple[int, float]], error: type[Exception], said: str
) -> None:
    reading = panel_from(counted(), PLAIN, freq=1, season=1)
    news = pl.DataFrame([{"unique_id": "a", "ds": t, "y": y} for t, y in rows])
    with pytest.raises(error, match=said):
        take(recent_of(reading.panel), reading, news)


# --- clocks --------------------------------------------------------------------------------------

CHANGES = {"spring": datetime(2024, 3, 31), "autumn": datetime(2024, 10, 27)}
LONG = 24 * 20


def hourly(change: str, steps: int = LONG + 60) -> pl.DataFrame:
    """Hours around a change of the clocks in Madrid, which comes behind the first LONG of them."""
    begin = CHANGES[change] - timedelta(hours=LONG + 20)
    stamps = pl.datetime_range(begin, begin + timedelta(hours=steps - 1), "1h", time_zone="UTC", eager=True)
    local = stamps.dt.convert_time_zone("Europe/Madrid")
    return pl.DataFrame({"ds": local, "y": np.random.default_rng(0).normal(size=steps)})


def naive(df: pl.DataFrame) -> pl.DataFrame:
    return df.with_columns(pl.col("ds").dt.replace_time_zone(None))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["zoned", "naive", "utc"])
@settings(max_examples=10)
@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4), seed=st.integers(0, 100))
def test_clocks_change_within_an_update(change: str, kind: str, sizes: list[int], seed: int) -> None:
    """In whatever parts they come, and shuffled where stamps tell hours apart."""
    df = hourly(change)
    written = {
        "zoned": df,
        "naive": naive(df),
        "utc": df.with_columns(pl.col("ds").dt.convert_time_zone("UTC")),
    }
    table = written[kind]
    reading = panel_from(table.head(LONG), zone="Europe/Madrid")
    recent, at, turn = recent_of(reading.panel), LONG, 0
    while at < len(table):
        size = sizes[turn % len(sizes)]
        batch, turn = table.slice(at, size), turn + 1
        at += size
        if kind != "naive":
            batch = batch.sample(fraction=1.0, shuffle=True, seed=seed)
        recent = take(recent, reading, batch).recent
    same(recent.joined(), panel_from(table, zone="Europe/Madrid").panel)


def test_an_hour_shown_twice_is_the_first_that_is_not_known() -> None:
    df = naive(hourly("autumn"))
    twice = next(i for i in range(len(df) - 1) if df["ds"][i] == df["ds"][i + 1])
    reading = panel_from(df.head(LONG), zone="Europe/Madrid")
    recent = take(recent_of(reading.panel), reading, df.slice(LONG, twice - LONG)).recent
    one = df.slice(twice, 1)
    recent = take(recent, reading, one).recent
    assert recent.known_steps.tolist() == [twice + 1]
    recent = take(recent, reading, df.slice(twice + 1, 1)).recent
    assert recent.known_steps.tolist() == [twice + 2]
    with pytest.raises(TableError, match=r"clocks in Europe/Madrid show twice, and both hours are known: "):
        take(recent, reading, one)
    both = df.slice(twice, 2).with_columns(y=pl.Series([5.0, 6.0]))
    panel = take(recent, reading, both).recent.joined()
    assert panel.values[-2:].tolist() == [5.0, 6.0]


def test_an_hour_that_clocks_jump_over_is_refused() -> None:
    reading = panel_from(naive(hourly("spring")).head(LONG), zone="Europe/Madrid")
    news = pl.DataFrame({"ds": [datetime(2024, 3, 31, 2)], "y": [1.0]})
    with pytest.raises(TableError, match="clocks in Europe/Madrid jump over: series at 2024-03-31 02:00"):
        take(recent_of(reading.panel), reading, news)


@pytest.mark.parametrize(
    ("fitted", "given", "said"),
    [
        (
            hourly("spring"),
            naive(hourly("spring")),
            "holds stamps without a zone, before stamps in Europe/Madrid",
        ),
        (
            naive(hourly("spring")),
            hourly("spring"),
            "holds stamps in Europe/Madrid, before stamps without a zone",
        ),
        (hourly("spring"), pl.DataFrame({"ds": [600], "y": [1.0]}), "holds integer steps, before stamps in"),
    ],
)
def test_stamps_of_another_kind_are_refused(fitted: pl.DataFrame, given: pl.DataFrame, said: str) -> None:
    reading = panel_from(fitted.head(LONG))
    with pytest.raises(TableError, match=said):
        read_news(reading.panel, reading.layout, given)


def test_stamps_of_another_zone_are_the_instants_they_are() -> None:
    df = hourly("autumn")
    reading = panel_from(df.head(LONG))
    news = df.slice(LONG).with_columns(pl.col("ds").dt.convert_time_zone("Asia/Tokyo"))
    same(take(recent_of(reading.panel), reading, news).recent.joined(), panel_from(df).panel)


@pytest.mark.parametrize("every", ["1d", "1mo"])
def test_local_days_and_months_go_on_where_clocks_jump_over_midnight(every: str) -> None:
    """In Beirut clocks jump over midnight: that day begins at one."""
    stamps = pl.datetime_range(datetime(2023, 6, 1), datetime(2024, 12, 1), every, eager=True)
    local = stamps.dt.replace_time_zone("Asia/Beirut", non_existent="null")
    local = local.fill_null(pl.Series([datetime(2024, 3, 31, 1)]).dt.replace_time_zone("Asia/Beirut")[0])
    df = pl.DataFrame({"ds": local, "y": np.arange(float(len(local)))})
    reading = panel_from(df.head(len(df) // 2))
    recent = recent_of(reading.panel)
    for row in range(len(df) // 2, len(df)):
        recent = take(recent, reading, df.slice(row, 1)).recent
    same(recent.joined(), panel_from(df).panel)
