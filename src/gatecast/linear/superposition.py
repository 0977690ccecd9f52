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
    model: Sarima,
    u: Float[FloatArray, "time"],
    ages: Ages,
    horizon: int,
    *,
    clean: bool,
    center: float = 0.0,
) -> tuple[Float[FloatArray, "{horizon}"], Float[FloatArray, "groups {horizon}"]]:
    """What is constant in `forecast_paths` behind the last value, and what the values of each age bring.

    Values count by how far they are from the path that the model's constant draws on its own, or if it takes
    differences, to which no level means anything, from `center` too.

    u        [time]  less any regression, NaN where missing
    clean    as there: a spike counts as what the filter believes in its place
    returns  [horizon], [groups, horizon]
    """
    u = u[int(np.argmax(np.isfinite(u))) :]
    path = np.zeros(len(u) + horizon)
    if model.constant:  # what differs c each time, counted from the origin
        path += model.constant * constant_path(model.d, model.D, model.season, 1 - len(u), len(path))
    if model.d or model.D:
        path += center
    forecast, believed = _functional(
        system_of(model), u - path[: len(u)], int(ages.until[-1]), horizon, spike_limit(model, clean)
    )
    return path[len(u) :], superposed(believed, ages, forecast)


def _functional(
    system: System, levels: FloatArray, reach: int, horizon: int, limit: float
) -> tuple[Callable[[FloatArray], FloatArray], FloatArray]:
    """The forecast as a linear function of levels, each zero in all of the last `reach` steps or before them.

    returns  [time] → [horizon]; the levels, spikes among the last as they are believed: earlier ones are in
             the state before them
    """
    lags = len(system.delta) - 1
    if len(levels) <= lags:

        def pretending(some: FloatArray) -> FloatArray:
            history = pretended(some, system)
            start = begin(system, history[:lags], horizon)
            return start.after(system, history[lags:], np.inf).ahead(system)[0]

        return pretending, levels
    cut = max(lags, len(levels) - reach)
    base = begin(system, levels[:lags], horizon).after(system, levels[lags:cut], limit)
    believed = np.concatenate([levels[:cut], base.believed(system, levels[cut:], limit)])

    def forecast(some: FloatArray) -> FloatArray:
        start = base if np.nan_to_num(some[:cut]).any() else _emptied(base)
        start = begin(system, some[:lags], horizon) if cut == lags else start
        return start.after(system, some[cut:], np.inf).ahead(system)[0]

    return forecast, believed


def _emptied(position: Position) -> Position:
    """A position that has seen nothing but zeros."""
    states = position.states.copy()
    states[0] = 0.0
    return replace(position, states=states)
