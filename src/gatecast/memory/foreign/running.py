"""ONNX's recurrent operators, run through our cells: X and states in; Y, Y_h and Y_c out."""

from typing import Any, NamedTuple

import torch
from numpy.typing import NDArray
from torch import Tensor

from gatecast.errors import ModelFileError
from gatecast.memory.cells import Cell, unroll
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

    Raises ModelFileError where X, a length or a state does not fit the operator.
    """
    x = tensor_of(operator.where, entering.X)
    if x.ndim != 3 or x.shape[-1] != cells[0].inputs or 0 in x.shape:
        raise ModelFileError(
            f"{operator.where}: X is {list(x.shape)}; it should have three axes, none empty, "
            f"the last of length {cells[0].inputs}"
        )
    x = x if operator.batch_first else x.transpose(0, 1)
    lengths = _lengths(operator, entering.lengths, x)
    starts = _starts(operator, cells, x.shape[0], entering)
    ways = [
        _one_way(cell, x.to(start.hidden.dtype), lengths, start, operator.directions == "reverse" or d == 1)
        for d, (cell, start) in enumerate(zip(cells, starts, strict=True))
    ]
    Y = torch.stack([steps for steps, _ in ways])  # [directions, batch, time, units]
    Y = Y.permute(1, 2, 0, 3) if operator.batch_first else Y.permute(2, 0, 1, 3)
    axis = 1 if operator.batch_first else 0
    ends = [torch.stack(end, axis) for end in zip(*(last for _, last in ways), strict=True)]
    shown, hidden, *cell = (part.numpy().astype(entering.X.dtype) for part in (Y, *ends))
    return Leaving(shown, hidden, cell[0] if cell else None)


def _lengths(operator: Operator, given: Array | None, x: Tensor) -> Tensor:
    """Steps of each sequence that count: all, where it is not said."""
    batch, time = x.shape[:2]
    lengths = torch.full((batch,), time) if given is None else tensor_of(operator.where, given).long()
    if lengths.shape != (batch,) or bool(((lengths < 1) | (lengths > time)).any()):
        raise ModelFileError(
            f"{operator.where}: sequence_lens is {lengths.tolist()}; with X of {batch} sequences and {time} "
            f"steps it should be {batch} numbers from 1 to {time}"
        )
    return lengths


def _starts(operator: Operator, cells: tuple[Cell, ...], batch: int, entering: Entering) -> list[Any]:
    """For each direction the state before its first step: zero where it is not given."""
    starts = [cell.start(batch) for cell in cells]
    axis = 1 if operator.batch_first else 0
    for name in starts[0]._fields:
        given = getattr(entering, name)
        if given is None:
            continue
        zero = torch.stack([getattr(start, name) for start in starts], axis)
        state = tensor_of(operator.where, given).to(zero.dtype)
        if state.shape != zero.shape:
            raise ModelFileError(
                f"{operator.where}: the {name} state is {list(state.shape)}; it should be {list(zero.shape)}"
            )
        starts = [
            start._replace(**{name: one}) for start, one in zip(starts, state.unbind(axis), strict=True)
        ]
    return starts


def _one_way(
    cell: Cell, x: Tensor, lengths: Tensor, start: Any, backward: bool
) -> tuple[Tensor, list[Tensor]]:
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
