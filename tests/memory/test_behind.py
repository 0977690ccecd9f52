"""Networks learn from their latest forecasts how wide the next must be, and from nothing that comes later."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast import LSTM, Hybrid
from gatecast.data import Panel, actuals
from gatecast.forecaster import Forecast, Origins
from gatecast.insight import Subject
from gatecast.interval import LEVELS
from gatecast.memory import Training, read_batch
from gatecast.progress import Silent
from plain_panels import panel_of

TINY = Training(units=8, steps=30, windows=16, origins=4)
DAY, FITTED, DAYS = 24, 60, 120
SINCE = 80  # the day from which the noise is three times as large
MIDDLE = LEVELS.index(0.5)


def noisy() -> Panel:
    """A daily wave whose noise grows threefold long after the models were fitted."""
    step = np.arange(DAYS * DAY)
    noise = np.random.default_rng(0).normal(size=len(step)) * np.where(step < SINCE * DAY, 1.0, 3.0)
    return panel_of(50 + 10 * np.sin(2 * np.pi * step / DAY) + noise)


PANEL = noisy()
MODELS = {
    maker.__name__: maker(horizon=6, season=DAY, training=TINY).learn(
        PANEL.seen_until(np.array([FITTED * DAY])), Silent()
    )
    for maker in (LSTM, Hybrid)
}


def at(*positions: int) -> Origins:
    return Origins(np.zeros(len(positions), dtype=np.int64), np.array(positions))


def forecast(name: str, *positions: int, panel: Panel = PANEL) -> Forecast:
    return MODELS[name].forecast(panel, at(*positions), LEVELS)


def covered(name: str, first: int, last: int, *, held: bool = False) -> float:
    """Share of what came inside the 80 % intervals from every third hour of some days."""
    origins = at(*range(first * DAY, last * DAY, 3))
    model = MODELS[name].holding(PANEL, at(FITTED * DAY // 2)) if held else MODELS[name]
    if held:
        assert model.held_ == (None,)  # an origin in what was fitted: nothing there is news
    low, high = model.forecast(PANEL, origins, (0.1, 0.9)).interval(80)
    came = actuals(PANEL, origins, 6)
    return float(((low <= came) & (came <= high)).mean())


@pytest.mark.parametrize("name", MODELS)
def test_coverage_comes_back_after_the_noise_has_grown(name: str) -> None:
    """Within 25 days to 10 points, where intervals calibrated once stay far below."""
    assert covered(name, SINCE, SINCE + 1) < 0.6
    assert covered(name, SINCE + 25, DAYS - 1, held=True) < 0.55
    assert abs(covered(name, SINCE + 25, DAYS - 1) - 0.8) < 0.1


@pytest.mark.parametrize("name", MODELS)
def test_the_median_stays_where_it_was_and_nothing_crosses(name: str) -> None:
    origins = at(DAY * 100, DAY * 110 + 5)
    model = MODELS[name]
    held = model.holding(PANEL, at(DAY * 30)).forecast(PANEL, origins, LEVELS)
    free = model.forecast(PANEL, origins, LEVELS)
    assert (free.quantiles != held.quantiles).any()
    np.testing.assert_array_equal(free.point, held.point)
    assert (np.diff(free.quantiles, axis=-1) >= 0).all()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("poison", [np.nan, 1e6])
def test_nothing_behind_the_origin_is_read(name: str, poison: float) -> None:
    position = DAY * 100 + 7
    values = PANEL.values.copy()
    values[position + 1 :] = poison
    honest = forecast(name, position)
    other = forecast(name, position, panel=replace(PANEL, values=values))
    cut = forecast(name, position, panel=PANEL.seen_until(np.array([position + 1])))
    np.testing.assert_array_equal(other.quantiles, honest.quantiles)
    np.testing.assert_array_equal(cut.quantiles, honest.quantiles)


@pytest.mark.parametrize("name", MODELS)
def test_an_origin_is_answered_alike_alone_and_among_others(name: str) -> None:
    """Within what a batch of another size rounds."""
    positions = (DAY * 61 + 3, DAY * 90, DAY * 90 + 1, DAY * 119)
    together = forecast(name, *positions).quantiles
    for row, one in enumerate(positions):
        np.testing.assert_allclose(forecast(name, one).quantiles[0], together[row], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_changed_in_thought_keeps_the_width_the_latest_forecasts_gave(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reruns change one forecast, not the ones before it; and those are made once."""
    subject = Subject(MODELS[name], PANEL, 0, DAY * 100)
    levels = tuple(subject.forecast().levels)
    np.testing.assert_array_equal(
        subject.forecast().quantiles, MODELS[name].forecast(PANEL, subject.origins, levels).quantiles
    )
    for room in ("memory.alone", "hybrid.model"):
        monkeypatch.delattr(f"gatecast.{room}.network_shifts")
    rows = np.arange(DAY * 90, DAY * 95)
    other = subject.with_values(rows, PANEL.values[rows] + 5)
    again = subject.workings(other)
    np.testing.assert_array_equal(
        again.finish(read_batch(again)).quantiles, subject.forecast(other).quantiles
    )


def test_a_model_from_before_intervals_moved_keeps_them_as_calibrated() -> None:
    model = MODELS["LSTM"].holding(PANEL, at(DAY * 100))
    model.held_, model.unseen_ = None, None
    static = MODELS["LSTM"].holding(PANEL, at(DAY * 30))
    np.testing.assert_array_equal(
        model.forecast(PANEL, at(DAY * 100), LEVELS).quantiles,
        static.forecast(PANEL, at(DAY * 100), LEVELS).quantiles,
    )
