"""The linear room: the robust autoregression, seasonal ARIMA, and baselines that everything has to beat."""

from gatecast.linear.arima import ARIMA
from gatecast.linear.autoregression import Autoregression
from gatecast.linear.baselines import Drift, SeasonalNaive, recent_level, repeated
from gatecast.linear.compiled import until_compiled
from gatecast.linear.diagnosis import Diagnosis
from gatecast.linear.kept import KEPT
from gatecast.linear.paths import PathForecaster, Spread, fit_spread, require_steps
from gatecast.linear.recent import RecentARIMA
from gatecast.linear.trailing import trailing_mean

__all__ = [
    "ARIMA",
    "KEPT",
    "Autoregression",
    "Diagnosis",
    "Drift",
    "PathForecaster",
    "RecentARIMA",
    "SeasonalNaive",
    "Spread",
    "fit_spread",
    "recent_level",
    "repeated",
    "require_steps",
    "trailing_mean",
    "until_compiled",
]
