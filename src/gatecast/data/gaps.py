"""Missing values: which they are, and fillings that never look ahead."""

import numba
import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.panel import Panel


def missing_mask(panel: Panel) -> BoolArray:
    """Rows of the panel's history that have no value; rows of the future are not missing. [rows]"""
    starts = np.repeat(panel.offsets[:-1], panel.lengths)
    step = np.arange(len(panel.values)) - starts
    return np.isnan(panel.values) & (step < np.repeat(panel.known_steps, panel.lengths))


def fill_causally(values: FloatArray, offsets: IntArray, season: int) -> FloatArray:
    """Replace every NaN by what was there one season earlier, else by the last value before it.

    What is filled may fill again a season later. Only earlier values are read, so that a model fed the result
    knows nothing of the future; a series that begins with NaN has no earlier value and takes its first one.
    A series of NaN only stays so.

    values   [rows]        any unit
    offsets  [series + 1]  series i is rows offsets[i]:offsets[i + 1]
    season   length of the cycle in steps; 1 carries the last value on
    returns  [rows]        a copy

    >>> fill_causally(np.array([1.0, 2.0, np.nan, np.nan, 5.0, np.nan]), np.array([0, 6]), season=2)
    array([1., 2., 1., 2., 5., 2.])
    """
    filled = np.array(values, dtype=np.float64)
    if np.isnan(filled).any():
        _fill(filled, np.asarray(offsets, dtype=np.int64), season)
    return filled


@numba.njit(cache=True, nogil=True)
def _fill(values: FloatArray, offsets: IntArray, season: int) -> None:  # pragma: no cover  # compiled
    for i in range(len(offsets) - 1):
        start, stop = offsets[i], offsets[i + 1]
        first = start
        while first < stop and np.isnan(values[first]):
            first += 1
        if first == stop:
            continue
        values[start:first] = values[first]
        for t in range(first + 1, stop):
            if np.isnan(values[t]):
                values[t] = values[t - season] if t - season >= start else values[t - 1]
