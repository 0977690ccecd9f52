"""Spikes: values far from both their neighbours in time and the same phase of other seasons. [kernel]

A spike is taken for a missing value. What is far from only one of the two is news (a step, a peak) and
stays; where many values would be spikes, they are the process.
"""

import numpy as np
from jaxtyping import Bool, Float

from gatecast._types import BoolArray, FloatArray

FAR = 8.0  # robust standard deviations
MOST = 0.01  # share of the values


def spikes(y: Float[FloatArray, "time"], season: int) -> Bool[BoolArray, "time"]:
    """Which values are spikes. [time], NaN where missing

    >>> y = np.sin(np.arange(200) * 2 * np.pi / 10) + np.arange(200) % 7 * .01
    >>> y[77] = 9.0
    >>> np.flatnonzero(spikes(y, 10))
    array([77])
    """
    near = _excess(y, [-2, -1, 1, 2])
    far = near / 2.5  # one witness only: it must be the more certain
    if season > 2 and len(y) > 3 * season:
        far = _excess(y, [-2 * season, -season, season, 2 * season])
    with np.errstate(invalid="ignore"):
        found: BoolArray = (near > FAR) & (far > FAR)
    few = found.sum() <= max(2, MOST * len(y))
    return found if few else np.zeros(len(y), dtype=bool)


def _excess(y: FloatArray, lags: list[int]) -> FloatArray:
    """Distance from the median of these even number of neighbours, in robust standard deviations. [time]"""
    reach = max(lags)
    padded = np.pad(y, reach, constant_values=np.nan)
    around = np.stack([padded[reach + lag : reach + lag + len(y)] for lag in lags])
    known = np.isfinite(around)
    filled = np.where(known, around, np.inf)
    filled.sort(axis=0)
    count = known.sum(axis=0)
    column = np.arange(len(y))
    low, high = np.maximum(count - 1, 0) // 2, count // 2  # the two in the middle
    middle = 0.5 * (filled[low, column] + filled[np.minimum(high, len(lags) - 1), column])
    with np.errstate(invalid="ignore"):
        distance = np.abs(y - middle)
    usual = 1.4826 * np.median(distance[np.isfinite(distance)]) if np.isfinite(distance).any() else 0.0
    return np.where(np.isfinite(distance), distance, 0.0) / usual if usual > 0.0 else np.zeros(len(y))
