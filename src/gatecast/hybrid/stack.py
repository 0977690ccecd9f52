"""Lasting weights of members, from a long history: who errs where the others do not. [kernel]

    w = argmin Σ |y - F w|,   w ≥ 0, Σ w = 1

F are forecasts by what has not seen their outcome. Who is good of late need not be who adds most to the
others; over a year of past origins the two can be told apart. Least absolute deviations by weighted least
squares, again and again: Breiman, Stacked regressions (1996); Bates & Granger (1969).
"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray

ROUNDS = 8
DESCENTS = 2000
FLOOR = 0.1  # of the median residual: below it residuals count alike


def stacked(
    paths: Float[FloatArray, "rows members"], outcome: Float[FloatArray, "rows"]
) -> Float[FloatArray, "members"]:
    """The weights that would have erred least. [members]

    outcome  [rows]  NaN where unknown
    """
    known = np.isfinite(outcome) & np.isfinite(paths).all(axis=1)
    middle = paths[known].mean(axis=1)  # weights sum to 1: what all members share says nothing of them
    paths, outcome = paths[known] - middle[:, None], outcome[known] - middle
    weights = np.full(paths.shape[1], 1.0 / paths.shape[1])
    importance = np.ones(len(outcome))
    for _ in range(ROUNDS if len(outcome) else 0):
        weighted = paths * importance[:, None]
        weights = on_simplex(weighted.T @ paths, weighted.T @ outcome, weights)
        residual = np.abs(outcome - paths @ weights)
        importance = 1.0 / np.maximum(residual, max(FLOOR * float(np.median(residual)), 1e-9))
    return weights


def on_simplex(
    gram: Float[FloatArray, "members members"],
    moment: Float[FloatArray, "members"],
    start: Float[FloatArray, "members"],
) -> Float[FloatArray, "members"]:
    """The w ≥ 0 with sum 1 that minimises w'Gw - 2 m'w, by accelerated projected gradients. [members]

    Beck & Teboulle, A fast iterative shrinkage-thresholding algorithm (2009).
    """
    size = max(float(np.linalg.eigvalsh(gram)[-1]), 1e-300)
    pull, at = np.ascontiguousarray(gram / size), np.ascontiguousarray(moment / size)
    found: FloatArray = _descend(pull, at, np.ascontiguousarray(start))
    return found


def projected(point: Float[FloatArray, "members"]) -> Float[FloatArray, "members"]:
    """The nearest weights that are none below 0 and sum to 1. Duchi et al. (2008). [members]

    >>> projected(np.array([0.6, 0.6, -1.0]))
    array([0.5, 0.5, 0. ])
    """
    nearest: FloatArray = _nearest(np.ascontiguousarray(point))
    return nearest


@numba.njit("float64[::1](float64[::1])", cache=True, nogil=True, fastmath=False)
@no_type_check  # numba wants its own functions, not checked ones
def _nearest(point: FloatArray) -> FloatArray:  # pragma: no cover  # compiled
    """`projected`: what is above a level that takes away all but 1."""
    ordered = np.sort(point)[::-1]
    total, level = 0.0, 0.0
    for count in range(len(point)):
        total += ordered[count]
        if ordered[count] > (total - 1.0) / (count + 1):
            level = (total - 1.0) / (count + 1)
    return np.maximum(point - level, 0.0)


@numba.njit(
    "float64[::1](float64[:, ::1], float64[::1], float64[::1])", cache=True, nogil=True, fastmath=False
)
@no_type_check  # as above
def _descend(
    gram: FloatArray, moment: FloatArray, start: FloatArray
) -> FloatArray:  # pragma: no cover  # compiled
    """`on_simplex`, gram and moment in units of the steepest curvature."""
    members = len(start)
    here, ahead, moved, pace = start.copy(), start.copy(), np.empty(members), 1.0
    for _ in range(DESCENTS):
        for i in range(members):
            slope = -moment[i]
            for j in range(members):
                slope += gram[i, j] * ahead[j]
            moved[i] = ahead[i] - slope
        new = _nearest(moved)
        quicker = (1.0 + np.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = new + (pace - 1.0) / quicker * (new - here)
        here, pace = new, quicker
    return here
