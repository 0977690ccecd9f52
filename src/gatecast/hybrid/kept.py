"""What of the hybrid room may stand in a saved model."""

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.curve import FOLDS, ROUNDS, Curve, Curved, Voice
from gatecast.hybrid.features import reach
from gatecast.hybrid.forest import LEAF, Forest
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.glance import Glances
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.half_standing import HalfStanding
from gatecast.hybrid.hybrid_standing import AloneStanding, HybridStanding
from gatecast.hybrid.joining import Joining
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.modes import ModeName
from gatecast.hybrid.moved import MovedPool, put_together, written
from gatecast.hybrid.moving_pool import MovingPool
from gatecast.hybrid.pool import Pool
from gatecast.interval import Tracks, pace_of
from gatecast.kept import Kept, demand
from gatecast.linear import Autoregression, Following, Latest, RecentARIMA, Spread
from gatecast.memory import Calibrated, Carried, Inputs, Response, Trained
from gatecast.solar import SolarHybrid, SolarLinear

_POOL = {
    "horizon": int,
    "scale_": Scale,
    "full_": Autoregression,
    "fitted_": list[Autoregression | RecentARIMA | Curved | Given | Mended],
    "_fitted_names": list[str],
    "_lengths": list[int],
    "_levels": bool,
    "low_": FloatArray,
    "stack_": FloatArray | None,
    "high_": FloatArray,
}
_HYBRID = {
    "linear_": LinearHalf | None,
    "shares_": FloatArray,
    "common_": float,
    "widening_": float,
    "inputs_": Inputs,
    "context_": int,
    "pool_": Pool,
    "unit_": FloatArray,
    "trained_": Trained,
    "judged_": Trained | None,
    "calibrated_": Calibrated,
    "unseen_": IntArray | None,
    "solar_": SolarHybrid | None,
    "standing_": HybridStanding | AloneStanding | None,
}
_LINEAR = {
    "scale_": Scale,
    "spread_": Spread,
    "pool_": Pool,
    "solar_": SolarLinear | None,
    "standing_": HalfStanding | None,
}
_GLANCES = {
    "inputs": Inputs,
    "unit": FloatArray,
    "mode": ModeName,
    "seasons": tuple[int, ...],
    "static": FloatArray,
    "left": Latest,
    "said": Latest,
    "missed": FloatArray,
    "width": int,
}


def _check_forest(forest: Forest) -> None:
    count, inner = len(forest.feature), forest.feature != LEAF
    shapes = {a.shape for a in (forest.feature, forest.threshold, forest.left, forest.right, forest.value)}
    demand(shapes == {(count,)} and forest.roots.ndim == 1, "one number for each node")
    demand(np.all((forest.roots >= 0) & (forest.roots < count)), "roots among the nodes")
    demand(np.all((forest.feature >= LEAF) & (forest.feature < forest.columns)), "features there are")
    own = np.arange(count)[inner]
    for side in (forest.left[inner], forest.right[inner]):  # behind: no row goes in circles
        demand(np.all((side > own) & (side < count)), "children behind their parents")


def _check_voice(voice: Voice) -> None:
    sayers = {"trees": Forest, "perceptron": Response}
    demand(len(voice.folds) == ROUNDS * FOLDS, "one of every fold")
    demand(all(isinstance(one, sayers[voice.kind]) for one in voice.folds), "folds of the voice's own kind")


def _check_curve(curve: Curve) -> None:
    demand(curve.around.regression is None, "no regression in what goes around one")


def _check_half(standing: HalfStanding) -> None:
    moving, follow = standing.moving, standing.following
    demand(np.array_equal(follow.tracks.clock, moving.clock), "one clock")
    demand(follow.tracks.horizon == moving.pool.horizon, "tracks of every step ahead")
    demand(follow.pace == pace_of(moving.ends.season), "the pace of the first season")
    demand(follow.first.shape == moving.clock.shape, "a first origin for each series")


def _check_glances(glances: Glances) -> None:
    count, scale = len(glances.unit), glances.inputs.scale
    demand(glances.unit.shape == scale.center.shape and len(glances.seasons) > 0, "a unit for each series")
    demand(np.all(glances.unit > 0), "units above 0")
    demand(glances.static.ndim == 2 and len(glances.static) == count, "static covariates of each series")
    demand(glances.missed.ndim == 3 and len(glances.missed) == count, "errors of each series")
    for own in (glances.left, glances.said):
        demand(len(own.position) == count, "what the regression left and said of each series")
        demand(own.values.shape[1] > glances.seasons[-1], "a long season of it")


def _check_hybrid(standing: HybridStanding) -> None:
    moving, glances, horizon = standing.moving, standing.glances, standing.moving.pool.horizon
    clocks = [glances.left.position, glances.said.position, *(one.clock for one in standing.carried)]
    clocks += [] if standing.tracks is None else [standing.tracks.clock]
    demand(all(np.array_equal(clock, moving.clock) for clock in clocks), "one clock")
    demand(glances.seasons == moving.trailed.like.seasons, "one calendar")
    shown = {"gate": moving.pool.count, "residual": 1, "parallel": moving.pool.count}[glances.mode]
    window = reach(horizon, glances.seasons[0])[1]
    demand(glances.missed.shape[1:] == (window, shown), "errors of what is shown, over a season")
    longest = glances.seasons[-1] + horizon
    demand(min(glances.left.values.shape[1], glances.said.values.shape[1]) > longest, "a long season of it")
    demand(len(standing.carried) > 0, "a network")
    known = glances.known_width(moving)
    members = 0 if glances.mode == "parallel" else shown
    for one in standing.carried:
        shape = one.network.shape
        demand((shape.members, shape.horizon) == (members, horizon), "networks of these members")
        demand(shape.ahead == known + glances.width, "networks that read what they are shown")
        demand(shape.inputs == glances.row_width(moving), "networks that read what comes")
    demand(standing.tracks is None or standing.tracks.horizon == horizon, "tracks of every step ahead")
    demand((standing.tracks is None) == (standing.first is None), "a first origin where there are tracks")
    demand(standing.first is None or standing.first.shape == moving.clock.shape, "one for each series")


KEPT = {
    "hybrid.forest": Kept(Forest, check=_check_forest),
    "hybrid.voice": Kept(Voice, check=_check_voice),
    "hybrid.curve": Kept(Curve, check=_check_curve),
    "hybrid.curved": Kept(Curved),
    "hybrid.given": Kept(Given),
    "hybrid.mended": Kept(Mended),
    "hybrid.pool": Kept(Pool, _POOL),
    "hybrid.moved_pool": Kept(MovedPool),
    "hybrid.moving_pool": Kept(MovingPool, through=(MovedPool, written, put_together)),
    "hybrid.half_standing": Kept(
        HalfStanding, {"moving": MovingPool, "following": Following}, check=_check_half
    ),
    "hybrid.glances": Kept(Glances, _GLANCES, check=_check_glances),
    "hybrid.joining": Kept(Joining),
    "hybrid.alone_standing": Kept(AloneStanding, {"half": HalfStanding}),
    "hybrid.standing": Kept(
        HybridStanding,
        {
            "moving": MovingPool,
            "glances": Glances,
            "carried": tuple[Carried, ...],
            "joining": Joining,
            "tracks": Tracks | None,
            "first": IntArray | None,
        },
        check=_check_hybrid,
    ),
    "linear": Kept(LinearHalf, _LINEAR),
    "hybrid": Kept(Hybrid, _HYBRID),
}
