"""What of the hybrid room may stand in a saved model."""

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Scale
from gatecast.hybrid.boosted import FOLDS, ROUNDS, Boosted, Grown
from gatecast.hybrid.forest import LEAF, Forest
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.pool import Pool
from gatecast.kept import Kept, demand
from gatecast.linear import Autoregression, RecentARIMA, Spread
from gatecast.memory import Calibrated, Inputs, Trained

_POOL = {
    "horizon": int,
    "scale_": Scale,
    "full_": Autoregression,
    "fitted_": list[Autoregression | RecentARIMA | Boosted | Given | Mended],
    "_fitted_names": list[str],
    "_lengths": list[int],
    "low_": FloatArray,
    "high_": FloatArray,
}
_HYBRID = {
    "linear_": LinearHalf | None,
    "shares_": FloatArray,
    "widening_": float,
    "inputs_": Inputs,
    "context_": int,
    "pool_": Pool,
    "unit_": FloatArray,
    "trained_": Trained,
    "calibrated_": Calibrated,
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


def _check_grown(grown: Grown) -> None:
    demand(len(grown.forests) == ROUNDS * FOLDS and grown.around.regression is None, "trees of every fold")


KEPT = {
    "hybrid.forest": Kept(Forest, check=_check_forest),
    "hybrid.grown": Kept(Grown, check=_check_grown),
    "hybrid.boosted": Kept(Boosted),
    "hybrid.given": Kept(Given),
    "hybrid.mended": Kept(Mended),
    "hybrid.pool": Kept(Pool, _POOL),
    "linear": Kept(LinearHalf, {"scale_": Scale, "spread_": Spread, "pool_": Pool}),
    "hybrid": Kept(Hybrid, _HYBRID),
}
