"""Everything learned about one series, and its forecasts on the scale of its models and in its own unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.running import Running, start_running
from gatecast.linear.sarima import Sarima
from gatecast.linear.seasonal import fourier
from gatecast.linear.split import LEVEL, Ages, Reason, Split
from gatecast.linear.superposition import forecast_by_age
from gatecast.linear.transform import BoxCox

WAVES: Reason = ("calendar", "place in the seasons")
States: TypeAlias = tuple[Running, ...]  # one for each member of a series


@dataclass(frozen=True)
class Member:
    """One model of a series and what it was fitted on.

    harmonics  of the seasons, as regressors behind the known covariates
    """

    model: Sarima
    seasons: tuple[int, ...]
    harmonics: int

    def regressors(self, known: FloatArray, start: int = 0) -> FloatArray:
        """Its regressors from step `start` on. [known, time] → [regressors, time]"""
        return with_waves(known, self.seasons, self.harmonics, start)


@dataclass(frozen=True)
class FittedSeries:
    """Models, whose mean is forecast, and their scale.

    replaced  steps taken for spikes when fitting
    lowest    that is forecast: 0 for a series that never was below
    """

    members: tuple[Member, ...]
    scale: BoxCox | None
    replaced: IntArray
    lowest: float

    @property
    def parameters(self) -> int:
        """How many were estimated: coefficients and those of regressors."""
        return sum(len(one.model.coefficients) + len(one.model.beta) for one in self.members)

    def paths(
        self, y: FloatArray, known: FloatArray, positions: IntArray, horizon: int, clean: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Means and variances from every position of a history, on the scale of the models.

        y          [time]  in the unit of the series, NaN where missing
        known      [known, time + …]  where they end too early their last value goes on
        returns    [positions, horizon], [positions, horizon]
        """
        z, known = self._scaled(y), _reaching(known, int(positions.max()) + 1 + horizon)
        return _mean(
            forecast_paths(member.model, z, member.regressors(known), positions, horizon, clean=clean)
            for member in self.members
        )

    def splits(
        self, y: FloatArray, known: FloatArray, names: Sequence[str], ages: Ages, horizon: int, clean: bool
    ) -> tuple[Split, ...]:
        """Each member's path behind the last value of a history as addends, on the scale of the models.

        y      [time]  in the unit of the series, NaN where missing
        known  [known, time + …]  named `names`; where they end too early their last value goes on
        """
        z, known = self._scaled(y), _reaching(known, len(y) + horizon)
        return tuple(_split(member, z, known, names, ages, horizon, clean) for member in self.members)

    def start(self, horizon: int, clean: bool) -> States:
        """The states before the first value."""
        return tuple(start_running(member.model, horizon, clean=clean) for member in self.members)

    def after(self, states: States, y: FloatArray, known: FloatArray) -> States:
        """The states some values later. y [new], known [known, new]"""
        z = self._scaled(y)
        return tuple(
            state.after(z, member.regressors(known, state.steps))
            for member, state in zip(self.members, states, strict=True)
        )

    def ahead(self, states: States, known: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the states say of the next steps, as `paths` from the last position. [1, horizon] each

        known  [known, …]  of these steps
        """
        path, variance = _mean(
            state.ahead(member.regressors(_reaching(known, state.horizon), state.steps))
            for member, state in zip(self.members, states, strict=True)
        )
        return path[None, :], variance[None, :]

    def outcome(
        self, path: FloatArray, variance: FloatArray, score: FloatArray, mean: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Quantiles and point forecast in the unit of the series.

        path, variance  [origins, horizon]  on the scale of the models
        score           [levels]            standard normal quantiles
        mean            whether the point is the mean there, rather than the median
        returns         [origins, horizon, levels], [origins, horizon]
        """
        z = path[..., None] + np.sqrt(variance)[..., None] * score
        if self.scale is None:
            return np.maximum(z, self.lowest), np.maximum(path, self.lowest)
        point = self.scale.mean(path, variance) if mean else self.scale.inverse(path)
        return self.scale.inverse(z), point

    def _scaled(self, y: FloatArray) -> FloatArray:
        return y if self.scale is None else self.scale.forward(y)


def with_waves(known: FloatArray, seasons: tuple[int, ...], harmonics: int, start: int = 0) -> FloatArray:
    """Known covariates from step `start` on, Fourier terms behind them. [known, time] → [regressors, time]"""
    return np.vstack([known, fourier(known.shape[1], seasons, harmonics, start)])


def _split(
    member: Member,
    z: FloatArray,
    known: FloatArray,
    names: Sequence[str],
    ages: Ages,
    horizon: int,
    clean: bool,
) -> Split:
    time, model = len(z), member.model
    x = member.regressors(known)[:, : time + horizon]
    said = model.beta[:, None] * x if len(model.beta) else np.zeros((0, time + horizon))
    u = z - said[:, :time].sum(axis=0)
    constant, past = forecast_by_age(model, u, ages, horizon, clean=clean, center=float(np.nanmean(u)))
    ahead: dict[Reason, FloatArray] = {LEVEL: constant}
    for i, row in enumerate(said):
        reason: Reason = ("covariate", names[i]) if i < len(names) else WAVES
        switch = i >= len(names) or bool(np.isin(x[i], (0.0, 1.0)).all())
        average = 0.0 if switch else row[:time].mean()
        ahead[LEVEL] = ahead[LEVEL] + average
        ahead[reason] = ahead.get(reason, 0.0) + row[time:] - average
    return Split(ahead, past)


def _mean(found: Iterable[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Of the members' means and variances; their errors move together, so deviations are averaged."""
    paths, variances = zip(*found, strict=True)
    deviation = sum(np.sqrt(variance) for variance in variances) / len(variances)
    return sum(paths) / len(paths), deviation**2


def _reaching(known: FloatArray, steps: int) -> FloatArray:
    """Covariates up to so many steps, the last ones repeated if need be."""
    short = max(0, steps - known.shape[1])
    return np.pad(known, ((0, 0), (0, short)), mode="edge")
