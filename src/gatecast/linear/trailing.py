"""Means over the last so many steps, at every step."""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray


def trailing_mean(x: Float[FloatArray, "time *columns"], steps: int) -> Float[FloatArray, "time *columns"]:
    """Mean of the last `steps` values, that of its own row included; fewer at the beginning.

    x        [time, ...]  NaN spreads to every later row
    returns  [time, ...]

    >>> trailing_mean(np.array([1.0, 3.0, 5.0, 7.0]), 2)
    array([1., 2., 4., 6.])
    """
    total = np.concatenate([np.zeros((1, *x.shape[1:])), np.cumsum(x, axis=0)])
    end = np.arange(1, len(x) + 1)
    start = np.maximum(end - steps, 0)
    count = (end - start).reshape(-1, *(1 for _ in x.shape[1:]))
    mean: FloatArray = (total[end] - total[start]) / count
    return mean
