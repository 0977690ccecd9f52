"""The linear room: the robust autoregression, seasonal ARIMA, and baselines that everything has to beat."""

from gatecast.linear.almanac import Almanac
from gatecast.linear.arima import ARIMA
from gatecast.linear.arima_ledger import arima_ledger
from gatecast.linear.around import Fitted, blocks_of, fit_around, middle_block, paths_around
from gatecast.linear.autoregression import Autoregression
from gatecast.linear.baselines import Drift, SeasonalNaive, recent_level, repeated
from gatecast.linear.compiled import until_compiled
from gatecast.linear.design import DAY_TYPES, Clock, clock_of, delayed, harmonics
from gatecast.linear.diagnosis import Diagnosis
from gatecast.linear.following import Following, following
from gatecast.linear.kept import KEPT
from gatecast.linear.latest import Latest, latest_of
from gatecast.linear.ledger import (
    LinearLedger,
    Mixture,
    autoregression_ledger,
    bound,
    ledger_of,
    on_scale,
    with_past,
)
from gatecast.linear.onward import Onward, lookback
from gatecast.linear.paths import FEWEST_STEPS, PathForecaster, Spread, fit_spread, require_steps
from gatecast.linear.recent import RecentARIMA
from gatecast.linear.running import Running
from gatecast.linear.saying import Saying
from gatecast.linear.sifted import Sifted, sifted_of
from gatecast.linear.split import HELD, LEVEL, Ages, Reason, ReasonKind, Split, ages_of, superposed
from gatecast.linear.trailed import Trailed, trailed_of
from gatecast.linear.trailing import trailing_mean

__all__ = [
    "ARIMA",
    "DAY_TYPES",
    "FEWEST_STEPS",
    "HELD",
    "KEPT",
    "LEVEL",
    "Ages",
    "Almanac",
    "Autoregression",
    "Clock",
    "Diagnosis",
    "Drift",
    "Fitted",
    "Following",
    "Latest",
    "LinearLedger",
    "Mixture",
    "Onward",
    "PathForecaster",
    "Reason",
    "ReasonKind",
    "RecentARIMA",
    "Running",
    "Saying",
    "SeasonalNaive",
    "Sifted",
    "Split",
    "Spread",
    "Trailed",
    "ages_of",
    "arima_ledger",
    "autoregression_ledger",
    "blocks_of",
    "bound",
    "clock_of",
    "delayed",
    "fit_around",
    "fit_spread",
    "following",
    "harmonics",
    "latest_of",
    "ledger_of",
    "lookback",
    "middle_block",
    "on_scale",
    "paths_around",
    "recent_level",
    "repeated",
    "require_steps",
    "sifted_of",
    "superposed",
    "trailed_of",
    "trailing_mean",
    "until_compiled",
    "with_past",
]
