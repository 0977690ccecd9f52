"""Forecasters small enough to see through: an honest one, and some that break the protocol one way each."""
# ruff: noqa: ARG002  # the protocol's signatures name what a fake need not use

from collections.abc import Sequence
from typing import Self

import numpy as np

from gatecast.data import Panel
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Progress


class HonestNaive:
    """The value one season ago, with the quantiles of its own errors on the history."""

    def __init__(self, horizon: int, season: int = 24, name: str = "HonestNaive") -> None:
        self.horizon, self.season, self.name = horizon, season, name
        self.learned_from: list[np.ndarray] = []

    def learn(self, panel: Panel, progress: Progress) -> Self:
        self.learned_from.append(panel.known_steps.copy())
        self.errors_ = []
        for i in range(len(panel)):
            history = panel.values[panel.history(i)]
            change = history[self.season :] - history[: -self.season]
            change = change[np.isfinite(change)]
            self.errors_.append(change - np.median(change) if len(change) else np.zeros(1))
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        point = np.array(
            [self._point(panel, s, p) for s, p in zip(origins.series, origins.position, strict=True)]
        )
        spread = np.array([np.quantile(self.errors_[s], levels) for s in origins.series])
        return Forecast(origins, np.asarray(levels), point[:, :, None] + spread[:, None, :], point)

    def _point(self, panel: Panel, series: int, position: int) -> list[float]:
        seen = panel.values[panel.rows(series)][: position + 1]
        return [self._last_known(seen, position + k) for k in range(1, self.horizon + 1)]

    def _last_known(self, seen: np.ndarray, target: int) -> float:
        back = np.arange(target % self.season, len(seen), self.season)
        for index in back[::-1]:
            if np.isfinite(seen[index]):
                return float(seen[index])
        known = seen[np.isfinite(seen)]
        return float(known[-1]) if len(known) else 0.0


class Shifted(HonestNaive):
    """The honest forecast plus a constant: worse or better by as much as a test wants."""

    def __init__(self, horizon: int, shift: float, name: str = "Shifted") -> None:
        super().__init__(horizon, name=name)
        self.shift = shift

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        return Forecast(origins, honest.levels, honest.quantiles + self.shift, honest.point + self.shift)


class Oracle(HonestNaive):
    """Knows the answer: reads the actuals of the panel it was shown beforehand."""

    def __init__(self, panel: Panel, horizon: int, name: str = "Oracle") -> None:
        super().__init__(horizon, name=name)
        self.truth = panel

    def __deepcopy__(self, memo: object) -> "Oracle":
        return Oracle(self.truth, self.horizon, self.name)

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        rows = self.truth.offsets[origins.series] + origins.position
        point = self.truth.values[rows[:, None] + np.arange(1, self.horizon + 1)]
        quantiles = np.repeat(point[:, :, None], len(levels), axis=2)
        return Forecast(origins, np.asarray(levels), quantiles, point)


class Peeking(HonestNaive):
    """Reads the step after its origin."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        next_row = panel.offsets[origins.series] + origins.position + 1
        moved = honest.point + 1e-3 * np.nan_to_num(panel.values[next_row])[:, None]
        return Forecast(origins, honest.levels, honest.quantiles, moved)


class Farsighted(HonestNaive):
    """Reads the weather of the step after the last one asked for."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        after = np.minimum(origins.position + self.horizon + 1, panel.lengths[origins.series] - 1)
        moved = honest.point + panel.known[panel.offsets[origins.series] + after, :1]
        return Forecast(origins, honest.levels, honest.quantiles, moved)


class Restless(HonestNaive):
    """Drifts a little with every forecast it gives."""

    given = 0

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        self.given += 1
        honest = super().forecast(panel, origins, levels)
        return Forecast(origins, honest.levels, honest.quantiles, honest.point + self.given)


class Crossing(HonestNaive):
    """Gives its quantiles upside down."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        return Forecast(origins, honest.levels, honest.quantiles[..., ::-1], honest.point)


class OffCentre(HonestNaive):
    """Its point is not the median of its distribution."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        return Forecast(origins, honest.levels, honest.quantiles, honest.point * 1.05)


class Forgetful(HonestNaive):
    """Answers each origin with what came to mind for the one before."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        rolled = np.roll(honest.point, 1, axis=0)
        return Forecast(origins, honest.levels, honest.quantiles + (rolled - honest.point)[..., None], rolled)


class Blank(HonestNaive):
    """Has no number for its last step."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        honest.quantiles[:, -1], honest.point[:, -1] = np.nan, np.nan
        return honest


class Unseeded(HonestNaive):
    """Draws without a seed."""

    def learn(self, panel: Panel, progress: Progress) -> Self:
        super().learn(panel, progress)
        self.errors_ = [errors + np.random.default_rng().normal() for errors in self.errors_]
        return self


class Unscaled(HonestNaive):
    """Adds a kilowatt whatever the unit."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        honest = super().forecast(panel, origins, levels)
        return Forecast(origins, honest.levels, honest.quantiles + 1.0, honest.point + 1.0)


class Meddling(HonestNaive):
    """Fills gaps in the caller's own panel."""

    def learn(self, panel: Panel, progress: Progress) -> Self:
        panel.values[np.isnan(panel.values)] = 0.0
        return super().learn(panel, progress)
