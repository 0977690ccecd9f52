"""A forecast given as a column is followed as far as it deserves, and nothing else reads it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gatecast import Hybrid, LinearHalf
from gatecast.data import Panel, Schema, fit_scale, panel_from
from gatecast.errors import CovariateError, OptionError
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.given import given_makers
from gatecast.hybrid.pool import Pool
from gatecast.memory import Training
from gatecast.progress import Noting, Silent
from synthetic_panels import hourly_panel, with_given

HORIZON, STEPS = 12, 600
TINY = Training(units=8, steps=8, windows=8, origins=4)
PANEL = hourly_panel((STEPS,), future=HORIZON)
PAST = PANEL.seen_until(np.array([STEPS - 100]))
ORIGINS = Origins(np.zeros(80, dtype=np.int64), np.arange(STEPS - 100, STEPS - 20))


def followed(column: np.ndarray, *, training: Training = TINY) -> tuple[Forecast, Panel]:
    """The hybrid's forecasts of the last days, given a column."""
    panel = replace(PANEL, given=column[:, None], given_names=("operator",))
    past = panel.seen_until(PAST.known_steps)
    model = Hybrid(HORIZON, given=["operator"], training=training).learn(past, Silent())
    return model.forecast(panel, ORIGINS, (0.1, 0.5, 0.9)), panel


def error(point: np.ndarray) -> float:
    actual = PANEL.values[ORIGINS.position[:, None] + np.arange(1, HORIZON + 1)]
    return float(np.abs(point - actual).mean())


def test_a_perfect_one_is_followed() -> None:
    forecast, _ = followed(np.nan_to_num(PANEL.values, nan=100.0))
    assert forecast.linear_part is not None
    assert forecast.without_memory is not None
    assert error(forecast.without_memory) < 0.01 * error(forecast.linear_part)


def test_a_history_too_short_for_a_pool_says_that_a_given_forecast_is_not_heard() -> None:
    panel = with_given(hourly_panel((40,), future=HORIZON), HORIZON, noise=0.01)
    notes = Noting(Silent())
    Hybrid(HORIZON, given=["operator"], boost=True).learn(panel, notes)
    assert [note for note in notes.notes if note.endswith("linear half's alone, without given and boost")]


def test_a_useless_one_is_not() -> None:
    nonsense = np.random.default_rng(3).uniform(50, 200, len(PANEL.values))
    forecast, _ = followed(nonsense)
    assert forecast.linear_part is not None
    assert forecast.without_memory is not None
    assert error(forecast.without_memory) < 1.02 * error(forecast.linear_part)


def test_a_steady_error_is_mended() -> None:
    panel = with_given(PANEL, HORIZON, noise=0.01)
    panel = replace(panel, given=panel.given + 15.0)
    pool = Pool(HORIZON, fit_scale(panel)).fit(panel, given_makers(panel, ["operator"]))
    paths = pool.stand(panel, pool.scaled(panel), 0, STEPS - 100, STEPS - 20).paths
    own = pool.scaled(panel)[np.arange(STEPS - 100, STEPS - 19)[:, None] + np.arange(1, HORIZON + 1)]
    as_given, mended = (np.abs(paths[..., k] - own).mean() for k in np.flatnonzero(~pool.linear))
    assert mended < 0.2 * as_given


def test_models_that_do_not_know_of_it_do_not_read_it() -> None:
    panel = with_given(PANEL, HORIZON)
    for model in (LinearHalf(HORIZON), Hybrid(HORIZON, training=TINY)):
        with_it, without = (
            type(model)(**model.get_params()).learn(p, Silent()).forecast(p, p.last_origins(), (0.5,))
            for p in (panel, PANEL)
        )
        assert with_it.point.tobytes() == without.point.tobytes()
        assert with_it.pool_part is None


def test_a_column_the_panel_lacks_is_named() -> None:
    with pytest.raises(CovariateError, match="the panel carries no given forecast operator"):
        Hybrid(HORIZON, given=["operator"], training=TINY).learn(PANEL, Silent())


def table() -> pl.DataFrame:
    values = PANEL.values
    stamps = pl.from_epoch(pl.Series(PANEL.times), time_unit="us")
    return pl.DataFrame({"ds": stamps, "y": values, "operator": np.nan_to_num(values, nan=100.0)})


def test_from_a_table_it_is_needed_ahead_and_shown_as_a_part() -> None:
    past, future = table().head(STEPS), table().tail(HORIZON).drop("y")
    model = Hybrid(HORIZON, given=["operator"], training=TINY).fit(past)
    assert model.panel_.given_names == ("operator",)
    assert model.panel_.known_names == ()
    found = model.predict(level=[80], X_df=future, parts=True)
    assert found.columns[1:5] == ["Hybrid", "Hybrid-linear", "Hybrid-pool", "Hybrid-memory"]
    whole = (found["Hybrid-linear"] + found["Hybrid-pool"]) + found["Hybrid-memory"]
    assert (whole == found["Hybrid"]).all()
    with pytest.raises(CovariateError, match="operator missing"):
        model.predict()


def test_rows_that_follow_the_last_value_are_its_future() -> None:
    reading = panel_from(table().with_columns(pl.col("y").fill_nan(None)), Schema(given=("operator",)))
    assert reading.panel.known_steps.tolist() == [STEPS]
    np.testing.assert_array_equal(reading.panel.given[-HORIZON:, 0], 100.0)


def test_one_string_is_no_list_of_columns() -> None:
    with pytest.raises(OptionError, match="given='operator' is not a list"):
        Hybrid(HORIZON, given="operator").fit(table().head(STEPS))
