"""Errors around a mean that is known ahead: a recursion on their own past, and what that misses.

    u_t = z_t - m_t;  û from every origin = recursion + what it gets wrong at each step (`direct`)

The mean may be anything that is known of the steps ahead: a regression, one that bends, somebody's forecast.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, fill_causally
from gatecast.linear.direct import Direct, fit_direct
from gatecast.linear.lags import direct_lags, lag_set, wide_lag_set
from gatecast.linear.recursion import BLOCKS, fit_lags, recursions
from gatecast.linear.regression import Regression

MARGIN = 0.5  # how far beyond its past range a scaled forecast may go
BLOCK_DAYS = 28


@dataclass(frozen=True)
class Fitted:
    """One series' coefficients.

    lags          [lags]
    coefficients  [blocks + 1, lags]  leaving out block 0, 1, …; the last row leaves out nothing
    intercepts    [blocks + 1]
    low, high     bounds of u
    steps         of history it was fitted on
    direct        what the recursion gets wrong at each step ahead, where there is a mean
    """

    regression: Regression | None
    lags: IntArray
    coefficients: FloatArray
    intercepts: FloatArray
    low: float
    high: float
    steps: int
    direct: Direct | None = None


def fit_around(
    panel: Panel, error: Float[FloatArray, "time"], horizon: int, *, mean: bool = True, quick: bool = False
) -> Fitted:
    """Fit the errors of one series, cross-fitted.

    error  [time]  scaled, of the history alone; NaN where unknown
    mean   whether anything was taken away: if not, the season is still in there
    quick  leave out `direct`, which takes a megabyte a series, and weigh residuals once for all blocks
    """
    season, longest, block = panel.seasons[0], max(len(error) // 3, 1), blocks_of(panel, *2 * (len(error),))
    filled = fill_causally(error, np.array([0, len(error)]), season)
    if longest < season < len(error):  # too few cycles to learn from: the last one repeats
        lags, coefficients = np.array([season]), np.tile([1.0, 0.0], (BLOCKS + 1, 1))
    else:
        lags = (wide_lag_set if mean else lag_set)(panel.seasons, longest)
        coefficients = fit_lags(error, filled, lags, season, block, mean, quick)
    low, high = float(filled.min()) - MARGIN, float(filled.max()) + MARGIN
    fitted = Fitted(None, lags, coefficients[:, :-1].copy(), coefficients[:, -1], low, high, len(error))
    return replace(fitted, direct=_corrected(panel, fitted, error, horizon)) if mean and not quick else fitted


def paths_around(
    fitted: Fitted,
    season: int,
    error: Float[FloatArray, "time"],
    positions: Int[IntArray, "origins"],
    block: Int[IntArray, "origins"],
    horizon: int,
) -> Float[FloatArray, "origins {horizon}"]:
    """Errors expected behind some origins. [origins, horizon]

    error  [time]     NaN where unknown
    block  [origins]  whose outcome the coefficients have not seen
    """
    filled = fill_causally(error, np.array([0, len(error)]), season)
    paths = _recursions(fitted, filled, positions, block, horizon)
    if (direct := fitted.direct) is not None:
        for b in np.unique(block):
            mine = block == b
            paths[mine] += direct.correction(filled, positions[mine], int(b))
    bounded: FloatArray = np.clip(paths, fitted.low, fitted.high)
    return bounded


def blocks_of(panel: Panel, time: int, fitted: int) -> IntArray:
    """Cross-fitting block of each row, -1 past the fitted steps. [time]

    Stretches of four weeks are dealt out in turn; a short history is cut into as many pieces as blocks.
    """
    day = panel.seasons[0] if panel.seasons[0] > 1 else 1
    stretch = max(1, min(BLOCK_DAYS * day, -(-fitted // BLOCKS)))
    step = np.arange(time)
    return np.where(step < fitted, (step // stretch) % BLOCKS, -1)


def middle_block(
    block: Int[IntArray, "time"], positions: Int[IntArray, "origins"], horizon: int
) -> Int[IntArray, "origins"]:
    """The block in which the middle of what follows each origin lies. [origins]"""
    chosen: IntArray = block[np.minimum(positions + 1 + horizon // 2, len(block) - 1)]
    return chosen


def _corrected(panel: Panel, fitted: Fitted, error: FloatArray, horizon: int) -> Direct | None:
    """Learn what the recursion gets wrong within the history it was fitted on. error: [time]"""
    day, block = panel.seasons[0], blocks_of(panel, fitted.steps, fitted.steps)
    back = direct_lags(day, panel.seasons[-1], fitted.steps // 3)
    origin = np.arange(len(back) and int(back[-1]), fitted.steps - horizon)
    if day == 1 or len(origin) == 0:
        return None
    filled, own = fill_causally(error, np.array([0, len(error)]), day), middle_block(block, origin, horizon)
    outcome = error[origin[:, None] + np.arange(1, horizon + 1)]
    missed = outcome - _recursions(fitted, filled, origin, own, horizon)
    return fit_direct(filled, back, day, origin, missed, own, BLOCKS)


def _recursions(
    fitted: Fitted, filled: FloatArray, positions: IntArray, block: IntArray, horizon: int
) -> FloatArray:
    phi, c, bounds = fitted.coefficients, fitted.intercepts, (fitted.low, fitted.high)
    return recursions(filled, fitted.lags, phi, c, positions, block, horizon, bounds)
