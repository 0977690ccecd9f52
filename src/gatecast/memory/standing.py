"""Where a network on its own stands behind each series: a row is read in one step, and no history again.

What it holds of each series: the last values, the states of its chains, what its head heard of the last
origins, and the scores of its latest forecasts, which the next intervals follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.forecaster import Forecast, Origins
from gatecast.interval import LEVELS, Tracks, normal_scores
from gatecast.memory.carried import Carried
from gatecast.memory.feed import Feed, Newest, Singles
from gatecast.memory.stated import Stating
from gatecast.standing import Arrived, Foreseen, Standing


@dataclass(frozen=True, eq=False)
class NetworkStanding(Standing):
    """Made by `_stand` of LSTM, GRU and RNN; its arrays are changed in place.

    carried  every network whose quantiles are averaged
    stating  how their quantiles become the forecast
    unseen   [series]  position of the first origin whose outcomes they were not trained on
    tracks   of the scores since; None where intervals stay as they were calibrated
    """

    feed: Feed
    carried: tuple[Carried, ...]
    stating: Stating
    unseen: Int[IntArray, "series"]
    tracks: Tracks | None

    @property
    def clock(self) -> IntArray:
        """0-based step of the last row read of each series. [series]"""
        return self.feed.clock.copy()

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return self.carried[0].network.shape.horizon

    def advance(self, rows: Arrived) -> None:
        """Score what was said of the rows, then read them: one step of every chain."""
        newest = self.feed.advance(rows)
        if self.tracks is not None:
            self.tracks.advance(rows.series, self._scores(rows.series, newest))
        for one in self.carried:
            one.advance(rows.series, newest.history)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """What the networks say from the states they hold."""
        count, horizon = foreseen.times.shape
        series, step = np.repeat(np.arange(count), horizon), np.tile(np.arange(1, horizon + 1), count)
        seen = self.feed.ahead(foreseen).reshape(count * horizon, -1)
        known = self._seen(series, self.feed.clock[series], step, seen).reshape(count, horizon, -1)
        quantiles = _mean([one.ahead(known) for one in self.carried])
        origins = Origins(np.arange(count), self.clock)
        last = self.feed.at(origins.series, origins.position)
        shifts = None if self.tracks is None else self.tracks.shifts()
        return self.stating.state(quantiles, last, origins, levels, shifts)

    def state(self) -> dict[str, FloatArray]:
        """Clock, last value, hidden state and cell of every network, and how wide its intervals stand."""
        every = np.arange(len(self.feed.clock))
        said = {
            "clock": self.clock.astype(np.float64),
            "last value, scaled": self.feed.at(every, self.feed.clock),
        }
        for k, one in enumerate(self.carried):
            of = f" of network {k + 1}" if len(self.carried) > 1 else ""
            hidden, cell = one.chains.states(every)
            said[f"hidden{of}"] = hidden.astype(np.float64)
            if cell.shape[1]:
                said[f"cell{of}"] = cell.astype(np.float64)
        if self.tracks is not None:
            said["interval scores"] = self.tracks.shifts().reshape(len(every), -1)
        return said

    def copy(self) -> Self:
        """A snapshot; what was learned is shared."""
        tracks = None if self.tracks is None else self.tracks.copy()
        carried = tuple(one.copy() for one in self.carried)
        return replace(self, feed=self.feed.copy(), carried=carried, tracks=tracks)

    def _scores(self, series: IntArray, newest: Newest) -> Float[FloatArray, "some horizon"]:
        """Where the new values fell among the quantiles stated for them, 1, 2, … steps before."""
        assert self.tracks is not None
        position = self.feed.clock[series][:, None]
        origin = position - np.arange(1, self.horizon + 1)
        first = np.maximum(self.unseen[series], 0)[:, None]
        scored = (origin >= first) & (origin % self.tracks.pace.stride == 0)
        scored &= np.isfinite(newest.target)[:, None]
        scores = np.full(scored.shape, np.nan)
        row, step = np.nonzero(scored)
        if not len(row):
            return scores
        known = self._seen(series[row], origin[row, step], step + 1, newest.ahead[row])
        quantiles = _mean([one.look_back(series[row], step, known) for one in self.carried])
        stated = self.stating.calibrated.at_steps(quantiles, step)
        scores[row, step] = normal_scores(newest.target[row], stated, LEVELS)
        return scores

    def _seen(self, series: IntArray, origin: IntArray, step: IntArray, ahead: Singles) -> Singles:
        """All that is known of steps ahead. [rows, inputs]"""
        gone = self.feed.gone_by(series, origin, step)
        ramp = np.round(step / self.horizon, 4).astype(np.float32)
        return np.concatenate([ahead, gone, ramp[:, None]], axis=1)


def _mean(said: list[FloatArray]) -> FloatArray:
    mean: FloatArray = said[0] if len(said) == 1 else np.mean(said, axis=0)
    return mean
