"""Forecasts anyone can make by hand: what every model has to beat."""

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, fill_causally
from gatecast.forecaster import Origins
from gatecast.linear.paths import PathForecaster
from gatecast.linear.trailing import trailing_mean


class _Baseline(PathForecaster):
    """What the baselines share: nothing but arguments and the filling of gaps.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known, past, static, holidays   accepted for interchange with other models, not used
    """

    def fit_paths(self, panel: Panel) -> None:
        """Learn nothing: what a baseline needs stands in the panel."""

    def past_paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """The same as ever: nothing was learned, so no outcome was seen."""
        return self.paths(panel, origins)

    def _known(self, panel: Panel) -> FloatArray:
        return fill_causally(panel.values, panel.offsets, panel.seasons[0])


class SeasonalNaive(_Baseline):
    """Tomorrow is like today: every step repeats the one a season earlier, the first season of the panel's.

    Where no season has passed yet it repeats the last value.

    >>> import polars as pl
    >>> table = pl.DataFrame({"ds": range(8), "y": [1.0, 2.0, 3.0, 4.0] * 2})
    >>> SeasonalNaive(horizon=2, season=4).fit(table).predict(level=[])["SeasonalNaive"].to_list()
    [1.0, 2.0]
    """

    def paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Repeat the last season. [origins, horizon]"""
        values, paths = self._known(panel), np.empty((len(origins), self.horizon))
        for i in np.unique(origins.series):
            mine = origins.series == i
            own = values[panel.rows(int(i))]
            position, season = origins.position[mine], panel.seasons[0]
            last = own[position][:, None]
            repeats = repeated(own, position, self.horizon, season)
            paths[mine] = np.where((position + 1 < season)[:, None], last, repeats)
        return paths


class Drift(_Baseline):
    """A straight line from the first value through the last. Hyndman & Athanasopoulos, FPP3, 5.2."""

    def paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """Continue the line. [origins, horizon]"""
        values = self._known(panel)
        start = panel.offsets[origins.series]
        last, first = values[start + origins.position], values[start]
        slope = (last - first) / np.maximum(origins.position, 1)
        line: FloatArray = last[:, None] + slope[:, None] * np.arange(1, self.horizon + 1)
        return line


def repeated(
    own: Float[FloatArray, "time"], position: Int[IntArray, "origins"], horizon: int, season: int
) -> Float[FloatArray, "origins {horizon}"]:
    """The last full season before each origin, over and over. [origins, horizon]

    own       [time]     one series, without gaps up to each origin
    position  [origins]

    >>> repeated(np.array([1.0, 2.0, 3.0]), np.array([2]), horizon=3, season=2)
    array([[2., 3., 2.]])
    """
    ahead = np.arange(1, horizon + 1)
    back = season * (-(-ahead // season))
    wanted = np.clip(position[:, None] + ahead - back, 0, position[:, None])
    result: FloatArray = own[wanted]
    return result


def recent_level(
    own: Float[FloatArray, "time"], position: Int[IntArray, "origins"], season: int
) -> Float[FloatArray, "origins"]:
    """Mean of the season that ends at each origin, fewer steps at the beginning. [origins]

    own       [time]     one series, without gaps up to each origin
    position  [origins]
    """
    return trailing_mean(own, season)[position]
