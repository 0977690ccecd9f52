"""Where the filter of one series stands: all that its past has to say of its future.

A position moves on value by value, in a time that does not grow with what lies behind it, and gives the
means and variances of the levels ahead. Levels are values less the regression.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.linear.ahead import project, variance_before, variances
from gatecast.linear.filter import EVERY, MANY, MOST, WITHIN, condense, first_state, follow
from gatecast.linear.sarima import Sarima

DIFFUSE = 1e7  # variance of a missing first level, in innovations
BLOCK = 1024  # values filtered at once: what they leave behind is kept no longer
FEW = 8  # columns of uncertainty there is room for once there is one


@dataclass(frozen=True)
class System:
    """A model's polynomials from lag 0, as the kernels read them.

    phi  [m]  coefficients of φ(B) Φ(B^s) at every lag of the state
    """

    ar: FloatArray
    ma: FloatArray
    delta: FloatArray
    phi: FloatArray

    @cached_property
    def steady(self) -> FloatArray:
        """The gain of the filter once it has seen enough: φ + θ. [m]"""
        gain: FloatArray = self.phi.copy()
        gain[: len(self.ma) - 1] += self.ma[1:]
        return gain


@dataclass(frozen=True)
class Position:
    """The filter behind the last value it has seen; `begin` makes the first one. See `filter.py`.

    states   [1 + room, m + lags]  mean, and columns of A
    gains    [2, m]                increment, gain
    scalars  F, M, side of the last spike
    counts   steps, and what it takes to judge spikes; the third, columns of A
    spread   [horizon]  variances of the levels ahead for unit σ², had nothing been missing
    """

    states: FloatArray
    gains: FloatArray
    scalars: FloatArray
    counts: IntArray
    spread: FloatArray

    def after(self, system: System, levels: FloatArray, limit: float) -> "Position":
        """The position some levels later; this one stays as it is. levels [new], NaN where missing"""
        left, now = levels.copy(), self._copy()
        while len(left):
            done = now._take_in(system, left[:BLOCK], limit)
            if done < min(len(left), BLOCK):
                now = now._roomier()
            left = left[done:]
        return now

    def believed(self, system: System, levels: FloatArray, limit: float) -> FloatArray:
        """Some levels as the filter takes them: a spike as its forecast. levels [new], NaN stays NaN"""
        left, now, taken = levels.copy(), self._copy(), levels.copy()
        while len(left):
            first = len(levels) - len(left)
            done = now.move(system, left, limit)[0]
            taken[first : first + done] = left[:done]
            left = left[done:]
            now = now._roomier() if len(left) else now
        return np.where(np.isnan(levels), np.nan, taken)

    def innovations(self, system: System, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Errors one step ahead of some levels, all believed, and their variances for unit σ².

        levels   [new]  NaN where missing
        returns  [new], zero where missing; [new]
        """
        left, now = levels.copy(), self._copy()
        v, variance = np.empty(len(levels)), np.empty(len(levels))
        while len(left):
            first = len(levels) - len(left)
            done, *_, errors, spread = now.move(system, left, np.inf)
            v[first : first + done], variance[first : first + done] = errors[:done], spread[:done]
            left = left[done:]
            now = now._roomier() if len(left) else now
        return v, variance

    def ahead(self, system: System) -> tuple[FloatArray, FloatArray]:
        """Means of the next levels and their variances for unit σ². [horizon], [horizon]"""
        horizon, m = len(self.spread), len(system.phi)
        states = self.states[: self.counts[2] + 1]
        history, lags = states[:, m:].ravel(), states.shape[1] - m
        now = states[:, : min(horizon, m)].copy()
        paths = project(now, history, lags, np.arange(len(states)), system.ar, system.delta, horizon)
        return paths[0], self.spread + (paths[1:] ** 2).sum(axis=0)

    def move(self, system: System, levels: FloatArray, limit: float) -> Any:
        """Move on in place, all but `spread`; what `follow` leaves behind. levels [new] change in place"""
        depth = min(len(self.spread), len(system.phi))
        return follow(
            levels,
            system.phi,
            system.steady,
            system.delta,
            self.states,
            self.gains,
            self.scalars,
            self.counts,
            limit,
            depth,
        )

    def _take_in(self, system: System, levels: FloatArray, limit: float) -> int:
        """Move on in place; how many levels there was room for."""
        done, _, increments, weight, _, _ = self.move(system, levels, limit)
        if done and weight[0] != 0.0:
            last = np.array([done - 1])
            self.spread[:] = variances(increments, weight, last, self.spread, system.ar, system.delta)[0]
        return int(done)

    def _copy(self) -> "Position":
        return Position(*(column.copy() for column in vars(self).values()))

    def _roomier(self) -> "Position":
        """The same position with room for more columns: no more than twice the rank of A."""
        count, size = int(self.counts[2]), self.states.shape[1]
        states, counts = self.states, self.counts.copy()
        if count >= max(FEW, 2 * size):
            counts[2] = condense(states, count)
        else:
            states = np.zeros((1 + max(FEW, min(2 * count, 2 * size)), size))
            states[: count + 1] = self.states[: count + 1]
        return replace(self, states=states, counts=counts)


def system_of(model: Sarima) -> System:
    """The polynomials of a model."""
    ar, ma = model.ar, model.ma
    phi = np.zeros(max(len(ar), len(ma)) - 1)
    phi[: len(ar) - 1] = -ar[1:]
    return System(ar, ma, model.delta, phi)


def begin(system: System, levels: FloatArray, horizon: int) -> Position:
    """The filter before its first value.

    levels  [lags of delta]  what differencing starts from; NaN where missing, and guessed from the others
    """
    m, lags = len(system.phi), len(system.delta) - 1
    gains, scalars = first_state(system.ar, system.ma)
    missing = np.flatnonzero(~np.isfinite(levels))
    known = np.flatnonzero(np.isfinite(levels))
    states = np.zeros((1 + len(missing), m + lags))
    states[0, m:] = levels
    if len(missing):
        states[0, m + missing] = np.interp(missing, known, levels[known]) if len(known) else 0.0
        states[1 + np.arange(len(missing)), m + missing] = np.sqrt(DIFFUSE)
    counts = np.array([0, -1, len(missing), MOST * EVERY, *[-WITHIN] * MANY], dtype=np.int64)
    before = variance_before(system.ar, system.ma, system.delta, horizon)
    return Position(states, gains, scalars, counts, before)
