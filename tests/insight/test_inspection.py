"""Looking into a fitted model shows the very numbers its forecast is made of."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

import gatecast
from gatecast.errors import CovariateError, NotFittedError, OptionError, SeriesError
from gatecast.insight import Subject, inspect
from gatecast.memory import Training
from planted_memory import FITTED, PANEL

HORIZON = 12
TINY = Training(units=6, steps=10, windows=8, origins=4)


def table(hours: int = 400) -> pl.DataFrame:
    t = np.arange(hours)
    rng = np.random.default_rng(0)
    temperature = 10 + 5 * np.sin(2 * np.pi * t / 24) + rng.normal(0, 1, hours)
    start = pl.datetime(2024, 1, 1)
    return pl.select(
        ds=pl.datetime_range(start, start + pl.duration(hours=hours - 1), "1h"),
        y=pl.Series(100 + 3 * temperature + rng.normal(0, 1, hours)),
        temperature=pl.Series(temperature),
    )


TABLE = table()
FUTURE = TABLE.tail(HORIZON).drop("y")


def fitted(name: str):
    maker = getattr(gatecast, name)
    model = maker(horizon=HORIZON, season=24, known=["temperature"], training=TINY)
    return model.fit(TABLE.head(TABLE.height - HORIZON))


MODELS = {name: fitted(name) for name in ("Hybrid", "LSTM", "GRU", "RNN")}


@pytest.mark.parametrize("name", MODELS)
def test_the_last_hidden_state_recorded_is_the_one_the_forecast_is_read_from(name):
    seen = MODELS[name].inspect(X_df=FUTURE)
    network, batch = seen.workings.network, seen.workings.batch
    with torch.no_grad():
        again = network.head(seen.layers[0].hidden[:, -1:], batch).quantiles
        whole = network(batch).quantiles
    torch.testing.assert_close(again, whole, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_the_forecast_inspected_is_the_one_predicted(name):
    seen, predicted = MODELS[name].inspect(X_df=FUTURE), MODELS[name].predict(X_df=FUTURE)
    np.testing.assert_array_equal(seen.forecast.point[0], predicted[name].to_numpy())


@pytest.mark.parametrize("name", MODELS)
def test_its_figure_shows_series_covariates_and_every_map_on_one_time_axis(name):
    figure = MODELS[name].inspect(X_df=FUTURE).figure(unit="MW")
    names = [trace.name for trace in figure.data]
    assert names[:3] == ["value", "forecast", "temperature"]
    assert names[-1] == "hidden state"
    axes = {axis.matches for axis in figure.select_xaxes() if axis.matches}
    assert len(axes) == 1


def test_an_origin_in_the_past_needs_no_future_and_shows_what_came():
    seen = MODELS["Hybrid"].inspect(at="2024-01-10 00:00")
    assert str(seen.times[-1]).startswith("2024-01-10T00:00")
    np.testing.assert_array_equal(seen.subject.actual(), TABLE["y"].to_numpy()[217 : 217 + HORIZON])
    assert "what came" in [trace.name for trace in seen.figure().data]


def test_the_times_end_at_the_origin_and_begin_with_the_series():
    early = MODELS["LSTM"].inspect(at="2024-01-02 06:00")
    assert early.steps == 31
    assert str(early.times[0]).startswith("2024-01-01T00:00")
    assert len(early.figure().data[-1].x) == 31


def test_the_end_of_history_needs_the_covariates_ahead():
    with pytest.raises(CovariateError, match="temperature"):
        MODELS["Hybrid"].inspect()


def test_an_unknown_series_or_time_is_refused():
    with pytest.raises(OptionError, match="no series 'north'"):
        MODELS["Hybrid"].inspect("north", X_df=FUTURE)
    with pytest.raises(OptionError, match="no step at"):
        MODELS["Hybrid"].inspect(at="2031-01-01", X_df=FUTURE)


def test_a_model_that_is_not_fitted_says_so():
    with pytest.raises(NotFittedError, match="call fit"):
        gatecast.LSTM(horizon=HORIZON).inspect()


def test_a_hybrid_without_memory_says_there_is_nothing_to_see():
    short = gatecast.Hybrid(horizon=HORIZON, season=24).fit(TABLE.select("ds", "y").head(50))
    with pytest.raises(SeriesError, match=r"no memory to look into.*too few values"):
        short.inspect()


def test_what_was_not_known_at_the_origin_is_not_drawn_as_if_it_had_been():
    panel = replace(PANEL, past=np.where(np.isnan(PANEL.past), 0.0, PANEL.past))
    figure = inspect(Subject(FITTED("LSTM"), panel, 0, 250)).figure()
    cloud = next(trace for trace in figure.data if trace.name == "cloud")
    temperature = next(trace for trace in figure.data if trace.name == "temperature")
    assert np.isfinite(cloud.y[:-12]).all()
    assert np.isnan(cloud.y[-12:]).all()
    assert np.isfinite(temperature.y).all()


def test_markup_in_an_id_is_shown_as_it_stands():
    """Plotly draws `<b>` as bold: an id is no markup."""
    panel = replace(PANEL, ids=("<b>north</b>", "south"))
    figure = inspect(Subject(FITTED("LSTM"), panel, 0, 250)).figure()
    assert any("&lt;b&gt;north&lt;/b&gt;" in text.text for text in figure.layout.annotations)
