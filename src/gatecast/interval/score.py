"""Normal scores: where a value fell among its quantiles, and quantiles read off at other places. [kernel]

    z = Φ⁻¹(F(y)),   F through the stated quantiles, straight between them on the normal scale

A forecast that tells the truth has standard normal scores, whatever the series' unit, level or transform: a
score knows only which quantiles a value lies between. Beyond the outermost quantile the line from the median
through it goes on, which two neighbouring quantiles that nearly touch do not upset.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.interval.rowwise import read_rows, score_rows

FARTHEST = 40.0  # scores and quantiles lie within as many standard deviations


def normal_levels(levels: Sequence[float]) -> Float[FloatArray, "levels"]:
    """Standard normal quantiles of some levels. [levels]

    >>> normal_levels((0.1, 0.5, 0.9)).round(2)
    array([-1.28,  0.  ,  1.28])
    """
    normal = NormalDist()
    return np.array([normal.inv_cdf(level) for level in levels])


def normal_scores(
    actual: Float[FloatArray, "*steps"],
    quantiles: Float[FloatArray, "*steps levels"],
    levels: Sequence[float],
) -> Float[FloatArray, "*steps"]:
    """Where each value fell among its quantiles. [...]

    actual     [...]          NaN where unknown; so is its score
    quantiles  [..., levels]  non-decreasing

    >>> normal_scores(np.array([0.0, 3.0]), np.array([[-1.0, 0.0, 1.0]] * 2), (0.1, 0.5, 0.9)).round(2)
    array([0.  , 3.84])
    """
    rows = np.ascontiguousarray(quantiles, dtype=np.float64).reshape(-1, len(levels))
    flat = np.ascontiguousarray(actual, dtype=np.float64).ravel()
    return score_rows(flat, rows, normal_levels(levels), FARTHEST).reshape(actual.shape)


def at_scores(
    quantiles: Float[FloatArray, "*steps levels"],
    scores: Float[FloatArray, "*steps levels"],
    levels: Sequence[float],
) -> Float[FloatArray, "*steps levels"]:
    """Quantiles read off where they should have stood, the median where it is. [..., levels]

    quantiles  [..., levels]  non-decreasing
    scores     [..., levels]  normal scores; those of `levels` themselves give the quantiles back, to the bit
    """
    rows = np.ascontiguousarray(quantiles, dtype=np.float64).reshape(-1, len(levels))
    flat = np.ascontiguousarray(scores, dtype=np.float64).reshape(-1, len(levels))
    return read_rows(rows, flat, normal_levels(levels)).reshape(quantiles.shape)
