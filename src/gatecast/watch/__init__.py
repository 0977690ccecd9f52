"""The watch: whether recent errors have left the calibrated range, judged as rows come."""

from gatecast.watch.kept import KEPT
from gatecast.watch.stretches import Stretches
from gatecast.watch.told import told
from gatecast.watch.watch import Noticed, Watch, begun, caught_up, drifts, forgetting
from gatecast.watch.watching import Watching

__all__ = [
    "KEPT",
    "Noticed",
    "Stretches",
    "Watch",
    "Watching",
    "begun",
    "caught_up",
    "drifts",
    "forgetting",
    "told",
]
