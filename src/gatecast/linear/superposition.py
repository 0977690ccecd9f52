"""What each stretch of a history brings to an ARIMA forecast: the filter, run on it alone.

Its gains know which values are missing and how many came before, never what they are: means ahead are linear
in the levels. A stretch near the end is run from the state the filter had before it, emptied of its mean.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.linear.position import Position, System, begin, system_of
from gatecast.linear.running import pretended, spike_limit
from gatecast.linear.sarima import Sarima, constant_path
from gatecast.linear.split import Ages, superposed


def forecast_by_age(
    model: Sarima, u: Float[FloatArray, "time"], ages: Ages, horizon: int, *, clean: bool
) -> tuple[Float[FloatArray, "{horizon}"], Float[FloatArray, "groups {horizon}"]]:
    """What is constant in `forecast_paths` behind the last value, and what the values of each age bring.

    u        [time]  less any regression, NaN where missing
    clean    as there: a spike counts as what the filter believes in its place
    returns  [horizon], [groups, horizon]
    """
    u = u[int(np.argmax(np.isfinite(u))) :]
    time = len(u)
    path = np.zeros(time + horizon)
    if model.constant:
        path += model.constant * constant_path(model.d, model.D, model.season, 0, time + horizon)
    system, reach = system_of(model), int(ages.until[-1])
    limit = spike_limit(model, clean)
    forecast, believed = _functional(system, u - path[:time], reach, horizon, limit)
    past = superposed(believed + path[:time], ages, forecast)
    return path[time:] - (_run(system, path[:time], horizon) if model.constant else 0.0), past


def _functional(
    system: System, levels: FloatArray, reach: int, horizon: int, limit: float
) -> tuple[Callable[[FloatArray], FloatArray], FloatArray]:
    """The forecast as a linear function of levels, each zero in all of the last `reach` steps or before them.

    returns  [time] → [horizon]; the levels, spikes among them as they are believed
    """
    lags = len(system.delta) - 1
    if len(levels) <= lags:
        return lambda some: _run(system, pretended(some, system), horizon), levels
    cut = max(lags, len(levels) - reach)
    before = begin(system, levels[:lags], horizon)
    old = before.believed(system, levels[lags:cut], limit)
    base = before.after(system, levels[lags:cut], limit)
    believed = np.concatenate([levels[:lags], old, base.believed(system, levels[cut:], limit)])

    def forecast(some: FloatArray) -> FloatArray:
        start = base if np.nan_to_num(some[:cut]).any() else _emptied(base)
        start = begin(system, some[:lags], horizon) if cut == lags else start
        return start.after(system, some[cut:], np.inf).ahead(system)[0]

    return forecast, believed


def _run(system: System, levels: FloatArray, horizon: int) -> FloatArray:
    """Levels ahead of all of a history, every value believed. [horizon]"""
    lags = len(system.delta) - 1
    return begin(system, levels[:lags], horizon).after(system, levels[lags:], np.inf).ahead(system)[0]


def _emptied(position: Position) -> Position:
    """A position that has seen nothing but zeros."""
    states = position.states.copy()
    states[0] = 0.0
    return replace(position, states=states)
