"""The backtest room: any forecaster over rolling origins, scored and compared."""

from gatecast.backtest.compare import Leaderboard, Standing, leaderboard
from gatecast.backtest.profile import (
    coverage_by_series,
    coverage_by_step,
    errors_by_step,
    share_undercovered,
)
from gatecast.backtest.record import Backtest
from gatecast.backtest.run import LEVELS, cross_validate
from gatecast.backtest.scores import (
    coverage,
    crps,
    mae,
    mape,
    mase,
    mqloss,
    owa,
    quantile_loss,
    rmse,
    scaled_crps,
    seasonal_scale,
    smape,
    winkler_score,
)

__all__ = [
    "LEVELS",
    "Backtest",
    "Leaderboard",
    "Standing",
    "coverage",
    "coverage_by_series",
    "coverage_by_step",
    "cross_validate",
    "crps",
    "errors_by_step",
    "leaderboard",
    "mae",
    "mape",
    "mase",
    "mqloss",
    "owa",
    "quantile_loss",
    "rmse",
    "scaled_crps",
    "seasonal_scale",
    "share_undercovered",
    "smape",
    "winkler_score",
]
