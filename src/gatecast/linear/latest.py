"""The latest values of many series, moved on one by one, gaps filled as `fill_causally` fills them."""

from collections.abc import Sequence
from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray


class Latest:
    """As much of the end of each series as anything still reads.

    values    [series, longest]  the newest last; what would lie before a series' beginning is its first value
    position  [series]           0-based step of the newest
    season    a gap is filled from so many steps before
    """

    def __init__(self, values: FloatArray, position: IntArray, season: int) -> None:
        self.values = values
        self.position = position
        self.season = season

    def push(self, some: Int[IntArray, "some"], new: Float[FloatArray, "some"]) -> Float[FloatArray, "some"]:
        """Move some series on by a value each, NaN where missing; the value that then stands there."""
        filled: FloatArray = _push(self.values, self.position, some, new, self.season)
        return filled

    def copy(self) -> "Latest":
        """One that goes its own way."""
        return Latest(self.values.copy(), self.position.copy(), self.season)


def latest_of(filled: Sequence[FloatArray], longest: int, season: int) -> Latest:
    """The ends of some histories without gaps; of each no less than a season is kept."""
    longest = max(longest, season) + 1
    values = np.empty((len(filled), longest))
    for own, history in zip(values, filled, strict=True):
        count = min(longest, len(history))
        own[: longest - count] = history[0]
        own[longest - count :] = history[len(history) - count :]
    return Latest(values, np.array([len(one) - 1 for one in filled], dtype=np.int64), season)


@numba.njit(cache=True)
@no_type_check  # numba wants its own functions, not checked ones
def _push(values, position, some, new, season):  # pragma: no cover  # compiled
    filled = np.empty(len(some))
    for n in range(len(some)):
        own = values[some[n]]
        filled[n] = new[n]
        if np.isnan(new[n]):
            there = position[some[n]] + 1 - season >= 0
            filled[n] = own[len(own) - season] if there else own[-1]
        for t in range(len(own) - 1):
            own[t] = own[t + 1]
        own[-1] = filled[n]
        position[some[n]] += 1
    return filled
