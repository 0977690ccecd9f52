"""Seasonal ARIMA on tables and panels: orders chosen in milliseconds, forecasts from every origin.

The first season lives in the ARMA part; further ones, such as the week of hourly data, are Fourier terms
on request. Known covariates are regressors. Intervals are those of the model.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any, Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, panel_from
from gatecast.errors import NotFittedError, OptionError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.front import Frame, TableDoor
from gatecast.linear.continued import continued
from gatecast.linear.diagnosis import Diagnosis, diagnose
from gatecast.linear.maximum import maximise
from gatecast.linear.outlier import spikes
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.requirements import check_options, check_series
from gatecast.linear.sarima import Orders, Sarima, fit_sarima
from gatecast.linear.seasonal import fourier
from gatecast.linear.summary import summary as describe
from gatecast.linear.transform import BoxCox, guerrero
from gatecast.progress import Progress

HARMONICS = 10  # of the first season in a harmonic regression
MEMORY = 2**27  # numbers a forecast may hold at once


@dataclass(frozen=True)
class Member:
    """One model of a series and what it was fitted on.

    harmonics  of the seasons, as regressors behind the known covariates
    """

    model: Sarima
    seasons: tuple[int, ...]
    harmonics: int

    def regressors(self, known: FloatArray) -> FloatArray:
        """Known covariates and Fourier terms. [known, time] → [regressors, time]"""
        return np.vstack([known, fourier(known.shape[1], self.seasons, self.harmonics)])


@dataclass(frozen=True)
class FittedSeries:
    """Everything learned about one series: its models, whose mean is forecast, and its scale.

    replaced  steps taken for spikes when fitting
    """

    members: tuple[Member, ...]
    scale: BoxCox | None
    replaced: IntArray


def cached(kernel: Any) -> bool:
    """Whether a kernel's compiled code lies on disk."""
    index = Path(kernel.stats.cache_path or "")
    return any(index.glob(f"*{kernel.py_func.__name__}*.nbi"))


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
        check_options(self.order, self.seasonal_order, self.harmonics, self.transform)
        check_series(panel, self.transform)
        compiled = maximise.signatures or cached(maximise)
        label = f"{self.name}: {'' if compiled else 'compiling, once for this machine, then '}fitting"
        workers = min(len(panel), os.cpu_count() or 1)
        with progress.task(label, total=len(panel)) as task, ThreadPoolExecutor(workers) as pool:
            fitted = []
            for found in pool.map(lambda i: self._fit(panel, i), range(len(panel))):
                fitted.append(found)
                task.advance()
        self.fitted_: tuple[FittedSeries, ...] = tuple(fitted)
        replaced = {panel.ids[i]: len(f.replaced) for i, f in enumerate(fitted) if len(f.replaced)}
        if replaced:
            named = listed([f"{name!r} ({count})" for name, count in replaced.items()])
            progress.note(f"spikes taken for missing values: {named}; clean=False keeps them")
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Mean and normal quantiles of the model from each origin."""
        fitted = getattr(self, "fitted_", None)
        if fitted is None:
            raise NotFittedError(f"this {self.name} is not fitted; call fit with a table first")
        score = np.array([NormalDist().inv_cdf(level) for level in levels])
        point = np.empty((len(origins), self.horizon))
        quantiles = np.empty((len(origins), self.horizon, len(levels)))
        for i in np.unique(origins.series):
            mine = np.flatnonzero(origins.series == i)
            for part in np.array_split(mine, 1 + len(mine) * self.horizon // MEMORY):
                path, variance = self._paths(panel, int(i), origins.position[part])
                z = path[..., None] + np.sqrt(variance)[..., None] * score
                scale = fitted[int(i)].scale
                quantiles[part] = z if scale is None else scale.inverse(z)
                if scale is None:
                    point[part] = path
                else:
                    point[part] = scale.mean(path, variance) if self.mean else scale.inverse(path)
        return Forecast(origins, np.asarray(levels, dtype=np.float64), quantiles, point)

    def update(self, df: Frame) -> Self:
        """Take in new rows behind the history; nothing is fitted again.

        df  as for `fit`, the rows that follow each series' last one; a series may have none

        Raises NotFittedError before `fit`, TableError for rows that do not follow or series never seen.
        """
        reading = self._fitted()
        schema, old = reading.layout.schema, reading.panel
        frequency = old.frequency
        freq = frequency.count if frequency.unit == "step" else frequency.alias()
        news = panel_from(df, schema, freq=freq, season=old.seasons, zone=old.zone)
        panel = continued(old, news.panel)
        self.reading_ = replace(reading, panel=panel)
        self.panel_ = self._with_holidays(panel)
        return self

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

    def _paths(self, panel: Panel, series: int, positions: IntArray) -> tuple[FloatArray, FloatArray]:
        """Means and variances on the scale of the models, averaged over them."""
        fitted, rows = self.fitted_[series], panel.rows(series)
        y = panel.values[rows][: positions.max() + 1]
        if fitted.scale is not None:
            y = fitted.scale.forward(y)
        known = panel.known[rows].T
        path, deviation = np.zeros((len(positions), self.horizon)), np.zeros((len(positions), self.horizon))
        for member in fitted.members:
            needed = max(known.shape[1], int(positions.max()) + 1 + self.horizon)
            longer = np.pad(known, ((0, 0), (0, needed - known.shape[1])), mode="edge")
            regressors = member.regressors(longer)
            mean, variance = forecast_paths(
                member.model, y, regressors, positions, self.horizon, clean=self.clean
            )
            path += mean / len(fitted.members)
            deviation += np.sqrt(variance) / len(fitted.members)  # errors of the members move together
        return path, deviation**2

    def _fit(self, panel: Panel, series: int) -> FittedSeries:
        history = panel.history(series)
        y = panel.values[history].copy()
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
            blank = Member(None, seasons, harmonics)  # type: ignore[arg-type]
            regressors = blank.regressors(panel.known[history].T)[:, part]
            orders = self._orders(regressed)
            model = fit_sarima(y[part], regressors, season, orders)
            members.append(Member(model, seasons, harmonics))
        return FittedSeries(tuple(members), scale, np.flatnonzero(found))

    def _orders(self, regressed: bool) -> Orders:
        if regressed:  # the regression holds the season: no seasonal difference
            return Orders(self.order, self.seasonal_order, most_seasonal_differences=0)
        return Orders(self.order, self.seasonal_order)

    def _scale(self, y: FloatArray, season: int) -> BoxCox | None:
        if self.transform is None:
            return None
        if self.transform == "log":
            return BoxCox(0.0)
        return guerrero(y, season) if self.transform == "box-cox" else BoxCox(float(self.transform))
