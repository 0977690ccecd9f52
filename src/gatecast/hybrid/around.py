"""An autoregression of what a mean leaves of a series, where the mean is known ahead.

    u_t = z_t - m_t;  u_t = c + Σ_l φ_l u_{t-l} + e_t;  forecast = m + û

The mean may be anything that is known of the steps ahead: a boosted regression, somebody else's forecast.
"""

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, fill_causally
from gatecast.linear import BLOCKS, MARGIN, Fitted, blocks_of, fit_lags, lag_set, recursive_paths


def fit_around(panel: Panel, series: int, error: Float[FloatArray, "time"]) -> Fitted:
    """Fit the autoregression of one series, cross-fitted as the linear half's own.

    error  [time]  scaled; NaN where unknown
    """
    steps, season = int(panel.known_steps[series]), panel.seasons[0]
    error, longest = error[:steps], max(steps // 3, 1)
    filled = fill_causally(error, np.array([0, steps]), season)
    if longest < season < steps:  # too few cycles to learn from: the last one repeats
        lags, coefficients = np.array([season]), np.tile([1.0, 0.0], (BLOCKS + 1, 1))
    else:
        lags, block = lag_set(panel.seasons, longest), blocks_of(panel, steps, steps)
        coefficients = fit_lags(error, filled, lags, season, block, True)
    low, high = float(filled.min()) - MARGIN, float(filled.max()) + MARGIN
    return Fitted(None, lags, coefficients[:, :-1].copy(), coefficients[:, -1], low, high, steps)


def paths_around(
    fitted: Fitted,
    season: int,
    block: Int[IntArray, "time"],
    error: Float[FloatArray, "time"],
    mean: Float[FloatArray, "time"],
    position: Int[IntArray, "origins"],
    horizon: int,
) -> Float[FloatArray, "origins {horizon}"]:
    """Forecasts from some origins by coefficients that have not seen the outcome, scaled.

    block  [time]  which coefficients have not seen each row, as `blocks_of` gives it
    error  [time]  NaN where unknown
    mean   [time]
    """
    filled = fill_causally(error, np.array([0, len(error)]), season)
    # an origin so early that its lags reach before the series reads the first value there
    longest = int(fitted.lags.max(initial=1))
    padded = np.concatenate([np.full(longest, filled[0]), filled])
    middle = block[np.minimum(position + 1 + horizon // 2, len(block) - 1)]
    paths = np.empty((len(position), horizon))
    for b in np.unique(middle):
        mine = middle == b
        paths[mine] = recursive_paths(
            padded,
            fitted.lags,
            fitted.coefficients[b],
            fitted.intercepts[b],
            position[mine] + longest,
            horizon,
            fitted.low,
            fitted.high,
        )
    steps = np.minimum(position[:, None] + np.arange(1, horizon + 1), len(mean) - 1)
    whole: FloatArray = paths + mean[steps]
    return whole
