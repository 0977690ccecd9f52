"""From one path per origin to a forecaster: intervals from held-out errors of its own."""

import copy
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale, actuals, fit_scale, in_portions, is_wide, past_origins
from gatecast.errors import SeriesError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.interval import (
    FURTHEST,
    LEVELS,
    Calibration,
    Width,
    agreed,
    at_levels,
    calibrate,
    fit_width,
    moved,
    normal_scores,
    origins_behind,
    pace_of,
    shifts_from,
)
from gatecast.progress import Progress

MOST_ORIGINS = 4000
FEWEST_STEPS = 3
BEGUN = 2  # long seasons, before which a forecast looks back on too little to be scored


class PathForecaster(TableDoor):
    """A forecaster whose point forecasts are its own and whose intervals come from its past errors.

    Errors are those of forecasts whose coefficients had not seen the outcome, from origins of up to a
    year and of every phase of the day.
    """

    @abstractmethod
    def fit_paths(self, panel: Panel) -> None:
        """Learn from every known value of the panel."""

    @abstractmethod
    def paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Point forecasts in the series' unit. [origins, horizon]"""

    @abstractmethod
    def past_paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Point forecasts within the fitted history that have not seen their outcome. [origins, horizon]"""

    def part(self, series: IntArray) -> Self:
        """This model of some of its series, in this order. It shares what it holds with the whole."""
        part = copy.copy(self)
        part.scale_, part.spread_ = self.scale_.of(series), self.spread_.of(series)
        return part

    @property
    def work(self) -> str:
        """What a bar says while it is fitted."""
        return "fitting"

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit on everything and calibrate on past errors."""
        require_steps(panel, FEWEST_STEPS, self.name)
        with progress.task(f"{self.name}: {self.work}", total=2) as task:
            self.fit_paths(panel)
            task.advance()
            self.scale_ = fit_scale(panel)
            origins = past_origins(panel, self.horizon, MOST_ORIGINS)
            whose = origins.series[:, None]
            path = self._scaled(self.past_paths(panel, origins), whose)
            actual = self.scale_.forward(actuals(panel, origins, self.horizon), whose)
            self.spread_ = fit_spread(panel, origins, actual, path)
            task.advance()
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Point forecasts with calibrated quantiles around them."""
        if is_wide(panel):
            return in_portions(self, panel, origins, levels)
        point = self.scale_.floored(self.paths(panel, origins), origins.series[:, None])
        path = self._scaled(point, origins.series[:, None])
        scaled = moved(self.spread_.around(panel, origins, path), self._shifts(panel, origins))
        series = origins.series[:, None, None]
        quantiles = self.scale_.inverse(at_levels(scaled, LEVELS, levels), series)
        return Forecast(
            origins, np.asarray(levels, dtype=np.float64), agreed(quantiles, point, levels), point
        )

    def first_unseen(self, panel: Panel) -> IntArray:
        """Crossed forecasts of the fitted history have not seen their outcomes either: all of it counts."""
        return np.full(len(panel), BEGUN * panel.seasons[-1])

    def _shifts(self, panel: Panel, origins: Origins) -> FloatArray | None:
        """What the latest outcomes say of the quantiles. [origins, horizon, levels]"""
        pace = pace_of(panel.seasons[0])
        replayed = origins_behind(origins, self.first_unseen(panel), pace, self.horizon)
        return shifts_from(origins, replayed, pace, self.horizon, lambda some: self._scores(panel, some))

    def scores(self, panel: Panel, origins: Origins) -> FloatArray:
        """Where what came fell; what has no logarithm fell below all that was forecast. [origins, horizon]"""
        found, came = self._scores(panel, origins), actuals(panel, origins, self.horizon)
        return np.where(np.isfinite(came) & np.isnan(found), -FURTHEST, found)

    def _scores(self, panel: Panel, origins: Origins) -> FloatArray:
        """Where what came fell among the quantiles of crossed forecasts. [origins, horizon]"""
        whose = origins.series[:, None]
        path = self._scaled(self.scale_.floored(self.past_paths(panel, origins), whose), whose)
        actual = self.scale_.forward(actuals(panel, origins, self.horizon), whose)
        return normal_scores(actual, self.spread_.around(panel, origins, path), LEVELS)

    def _scaled(self, path: FloatArray, series: IntArray) -> FloatArray:
        """Paths on the intervals' scale. [origins, horizon]"""
        return scaled_paths(self.scale_, path, series)


class Spread:
    """Quantiles around paths: an ordinary error's size and how errors are distributed in units of it."""

    def __init__(self, width: Width, calibration: Calibration) -> None:
        self.width = width
        self.calibration = calibration

    def of(self, series: IntArray) -> "Spread":
        """That of some series, in this order."""
        return Spread(replace(self.width, series=self.width.series[series]), self.calibration)

    def around(self, panel: Panel, origins: Origins, path: FloatArray) -> FloatArray:
        """Scaled quantiles around scaled paths. [origins, horizon, levels]"""
        return self.at(origins.series, phases(panel, origins, path.shape[1]), path)

    def at(
        self,
        series: Int[IntArray, "origins"],
        phase: Int[IntArray, "origins horizon"],
        path: Float[FloatArray, "origins horizon"],
    ) -> Float[FloatArray, "origins horizon levels"]:
        """The same, given where each step stands in the first season."""
        width = self.width.at(series, phase)
        return self.calibration.apply(np.repeat(path[..., None], len(LEVELS), axis=-1), width)


def scaled_paths(scale: Scale, path: FloatArray, series: IntArray) -> FloatArray:
    """Paths in their unit on the scale of intervals.

    A line may fall to where there is no logarithm: the lowest value the scale gives stands there.
    """
    lowest = scale.inverse(np.full_like(path, -np.inf), series)
    return scale.forward(np.maximum(path, lowest), series)


def fit_spread(panel: Panel, origins: Origins, actual: FloatArray, path: FloatArray) -> Spread:
    """Learn how errors are distributed from held-out origins.

    actual, path  [origins, horizon]  scaled; NaN where unknown
    """
    phase = phases(panel, origins, path.shape[1])
    width = fit_width(actual - path, origins.series, phase, (len(panel), panel.seasons[0]))
    base = np.repeat(path[..., None], len(LEVELS), axis=-1)
    return Spread(width, calibrate(actual, base, width.at(origins.series, phase), LEVELS))


def phases(panel: Panel, origins: Origins, horizon: int) -> IntArray:
    """Where each target step stands in the first season. [origins, horizon]

    Counted from the start of each series, so that the phase of a step never depends on later rows.
    """
    steps = origins.position[:, None] + np.arange(1, horizon + 1)
    phase: IntArray = steps % panel.seasons[0]
    return phase


def require_steps(panel: Panel, wanted: int, name: str) -> None:
    """Raise SeriesError for series with fewer known steps than a model needs."""
    short = [f"{panel.ids[i]!r} has {int(n)}" for i, n in enumerate(panel.known_steps) if n < wanted]
    if short:
        raise SeriesError(
            f"{name} needs at least {wanted} steps of each series, but {listed(short)}; "
            "give more history or leave those series out"
        )
