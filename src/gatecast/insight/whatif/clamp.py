"""Run a fused recurrent layer with some of its gates held at a value.

A gate that reads nothing is constant: the rows of its weights become 0 and its bias logit(value).
"""

import copy
import math
from collections.abc import Mapping
from itertools import groupby

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gatecast.errors import OptionError
from gatecast.memory import one_thread

ROWS = {nn.LSTM: ("input", "forget", "candidate", "output"), nn.GRU: ("reset", "update", "candidate")}
SATURATED = 1e4  # a logit whose sigmoid is 0 or 1 to the last bit


def clamped(layer: nn.RNNBase, gates: Mapping[str, float]) -> nn.RNNBase:
    """A copy of an LSTM or GRU whose named gates are constant.

    gates  in [0, 1], by name

    Raises OptionError for a gate the layer does not have.
    """
    rows = next((names for kind, names in ROWS.items() if isinstance(layer, kind)), ())
    gated = [name for name in rows if name != "candidate"]
    for gate in gates:
        if gate not in gated:
            has = (
                f"its gates are {', '.join(gated[:-1])} and {gated[-1]}"
                if gated
                else "a plain recurrent network has none"
            )
            raise OptionError(f"the memory, {type(layer).__name__}, has no {gate} gate; {has}")
    held = copy.deepcopy(layer)
    with torch.no_grad():
        for gate, value in gates.items():
            at = rows.index(gate) * layer.hidden_size
            mine = slice(at, at + layer.hidden_size)
            for name, weight in held.named_parameters():
                weight[mine] = _logit(value) if name.startswith("bias_ih") else 0.0
    return held


def last_clamped_state(
    layer: nn.RNNBase, history: Float[Tensor, "context inputs"], gates: tuple[Mapping[str, float], ...]
) -> Float[Tensor, "units"]:
    """The hidden state at the origin when gates are held at some steps.

    gates  for each step of the context, the gates held there; empty for none
    """
    place = next(layer.parameters()).device
    state, done, output = None, 0, history[None]
    with one_thread(), torch.no_grad():
        for held, steps in groupby(gates, key=lambda step: sorted(step.items())):
            count = sum(1 for _ in steps)
            piece = history[None, done : done + count].to(place)
            output, state = clamped(layer, dict(held))(piece, state)
            done += count
    last: Tensor = output[0, -1]
    return last


def _logit(value: float) -> float:
    if value in (0, 1):
        return SATURATED if value else -SATURATED
    return math.log(value / (1 - value))
