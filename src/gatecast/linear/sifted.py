"""ARIMA as a member of the pool, moved on value by value: `RecentARIMA` behind the newest steps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.ahead import project
from gatecast.linear.baselines import repeated
from gatecast.linear.recent import WHOLE, Recent
from gatecast.linear.running import Running, start_running

NOTHING = np.zeros((0, 1))


class Sifted:
    """The filters of many series; those without a model repeat their season.

    fitted   [series]
    running  [series]  None where there is no model
    """

    def __init__(self, fitted: Sequence[Recent], running: list[Running | None], horizon: int) -> None:
        self.fitted = fitted
        self.running = running
        self.horizon = horizon
        self._bounds = np.array([[one.low, one.high] for one in fitted])

    def push(self, some: Int[IntArray, "some"], error: Float[FloatArray, "some"]) -> None:
        """Move some series on by an error each, gaps filled."""
        for i, u in zip(some.tolist(), error.tolist(), strict=True):
            one = self.running[i]
            if one is None:
                continue
            if one.position is None:  # too few values to difference as yet
                self.running[i] = one.after(np.array([u]), NOTHING)
                continue
            if one.model.constant:
                u -= float(one.model.mean(NOTHING, start=one.steps)[0])
                self.running[i] = replace(one, steps=one.steps + 1)
            one.position.move(one.system, np.array([u]), one.limit)

    def paths(
        self, some: Int[IntArray, "some"], latest: Float[FloatArray, "series longest"], season: int
    ) -> Float[FloatArray, "some horizon"]:
        """Errors expected behind the newest step of some series. [some, horizon]

        latest  [series, longest]  the errors up to there, gaps filled
        """
        paths = np.empty((len(some), self.horizon))
        for n, i in enumerate(some.tolist()):
            one, own = self.running[i], latest[i]
            paths[n] = (
                repeated(own, np.array([len(own) - 1]), self.horizon, season)[0]
                if one is None
                else self._ahead(one)
            )
        low, high = self._bounds[some].T[..., None]
        bounded: FloatArray = np.clip(np.where(np.isnan(paths), 0.0, paths), low, high)
        return bounded

    def copy(self) -> "Sifted":
        """One that goes its own way; what was fitted is shared."""
        running = [
            one
            if one is None or one.position is None
            else replace(one, position=one.position.after(one.system, np.zeros(0), one.limit))
            for one in self.running
        ]
        return Sifted(self.fitted, running, self.horizon)

    def _ahead(self, one: Running) -> FloatArray:
        if one.position is None:
            return one.ahead(np.zeros((0, self.horizon)))[0]
        system, states = one.system, one.position.states
        m = len(system.phi)
        now, history = states[:1, : min(self.horizon, m)].copy(), states[0, m:].copy()
        path: FloatArray = project(now, history, 1, _FIRST, system.ar, system.delta, self.horizon)[0]
        if one.model.constant:
            path += one.model.mean(np.zeros((0, self.horizon)), start=one.steps)
        return path


_FIRST = np.zeros(1, dtype=np.int64)


def sifted_of(fitted: Sequence[Recent], filled: Sequence[FloatArray], horizon: int) -> Sifted:
    """Behind the ends of some histories of errors, gaps filled: filtered once, from their beginning."""
    running: list[Running | None] = []
    for recent, u in zip(fitted, filled, strict=True):
        if not recent.models:
            running.append(None)
            continue
        start = start_running(recent.models[WHOLE], horizon, clean=True)
        running.append(start.after(u, np.zeros((0, len(u)))))
    return Sifted(fitted, running, horizon)
