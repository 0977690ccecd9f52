"""Tables in: every kind is read alike, every irregularity is treated and noted, or refused by name."""

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency, Reading, Schema, make_future, panel_from, read_table
from gatecast.errors import CovariateError, FrequencyError, GatecastError, OptionError, TableError

NAN = float("nan")
START = datetime(2020, 1, 1)
KINDS = {"polars": lambda t: t, "lazy": pl.DataFrame.lazy, "pandas": pl.DataFrame.to_pandas,
         "pyarrow": pl.DataFrame.to_arrow}  # fmt: skip


def hours(n: int, start: datetime = START) -> pl.DataFrame:
    """A table of `n` hourly rows of one series without an id."""
    return pl.DataFrame({"ds": [start + timedelta(hours=i) for i in range(n)], "y": np.arange(float(n)) + 1})


def two(**more: Any) -> pl.DataFrame:
    """Series A of six hours and B of four, ten rows."""
    stamps = [datetime(2020, 1, 1, h) for h in (*range(6), *range(4))]
    table = {"unique_id": ["A"] * 6 + ["B"] * 4, "ds": stamps, "y": np.arange(10.0)}
    return pl.DataFrame(table | more)


def at(table: pl.DataFrame, row: int, **cells: Any) -> pl.DataFrame:
    """The table with some cells of one row changed."""
    here = pl.int_range(pl.len()) == row
    return table.with_columns(
        pl.when(here).then(pl.lit(v)).otherwise(pl.col(n)).alias(n) for n, v in cells.items()
    )


def noted(reading: Reading, *parts: str) -> bool:
    return any(all(part in note for part in parts) for note in reading.notes)


# --- what comes in -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_makes_the_same_panel(kind: str) -> None:
    table = two(temp=pl.Series([1.5, None, *range(8)]), hot=[True, False] * 5, site=["x"] * 6 + ["y"] * 4)
    schema = Schema(known=("hot",), past=("temp",), static=("site",))
    reading, plain = panel_from(KINDS[kind](table), schema), panel_from(table, schema)
    panel = reading.panel
    assert panel.ids == ("A", "B")
    assert panel.offsets.tolist() == [0, 6, 10]
    assert panel.frequency == Frequency("microsecond", 3_600_000_000)
    assert (panel.seasons, panel.zone) == ((24, 168), None)
    assert panel.known[:, 0].tolist() == [1.0, 0.0] * 5
    assert panel.past[:3, 0].tolist() == [1.5, 1.5, 0.0]
    assert panel.static_names == ("site=x", "site=y")
    assert panel.static.tolist() == [[1, 0], [0, 1]]
    assert panel.times.tolist() == plain.panel.times.tolist()
    assert reading.notes == plain.notes


def test_a_table_typed_by_hand_with_integer_steps_works() -> None:
    table = pl.DataFrame({"unique_id": ["a"] * 4 + ["b"] * 3, "ds": [1, 2, 3, 4, 7, 8, 9], "y": range(7)})
    reading = panel_from(table, season=2)
    assert reading.panel.lengths.tolist() == [4, 3]
    assert reading.panel.times.tolist() == [1, 2, 3, 4, 7, 8, 9]
    assert (reading.panel.frequency, reading.panel.seasons) == (Frequency("step", 1), (2,))
    assert not reading.notes


def test_steps_without_a_season_are_noted() -> None:
    reading = panel_from(pl.DataFrame({"ds": [1, 2], "y": [1, 2]}))
    assert noted(reading, "no season is known for steps of 1 step; give season=")


def test_a_table_without_ids_is_one_series() -> None:
    reading = panel_from(hours(5))
    assert reading.panel.ids == ("series",)
    assert not reading.layout.has_ids


def test_ids_keep_the_order_first_seen() -> None:
    table = two().with_columns(pl.col("unique_id").replace({"A": "Z"}))
    assert panel_from(table).panel.ids == ("Z", "B")


@pytest.mark.parametrize("ids", [[7, 8], [date(2020, 1, 1), date(2020, 1, 2)], [True, False]])
def test_ids_of_any_type_are_kept(ids: list[Any]) -> None:
    table = two().with_columns(unique_id=pl.Series([ids[0]] * 6 + [ids[1]] * 4))
    assert panel_from(table).panel.ids == tuple(ids)


def test_categorical_ids_and_other_names_are_read() -> None:
    table = two().rename({"unique_id": "meter", "ds": "when", "y": "load"})
    table = table.with_columns(pl.col("meter").cast(pl.Categorical))
    panel = panel_from(table, Schema(id_col="meter", time_col="when", target_col="load")).panel
    assert panel.ids == ("A", "B")


def test_dates_and_text_are_stamps_too() -> None:
    days = pl.DataFrame({"ds": [date(2020, 1, d) for d in (1, 2, 4)], "y": [1.0, 2.0, 3.0]})
    assert panel_from(days).panel.frequency == Frequency("day", 1)
    text = days.with_columns(pl.col("ds").dt.to_string())
    assert panel_from(text).panel.times.tolist() == panel_from(days).panel.times.tolist()
    assert panel_from(text.to_pandas()).panel.times.tolist() == panel_from(days).panel.times.tolist()


def test_pandas_objects_and_nullable_columns_are_read() -> None:
    frame = pd.DataFrame({
        "ds": pd.Series([date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)], dtype=object),
        "y": pd.array([1, None, 3], dtype="Int64"),
        "t": pd.Series([1, 2.5, None], dtype=object),
    })  # fmt: skip
    panel = panel_from(frame, Schema(past=("t",))).panel
    np.testing.assert_array_equal(panel.values, [1, NAN, 3])
    np.testing.assert_array_equal(panel.past[:, 0], [1, 2.5, 2.5])


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_time_units_do_not_matter(unit: Any) -> None:
    table = two().with_columns(pl.col("ds").cast(pl.Datetime(unit)))
    assert panel_from(table).panel.times.tolist() == panel_from(two()).panel.times.tolist()
    assert panel_from(table.to_pandas()).panel.times.tolist() == panel_from(two()).panel.times.tolist()


# --- frequency -----------------------------------------------------------------------------------


def test_a_frequency_given_is_used_and_one_inferred_is_told() -> None:
    table = hours(9).gather_every(2)
    assert panel_from(table).panel.frequency.describe() == "2 hours"
    assert panel_from(table, freq="h").panel.lengths.tolist() == [9]


def test_rows_off_the_grid_are_named() -> None:
    table = at(hours(30), 7, ds=datetime(2020, 1, 1, 7, 5))
    wanted = r"1 of 30 rows are off the grid of the frequency inferred, 1 hour: series at 2020-01-01 07:05;"
    with pytest.raises(FrequencyError, match=wanted):
        panel_from(table)
    with pytest.raises(
        FrequencyError,
        match=r"off the grid of the frequency given, 1 day: .* and 23 more; correct these stamps",
    ):
        panel_from(hours(30), freq="D")


def test_series_of_different_frequency_are_named() -> None:
    coarse = hours(20).gather_every(2).with_columns(unique_id=pl.lit("slow"))
    fine = hours(60).with_columns(unique_id=pl.lit("fast"))
    with pytest.raises(
        FrequencyError, match=r"series differ in frequency: .*1 hour, slow steps by 2; .*freq='h'"
    ):
        panel_from(pl.concat([fine, coarse]))
    assert panel_from(pl.concat([fine, coarse]), freq="h").panel.lengths.tolist() == [60, 19]


def test_a_frequency_far_too_fine_is_refused() -> None:
    table = pl.DataFrame({"ds": [date(2020, 1, d) for d in range(1, 10)], "y": range(9)})
    with pytest.raises(FrequencyError, match=r"given, 1 second, makes 691201 rows of 9"):
        panel_from(table, freq="s")


def test_frequency_and_time_column_must_agree() -> None:
    with pytest.raises(
        FrequencyError, match=r"freq='h' but 'ds' counts integer steps; wanted a whole number"
    ):
        panel_from(pl.DataFrame({"ds": [1, 2], "y": [1, 2]}), freq="h")
    with pytest.raises(FrequencyError, match=r"freq=1 but 'ds' holds dates; wanted a frequency such as 'h'"):
        panel_from(hours(3), freq=1)


def test_months_are_calendar_months_whichever_end_they_are_stamped_at() -> None:
    ends = pl.DataFrame({"ds": [date(2020, 1, 31), date(2020, 2, 29), date(2020, 4, 30)], "y": [1, 2, 4]})
    assert panel_from(ends).panel.frequency == Frequency("month", 1, month_end=True)
    assert panel_from(ends, freq="MS").panel.frequency.month_end
    assert panel_from(ends).panel.lengths.tolist() == [4]


@pytest.mark.parametrize("season", [0, -1, [], [24, 0], [1.5], "24", [True]])
def test_a_season_is_a_length(season: Any) -> None:
    with pytest.raises(
        OptionError, match=r"is not a length in steps; wanted whole numbers such as season=\[24, 168\]"
    ):
        panel_from(hours(5), season=season)


def test_seasons_are_sorted() -> None:
    assert panel_from(hours(5), season=[168, 24, 24]).panel.seasons == (24, 168)


# --- treatments ----------------------------------------------------------------------------------


@given(st.permutations(range(10)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    reading = panel_from(two()[order])
    sorted_ids = sorted(range(2), key=lambda i: reading.panel.ids[i])
    values = [reading.panel.values[reading.panel.rows(i)].tolist() for i in sorted_ids]
    assert values == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]


def test_rows_out_of_order_are_sorted_and_noted() -> None:
    assert noted(panel_from(two().reverse()), "rows stood out of order: sorted by series and time")
    assert not noted(panel_from(two()), "out of order")


def test_missing_stamps_become_rows_without_a_value() -> None:
    table = two().filter(~pl.int_range(pl.len()).is_in([1, 2, 8]))
    reading = panel_from(table, freq="h")
    assert reading.panel.lengths.tolist() == [6, 4]
    np.testing.assert_array_equal(reading.panel.values, [0, NAN, NAN, 3, 4, 5, 6, 7, NAN, 9])
    assert reading.panel.times.tolist() == panel_from(two()).panel.times.tolist()
    assert noted(reading, "3 missing stamps became rows without a value in 2 series (A: 2, B: 1)")


@given(st.sets(st.integers(0, 59), max_size=40))
def test_every_value_stays_at_its_stamp(dropped: set[int]) -> None:
    table = hours(60).filter(~pl.int_range(pl.len()).is_in(sorted(dropped)))
    panel = panel_from(table, freq="h").panel
    known = ~np.isnan(panel.values)
    assert panel.times[known].tolist() == table["ds"].dt.epoch("us").to_list()
    assert panel.values[known].tolist() == table["y"].to_list()
    assert set(np.diff(panel.times).tolist()) <= {3_600_000_000}


@pytest.mark.parametrize("empty", [None, NAN])
def test_missing_values_stay_missing_and_are_counted(empty: float | None) -> None:
    reading = panel_from(at(at(two(), 2, y=empty), 9, y=empty))
    np.testing.assert_array_equal(reading.panel.values, [0, 1, NAN, 3, 4, 5, 6, 7, 8, NAN])
    assert noted(reading, "2 missing values of 'y' stay missing in 2 series (A: 1, B: 1)")
    assert reading.panel.known_steps.tolist() == [6, 4]


def test_leading_rows_without_a_value_are_left_out() -> None:
    reading = panel_from(at(at(two(), 6, y=None), 7, y=None))
    assert reading.panel.lengths.tolist() == [6, 2]
    assert noted(reading, "2 leading rows without a value left out in 1 series (B: 2)")


def test_a_series_that_never_changes_is_noted() -> None:
    table = two().with_columns(y=pl.when(pl.col("unique_id") == "B").then(5.0).otherwise("y"))
    assert noted(panel_from(table), "1 series never change: B")


def test_missing_covariates_are_filled_by_the_last_value_before() -> None:
    table = two(temp=[None, 1.0, None, None, 4.0, None, 6.0, None, 8.0, 9.0], wind=np.arange(10.0))
    for role in ("known", "past"):
        reading = panel_from(table, Schema(**{role: ("wind", "temp")}))
        assert getattr(reading.panel, role)[:, 1].tolist() == [1, 1, 1, 1, 4, 4, 6, 6, 8, 9]
        assert noted(
            reading, "5 missing values of 'temp' filled with the last value before them", "(A: 4, B: 1)"
        )


def test_covariates_of_missing_stamps_are_filled_too() -> None:
    table = two(temp=np.arange(10.0)).filter(pl.int_range(pl.len()) != 3)
    assert panel_from(table, Schema(known=("temp",)), freq="h").panel.known[:5, 0].tolist() == [0, 1, 2, 2, 4]


def test_rows_that_hold_known_covariates_only_are_the_future() -> None:
    table = two(temp=np.arange(10.0), wind=np.arange(10.0))
    table = at(at(at(table, 4, y=None), 5, y=None), 9, y=NAN)
    reading = panel_from(table, Schema(known=("temp",), past=("wind",)))
    panel = reading.panel
    assert panel.known_steps.tolist() == [4, 3]
    assert panel.lengths.tolist() == [6, 4]
    assert panel.known[:, 0].tolist() == list(range(10))
    assert np.isnan(panel.past[[4, 5, 9]]).all()
    assert noted(reading, "3 rows behind the last value hold known covariates only", "2 series (A: 2, B: 1)")


def test_rows_behind_the_last_value_without_covariates_are_missing_history() -> None:
    table = at(two(temp=[1.0] * 5 + [None] + [1.0] * 4), 5, y=None)
    assert panel_from(table, Schema(known=("temp",))).panel.known_steps.tolist() == [6, 4]


def test_static_numbers_and_text_are_read_once_for_each_series() -> None:
    table = two(area=[3] * 6 + [4] * 4, site=["n"] * 6 + ["s"] * 4)
    panel = panel_from(table, Schema(static=("area", "site"))).panel
    assert panel.static_names == ("area", "site=n", "site=s")
    assert panel.static.tolist() == [[3, 1, 0], [4, 0, 1]]


# --- refusals ------------------------------------------------------------------------------------


def test_repeated_rows_are_named() -> None:
    table = pl.concat([two(), two()[:7]])
    with pytest.raises(
        TableError, match=r"7 rows repeat a series and time: A at 2020-01-01, .* and 2 more; keep one"
    ):
        panel_from(table)


def test_repeats_without_ids_ask_for_the_column_that_tells_series_apart() -> None:
    table = two().rename({"unique_id": "meter"})
    with pytest.raises(TableError, match=r"name the column that tells series apart by id_col="):
        panel_from(table)


def test_the_repeated_hour_of_autumn_asks_for_the_zone() -> None:
    local = pl.datetime_range(
        datetime(2020, 10, 24), datetime(2020, 10, 27), "1h", time_zone="Europe/Berlin", eager=True
    )
    table = pl.DataFrame({"ds": local.dt.replace_time_zone(None), "y": np.arange(float(len(local)))})
    with pytest.raises(
        TableError, match=r"hour that clocks repeat in autumn: give zone=, such as zone='Europe/Be"
    ):
        panel_from(table)
    assert panel_from(table, zone="Europe/Berlin").panel.lengths.tolist() == [len(local)]


@pytest.mark.parametrize("column", ["y", "temp", "wind"])
def test_infinities_are_named(column: str) -> None:
    table = at(two(temp=np.ones(10), wind=np.ones(10)), 7, **{column: float("inf")})
    wanted = rf"'{column}' is infinite in 1 rows: B at 2020-01-01 01:00; wanted numbers, leave the cell empty"
    with pytest.raises(TableError, match=wanted):
        panel_from(table, Schema(known=("temp",), past=("wind",)))


def test_all_offenders_are_counted_and_five_shown() -> None:
    with pytest.raises(
        TableError, match=r"infinite in 10 rows: (A at [^,]*, ){4}A at 2020-01-01 04:00 and 5 more;"
    ):
        panel_from(two().with_columns(y=pl.lit(float("-inf"))))


def test_a_series_without_any_value_is_named() -> None:
    table = two().with_columns(y=pl.when(pl.col("unique_id") == "A").then("y"))
    with pytest.raises(TableError, match=r"1 series hold no value of 'y': B; leave their rows out"):
        panel_from(table)
    with pytest.raises(TableError, match=r"1 series hold no value"):
        panel_from(hours(3).with_columns(y=pl.lit(None)))


def test_a_covariate_without_any_value_is_named() -> None:
    table = two(temp=[1.0] * 6 + [None] * 4)
    with pytest.raises(
        CovariateError, match=r"covariate 'temp' has no value in 1 series: B; fill it, or leave"
    ):
        panel_from(table, Schema(past=("temp",)))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(TableError, match="the table has no rows"):
        panel_from(two()[:0])


def test_absent_columns_are_named_with_what_they_may_have_meant() -> None:
    table = two(temperature=np.ones(10))
    with pytest.raises(CovariateError, match=r"no column 'temprature'; .*did you mean 'temperature'\?"):
        panel_from(table, Schema(known=("temprature",)))
    with pytest.raises(TableError, match=r"no column 'load'; the table has unique_id, ds, y, temperature"):
        panel_from(table, Schema(target_col="load"))
    with pytest.raises(TableError, match=r"no column 'meter'"):
        panel_from(table, Schema(id_col="meter"))
    with pytest.raises(TableError, match=r"no column 'ds'; .*an index becomes one by reset_index"):
        panel_from(two().to_pandas().set_index("ds"))
    with pytest.raises(TableError, match=r"did you mean 'DS'\?"):
        panel_from(two().rename({"ds": "DS"}))


@pytest.mark.parametrize(("column", "what"), [("unique_id", "id"), ("ds", "time")])
@pytest.mark.parametrize("kind", KINDS)
def test_empty_ids_and_times_are_refused(kind: str, column: str, what: str) -> None:
    table = KINDS[kind](at(two(), 3, **{column: None}))
    with pytest.raises(TableError, match=rf"1 rows have no {what} in '{column}': row 4; fill them"):
        panel_from(table)


@pytest.mark.parametrize("role", ["known", "past"])
@pytest.mark.parametrize("kind", ["polars", "pandas", "pyarrow"])
def test_text_is_no_covariate(kind: str, role: str) -> None:
    table = KINDS[kind](two(sky=["clear"] * 10))
    with pytest.raises(
        TableError, match=r"'sky' holds text in 10 of 10 rows: 'clear' in row 1, .*wanted numbers: encode it"
    ):
        panel_from(table, Schema(**{role: ("sky",)}))


def test_an_odd_cell_among_numbers_is_named_with_its_row(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, "ds,y\n1,1.5\n2,broken\n3,\n4,2\n"))
    with pytest.raises(
        TableError, match=r"'y' holds text in 1 of 4 rows: 'broken' in row 2; .*correct these"
    ):
        panel_from(table)


@pytest.mark.parametrize("number", ["100,5", "1,234.5", "1 234"])
def test_numbers_with_commas_are_refused_with_how_to_write_them(tmp_path: Path, number: str) -> None:
    table = read_table(csv(tmp_path, f'ds,y\n1,"{number}"\n2,"{number}"\n'))
    with pytest.raises(TableError, match="write a point for decimals and nothing between thousands"):
        panel_from(table)


def test_lists_are_no_numbers() -> None:
    with pytest.raises(TableError, match=r"'y' holds List\(Int64\); wanted a number in each row"):
        panel_from(pl.DataFrame({"ds": [1, 2], "y": [[1], [2]]}))


@pytest.mark.parametrize(
    ("first", "looks"),
    [
        (20240101, "dates written as whole numbers .days"),
        (202401, "dates written as whole numbers .months"),
        (2024010100, "dates written as whole numbers .hours"),
        (202401010000, "dates written as whole numbers .minutes"),
        (20240101000000, "dates written as whole numbers .seconds"),
        (1704067200, "seconds since 1970"),
        (1704067200000, "milliseconds since 1970"),
    ],
)
def test_dates_and_clock_seconds_as_whole_numbers_are_refused_unless_they_are_said_to_count(
    first: int, looks: str
) -> None:
    table = pl.DataFrame({"ds": range(first, first + 9), "y": [1.0, 2.0, 3.0] * 3})
    with pytest.raises(TableError, match=f"which look like {looks}.*give freq=1 if they count"):
        panel_from(table)
    assert panel_from(table, freq=1).panel.frequency.unit == "step"


def test_years_and_plain_counts_are_steps() -> None:
    for first in (0, 1990, 100_000):
        table = pl.DataFrame({"ds": range(first, first + 30), "y": np.arange(30.0)})
        assert panel_from(table).panel.frequency.unit == "step"


def test_a_season_longer_than_a_history_is_noted() -> None:
    reading = panel_from(two(), season=[2, 8])
    assert noted(reading, "the season of 8 steps is longer than the history of 2 series", "(A: ")


def test_histories_that_end_with_missing_values_are_noted() -> None:
    table = pl.DataFrame({"ds": range(6), "y": [1.0, 2.0, 3.0, 4.0, None, None]})
    assert noted(panel_from(table), "histories end with missing values in 1 series (series: 2)")


def test_dates_without_a_clock_stay_dates_unless_the_step_is_finer(tmp_path: Path) -> None:
    rows = "".join(f"2014-01-{day:02d},{day}\n" for day in range(1, 10))
    table = read_table(csv(tmp_path, f"ds,y\n{rows}"))
    assert table["ds"].dtype == pl.Date
    daily, hourly = panel_from(table), panel_from(table, freq="h")
    assert make_future(daily.panel, daily.layout, 2)["ds"].to_list() == [date(2014, 1, 10), date(2014, 1, 11)]
    assert make_future(hourly.panel, hourly.layout, 1)["ds"].to_list() == [datetime(2014, 1, 9, 1)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ds\ty\n1\t2\n", "separated by tabs"),
        (b"ds,y,y\n1,2,3\n", "'y' more than once in its header"),
        ("ds,y\n1,2\n".encode("utf-16"), "not text in UTF-8"),
        ("unique_id,ds,y\nZürich,1,2\n".encode("latin-1"), "not text in UTF-8"),
    ],
)
def test_a_csv_of_another_make_is_refused_with_what_to_change(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=said):
        read_table(path)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="is a folder; wanted a CSV or Parquet file"):
        read_table(tmp_path)


def test_statics_that_change_are_named() -> None:
    table = two(site=["n"] * 5 + ["s"] * 5)
    with pytest.raises(
        CovariateError, match=r"'site' changes within series A: 'n', then 's'; wanted one value"
    ):
        panel_from(table, Schema(static=("site",)))
    with pytest.raises(TableError, match=r"1 rows have no value in 'site': row 2"):
        panel_from(at(table, 1, site=None), Schema(static=("site",)))


def test_decimal_numbers_are_no_times() -> None:
    with pytest.raises(
        TableError, match=r"'ds' holds Float64; wanted dates, ISO stamps or whole numbers of steps"
    ):
        panel_from(pl.DataFrame({"ds": [1.0, 2.0], "y": [1, 2]}))


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TableError, match="a list is not a table; wanted a pandas or polars DataFrame"):
        panel_from([1, 2, 3])
    with pytest.raises(TableError, match="columns repeat a name"):
        panel_from(pd.DataFrame([[1, 2, 3]], columns=["ds", "y", "y"]))


def test_a_list_of_names_is_not_one_string_and_no_column_has_two_roles() -> None:
    with pytest.raises(OptionError, match=r"known='temp' is not a list; .*such as known=\['temp'\]"):
        Schema(known="temp")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="column 'temp' is given two roles"):
        Schema(known=("temp",), past=("temp",))
    with pytest.raises(OptionError, match="column 'y' is given two roles"):
        Schema(past=("y",))
    with pytest.raises(OptionError, match="time_col=None is not a column"):
        Schema(time_col=None)  # type: ignore[arg-type]


# --- zones ---------------------------------------------------------------------------------------


def zoned(zone: str, start: datetime, stop: datetime) -> pl.DataFrame:
    stamps = pl.datetime_range(start, stop, "30m", time_zone="UTC", eager=True).dt.convert_time_zone(zone)
    return pl.DataFrame({"ds": stamps, "y": np.arange(float(len(stamps)))})


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Melbourne", "Australia/Lord_Howe"])
def test_local_naive_and_utc_stamps_of_one_zone_are_the_same_instants(zone: str) -> None:
    aware = zoned(zone, datetime(2020, 3, 1), datetime(2020, 12, 1))
    naive = aware.with_columns(pl.col("ds").dt.replace_time_zone(None))
    utc = aware.with_columns(pl.col("ds").dt.convert_time_zone("UTC"))
    panels = [
        panel_from(aware).panel,
        panel_from(naive, zone=zone).panel,
        panel_from(utc, zone=zone).panel,
        panel_from(naive.to_pandas(), zone=zone).panel,
        panel_from(aware.to_arrow()).panel,
    ]
    for panel in panels:
        assert panel.zone == zone
        assert panel.times.tolist() == panels[0].times.tolist()
        assert panel.lengths.tolist() == [len(aware)]


def test_daily_rows_follow_the_local_calendar() -> None:
    days = pl.datetime_range(
        datetime(2020, 3, 1), datetime(2020, 11, 30), "1d", time_zone="Europe/Berlin", eager=True
    )
    table = pl.DataFrame({"ds": days, "y": np.arange(float(len(days)))})
    utc = table.with_columns(pl.col("ds").dt.convert_time_zone("UTC"))
    naive = table.with_columns(pl.col("ds").dt.replace_time_zone(None))
    for reading in (
        panel_from(table),
        panel_from(utc, zone="Europe/Berlin"),
        panel_from(naive, zone="Europe/Berlin"),
    ):
        assert reading.panel.frequency == Frequency("day", 1)
        assert reading.panel.lengths.tolist() == [len(days)]
    for freq in ("D", None):
        with pytest.raises(FrequencyError, match="or zone= if the stamps are local days written in UTC"):
            panel_from(utc, freq=freq)


def test_times_that_clocks_jump_over_are_named() -> None:
    table = hours(24, datetime(2020, 3, 29))
    with pytest.raises(
        TableError, match=r"1 rows .* clocks in Europe/Berlin jump over: series at 2020-03-29 02:00"
    ):
        panel_from(table, zone="Europe/Berlin")


def test_a_repeated_hour_that_stands_only_once_is_named() -> None:
    table = hours(24, datetime(2020, 10, 25))
    wanted = (
        r"1 rows show a time that clocks in Europe/Berlin show twice, but stand only once: series at 2020-"
    )
    with pytest.raises(TableError, match=wanted):
        panel_from(table, zone="Europe/Berlin")


def test_zones_are_for_stamps_and_must_exist() -> None:
    with pytest.raises(OptionError, match="zone='Europe/Berlin' but 'ds' counts integer steps"):
        panel_from(pl.DataFrame({"ds": [1, 2], "y": [1, 2]}), zone="Europe/Berlin")
    with pytest.raises(OptionError, match="zone 'Mars/Olympus' is unknown"):
        panel_from(hours(3), zone="Mars/Olympus")


def test_stamps_in_utc_without_a_zone_are_noted() -> None:
    table = hours(30).with_columns(pl.col("ds").dt.replace_time_zone("UTC"))
    assert noted(panel_from(table), "stamps are in UTC and so is the calendar; give zone=")
    assert not panel_from(table, zone="Europe/Berlin").notes


def test_a_fixed_offset_is_a_zone() -> None:
    frame = hours(5).to_pandas()
    frame["ds"] = frame["ds"].dt.tz_localize("+02:00")
    panel = panel_from(frame).panel
    assert panel.times[0] == 1_577_836_800_000_000 - 7_200_000_000
    assert panel.zone in ("+02:00", "UTC+02:00")


# --- files ---------------------------------------------------------------------------------------


def csv(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text)
    return path


def test_a_table_survives_csv_and_parquet(tmp_path: Path) -> None:
    table = two(temp=[None, *np.arange(9.0)])
    table.write_csv(tmp_path / "t.csv")
    table.write_parquet(tmp_path / "t.parquet")
    for name in ("t.csv", "t.parquet"):
        assert read_table(tmp_path / name).equals(table), name
        assert read_table(str(tmp_path / name)).equals(table)


@pytest.mark.parametrize(
    "stamp", ["2014-01-01 00:00", "2014-01-01T00:00", "2014-01-01", "2014-01-01 00:00:00.000"]
)
def test_iso_stamps_are_parsed(tmp_path: Path, stamp: str) -> None:
    table = read_table(csv(tmp_path, f"ds,y\n{stamp},1\n"))
    dated = ":" not in stamp
    assert table["ds"].to_list() == [date(2014, 1, 1) if dated else datetime(2014, 1, 1)]


@pytest.mark.parametrize("stamp", ["2014-01-01T00:00Z", "2014-01-01 02:00+02:00", "2013-12-31T19:00:00-0500"])
def test_stamps_with_an_offset_become_utc(tmp_path: Path, stamp: str) -> None:
    table = read_table(csv(tmp_path, f"ds,y\n{stamp},1\n"))
    assert table.schema["ds"] == pl.Datetime("us", "UTC")
    assert table["ds"].dt.replace_time_zone(None).to_list() == [datetime(2014, 1, 1)]


def test_offsets_of_summer_and_winter_agree_in_utc(tmp_path: Path) -> None:
    text = "ds,y\n2014-03-30T01:00+01:00,1\n2014-03-30T03:00+02:00,2\n2014-03-30T04:00+02:00,3\n"
    reading = panel_from(read_table(csv(tmp_path, text)))
    assert reading.panel.lengths.tolist() == [3]
    assert noted(reading, "stamps are in UTC and so is the calendar; give zone=")


@pytest.mark.parametrize("stamp", ["01/02/2014", "1.2.2014 00:00", "2014/01/02", "20140102T00", "Jan 2 2014"])
def test_stamps_that_are_not_iso_are_refused_with_how_to_write_them(tmp_path: Path, stamp: str) -> None:
    table = read_table(csv(tmp_path, f"ds,y\n{stamp},1\n{stamp},2\n"))
    with pytest.raises(
        TableError, match=r"2 stamps in 'ds' are not ISO: .*; write 2014-01-31 or 2014-01-31 13:30"
    ):
        panel_from(table)


def test_dates_that_do_not_exist_and_offsets_here_and_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        TableError,
        match="'ds' holds dates or times that do not exist: 2014-02-30, 2014-03-01 24:00; correct these",
    ):
        read_table(csv(tmp_path, "ds,y\n2014-02-28,1\n2014-02-30,1\n2014-03-01 24:00,1\n"))
    with pytest.raises(
        TableError, match=r"1 stamps in 'ds' have no offset from UTC where others do: 2014-02-02"
    ):
        read_table(csv(tmp_path, "ds,y\n2014-02-01T00:00Z,1\n2014-02-02,2\n"))


def test_a_row_without_a_time_is_named_and_a_blank_line_is_no_row(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="1 rows have no time in 'ds': row 2; fill them or leave them out"):
        panel_from(read_table(csv(tmp_path, "ds,y\n2014-01-01,1\n,2\n2014-01-03,3\n")))
    assert len(read_table(csv(tmp_path, "ds,y\n2014-01-01,1\n\n2014-01-02,2\n,\n\n"))) == 2


def test_ids_with_zeros_before_them_come_back_with_them(tmp_path: Path) -> None:
    """007 and 7 are two meters; as numbers they would be one that has every stamp twice."""
    rows = "".join(f"{i},2014-01-0{d},0{d}\n" for i in ("007", "7") for d in range(1, 5))
    reading = panel_from(read_table(csv(tmp_path, f"unique_id,ds,y\n{rows}")))
    assert reading.panel.ids == ("007", "7")
    np.testing.assert_array_equal(reading.panel.values, [1, 2, 3, 4] * 2)


def test_steps_with_zeros_before_them_are_steps(tmp_path: Path) -> None:
    panel = panel_from(read_table(csv(tmp_path, "ds,y\n08,1\n09,2\n10,3\n"))).panel
    assert panel.times.tolist() == [8, 9, 10]


def test_numbers_that_stand_as_text_are_numbers() -> None:
    """No cell is odd: there would be nothing to name in a refusal."""
    values = panel_from(pl.DataFrame({"ds": range(4), "y": ["1", " 2.5", "NA", "4"]})).panel.values
    np.testing.assert_array_equal(values, [1, 2.5, NAN, 4])


def test_integer_steps_stay_steps(tmp_path: Path) -> None:
    assert read_table(csv(tmp_path, "ds,y\n1,2.5\n2,3\n"))["ds"].dtype == pl.Int64


def test_empty_cells_in_many_spellings_are_missing(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, "unique_id,ds,y\nNA,1,2.5\nNA,2,NA\nNA,3,\nNA,4,nan\nNA,5,null\n"))
    assert table["unique_id"].to_list() == ["NA"] * 5
    np.testing.assert_array_equal(table["y"].to_numpy(), [2.5, NAN, NAN, NAN, NAN])


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"there is no file '.*nowhere.csv'; wanted a CSV or Parquet file"):
        read_table(tmp_path / "nowhere.csv")
    (tmp_path / "t.xlsx").write_text("x")
    with pytest.raises(TableError, match=r"'t.xlsx' ends in '.xlsx'; wanted .csv or .parquet"):
        read_table(tmp_path / "t.xlsx")
    (tmp_path / "t.parquet").write_text("not parquet at all")
    with pytest.raises(TableError, match=r"'t.parquet' cannot be read as parquet: .*; wanted a whole file"):
        read_table(tmp_path / "t.parquet")
    for text in ("", "ds,y\n"):
        with pytest.raises(TableError, match=r"'table.csv' has no rows"):
            read_table(csv(tmp_path, text))
    with pytest.raises(TableError, match=r"'table.csv' is separated by semicolons; wanted commas"):
        read_table(csv(tmp_path, "ds;y\n2014-01-01;1,5\n"))
    with pytest.raises(TableError, match=r"'table.csv' cannot be read as csv: .*no row with more cells"):
        read_table(csv(tmp_path, "ds,y\n1,2\n1,2,3,4\n"))


# --- the rest ------------------------------------------------------------------------------------


@given(st.data())
def test_nothing_but_our_own_errors_comes_out(data: st.DataObject) -> None:
    cell = st.sampled_from([None, 1.0, 2.0, NAN, float("inf")])
    n = data.draw(st.integers(0, 8))
    table = pl.DataFrame(
        {
            "unique_id": data.draw(st.lists(st.sampled_from(["a", "b", None]), min_size=n, max_size=n)),
            "ds": data.draw(st.lists(st.sampled_from([0, 1, 2, 3, 5, 10**9, None]), min_size=n, max_size=n)),
            "y": data.draw(st.lists(cell, min_size=n, max_size=n)),
            "x": data.draw(st.lists(cell, min_size=n, max_size=n)),
        },
        schema={"unique_id": pl.String, "ds": pl.Int64, "y": pl.Float64, "x": pl.Float64},
    )
    try:
        panel = panel_from(table, Schema(known=("x",)), freq=data.draw(st.sampled_from([None, 1]))).panel
    except GatecastError:
        return
    assert not np.isinf(panel.values).any()
    assert np.isfinite(panel.known).all()
    assert np.isfinite(panel.values[panel.offsets[:-1]]).all()


def test_large_tables_take_a_moment() -> None:
    n = 850
    table = pl.DataFrame(
        {"unique_id": np.repeat([f"H{i}" for i in range(414)], n), "ds": np.tile(np.arange(n), 414)}
    )
    table = table.with_columns(y=pl.col("ds") * 1.0)
    began = time.perf_counter()
    panel = panel_from(table, season=24).panel
    assert len(panel.values) == 414 * n
    assert time.perf_counter() - began < 1


def test_arrow_tables_with_chunks_are_read() -> None:
    table = pa.concat_tables([two()[:6].to_arrow(), two()[6:].to_arrow()])
    assert panel_from(table).panel.values.tolist() == list(range(10))
