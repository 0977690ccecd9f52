"""Where errors and misses lie: by step ahead and by series, as plain arrays for the figures."""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.backtest.record import Backtest
from gatecast.backtest.scores import coverage, mean_known

# An 80 % interval that holds fewer than this share of a series' actuals has failed that series.
UNDERCOVERED = 0.6


def errors_by_step(backtest: Backtest) -> dict[str, Float[FloatArray, "horizon"]]:
    """Mean scaled absolute error of each model at each step ahead.

    The unit is the seasonal naive's error on the history: where no actual is missing, the mean over steps
    is the leaderboard's MASE.

    returns  by model [horizon]  NaN where nothing could be scored
    """
    scale = np.where(backtest.scale > 0, backtest.scale, np.nan)[backtest.origins.series, None]
    return {
        name: _over_series(backtest, np.abs(backtest.actual - forecast.point) / scale)
        for name, forecast in backtest.forecasts.items()
    }


def coverage_by_step(backtest: Backtest, level: float) -> dict[str, Float[FloatArray, "horizon"]]:
    """Share of actuals inside the central interval of each model at each step ahead.

    level    width in percent, e.g. 80
    returns  by model [horizon]  in [0, 1]

    Raises OptionError if the backtest's levels lack the interval's bounds.
    """
    return {name: _over_series(backtest, _inside(backtest, name, level)) for name in backtest.names}


def coverage_by_series(backtest: Backtest, level: float) -> dict[str, Float[FloatArray, "series"]]:
    """Share of actuals inside the central interval of each model, series by series.

    level    width in percent, e.g. 80
    returns  by model [series]  in [0, 1], in the order of the panel

    Raises OptionError if the backtest's levels lack the interval's bounds.
    """
    return {
        name: mean_known(backtest.by_series(_inside(backtest, name, level)), axis=(1, 2))
        for name in backtest.names
    }


def share_undercovered(backtest: Backtest, level: float = 80) -> dict[str, float]:
    """Share of series whose interval holds fewer than 60 % of their actuals: the failures a mean hides.

    level    width in percent
    returns  by model, in [0, 1]

    Raises OptionError if the backtest's levels lack the interval's bounds.
    """
    covered = coverage_by_series(backtest, level)
    return {
        name: float(mean_known(np.where(np.isnan(share), np.nan, share < UNDERCOVERED)))
        for name, share in covered.items()
    }


def _inside(backtest: Backtest, name: str, level: float) -> Float[FloatArray, "origins horizon"]:
    """1 where the actual lies in its interval, 0 where not, NaN where unknown. [origins, horizon]"""
    lower, upper = backtest.forecasts[name].interval(level)
    return coverage(backtest.actual[..., None], lower[..., None], upper[..., None])


def _over_series(
    backtest: Backtest, values: Float[FloatArray, "origins horizon"]
) -> Float[FloatArray, "horizon"]:
    """Mean over windows, then over series, so that every series weighs the same. [horizon]"""
    return mean_known(mean_known(backtest.by_series(values), axis=1), axis=0)
