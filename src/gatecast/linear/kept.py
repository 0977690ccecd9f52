"""What of the linear room may stand in a saved model, and what must hold before kernels read it.

Kernels trust the shapes they are given; what a file says is checked here first.
"""

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.interval import Calibration, Pace, Tracks, Width
from gatecast.kept import Kept, demand
from gatecast.linear.arima import ARIMA
from gatecast.linear.around import Fitted
from gatecast.linear.autoregression import Autoregression
from gatecast.linear.baselines import Drift, SeasonalNaive
from gatecast.linear.design import Design, Detail
from gatecast.linear.direct import WAVES, Direct
from gatecast.linear.filter import MANY
from gatecast.linear.fitted import FittedSeries, Member
from gatecast.linear.following import Following
from gatecast.linear.latest import Latest
from gatecast.linear.paths import Spread
from gatecast.linear.position import Position, System
from gatecast.linear.recent import Recent, RecentARIMA
from gatecast.linear.recursion import BLOCKS
from gatecast.linear.regression import Regression
from gatecast.linear.running import Running
from gatecast.linear.sarima import Sarima
from gatecast.linear.shape import Shape
from gatecast.linear.standing import FilterStanding
from gatecast.linear.transform import BoxCox

LONGEST = 100_000  # lags of a model: its state is as long
FAR = 2**60  # steps, beyond which counting them would wrap around


def _check_fitted(fitted: Fitted) -> None:
    lags = fitted.lags
    demand(lags.ndim == 1 and np.all(np.diff(lags) > 0), "ascending lags")
    demand(np.all((lags >= 1) & (lags <= max(fitted.steps, 1))), "lags within the history")
    demand(fitted.coefficients.shape == (BLOCKS + 1, len(lags)), "coefficients of every lag and block")
    demand(fitted.intercepts.shape == (BLOCKS + 1,), "an intercept for every block")
    regression = fitted.regression
    demand(regression is None or len(regression.coefficients) == BLOCKS + 1, "a regression of every block")


def _check_direct(direct: Direct) -> None:
    back, some, beta = direct.back, direct.modulated, direct.coefficients
    demand(back.ndim == 1 and np.all((back >= 0) & (back < FAR)), "steps before an origin, from 0 on")
    demand(some.ndim == 1 and np.all((some >= 0) & (some < len(back))), "lags that are there to modulate")
    demand(direct.day >= 1, "a day of one step or more")
    columns = len(back) + 1 + 2 * WAVES * (1 + len(some))
    demand(beta.ndim == 3 and beta.shape[:2] == (BLOCKS + 1, columns), "coefficients of every block and lag")


def _check_design(design: Design) -> None:
    demand(len(design.binary) == len(design.center), "one word on each covariate")
    demand(min(design.detail.covariates, design.detail.years) >= 0, "details from none on")
    demand(design.detail.years <= LONGEST, "harmonics that can be counted")


def _check_latest(latest: Latest) -> None:
    values, position = latest.values, latest.position
    demand(values.ndim == 2 and position.shape == values.shape[:1], "the latest values of each series")
    demand(1 <= latest.season < values.shape[1], "more of them than a season")
    demand(np.all((position >= 0) & (position < FAR)), "positions that can be counted on")


def _check_recent(recent: Recent) -> None:
    demand(recent.cuts.shape == (3,) and np.all(np.diff(recent.cuts) >= 0), "three cuts, ascending")
    demand(len(recent.models) in (0, 3), "three models or none")


def _check_sarima(model: Sarima) -> None:
    p, q, P, Q, _ = model.shape
    demand(min(p, q, P, Q, model.d, model.D) >= 0 and model.season >= 1, "orders from 0, a season from 1")
    longest = max(p, q) + max(P, Q) * model.season + model.d + model.D * model.season
    demand(longest <= LONGEST, f"lags up to {LONGEST}")
    demand(model.coefficients.shape == (model.shape.parameters,), "a coefficient for each order")
    demand(model.beta.ndim == 1, "one row of regression coefficients")


def _check_running(running: Running) -> None:
    system, model, position = running.system, running.model, running.position
    demand(0 <= running.steps < FAR and 1 <= running.horizon < FAR, "steps that can be counted")
    demand(system.ar.shape == model.ar.shape and system.ma.shape == model.ma.shape, "the model's polynomials")
    demand(system.delta.shape == model.delta.shape, "the model's differences")
    demand(system.phi.shape == (max(len(system.ar), len(system.ma)) - 1,), "a coefficient at every lag")
    demand(running.waiting.ndim == 1, "one row of waiting values")
    if position is not None:
        _check_position(position, system, running.horizon)


def _check_position(position: Position, system: System, horizon: int) -> None:
    m, lags = len(system.phi), len(system.delta) - 1
    demand(position.states.ndim == 2 and position.states.shape[1] == m + lags, "states as long as the lags")
    demand(position.gains.shape == (2, m) and position.scalars.shape == (3,), "the gains of the filter")
    demand(position.spread.shape == (horizon,), "a variance for each step ahead")
    counts = position.counts
    demand(counts.shape == (4 + MANY,) and np.all(np.abs(counts) < FAR), "the counts of the filter")
    demand(counts[0] >= 0 and 0 <= counts[2] < len(position.states), "room for every uncertain value")


def _check_standing(standing: FilterStanding) -> None:
    demand(len(standing.fitted) == len(standing.states) > 0, "a model and a state for each series")
    for one, states in zip(standing.fitted, standing.states, strict=True):
        demand(len(one.members) == len(states) > 0, "a state for each model")
        demand(all(state.horizon == standing.horizon for state in states), "one horizon")


_LEARNED = {"scale_": Scale, "spread_": Spread}

KEPT = {
    "linear.spread": Kept(Spread, {"width": Width, "calibration": Calibration}),
    "linear.detail": Kept(Detail),
    "linear.design": Kept(Design, check=_check_design),
    "linear.regression": Kept(Regression),
    "linear.direct": Kept(Direct, check=_check_direct),
    "linear.fitted": Kept(Fitted, check=_check_fitted),
    "linear.orders": Kept(Shape),
    "linear.sarima": Kept(Sarima, check=_check_sarima),
    "linear.latest": Kept(
        Latest, {"values": FloatArray, "position": IntArray, "season": int}, check=_check_latest
    ),
    "linear.following": Kept(
        Following, {"spread": Spread, "scale": Scale, "first": IntArray, "pace": Pace, "tracks": Tracks}
    ),
    "linear.recent": Kept(Recent, check=_check_recent),
    "linear.recent_arima": Kept(
        RecentARIMA, {"beside": Autoregression, "horizon": int, "fitted_": list[Recent]}
    ),
    "linear.power": Kept(BoxCox),
    "linear.member": Kept(Member),
    "linear.fitted_series": Kept(FittedSeries),
    "linear.system": Kept(System),
    "linear.position": Kept(Position),
    "linear.running": Kept(Running, check=_check_running),
    "linear.standing": Kept(FilterStanding, check=_check_standing),
    "naive": Kept(SeasonalNaive, _LEARNED),
    "drift": Kept(Drift, _LEARNED),
    "autoregression": Kept(Autoregression, _LEARNED | {"path_scale_": Scale, "fitted_": list[Fitted]}),
    "arima": Kept(ARIMA, {"fitted_": tuple[FittedSeries, ...], "standing_": FilterStanding | None}),
}
