"""Seasonal ARIMA on tables and panels: orders chosen in milliseconds, forecasts from every origin.

The first season lives in the ARMA part; further ones, such as the week of hourly data, are Fourier terms
on request. Known covariates are regressors. Intervals are those of the model.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.errors import NotFittedError, OptionError, SeriesError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.linear.compiled import until_compiled
from gatecast.linear.diagnosis import Diagnosis, diagnose
from gatecast.linear.fitted import FittedSeries, Member, with_waves
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlier import spikes
from gatecast.linear.requirements import check_options, check_series
from gatecast.linear.standing import FilterStanding, scores, stand
from gatecast.linear.summary import summary as describe
from gatecast.linear.transform import BoxCox, guerrero, scaled
from gatecast.progress import Progress
from gatecast.standing import Standing

HARMONICS = 10  # of the first season in a harmonic regression
MEMORY = 2**27  # numbers a forecast may hold at once


class ARIMA(TableDoor):
    """Seasonal ARIMA by exact maximum likelihood, its orders chosen by AICc unless given.

    horizon         steps ahead
    season          lengths of the cycles in steps; the first is ARIMA's own, inferred if not given
    known           covariates known ahead, as regressors
    past, static    accepted for interchange with other models, not used
    holidays        country or region whose public holidays to add, e.g. "AU-VIC"
    order           (p, d, q); chosen unless given
    seasonal_order  (P, D, Q); chosen unless given
    harmonics       Fourier pairs for each further season, such as 168 beside 24
    transform       "log", "box-cox" or a power of Box and Cox
    mean            back-transform to the mean rather than the median: quantiles stay, the point moves
    blend           the mean of this model and a harmonic regression with seasonal ARMA errors
    clean           take spikes for missing values when fitting and forecasting

    >>> import polars as pl
    >>> y = [float(10 + k % 4 + (k * 7919 % 13) / 50) for k in range(80)]
    >>> table = pl.DataFrame({"ds": range(80), "y": y})
    >>> ARIMA(horizon=4, season=4).fit(table).predict(level=[])["ARIMA"].round(0).to_list()
    [10.0, 11.0, 12.0, 13.0]
    """

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
        order: tuple[int, int, int] | None = None,
        seasonal_order: tuple[int, int, int] | None = None,
        harmonics: int = 0,
        transform: str | float | None = None,
        mean: bool = False,
        blend: bool = False,
        clean: bool = True,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.order = order
        self.seasonal_order = seasonal_order
        self.harmonics = harmonics
        self.transform = transform
        self.mean = mean
        self.blend = blend
        self.clean = clean

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit every series, in parallel over the machine's processors.

        Raises OptionError for an option, SeriesError for series that are too short or not positive.
        """
        check_options(self.order, self.seasonal_order, self.harmonics, self.transform, panel.seasons)
        check_series(panel, self.transform)
        label = f"{self.name}: {until_compiled()}fitting"
        workers = min(len(panel), os.cpu_count() or 1)
        with progress.task(label, total=len(panel)) as task, ThreadPoolExecutor(workers) as pool:
            fitted = []
            for found in pool.map(lambda i: self._fit(panel, i), range(len(panel))):
                fitted.append(found)
                task.advance()
        self.fitted_: tuple[FittedSeries, ...] = tuple(fitted)
        self.standing_ = self._stand(panel)
        replaced = {panel.ids[i]: len(f.replaced) for i, f in enumerate(fitted) if len(f.replaced)}
        if replaced:
            named = listed([f"{name!r} ({count})" for name, count in replaced.items()])
            progress.note(f"spikes taken for missing values: {named}; clean=False keeps them")
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Mean and normal quantiles of the model from each origin; every history is filtered for it."""
        fitted = getattr(self, "fitted_", None)
        if fitted is None:
            raise NotFittedError(f"this {self.name} is not fitted; call fit with a table first")
        score = scores(levels)
        point = np.empty((len(origins), self.horizon))
        quantiles = np.empty((len(origins), self.horizon, len(levels)))
        for i in np.unique(origins.series):
            one, rows = fitted[int(i)], panel.rows(int(i))
            mine = np.flatnonzero(origins.series == i)
            for part in np.array_split(mine, 1 + len(mine) * self.horizon // MEMORY):
                positions = origins.position[part]
                y, known = panel.values[rows][: positions.max() + 1], panel.known[rows].T
                found = one.paths(y, known, positions, self.horizon, self.clean)
                quantiles[part], point[part] = one.outcome(*found, score, self.mean)
        return Forecast(origins, np.asarray(levels, dtype=np.float64), quantiles, point)

    def summary(self) -> str:
        """Orders, coefficients with standard errors, criteria, Ljung–Box and roots of every series."""
        self._fitted()
        panel, texts = self.panel_, []
        for i, fitted in enumerate(self.fitted_):
            y, known = self._history(i)
            for member in fitted.members:
                regressors = member.regressors(known)
                waves = [f"fourier {k + 1}" for k in range(len(regressors) - len(known))]
                names = [*panel.known_names, *waves]
                texts.append(f"{panel.ids[i]}: {describe(member.model, y, regressors, names)}")
        return "\n\n".join(texts)

    def diagnosis(self, series: int = 0, member: int = 0) -> Diagnosis:
        """Residuals of one series' history, their autocorrelations and test; spikes count as missing.

        series  which, in the order of `panel_.ids`
        member  which model of it: a blend has two

        Raises NotFittedError before `fit`, OptionError for a series or a member that is not there.
        """
        self._fitted()
        count = len(self.fitted_)
        if not 0 <= series < count or not 0 <= member < len(self.fitted_[series].members):
            raise OptionError(f"series {series}, model {member} is not among {count} fitted series")
        y, known = self._history(series)
        chosen = self.fitted_[series].members[member]
        return diagnose(chosen.model, y, chosen.regressors(known))

    def _history(self, series: int) -> tuple[FloatArray, FloatArray]:
        """One series as its models saw it when they were fitted, and its known covariates."""
        fitted, history = self.fitted_[series], self.panel_.history(series)
        y = self.panel_.values[history].copy()
        y[fitted.replaced] = np.nan
        return (y if fitted.scale is None else fitted.scale.forward(y)), self.panel_.known[history].T

    def _stand(self, panel: Panel) -> Standing:
        """Filter every history once; new values then move the states on, nothing is filtered again."""
        return stand(panel, self.fitted_, self.horizon, self.clean, self.mean)

    def _stands(self, standing: Standing) -> bool:
        """Whether these are states of the models as they are now."""
        asked = self.horizon, self.clean, self.mean
        return (
            isinstance(standing, FilterStanding)
            and standing.fitted is self.fitted_
            and (standing.horizon, standing.clean, standing.mean) == asked
        )

    def _fit(self, panel: Panel, series: int) -> FittedSeries:
        history = panel.history(series)
        y = panel.values[history].copy()
        lowest = 0.0 if np.nanmin(y) >= 0.0 else -np.inf
        season = panel.seasons[0] if panel.seasons else 1
        scale = self._scale(y, season)
        if scale is not None:
            y = scale.forward(y)
        found = spikes(y, season) if self.clean else np.zeros(len(y), dtype=bool)
        y[found] = np.nan
        seen = np.flatnonzero(np.isfinite(y))
        part = slice(int(seen[0]), int(seen[-1]) + 1)
        members = []
        for regressed in (False, True) if self.blend and season > 1 else (False,):
            seasons = tuple(panel.seasons) if regressed else tuple(panel.seasons[1:])
            harmonics = HARMONICS if regressed else self.harmonics
            regressors = with_waves(panel.known[history].T, seasons, harmonics)[:, part]
            try:
                model = fit_sarima(y[part], regressors, season, self._orders(regressed))
            except SeriesError as short:
                if regressed:  # too short for so many waves: the other member stands alone
                    break
                raise SeriesError(f"{panel.ids[series]!r}: {short}") from short
            members.append(Member(model, seasons, harmonics))
        return FittedSeries(tuple(members), scale, np.flatnonzero(found), lowest)

    def _orders(self, regressed: bool) -> Orders:
        seasonal = self.seasonal_order
        if regressed and seasonal is not None:  # the regression holds the season, which D would take away
            seasonal = (seasonal[0], 0, seasonal[2])
        return Orders(self.order, seasonal, most_seasonal_differences=0 if regressed else 1)

    def _scale(self, y: FloatArray, season: int) -> BoxCox | None:
        if self.transform is None:
            return None
        if self.transform == "log":
            return scaled(0.0, y)
        return scaled(guerrero(y, season) if self.transform == "box-cox" else float(self.transform), y)
