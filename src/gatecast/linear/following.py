"""Intervals that follow: quantiles around point forecasts, moved by each outcome as it comes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.forecaster import Forecast, Origins
from gatecast.interval import (
    LEVELS,
    Pace,
    Tracks,
    agreed,
    at_levels,
    by_outcome,
    moved,
    new_tracks,
    normal_scores,
    pace_of,
)
from gatecast.linear.paths import BEGUN, Spread, scaled_paths


class Following:
    """How the latest point forecasts of many series have fared, and what that says of the next ones.

    spread  of errors around paths
    scale   on which they are
    first   [series]  the first origin whose forecasts are scored
    tracks  of their scores
    """

    def __init__(self, spread: Spread, scale: Scale, first: IntArray, pace: Pace, tracks: Tracks) -> None:
        self.spread = spread
        self.scale = scale
        self.first = first
        self.pace = pace
        self.tracks = tracks

    def score(
        self,
        some: Int[IntArray, "some"],
        position: Int[IntArray, "some"],
        point: Float[FloatArray, "some horizon"],
        actual: Float[FloatArray, "some"],
    ) -> None:
        """Take in a row of some series.

        position  [some]           of the row
        point     [some, horizon]  forecasts for it, made 1, 2, … steps before; NaN where there was none
        actual    [some]           what came, NaN where missing
        """
        step = np.arange(1, point.shape[1] + 1)
        origin = position[:, None] - step
        asked = (origin % self.pace.stride == 0) & (origin >= self.first[some, None])
        phase = np.broadcast_to(position[:, None] % self.pace.phases, point.shape)
        scores = self._scores(some, phase, point, actual[:, None])
        scores[~asked] = np.nan
        self.tracks.advance(some, scores)

    def forecast(
        self,
        clock: Int[IntArray, "series"],
        point: Float[FloatArray, "series horizon"],
        levels: Sequence[float],
    ) -> Forecast:
        """Point forecasts behind the newest step of every series, and quantiles around them."""
        every, step = np.arange(len(clock)), np.arange(1, point.shape[1] + 1)
        phase = (clock[:, None] + step) % self.pace.phases
        path = scaled_paths(self.scale, point, every[:, None])
        around = moved(self.spread.at(every, phase, path), self.tracks.shifts())
        quantiles = self.scale.inverse(at_levels(around, LEVELS, levels), every[:, None, None])
        stated = agreed(quantiles, point, levels)
        return Forecast(Origins(every, clock), np.asarray(levels, dtype=np.float64), stated, point)

    def replayed(
        self,
        series: int,
        last: int,
        position: Int[IntArray, "origins"],
        point: FloatArray,
        actual: FloatArray,
    ) -> None:
        """Take in the forecasts of one series from earlier origins, once and for all.

        last           the newest step
        point, actual  [origins, horizon]
        """
        asked = (position % self.pace.stride == 0) & (position >= self.first[series]) & (position < last)
        position, point, actual = position[asked], point[asked], actual[asked]
        whose = np.full(len(position), series)
        step = np.arange(1, point.shape[1] + 1)
        scores = self._scores(whose, (position[:, None] + step) % self.pace.phases, point, actual)
        reach = min(self.pace.reach, last + 1)
        rows = by_outcome(scores, position, last - reach + 1, reach)
        self.tracks.fill(series, rows)

    def state(self) -> dict[str, FloatArray]:
        """What it holds, by name. Each [series, ...]"""
        shifts = self.tracks.shifts()
        return {"interval scores": shifts.reshape(len(shifts), -1)}

    def copy(self) -> "Following":
        """One that goes its own way; what was fitted is shared."""
        return Following(self.spread, self.scale, self.first, self.pace, self.tracks.copy())

    def _scores(self, some: IntArray, phase: IntArray, point: FloatArray, actual: FloatArray) -> FloatArray:
        path = scaled_paths(self.scale, point, some[:, None])
        came = self.scale.forward(np.broadcast_to(actual, point.shape), some[:, None])
        return normal_scores(came, self.spread.at(some, phase, path), LEVELS)


def following(
    spread: Spread, scale: Scale, seasons: tuple[int, ...], horizon: int, clock: Int[IntArray, "series"]
) -> Following:
    """Before any forecast was scored; `replayed` takes in those of each history.

    clock  [series]  the newest step of each
    """
    pace, first = pace_of(seasons[0]), np.full(len(clock), BEGUN * seasons[-1])
    return Following(spread, scale, first, pace, new_tracks(pace, horizon, clock))
