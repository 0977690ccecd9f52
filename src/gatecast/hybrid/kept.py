"""What of the hybrid room may stand in a saved model."""

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.curve import FOLDS, ROUNDS, Curve, Curved, Voice
from gatecast.hybrid.forest import LEAF, Forest
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.pool import Pool
from gatecast.kept import Kept, demand
from gatecast.linear import Autoregression, RecentARIMA, Spread
from gatecast.memory import Calibrated, Inputs, Response, Trained
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
    "calibrated_": Calibrated,
    "unseen_": IntArray | None,
    "solar_": SolarHybrid | None,
}
_LINEAR = {"scale_": Scale, "spread_": Spread, "pool_": Pool, "solar_": SolarLinear | None}


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


KEPT = {
    "hybrid.forest": Kept(Forest, check=_check_forest),
    "hybrid.voice": Kept(Voice, check=_check_voice),
    "hybrid.curve": Kept(Curve, check=_check_curve),
    "hybrid.curved": Kept(Curved),
    "hybrid.given": Kept(Given),
    "hybrid.mended": Kept(Mended),
    "hybrid.pool": Kept(Pool, _POOL),
    "linear": Kept(LinearHalf, _LINEAR),
    "hybrid": Kept(Hybrid, _HYBRID),
}
