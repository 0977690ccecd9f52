"""Parallel: a network on its own beside the linear half, the two weighted by past loss.

    network  = what an LSTM on its own says: it sees nothing of the linear half
    forecast = (1 - share) · mixture + share · network

Combining forecasts that know nothing of each other: Bates & Granger, The combination of forecasts (1969).
"""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.features import View, error_size, filled, stretch
from gatecast.hybrid.modes.mode import Mode
from gatecast.hybrid.pool import Pool, origins_by_series
from gatecast.memory import Column, Inputs, Rows, lone_columns, lone_extras


def look(
    panel: Panel,
    pool: Pool,
    inputs: Inputs,
    origins: Origins,
    context: int,
    unit: Float[FloatArray, "series"] | None = None,
    measured_at: int | None = None,
    rows: Rows | None = None,
) -> View:
    """Read a panel at some origins as a network on its own does; the linear half's path stands beside it."""
    rows = inputs.rows(panel) if rows is None else rows
    mix, linear = np.empty((2, len(origins), pool.horizon))
    measured = np.full(len(panel), np.nan)
    for series, mine in origins_by_series(origins).items():
        position = origins.position[mine]
        first, last = stretch(position, context, pool.horizon, panel.seasons[0])
        standing = pool.stand(panel, rows.scaled, series, first, last)
        mix[mine], linear[mine] = standing.mix[position - first], standing.linear.mix[position - first]
        judged = mine[: np.searchsorted(mine, len(origins) if measured_at is None else measured_at)]
        own = rows.target[panel.rows(series)]
        measured[series] = error_size(own, origins.position[judged], mix[judged])
    extras = lone_extras(panel, rows, origins, pool.horizon)
    apart = None if pool.linear.all() else linear
    return View(rows, extras, mix, filled(measured) if unit is None else unit, apart)


def columns(panel: Panel, pool: Pool) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Nothing of the members; values gone by."""
    del pool
    return (), lone_columns(panel)


PARALLEL = Mode(look, columns)
