"""Rows that came since: read in parts, a table is what it is when read at once."""

from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Layout, Panel, Schema, panel_from, read_news, recent_of
from gatecast.data.recent import Recent
from gatecast.errors import GatecastError, TableError

FIRST = 20  # rows of each series that are read at the start
PLAIN = Schema()
KNOWN, PAST = Schema(known=("x",)), Schema(past=("z",))


def table(seed: int = 0, steps: int = 40, missing: float = 0.3) -> pl.DataFrame:
    """Two series of integer steps, values and covariates missing here and there but for the first rows."""
    rng = np.random.default_rng(seed)
    parts = []
    for name in ("a", "b"):
        columns = {c: rng.normal(size=steps) for c in ("y", "x", "z")}
        for column in columns.values():
            column[1:][rng.uniform(size=steps - 1) < missing] = np.nan
        columns["y"][FIRST - 1] = 1.0
        parts.append(pl.DataFrame({"unique_id": name, "ds": np.arange(steps)} | columns))
    return pl.concat(parts).fill_nan(None)


def continued(panel: Panel, layout: Layout, frame: object) -> Panel:
    """The panel with rows that came since."""
    return taken(recent_of(panel), layout, frame).joined()


def taken(recent: Recent, layout: Layout, frame: object) -> Recent:
    """What came since with some rows more."""
    rows = read_news(recent.tail, layout, frame)
    return recent if rows is None else recent.take(rows).recent


def same(mine: Panel, theirs: Panel) -> None:
    for name in ("values", "offsets", "times", "known_steps", "known", "past", "static"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), err_msg=name)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(FIRST, 40), max_size=4),
    schema=st.sampled_from([PLAIN, KNOWN, PAST]),
)
def test_in_parts_is_at_once(seed: int, cuts: list[int], schema: Schema) -> None:
    df = table(seed)
    reading = panel_from(df.filter(pl.col("ds") < FIRST), schema, freq=1, season=1)
    recent, edges = recent_of(reading.panel), [FIRST, *sorted(cuts), 40]
    for low, high in pairwise(edges):
        recent = taken(recent, reading.layout, df.filter(pl.col("ds").is_between(low, high - 1)))
    same(recent.joined(), panel_from(df, schema, freq=1, season=1).panel)


@pytest.mark.parametrize("kind", ["polars", "pandas", "pyarrow"])
def test_no_rows_change_nothing(kind: str) -> None:
    df = table()
    reading = panel_from(df, freq=1, season=1)
    empty: dict[str, object] = {
        "polars": df.head(0),
        "pandas": pd.DataFrame(df.head(0).to_dict(as_series=False)),
        "pyarrow": pa.table(df.head(0).to_dict(as_series=False)),
    }
    assert continued(reading.panel, reading.layout, empty[kind]) is reading.panel


def test_series_without_rows_stay_as_they_are_with_the_future_they_have() -> None:
    df = table(missing=0.0).with_columns(y=pl.when(pl.col("ds") < 30).then("y"))
    old = df.filter((pl.col("unique_id") == "b") | (pl.col("ds") < 30))
    reading = panel_from(old, KNOWN, freq=1, season=1)
    news = df.filter((pl.col("unique_id") == "a") & (pl.col("ds") == 30)).with_columns(y=5.0)
    panel = continued(reading.panel, reading.layout, news)
    assert panel.known_steps.tolist() == [31, 30]
    assert panel.lengths.tolist() == [31, 40]
    later = news.with_columns(unique_id=pl.lit("b"))
    assert continued(panel, reading.layout, later).lengths.tolist() == [31, 40]  # 9 steps are still ahead


def test_a_future_that_passed_without_a_value_is_a_gap() -> None:
    df = table(missing=0.0).filter(pl.col("unique_id") == "a")
    reading = panel_from(df.filter(pl.col("ds") < 30), KNOWN, freq=1, season=1)
    waiting = df.filter(pl.col("ds") == 30).with_columns(y=pl.lit(None, pl.Float64))
    panel = continued(reading.panel, reading.layout, waiting)
    assert panel.known_steps.tolist() == [30]
    panel = continued(panel, reading.layout, df.filter(pl.col("ds") == 31))
    assert panel.known_steps.tolist() == [32]
    assert np.isnan(panel.values[30])


def test_rows_come_in_any_order_and_by_the_clock() -> None:
    stamps = pd.date_range("2024-03-30 12:00", periods=60, freq="h", tz="Europe/Berlin")  # the clock changes
    df = pd.DataFrame({"ds": stamps, "y": np.arange(60.0)})
    reading = panel_from(df.head(10))
    panel = continued(reading.panel, reading.layout, df.tail(50).sample(frac=1.0, random_state=0))
    same(panel, panel_from(df).panel)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unique_id": pl.lit("c")}, "series never seen: c"),
        ({"y": pl.lit(np.inf)}, "'y' is infinite"),
        ({"ds": pl.lit(30)}, "repeat a series and time"),
        (
            {"ds": pl.datetime(2024, 1, 1)},
            "'ds' of the new rows holds stamps without a zone, before integer steps",
        ),
    ],
)
def test_what_cannot_follow_is_refused(change: dict[str, pl.Expr], said: str) -> None:
    df = table()
    reading = panel_from(df.filter(pl.col("ds") < 30), freq=1, season=1)
    news = df.filter(pl.col("ds").is_between(30, 31)).with_columns(**change)
    with pytest.raises(TableError, match=said):
        continued(reading.panel, reading.layout, news)


def test_a_column_that_lacks_is_named() -> None:
    reading = panel_from(table(), freq=1, season=1)
    with pytest.raises(GatecastError, match="'y'"):
        continued(reading.panel, reading.layout, table().drop("y"))
