"""Errors around a mean, moved on value by value: what `paths_around` says behind the newest steps.

Behind the history that was fitted the coefficients that leave out no block speak; lags reach into the latest
values and no further.
"""

from collections.abc import Sequence
from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.around import Fitted
from gatecast.linear.direct import waves_of
from gatecast.linear.latest import Latest


class Onward:
    """The autoregressions of many series, as they speak behind the histories they were fitted on.

    fitted   [series]
    horizon  steps ahead
    """

    def __init__(self, fitted: Sequence[Fitted], horizon: int) -> None:
        self.fitted = fitted
        self.horizon = horizon
        most = max((len(one.lags) for one in fitted), default=0)
        self._lags = np.ones((len(fitted), most), dtype=np.int64)
        self._weights = np.zeros((len(fitted), most))  # lags beyond a series' own weigh nothing
        for i, one in enumerate(fitted):
            self._lags[i, : len(one.lags)] = one.lags
            self._weights[i, : len(one.lags)] = one.coefficients[-1]
        self._constants = np.array([[one.intercepts[-1], one.low, one.high] for one in fitted])
        self._corrected = np.array([one.direct is not None for one in fitted], dtype=bool)

    @property
    def longest(self) -> int:
        """How many of the latest errors it reads."""
        return max(map(lookback, self.fitted), default=1)

    def paths(self, some: Int[IntArray, "some"], latest: Latest) -> Float[FloatArray, "some horizon"]:
        """Errors expected behind the newest step of some series. [some, horizon]

        latest  their errors, gaps filled
        """
        values, constants = latest.values, self._constants
        paths: FloatArray = _recursions(values, some, self._lags, self._weights, constants, self.horizon)
        waves = waves_of(latest.position[some], latest.season)
        for n in np.flatnonzero(self._corrected[some]):
            i = int(some[n])
            direct = self.fitted[i].direct
            assert direct is not None  # just selected
            parts = direct.back, direct.modulated, direct.coefficients[-1]
            _correct(values[i], *parts, waves[n], direct.share, constants[i, 1:], paths[n])
        return paths


def lookback(fitted: Fitted) -> int:
    """How many steps before an origin the errors are read."""
    back = 0 if fitted.direct is None else int(fitted.direct.back.max()) + 1
    return max(int(fitted.lags.max(initial=1)), back)


@numba.njit(cache=True)
@no_type_check  # numba wants its own functions, not checked ones
def _recursions(values, some, lags, weights, constants, horizon):  # pragma: no cover  # compiled
    """`recursive_paths` behind the newest value of some series."""
    paths, newest = np.empty((len(some), horizon)), values.shape[1]
    seen = np.empty(newest + horizon)
    for n in range(len(some)):
        i = some[n]
        seen[:newest] = values[i]
        for step in range(horizon):
            total = constants[i, 0]
            for j in range(lags.shape[1]):
                total += weights[i, j] * seen[newest + step - lags[i, j]]
            seen[newest + step] = min(max(total, constants[i, 1]), constants[i, 2])
        paths[n] = seen[newest:]
    return paths


@numba.njit(cache=True)
@no_type_check  # as above
def _correct(own, back, modulated, coefficients, waves, share, bounds, path):  # pragma: no cover  # compiled
    """Add what `Direct.correction` says behind the newest value of one series, within bounds."""
    newest, lags, count = len(own) - 1, len(back), len(waves)
    added = np.zeros(len(path))
    for j in range(lags):
        added += own[newest - back[j]] * coefficients[j]
    for j in range(len(modulated)):
        for w in range(count):
            x = own[newest - back[modulated[j]]] * waves[w]
            added += x * coefficients[lags + count * j + w]
    row = lags + count * len(modulated)
    added += coefficients[row]
    for w in range(count):
        added += waves[w] * coefficients[row + 1 + w]
    for k in range(len(path)):
        path[k] = min(max(path[k] + share * added[k], bounds[0]), bounds[1])
