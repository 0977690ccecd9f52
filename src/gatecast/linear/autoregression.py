"""The robust seasonal autoregression: the linear half's own model.

    z_t  = scaled (log) series;  z_t = x_t β + u_t;  u_t = c + Σ_l φ_l u_{t-l} + e_t

x are calendar and known covariates (`design`), left out where a history has neither. φ is found by ridge
towards the seasonal naive forecast (towards 0 where x already holds the season), old steps count less, and
two Huber steps keep spikes from bending it. Forecasts are recursive, from every origin in one pass.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale, fill_causally, fit_scale
from gatecast.forecaster import Origins
from gatecast.linear.around import Fitted, blocks_of, fit_around, middle_block, paths_around
from gatecast.linear.design import design_for
from gatecast.linear.paths import PathForecaster
from gatecast.linear.recursion import BLOCKS
from gatecast.linear.regression import fit_regression
from gatecast.linear.split import (
    HELD,
    LEVEL,
    Ages,
    Reason,
    Split,
    reasons_ahead,
    superposed,
    superposed_recursion,
)


class Autoregression(PathForecaster):
    """Robust seasonal autoregression with calendar and covariates as regressors.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known     covariates known ahead: weather forecast, holiday
    past      accepted for interchange with other models; a linear recursion cannot use them
    static    likewise
    holidays  country or region whose public holidays to add, e.g. "AU-VIC"
    logs      work on logarithms where a series is positive
    regress   let calendar and covariates enter

    >>> from gatecast.data import load_sample
    >>> demand = load_sample("demand").tail(2000)
    >>> model = Autoregression(horizon=48).fit(demand.select("unique_id", "ds", "y"))
    >>> model.predict(level=[80]).columns
    ['unique_id', 'ds', 'Autoregression', 'Autoregression-lo-80', 'Autoregression-hi-80']
    """

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
        logs: bool = True,
        regress: bool = True,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.logs = logs
        self.regress = regress

    def fit_paths(self, panel: Panel, *, quick: bool = False) -> None:
        """Fit every series.

        quick  as in `fit_around`
        """
        self.path_scale_: Scale = fit_scale(panel, logs=self.logs)
        self.fitted_ = [self._fit(panel, i, quick) for i in range(len(panel))]

    def part(self, series: IntArray) -> Self:
        """This model of some of its series, in this order."""
        part = super().part(series) if hasattr(self, "spread_") else copy.copy(self)
        part.path_scale_ = self.path_scale_.of(series)
        part.fitted_ = [self.fitted_[int(i)] for i in series]
        return part

    def paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Point forecasts in the series' unit. [origins, horizon]"""
        return self._all_paths(panel, origins, crossed=False)

    def past_paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """The same by coefficients that have not seen the outcome. [origins, horizon]

        For origins inside the fitted history, whose errors would otherwise flatter the model; origins whose
        lags all lie past it are forecast as in `paths`.
        """
        return self._all_paths(panel, origins, crossed=True)

    def remainder(self, panel: Panel, series: int, *, crossed: bool = True) -> tuple[FloatArray, FloatArray]:
        """What the regression leaves of a series and what it says, scaled.

        crossed  whether by coefficients that have not seen the step
        returns  [time], [time]
        """
        regression = self.fitted_[series].regression
        scaled = self.path_scale_.forward(panel.values[panel.rows(series)], series)
        block = self._blocks(panel, series, crossed)
        mean = np.zeros(len(scaled)) if regression is None else regression.mean(panel, series, block)
        return scaled - mean, mean

    def crossed_paths(
        self, panel: Panel, series: int, positions: IntArray, left: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        """`past_paths` from some origins of one series, given its `remainder`. [origins, horizon]"""
        return self._paths(panel, series, positions, True, left)

    def split(
        self,
        panel: Panel,
        series: int,
        position: int,
        ages: Ages,
        left: tuple[FloatArray, FloatArray],
        ahead: dict[Reason, FloatArray],
        *,
        crossed: bool = True,
    ) -> Split:
        """The forecast from one origin as addends, scaled.

        left     as `remainder` gives it
        ahead    as `reasons_ahead` gives it
        crossed  whether by coefficients that have not seen the outcome, as in `past_paths`
        """
        fitted, filled = (
            self.fitted_[series],
            fill_causally(left[0], np.array([0, len(left[0])]), panel.seasons[0]),
        )
        block = self._blocks(panel, series, crossed)
        longest = int(fitted.lags.max(initial=1))
        seen = np.concatenate([np.full(longest, filled[0]), filled])[position + 1 : position + 1 + longest]
        b = int(middle_block(block, np.array([position]), self.horizon)[0])

        constant, past, held = superposed_recursion(
            seen,
            ages,
            fitted.lags,
            fitted.coefficients[b],
            float(fitted.intercepts[b]),
            self.horizon,
            (fitted.low, fitted.high),
        )
        if (direct := fitted.direct) is not None:
            at, until = np.array([position]), filled[: position + 1]
            still = direct.correction(np.zeros(position + 1), at, int(b))[0]
            constant = constant + still
            past = past + superposed(until, ages, lambda some: direct.correction(some, at, int(b))[0] - still)
        said = {**ahead, LEVEL: ahead[LEVEL] + constant}
        return Split({**said, HELD: held} if held.any() else said, past)

    def reasons_ahead(
        self, panel: Panel, series: int, position: int, *, crossed: bool = True
    ) -> dict[Reason, FloatArray]:
        """What the regression says of the steps ahead of one origin, by reason, scaled. Each [horizon]"""
        regression, block = self.fitted_[series].regression, self._blocks(panel, series, crossed)
        rows = np.minimum(position + np.arange(1, self.horizon + 1), len(block) - 1)
        if regression is None:
            return {LEVEL: np.zeros(self.horizon)}
        return reasons_ahead(regression, panel, series, block, rows)

    def _blocks(self, panel: Panel, series: int, crossed: bool) -> IntArray:
        return blocks_of(panel, int(panel.lengths[series]), self.fitted_[series].steps if crossed else 0)

    def _all_paths(self, panel: Panel, origins: Origins, crossed: bool) -> FloatArray:
        result = np.empty((len(origins), self.horizon))
        for i in np.unique(origins.series):
            mine = np.flatnonzero(origins.series == i)
            left = self.remainder(panel, int(i), crossed=crossed)
            result[mine] = self._paths(panel, int(i), origins.position[mine], crossed, left)
        return result

    def _fit(self, panel: Panel, series: int, quick: bool) -> Fitted:
        rows, history = panel.rows(series), panel.history(series)
        scaled = self.path_scale_.forward(panel.values[rows], series)
        regression, block = None, blocks_of(panel, len(scaled), history.stop - history.start)
        design = design_for(panel, series) if self.regress else None
        if design is not None:
            lag = panel.seasons[0] if panel.seasons[0] > 1 else 0
            regression = fit_regression(panel, series, design, scaled, lag, block, BLOCKS)
        # what the regression leaves of steps it has seen would be smaller and shorter-lived than what it will
        mean = np.zeros(len(scaled)) if regression is None else regression.mean(panel, series, block)
        error = (scaled - mean)[: history.stop - history.start]
        fitted = fit_around(panel, error, self.horizon, mean=regression is not None, quick=quick)
        return replace(fitted, regression=regression)

    def _paths(
        self,
        panel: Panel,
        series: int,
        positions: IntArray,
        crossed: bool,
        left: tuple[FloatArray, FloatArray],
    ) -> FloatArray:
        fitted, (error, mean) = self.fitted_[series], left
        block = self._blocks(panel, series, crossed)
        middle = middle_block(block, positions, self.horizon)
        paths = paths_around(fitted, panel.seasons[0], error, positions, middle, self.horizon)
        steps = np.minimum(positions[:, None] + np.arange(1, self.horizon + 1), len(mean) - 1)
        unscaled: FloatArray = self.path_scale_.inverse(paths + mean[steps], series)
        return unscaled
