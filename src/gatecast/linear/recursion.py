"""The recursion of an autoregression: how its coefficients are found, and its forecasts from many origins."""

from itertools import pairwise

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.linear.robust import (
    decay,
    huber_weights,
    lag_matrix,
    recursive_paths,
    robust_ridge,
    solve_ridge,
)

HALF_LIFE = 400.0  # steps, for a series without regressors
HALF_LIFE_REGRESSED = 4000.0
RIDGE = 0.002
BLOCKS = 12
ROUNDS = 2  # in which residuals are weighed anew


def fit_lags(
    error: FloatArray,
    filled: FloatArray,
    lags: IntArray,
    season: int,
    block: IntArray,
    regressed: bool,
    quick: bool = False,
) -> FloatArray:
    """Coefficients of the lags and, last, the intercept, leaving out each block in turn, last none.

    error   [time]  scaled, NaN where unknown: such steps are no targets
    filled  [time]  the same with gaps filled, for the lags
    block   [time]
    quick   weigh residuals once, for all blocks together: some ten times faster
    returns [blocks + 1, lags + 1]
    """
    prior, penalty = np.zeros(len(lags) + 1), np.full(len(lags) + 1, RIDGE)
    penalty[-1] = 0.0
    anchor = np.flatnonzero(lags == season) if season > 1 else np.flatnonzero(lags == 1)
    if not regressed and len(anchor):
        prior[anchor[0]] = 1.0
    design = np.column_stack([lag_matrix(filled, lags), np.ones(len(filled))])
    usable = np.isfinite(design).all(axis=1) & np.isfinite(error)
    weights = decay(len(error), HALF_LIFE_REGRESSED if regressed else HALF_LIFE)
    coefficients = np.tile(prior, (BLOCKS + 1, 1))
    if quick and usable.any():
        rows = usable
        return _fit_together(design[rows], error[rows], weights[rows], block[rows], penalty, prior)
    for left_out in range(BLOCKS + 1):
        rows = usable & (block != left_out)
        if rows.any():
            coefficients[left_out] = robust_ridge(design[rows], error[rows], weights[rows], penalty, prior)
    return coefficients


def _fit_together(
    design: FloatArray,
    target: FloatArray,
    weights: FloatArray,
    block: IntArray,
    penalty: FloatArray,
    prior: FloatArray,
) -> FloatArray:
    """Robust ridges that leave out each block in turn, last none, from one Gram of each block.

    What tells outliers is the residual of the one that leaves out nothing.
    """
    target, order = target - design @ prior, np.argsort(block, kind="stable")
    ends = np.searchsorted(block[order], np.arange(BLOCKS + 1))
    design, target, weights = design[order], target[order], weights[order]
    bounded = weights
    for _ in range(ROUNDS):
        weighted = design * bounded[:, None]
        found = solve_ridge(weighted.T @ design, weighted.T @ target, penalty)
        bounded = weights * huber_weights(target - design @ found)
    weighted, nothing = design * bounded[:, None], slice(0, 0)
    own = [*(slice(first, end) for first, end in pairwise(ends)), nothing]
    grams = np.stack([weighted[one].T @ design[one] for one in own])
    moments = np.stack([weighted[one].T @ target[one] for one in own])
    left = zip(grams.sum(axis=0) - grams, moments.sum(axis=0) - moments, strict=True)
    return prior + np.stack([solve_ridge(gram, moment, penalty) for gram, moment in left])


def recursions(
    filled: FloatArray,
    lags: IntArray,
    coefficients: FloatArray,
    intercepts: FloatArray,
    positions: IntArray,
    block: IntArray,
    horizon: int,
    bounds: tuple[float, float],
) -> FloatArray:
    """Forecasts from many origins, each by the coefficients of its block. [origins, horizon]

    filled        [time]  without gaps
    coefficients  [blocks + 1, lags]
    block         [origins]
    bounds        low and high
    """
    # an origin so early that its lags reach before the series reads the first value there
    longest = int(lags.max(initial=1))
    padded = np.concatenate([np.full(longest, filled[0]), filled])
    paths = np.empty((len(positions), horizon))
    for b in np.unique(block):
        mine = block == b
        at = positions[mine] + longest
        paths[mine] = recursive_paths(padded, lags, coefficients[b], intercepts[b], at, horizon, *bounds)
    return paths
