"""Seasonal ARIMA errors on the recent stretch of each series: a member of a pool, asked for every origin.

    z_t = x_t β + u_t,    u_t a seasonal ARIMA of the first season

z, x and β are the autoregression's own: its scale, and its regression where a series has one. ARIMA adds
moving averages and differences, so that the two err differently and their mean errs less than either.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, fill_causally
from gatecast.errors import SeriesError
from gatecast.forecaster import Origins
from gatecast.linear.around import MARGIN
from gatecast.linear.autoregression import Autoregression
from gatecast.linear.baselines import repeated
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlier import spikes
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.sarima import Sarima
from gatecast.linear.split import LEVEL, Ages, Reason, Split, superposed
from gatecast.linear.superposition import forecast_by_age

CYCLES = 28  # seasons learned from: 14 were worse on every set measured, 40 and 56 no better and slower
FEWEST_STEPS = 500  # learned from where a season is short
MOST_STEPS = 2000  # where it is long
PLACES = 6  # decimals learned from: rounding that differs with a series' unit must not choose its orders
FEWEST_VALUES = 12  # known ones; fewer say nothing of an order
FIRST_HALF, SECOND_HALF, WHOLE = 0, 1, 2


@dataclass(frozen=True)
class Recent:
    """One series' models and where each was learned.

    models     of the stretch's first half, its second and all of it; none where none can be fitted
    cuts       [3]  first step of the stretch, of its second half, and the one behind it
    low, high  bounds of u
    """

    models: tuple[Sarima, ...]
    cuts: IntArray
    low: float
    high: float


class RecentARIMA:
    """Seasonal ARIMA errors of a fitted autoregression's regression.

    Cross-fitted: of the recent stretch each half is forecast by parameters of the other, with orders chosen
    on both. Fitted and judged on the same 28 days, 120 hourly series of M4 had errors 13 % below those of
    the days that followed; judged on the half that was left out, 5 %. Series that cannot be fitted repeat
    their season. Gaps are filled causally, as for the autoregression: a filter that integrates them out
    takes time quadratic in the season.

    beside  fitted on the same panel
    """

    def __init__(self, beside: Autoregression) -> None:
        self.beside = beside
        self.horizon = beside.horizon

    def fit_paths(self, panel: Panel, *, threads: int | None = None) -> None:
        """Fit every series, in parallel: over the machine's processors, unless told how many threads."""
        with ThreadPoolExecutor(min(len(panel), threads or os.cpu_count() or 1)) as workers:
            self.fitted_ = list(workers.map(lambda i: self._fit(panel, i), range(len(panel))))

    def past_paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Point forecasts in the series' unit, by parameters that have not seen the outcome.

        returns  [origins, horizon]
        """
        result = np.empty((len(origins), self.horizon))
        for i in np.unique(origins.series):
            mine = np.flatnonzero(origins.series == i)
            left = self.beside.remainder(panel, int(i))
            result[mine] = self.crossed_paths(panel, int(i), origins.position[mine], left)
        return result

    def crossed_paths(
        self, panel: Panel, series: int, positions: IntArray, left: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        """The same from some origins of one series, given `beside.remainder`. [origins, horizon]"""
        scaled = self._paths(panel, series, positions, left)
        return self.beside.path_scale_.inverse(scaled, series)

    def split(
        self,
        panel: Panel,
        series: int,
        position: int,
        ages: Ages,
        left: tuple[FloatArray, FloatArray],
        ahead: dict[Reason, FloatArray],
    ) -> Split:
        """The forecast of `crossed_paths` from one origin as addends, scaled, before it is bounded.

        left, ahead  as `beside.remainder` and `beside.reasons_ahead` give them
        """
        fitted, season = self.fitted_[series], panel.seasons[0]
        u = filled(left[0], season)[: position + 1]
        at = np.array([position])
        if not fitted.models:
            return Split(ahead, superposed(u, ages, lambda x: repeated(x, at, self.horizon, season)[0]))
        model = fitted.models[int(unseen_by(fitted.cuts, at + 1 + self.horizon // 2)[0])]
        constant, past = forecast_by_age(model, u, ages, self.horizon, clean=True)
        return Split({**ahead, LEVEL: ahead[LEVEL] + constant}, past)

    def _fit(self, panel: Panel, series: int) -> Recent:
        season, history = panel.seasons[0], panel.history(series)
        u = self.beside.remainder(panel, series)[0][: history.stop - history.start]
        seen = np.flatnonzero(np.isfinite(u))
        first = max(int(seen[0]) if len(seen) else 0, len(u) - stretch(season))
        u = np.round(filled(np.where(spikes(u, season), np.nan, u), season), PLACES)
        return Recent(
            fit_crossed(u[first:], season) if len(seen) >= FEWEST_VALUES else (),
            np.array([first, (first + len(u)) // 2, len(u)]),
            low=float(np.nanmin(u, initial=0.0)) - MARGIN,
            high=float(np.nanmax(u, initial=0.0)) + MARGIN,
        )

    def _paths(
        self, panel: Panel, series: int, position: IntArray, left: tuple[FloatArray, FloatArray]
    ) -> FloatArray:
        error, mean = left
        steps = np.minimum(position[:, None] + np.arange(1, self.horizon + 1), len(mean) - 1)
        season = panel.seasons[0]
        whole: FloatArray = self.errors_ahead(series, filled(error, season), position, season) + mean[steps]
        return whole

    def errors_ahead(
        self, series: int, error: Float[FloatArray, "time"], position: Int[IntArray, "origins"], season: int
    ) -> Float[FloatArray, "origins horizon"]:
        """What is expected around the regression behind some origins of one series. [origins, horizon]

        error  [time]  what the regression leaves, gaps filled
        """
        fitted, u = self.fitted_[series], error[: int(position.max()) + 1]
        paths = repeated(u, position, self.horizon, season)
        which = unseen_by(fitted.cuts, position + 1 + self.horizon // 2)
        for k in np.unique(which) if fitted.models else ():
            mine, nothing = which == k, np.zeros((0, len(u)))
            paths[mine] = forecast_paths(
                fitted.models[k], u, nothing, position[mine], self.horizon, clean=True
            )[0]
        bounded: FloatArray = np.clip(np.nan_to_num(paths, nan=0.0), fitted.low, fitted.high)
        return bounded


def stretch(season: int) -> int:
    """How many of the latest steps are learned from.

    >>> stretch(1), stretch(24), stretch(336)
    (500, 672, 2000)
    """
    return min(max(CYCLES * season, FEWEST_STEPS), MOST_STEPS)


def unseen_by(cuts: Int[IntArray, "3"], step: Int[IntArray, "origins"]) -> Int[IntArray, "origins"]:
    """Which model has not learned from a step: within the stretch the other half's, else that of all of it.

    >>> unseen_by(np.array([10, 20, 30]), np.array([5, 10, 25, 30]))
    array([2, 1, 0, 2])
    """
    first, middle, behind = cuts
    within = np.where(step < middle, SECOND_HALF, FIRST_HALF)
    chosen: IntArray = np.where((step >= first) & (step < behind), within, WHOLE)
    return chosen


def filled(u: Float[FloatArray, "time"], season: int) -> Float[FloatArray, "time"]:
    """One series without gaps. [time]"""
    return fill_causally(u, np.array([0, len(u)]), season)


def fit_crossed(u: Float[FloatArray, "time"], season: int) -> tuple[Sarima, ...]:
    """Orders chosen on all of a stretch; parameters of its first half, its second half and all of it.

    u        [time]
    returns  three models; none where one of them has too few values
    """
    nothing, half = np.zeros((0, len(u))), len(u) // 2
    try:
        whole = fit_sarima(u, nothing, season, Orders())
        p, q, P, Q, _ = whole.shape
        given = Orders((p, whole.d, q), (P, whole.D, Q))
        halves = [fit_sarima(part, nothing[:, : len(part)], season, given) for part in (u[:half], u[half:])]
    except SeriesError:
        return ()
    return (*halves, whole)
