"""What the memory is worth: it is heard where there is something to remember, and does no harm where not."""

import numpy as np
import pytest

from gatecast import Hybrid
from gatecast.data import Frequency, Panel, actuals
from gatecast.forecaster import Origins
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import HOUR, MIDNIGHT, SEASON


def hourly(values: np.ndarray, known: np.ndarray | None = None, past: np.ndarray | None = None) -> Panel:
    """One series with its covariate. [time]"""
    time, nothing = len(values), np.zeros((len(values), 0))
    return Panel(
        values=values,
        offsets=np.array([0, time]),
        ids=("meter",),
        times=MIDNIGHT + np.arange(time) * HOUR,
        known_steps=np.array([time]),
        frequency=Frequency("microsecond", HOUR),
        zone=None,
        seasons=(SEASON,),
        known=nothing if known is None else known[:, None],
        past=nothing if past is None else past[:, None],
        static=np.zeros((1, 0)),
        known_names=() if known is None else ("temperature",),
        past_names=() if past is None else ("cloud",),
    )


def drawn(phi: float, size: float, time: int, draw: np.random.Generator) -> np.ndarray:
    """An AR(1) with shocks of this size. [time]"""
    values, shocks = np.zeros(time), draw.normal(0, size, time)
    for t in range(1, time):
        values[t] = phi * values[t - 1] + shocks[t]
    return values


def day(time: int) -> np.ndarray:
    return 100 + 10 * np.sin(2 * np.pi * np.arange(time) / SEASON)


def heat_remembered(seed: int, time: int = 4000) -> Panel:
    """Only heat above a threshold counts, and walls remember it for 24 hours."""
    draw = np.random.default_rng(seed)
    temperature = drawn(0.97, 0.25, time, draw)
    heat = np.convolve(np.maximum(temperature - 0.7, 0), np.ones(24) / 24)[:time]
    return hourly(day(time) + 40 * heat + 0.5 * drawn(0.7, 1.0, time, draw), known=temperature)


def all_linear(seed: int, time: int = 4000) -> Panel:
    """A day, twice the temperature and an AR(1)."""
    draw = np.random.default_rng(seed)
    temperature = drawn(0.97, 0.25, time, draw)
    return hourly(day(time) + 2 * temperature + drawn(0.7, 1.0, time, draw), known=temperature)


def led_by_cloud(seed: int, time: int = 3000) -> Panel:
    """Cloud, known only as it passes, moves the series 3 hours later: no linear recursion can know."""
    draw = np.random.default_rng(seed)
    cloud = draw.normal(size=time)
    return hourly(day(time) + 2 * np.roll(cloud, 3) + 0.3 * draw.normal(size=time), past=cloud)


def against_its_linear_half(panel: Panel, horizon: int, training: Training | None = None) -> float:
    """Mean absolute error of the whole over that of its linear part, on the last fifth of the series."""
    until = int(panel.lengths[0]) * 4 // 5
    model = Hybrid(horizon=horizon, season=SEASON, training=training)
    model.learn(panel.seen_until(np.array([until])), Silent())
    position = np.arange(until - 1, int(panel.lengths[0]) - horizon, 5)
    origins = Origins(np.zeros_like(position), position)
    forecast, actual = model.forecast(panel, origins, (0.5,)), actuals(panel, origins, horizon)
    assert forecast.linear_part is not None
    return float(np.abs(actual - forecast.point).mean() / np.abs(actual - forecast.linear_part).mean())


@pytest.mark.slow
def test_what_is_nonlinear_and_remembered_is_found() -> None:
    assert against_its_linear_half(heat_remembered(0), horizon=24) < 0.95


@pytest.mark.slow
def test_where_all_is_linear_the_memory_does_no_harm() -> None:
    assert against_its_linear_half(all_linear(0), horizon=24) < 1.02


@pytest.mark.slow
def test_a_past_covariate_reaches_the_forecast_through_the_memory() -> None:
    assert against_its_linear_half(led_by_cloud(0), 3, Training(units=32, steps=160)) < 0.9
