"""Which lags an autoregression reads: the last few steps and the neighbourhoods of past cycles."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray

RECENT = 3
WIDE_FROM = 24  # steps of the first season
MOST_DIRECT = 200


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


def wide_lag_set(seasons: Sequence[int], longest: int) -> Int[IntArray, "lags"]:
    """More of them, for what a regression on a long history leaves; the same where a season is short.

    >>> wide_lag_set((24, 168), 400).tolist()[:17]
    [1, 2, 3, 4, 5, 6, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 46]
    >>> wide_lag_set((12,), 40).tolist() == lag_set((12,), 40).tolist()
    True
    """
    cycles = [s for s in seasons if s > 1]
    lags = {int(lag) for lag in lag_set(seasons, longest)}
    if cycles and cycles[0] >= WIDE_FROM:
        first = cycles[0]
        lags |= set(range(1, 2 * RECENT + 1)) | _around(first, 4) | {first + 5} | _around(2 * first, 2)
        for shorter, longer in pairwise(cycles):
            if longer // shorter <= 8:
                lags |= {lag for m in range(3 * shorter, longer, shorter) for lag in _around(m, 1)}
            lags |= _around(longer, 2)
    return np.array(sorted(lag for lag in lags if 1 <= lag <= longest), dtype=np.int64)


def direct_lags(day: int, week: int, longest: int) -> Int[IntArray, "lags"]:
    """Steps before an origin that a direct forecast reads: every one of the last days', and last week's.

    Where a day has many steps, every second or third … of them, so that they stay a few hundred.

    >>> direct_lags(24, 168, 400).tolist() == list(range(169))
    True
    >>> len(direct_lags(1440, 10080, 6700))
    187
    """
    reach = min(week + 1, longest)
    fewest = max(1, -(-reach // MOST_DIRECT))
    stride = next((step for step in range(fewest, day) if day % step == 0), day)
    return np.arange(0, reach, stride, dtype=np.int64)


def _around(center: int, reach: int) -> set[int]:
    return set(range(center - reach, center + reach + 1))
