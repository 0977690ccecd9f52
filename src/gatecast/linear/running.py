"""One fitted series and the state behind its last value: new values move it on, nothing is filtered again."""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.position import Position, System, begin, system_of
from gatecast.linear.sarima import Sarima

FAR = 10.0  # standard deviations of the forecast at which a value is not believed


@dataclass(frozen=True)
class Running:
    """A model and what it knows behind the last value it has seen; made by `start_running`.

    limit     standard deviations at unit σ² from which a value is a spike
    steps     values seen, leading missing ones included: where regressors stand
    waiting   levels from the first known one on, while they are too few to difference
    position  of the filter, once they are not
    """

    model: Sarima
    system: System
    horizon: int
    limit: float
    steps: int
    waiting: FloatArray
    position: Position | None

    def after(self, y: FloatArray, regressors: FloatArray) -> "Running":
        """The same some values later, in a time that does not grow with what came before.

        y           [new]  NaN where missing
        regressors  [regressors, new]
        """
        levels = y - self.model.mean(regressors[:, : len(y)], start=self.steps)
        steps, position = self.steps + len(y), self.position
        if position is not None:
            return replace(self, steps=steps, position=position.after(self.system, levels, self.limit))
        levels = _from_first_known(np.concatenate([self.waiting, levels]))
        lags = len(self.system.delta) - 1
        if len(levels) <= lags:
            return replace(self, steps=steps, waiting=levels)
        position = begin(self.system, levels[:lags], self.horizon)
        position = position.after(self.system, levels[lags:], self.limit)
        return replace(self, steps=steps, waiting=levels[:0], position=position)

    def ahead(self, regressors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means and variances of the next steps. regressors [regressors, horizon] → [horizon], [horizon]"""
        position = self.position
        if position is None:
            levels = pretended(self.waiting, self.system)
            lags = len(self.system.delta) - 1
            position = begin(self.system, levels[:lags], self.horizon)
            position = position.after(self.system, levels[lags:], np.inf)
        path, variance = position.ahead(self.system)
        mean = self.model.mean(regressors[:, : self.horizon], start=self.steps)
        return path + mean, variance * self.model.sigma2


def start_running(model: Sarima, horizon: int, *, clean: bool = False) -> Running:
    """The state before any value.

    horizon  steps ahead that it will be asked for
    clean    take a value FAR from its forecast for that forecast, unless one shortly before was, too
    """
    return Running(model, system_of(model), horizon, spike_limit(model, clean), 0, np.zeros(0), None)


def spike_limit(model: Sarima, clean: bool) -> float:
    """How far from its forecast a value is a spike, in the unit of the series at unit variance."""
    return FAR * float(np.sqrt(model.sigma2)) if clean and model.sigma2 > 0.0 else np.inf


def pretended(levels: FloatArray, system: System) -> FloatArray:
    """Too few levels to difference, behind as many as it takes of the first. [levels] → [lags + levels]"""
    first = levels[:1] if len(levels) else np.full(1, np.nan)
    return np.concatenate([np.repeat(first, len(system.delta) - 1), levels])


def _from_first_known(levels: FloatArray) -> FloatArray:
    known = np.flatnonzero(np.isfinite(levels))
    return levels[known[0] :] if len(known) else levels[:0]
