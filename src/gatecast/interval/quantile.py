"""Quantile levels: which ones are estimated, how others are read off, and that they never cross. [kernel]"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.interval.rowwise import untangle_rows

LEVELS = (0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.975)
MEDIAN = LEVELS.index(0.5)


def at_levels(
    quantiles: Float[FloatArray, "*steps known"], known: Sequence[float], wanted: Sequence[float]
) -> Float[FloatArray, "*steps wanted"]:
    """Read other levels off known quantiles, along the normal probability scale.

    quantiles  [..., known]   non-decreasing
    known      [known]        ascending, in (0, 1)
    wanted     [wanted]       in (0, 1); beyond the outermost known level the tail goes on as a normal one
    returns    [..., wanted]  non-decreasing where wanted ascends

    >>> at_levels(np.array([0.0, 1.0, 3.0]), (0.1, 0.5, 0.9), (0.5, 0.9))
    array([1., 3.])
    """
    normal = NormalDist()
    x = np.array([normal.inv_cdf(p) for p in known])
    target = np.array([normal.inv_cdf(p) for p in wanted])
    left = np.clip(np.searchsorted(x, target, side="right") - 1, 0, len(x) - 2)
    share = (target - x[left]) / (x[left + 1] - x[left])
    low, high = quantiles[..., left], quantiles[..., left + 1]
    # where the share is exact, take the known value itself: no rounding between the two
    read: FloatArray = np.where(share == 0, low, np.where(share == 1, high, low + share * (high - low)))
    return read


def untangle(
    quantiles: Float[FloatArray, "*steps levels"], median: int = MEDIAN
) -> Float[FloatArray, "*steps levels"]:
    """Quantiles made non-decreasing outward from their median, which stays. [..., levels]

    >>> untangle(np.array([2.0, 1.0, 0.5]), median=1)
    array([1., 1., 1.])
    """
    rows = np.ascontiguousarray(quantiles, dtype=np.float64).reshape(-1, quantiles.shape[-1])
    return untangle_rows(rows, median).reshape(quantiles.shape)


def agreed(
    quantiles: Float[FloatArray, "*steps levels"], point: Float[FloatArray, "*steps"], levels: Sequence[float]
) -> Float[FloatArray, "*steps levels"]:
    """Quantiles that agree with their point forecast to the last bit: none on the wrong side of it.

    quantiles  [..., levels]
    point      [...]          the median, read off elsewhere
    """
    level = np.asarray(levels)
    low = np.minimum(quantiles, point[..., None])
    high = np.maximum(quantiles, point[..., None])
    chosen: FloatArray = np.where(level < 0.5, low, np.where(level > 0.5, high, point[..., None]))
    return chosen
