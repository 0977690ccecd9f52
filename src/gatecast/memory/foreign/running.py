"""ONNX's recurrent operators, run through our cells: X and states in; Y, Y_h and Y_c out."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatecast.errors import ModelFileError
from gatecast.memory.cells import Cell, LSTMState, unroll
from gatecast.memory.foreign.operator import Operator, tensor_of

Array = NDArray[Any]


class Entering(NamedTuple):
    """What an operator is given besides its weights; None where it is not.

    X        [time, batch, inputs], or [batch, time, inputs] where the operator is batch first
    lengths  [batch]                steps of each sequence that count
    hidden   [directions, batch, units], or [batch, directions, units]
    cell     as `hidden`
    """

    X: Array
    lengths: Array | None = None
    hidden: Array | None = None
    cell: Array | None = None


class Leaving(NamedTuple):
    """What an operator gives.

    Y    [time, directions, batch, units], or [batch, time, directions, units]; 0 behind a sequence's end
    Y_h  [directions, batch, units], or [batch, directions, units]: at each sequence's last step
    Y_c  as `Y_h`; None unless it is an LSTM
    """

    Y: Array
    Y_h: Array
    Y_c: Array | None


def run(operator: Operator, cells: tuple[Cell, ...], entering: Entering) -> Leaving:
    """What the operator gives, by the slow readable loop of our cells.

    Raises ModelFileError where a sequence's length lies outside 1 to the steps of X.
    """
    x = tensor_of(entering.X)
    x = x if operator.batch_first else x.transpose(0, 1)
    batch, time = x.shape[:2]
    lengths = torch.full((batch,), time) if entering.lengths is None else tensor_of(entering.lengths).long()
    if lengths.shape != (batch,) or bool(((lengths < 1) | (lengths > time)).any()):
        raise ModelFileError(
            f"{operator.where}: sequence_lens is {lengths.tolist()}; with X of {batch} sequences and {time} steps "
            f"it should be {batch} numbers from 1 to {time}"
        )
    hidden = _states(entering.hidden, operator.batch_first)
    cell = _states(entering.cell, operator.batch_first)
    ways = []
    for d, one in enumerate(cells):
        backward = operator.directions == "reverse" or d == 1
        start = _start(one, batch, None if hidden is None else hidden[d], None if cell is None else cell[d])
        ways.append(_one_way(one, x.to(one.W.dtype), lengths, start, backward))
    Y = torch.stack([steps for steps, _ in ways])  # [directions, batch, time, units]
    Y = Y.permute(1, 2, 0, 3) if operator.batch_first else Y.permute(2, 0, 1, 3)
    ends = [torch.stack(end, 1 if operator.batch_first else 0) for end in zip(*(e for _, e in ways), strict=True)]
    Y, Y_h, *rest = (part.numpy().astype(entering.X.dtype) for part in (Y, *ends))
    return Leaving(Y, Y_h, rest[0] if rest else None)


def _states(given: Array | None, batch_first: bool) -> Tensor | None:
    """A state as [directions, batch, units]."""
    if given is None:
        return None
    state = tensor_of(given)
    return state.transpose(0, 1) if batch_first else state


def _start(cell: Cell, batch: int, hidden: Tensor | None, kept: Tensor | None) -> Any:
    """The state before the first step: zero where it is not given."""
    start = cell.start(batch)
    parts = {"hidden": hidden, "cell": kept}
    return start._replace(**{name: parts[name].to(zero) for name, zero in start._asdict().items() if parts[name] is not None})


def _one_way(cell: Cell, x: Tensor, lengths: Tensor, start: Any, backward: bool) -> tuple[Tensor, list[Tensor]]:
    """One direction: what it shows at each step [batch, time, units], and each part of its last state.

    A sequence that ends early is turned round within its own length, and shows 0 behind it.
    """
    steps = torch.arange(x.shape[1]).expand(x.shape[:2])
    inside = steps < lengths[:, None]
    order = torch.where(inside, lengths[:, None] - 1 - steps, steps) if backward else steps
    _, record = unroll(cell, _taken(x, order), start)
    last = (lengths - 1)[:, None]
    ends = [_taken(getattr(record, name), last)[:, 0] for name in start._fields]
    return _taken(record.hidden, order).where(inside[..., None], x.new_zeros(())), ends


def _taken(values: Tensor, order: Tensor) -> Tensor:
    """Steps of each sequence in another order: values [batch, time, n], order [batch, steps]."""
    return values.gather(1, order[..., None].expand(-1, -1, values.shape[-1]))
