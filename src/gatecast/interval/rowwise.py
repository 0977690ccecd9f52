"""Normal scores and quantiles read off at them, a row at a time, compiled: see `score`. [kernel]"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray

NARROWEST = 1e-12  # a distribution this narrow, scaled, is one value: no score tells its width


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # numba wants its own functions, not checked ones
def _slope(row, x, median, end):  # pragma: no cover  # compiled
    """How far one standard deviation reaches beyond the lowest or the highest quantile."""
    return max((row[end] - row[median]) / x[end], NARROWEST)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _scores(actual, quantiles, x, median, farthest, found):  # pragma: no cover  # compiled
    last = len(x) - 1
    for n in range(len(actual)):
        y, row = actual[n], quantiles[n]
        if not np.isfinite(y):
            found[n] = np.nan
            continue
        below, upto = 0, 0
        for level in range(last + 1):
            below += row[level] < y
            upto += row[level] <= y
        if upto > below:
            z = (x[min(below, last)] + x[max(upto - 1, 0)]) / 2
        elif below == 0:
            z = x[0] + (y - row[0]) / _slope(row, x, median, 0)
        elif upto == last + 1:
            z = x[last] + (y - row[last]) / _slope(row, x, median, last)
        else:
            left = min(max(below - 1, 0), last - 1)
            share = (y - row[left]) / max(row[left + 1] - row[left], NARROWEST)
            z = x[left] + share * (x[left + 1] - x[left])
        found[n] = min(max(z, -farthest), farthest)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _read(quantiles, scores, x, median, found):  # pragma: no cover  # compiled
    last = len(x) - 1
    for n in range(len(quantiles)):
        row = quantiles[n]
        down, up = _slope(row, x, median, 0), _slope(row, x, median, last)
        for level in range(last + 1):
            z = scores[n, level]
            if level == median:
                found[n, level] = row[level]
            elif z < x[0]:
                found[n, level] = row[0] + (z - x[0]) * down
            elif z > x[last]:
                found[n, level] = row[last] + (z - x[last]) * up
            else:
                left = 0
                while left < last - 1 and x[left + 1] <= z:
                    left += 1
                share = (z - x[left]) / (x[left + 1] - x[left])
                low, high = row[left], row[left + 1]
                found[n, level] = high if share == 1 else low + share * (high - low)
        for level in range(median - 1, -1, -1):
            found[n, level] = min(found[n, level], found[n, level + 1])
        for level in range(median + 1, last + 1):
            found[n, level] = max(found[n, level], found[n, level - 1])


def score_rows(
    actual: Float[FloatArray, "rows"],
    quantiles: Float[FloatArray, "rows levels"],
    x: Float[FloatArray, "levels"],
    farthest: float,
) -> Float[FloatArray, "rows"]:
    """Where each value fell among its quantiles; x the levels' normal scores. [rows]"""
    found = np.empty(len(actual))
    _scores(actual, quantiles, x, int(np.flatnonzero(x == 0)[0]), farthest, found)
    return found


def read_rows(
    quantiles: Float[FloatArray, "rows levels"],
    scores: Float[FloatArray, "rows levels"],
    x: Float[FloatArray, "levels"],
) -> Float[FloatArray, "rows levels"]:
    """Each row's quantiles read off at other scores, untangled from the median on. [rows, levels]"""
    found = np.empty(quantiles.shape)
    _read(quantiles, scores, x, int(np.flatnonzero(x == 0)[0]), found)
    return found
