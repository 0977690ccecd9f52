"""The hybrid room: a pool of linear members, gated and corrected by a network that remembers."""

from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.kept import KEPT
from gatecast.hybrid.ledger import linear_ledger
from gatecast.hybrid.model import Hybrid
from gatecast.linear import LinearLedger

__all__ = ["KEPT", "Hybrid", "LinearHalf", "LinearLedger", "linear_ledger"]
