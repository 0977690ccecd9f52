"""Two snapshots of what a model remembers can be held side by side."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from gatecast.errors import NotFittedError, OptionError
from gatecast.front import compare
from gatecast.linear import ARIMA, Drift, SeasonalNaive


def table(steps: int = 80, names: tuple[str, ...] = ("a", "b")) -> pl.DataFrame:
    y = 10.0 + np.arange(steps) % 7
    return pl.concat(
        [pl.DataFrame({"unique_id": n, "ds": np.arange(steps), "y": y + k}) for k, n in enumerate(names)]
    )


def test_a_snapshot_names_what_is_remembered_and_stays() -> None:
    model = SeasonalNaive(2, season=7).fit(table(70))
    before = model.snapshot()
    model.update(table(73).filter(pl.col("ds") >= 70))
    after = model.snapshot()
    assert (before.clock.tolist(), after.clock.tolist()) == ([69, 69], [72, 72])
    assert after.arrays["last value"].tolist() == [10.0 + 72 % 7, 11.0 + 72 % 7]
    assert str(after) == "SeasonalNaive behind step 72\n  last value  2 series, 12 to 13"


def test_what_changed_is_told_by_series_and_name() -> None:
    model = SeasonalNaive(2, season=7).fit(table(70))
    before = model.snapshot()
    model.update(table(73).filter((pl.col("ds") >= 70) & (pl.col("unique_id") == "b")))
    found = compare(before, model.snapshot())
    frame = found.frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame.to_dicts() == [
        {"unique_id": "a", "name": "last value", "steps": 0, "mean_change": 0.0, "largest_change": 0.0},
        {"unique_id": "b", "name": "last value", "steps": 3, "mean_change": 4.0, "largest_change": 4.0},
    ]
    assert str(found) == (
        "SeasonalNaive: from step 69 to step 69 to 72, 0 to 3 steps\n"
        "  last value  changed by 2 on average, by 4 at most, in b"
    )


def test_the_table_is_of_the_kind_that_was_fitted() -> None:
    model = Drift(2).fit(table().to_pandas())
    assert isinstance(compare(model.snapshot(), model.snapshot()).frame(), pd.DataFrame)


def test_the_filter_of_arima_is_named_and_compared() -> None:
    model = ARIMA(2, season=7, order=(1, 0, 0), seasonal_order=(0, 1, 0)).fit(table(70))
    before = model.snapshot()
    assert list(before.arrays) == ["filter 1"]
    after = model.update(table(80).filter(pl.col("ds") >= 70)).snapshot()
    found = compare(before, after).frame()
    assert found["name"].to_list() == ["filter 1", "filter 1"]
    assert (found["largest_change"] > 0).all()
    other = ARIMA(2, season=5, order=(1, 0, 0), seasonal_order=(0, 1, 0)).fit(table(70)).snapshot()
    assert "cannot be compared" in str(compare(before, other))


def test_snapshots_without_a_common_series_are_refused() -> None:
    one, other = (Drift(2).fit(table(names=names)).snapshot() for names in (("a",), ("z",)))
    with pytest.raises(OptionError, match="no series in common: a, and z; compare two of the same model"):
        compare(one, other)
    with pytest.raises(NotFittedError):
        Drift(2).snapshot()
