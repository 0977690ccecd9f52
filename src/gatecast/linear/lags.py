"""Which lags an autoregression reads: the last few steps and the neighbourhoods of past cycles."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray

RECENT = 3


def lag_set(seasons: Sequence[int], longest: int) -> Int[IntArray, "lags"]:
    """Lags for the given seasons, none beyond `longest`, ascending.

    The first season brings its neighbourhood (two steps either side), its double (one step) and its
    multiples up to the next season, which brings its own neighbourhood (one step).

    >>> lag_set((24, 168), 400).tolist()
    [1, 2, 3, 22, 23, 24, 25, 26, 47, 48, 49, 72, 96, 120, 144, 167, 168, 169]
    >>> lag_set((12,), 40).tolist()
    [1, 2, 3, 11, 12, 13, 23, 24, 25]
    >>> lag_set((1,), 2).tolist()
    [1, 2]
    """
    cycles = [s for s in seasons if s > 1]
    lags = set(range(1, RECENT + 1))
    if cycles:
        first = cycles[0]
        lags |= _around(first, 2 if first >= 24 else min(1, first // 4)) | _around(
            2 * first, 1 if first >= 8 else 0
        )
    for shorter, longer in pairwise(cycles):
        lags |= set(range(3 * shorter, longer, shorter)) if longer // shorter <= 8 else set()
        lags |= _around(longer, 1)
    return np.array(sorted(lag for lag in lags if 1 <= lag <= longest), dtype=np.int64)


def _around(center: int, reach: int) -> set[int]:
    return set(range(center - reach, center + reach + 1))
