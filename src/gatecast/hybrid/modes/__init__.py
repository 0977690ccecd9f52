"""How the two halves of a hybrid may be joined, one file a way.

In every mode forecast = linear part + share · (network - linear part), the share chosen on held-out origins.
What differs is what the network sees of the linear half, and so what it can say beyond it.
"""

from gatecast.errors import OptionError
from gatecast.hybrid.modes.gate import GATE
from gatecast.hybrid.modes.mode import Mode, ModeName
from gatecast.hybrid.modes.parallel import PARALLEL
from gatecast.hybrid.modes.residual import RESIDUAL

MODES: dict[ModeName, Mode] = {"gate": GATE, "residual": RESIDUAL, "parallel": PARALLEL}


def mode_of(name: ModeName) -> Mode:
    """The mode of a name.

    Raises OptionError for a name that is none.
    """
    if not isinstance(name, str) or name not in MODES:
        raise OptionError(f"mode={name!r} is no way to join the halves; give one of {', '.join(MODES)}")
    return MODES[name]


__all__ = ["MODES", "Mode", "ModeName", "mode_of"]
