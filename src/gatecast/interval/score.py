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
from gatecast.interval.quantile import untangle

FARTHEST = 40.0  # scores and quantiles lie within as many standard deviations
NARROWEST = 1e-12  # a distribution this narrow, scaled, is one value: no score tells its width


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
    x, last = normal_levels(levels), len(levels) - 1
    below = (quantiles < actual[..., None]).sum(axis=-1)
    upto = (quantiles <= actual[..., None]).sum(axis=-1)
    left = np.clip(below - 1, 0, last - 1)
    low, high = (np.take_along_axis(quantiles, at[..., None], -1)[..., 0] for at in (left, left + 1))
    share = (actual - low) / np.maximum(high - low, NARROWEST)
    between = x[left] + share * (x[left + 1] - x[left])
    tied = (x[np.minimum(below, last)] + x[np.maximum(upto - 1, 0)]) / 2
    beyond = [
        edge + (actual - quantiles[..., end]) / slope
        for edge, end, slope in zip(x[[0, -1]], (0, -1), _slopes(quantiles, x), strict=True)
    ]
    score = np.where(below == 0, beyond[0], np.where(upto == last + 1, beyond[1], between))
    score = np.where(upto > below, tied, score)
    return np.where(np.isfinite(actual), np.clip(score, -FARTHEST, FARTHEST), np.nan)


def at_scores(
    quantiles: Float[FloatArray, "*steps levels"],
    scores: Float[FloatArray, "*steps levels"],
    levels: Sequence[float],
) -> Float[FloatArray, "*steps levels"]:
    """Quantiles read off where they should have stood, the median where it is. [..., levels]

    quantiles  [..., levels]  non-decreasing
    scores     [..., levels]  normal scores; those of `levels` themselves give the quantiles back, to the bit
    """
    x, last, median = normal_levels(levels), len(levels) - 1, list(levels).index(0.5)
    left = np.clip(np.searchsorted(x, scores, side="right") - 1, 0, last - 1)
    low, high = (np.take_along_axis(quantiles, at, -1) for at in (left, left + 1))
    share = (scores - x[left]) / (x[left + 1] - x[left])
    read = np.where(share == 1, high, low + share * (high - low))
    down, up = (slope[..., None] for slope in _slopes(quantiles, x))
    read = np.where(scores < x[0], quantiles[..., :1] + (scores - x[0]) * down, read)
    read = np.where(scores > x[-1], quantiles[..., -1:] + (scores - x[-1]) * up, read)
    read[..., median] = quantiles[..., median]
    return untangle(read, median)


def _slopes(
    quantiles: Float[FloatArray, "*steps levels"], x: Float[FloatArray, "levels"]
) -> tuple[Float[FloatArray, "*steps"], Float[FloatArray, "*steps"]]:
    """How far one standard deviation reaches beyond the lowest and the highest quantile. [...] each"""
    middle = quantiles[..., int(np.flatnonzero(x == 0)[0])]
    down, up = ((quantiles[..., end] - middle) / x[end] for end in (0, -1))
    return np.maximum(down, NARROWEST), np.maximum(up, NARROWEST)
