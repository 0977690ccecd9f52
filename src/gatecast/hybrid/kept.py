"""What of the hybrid room may stand in a saved model."""

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.pool import Pool
from gatecast.kept import Kept
from gatecast.linear import Autoregression, RecentARIMA, Spread
from gatecast.memory import Calibrated, Inputs, Trained

_POOL = {
    "horizon": int,
    "scale_": Scale,
    "full_": Autoregression,
    "fitted_": list[Autoregression | RecentARIMA],
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
    "unseen_": IntArray | None,
}

KEPT = {
    "hybrid.pool": Kept(Pool, _POOL),
    "linear": Kept(LinearHalf, {"scale_": Scale, "spread_": Spread, "pool_": Pool}),
    "hybrid": Kept(Hybrid, _HYBRID),
}
