"""Where the ARIMA models of every series stand: the states of their filters behind the last values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast, Origins
from gatecast.linear.fitted import FittedSeries, States
from gatecast.linear.running import Running
from gatecast.standing import Arrived, Foreseen, Standing


@dataclass(eq=False)
class FilterStanding(Standing):
    """The states behind the last values of a panel; made by `stand`.

    fitted   [series]
    states   [series]  each is never changed: a new one takes its place
    horizon, clean  as the states were started
    mean     whether the point is the mean in the unit of the series, rather than the median
    panel    of files saved earlier: the one whose end this is
    """

    fitted: tuple[FittedSeries, ...]
    states: tuple[States, ...]
    horizon: int
    clean: bool
    mean: bool = False
    panel: Panel | None = None

    @property
    def clock(self) -> IntArray:
        """0-based step of the last row read of each series. [series]"""
        return np.array([states[0].steps - 1 for states in self.states], dtype=np.int64)

    def advance(self, rows: Arrived) -> None:
        """Filter one value of some series each."""
        states = list(self.states)
        for k, i in enumerate(rows.series):
            states[i] = self.fitted[i].after(states[i], rows.values[k : k + 1], rows.known[k : k + 1].T)
        self.states = tuple(states)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """Mean and normal quantiles of the models."""
        score = scores(levels)
        found = [
            one.outcome(*one.ahead(states, known.T), score, self.mean)
            for one, states, known in zip(self.fitted, self.states, foreseen.known, strict=True)
        ]
        quantiles, point = (np.concatenate(parts) for parts in zip(*found, strict=True))
        origins = Origins(np.arange(len(self.states)), self.clock)
        return Forecast(origins, np.asarray(levels, dtype=np.float64), quantiles, point)

    def state(self) -> dict[str, FloatArray]:
        """The clock, and the mean of each filter's state, padded with NaN to the longest."""
        said = {"clock": self.clock.astype(np.float64)}
        for k in range(max(len(states) for states in self.states)):
            means = [_mean_state(states[k] if k < len(states) else None) for states in self.states]
            padded = np.full((len(means), max(map(len, means))), np.nan)
            for row, mean in zip(padded, means, strict=True):
                row[: len(mean)] = mean
            said[f"filter {k + 1}"] = padded
        return said

    def copy(self) -> Self:
        """A snapshot."""
        return replace(self)


def stand(
    panel: Panel, fitted: tuple[FittedSeries, ...], horizon: int, clean: bool, mean: bool
) -> FilterStanding:
    """Filter every history of a panel, once and from its beginning."""
    states = []
    for i, one in enumerate(fitted):
        history = panel.history(i)
        start = one.start(horizon, clean)
        states.append(one.after(start, panel.values[history], panel.known[history].T))
    return FilterStanding(fitted, tuple(states), horizon, clean, mean)


def scores(levels: Sequence[float]) -> FloatArray:
    """Standard normal quantiles. [levels]"""
    return np.array([NormalDist().inv_cdf(level) for level in levels])


def _mean_state(running: Running | None) -> FloatArray:
    if running is None or running.position is None:
        return np.zeros(0)
    mean: FloatArray = running.position.states[0]
    return mean
