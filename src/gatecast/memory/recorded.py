"""Record what any recurrent model computed: every gate and state of every layer, series and step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from gatecast.memory.cells.modules import FUSED, Layers, Recurrent, as_run_next, cells_of
from gatecast.memory.cells.step import Cell
from gatecast.memory.fused import run_layer
from gatecast.memory.given import Given, padded, sequence
from gatecast.memory.record import LayerRecord, layer_record, side_by_side
from gatecast.memory.replay import replay
from gatecast.memory.starting import starts


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """What a model computed on a sequence, the first layer first.

    layers   one record a layer, see `LSTMRecord`, `GRURecord`, `ElmanRecord`
    lengths  [batch] steps of each sequence, where x was packed; behind a sequence's end stands NaN
    """

    layers: tuple[Any, ...]
    lengths: Tensor | None = None

    def __repr__(self) -> str:
        """The layers by kind and size, not the numbers.

        >>> record(torch.nn.LSTM(3, 5), torch.zeros(7, 2, 3))
        Record(LSTMRecord [7, 2, 5])
        """
        return f"Record({', '.join(f'{type(one).__name__} {list(one.hidden.shape)}' for one in self.layers)})"

    @property
    def output(self) -> Float[Tensor, "*axes hidden"]:
        """The model's own output, computed again: the last layer's hidden state."""
        hidden: Tensor = self.layers[-1].hidden
        return hidden


@torch.no_grad()
def record(model: Recurrent, x: Tensor | PackedSequence, state: Any = None) -> Record:
    """Every gate, candidate and state of a recurrent model on its way through a sequence.

    model    torch.nn.LSTM, GRU or RNN as it is (stacked, bidirectional, projected, either nonlinearity), a
             cell of `gatecast.memory`, a tuple of cells, one a layer, or what `read_keras` and its like gave
    x        as the model takes it; for cells [batch, time, inputs] or [time, inputs]
    state    as the model takes it; zeros if not given
    returns  arrays laid out as the model's output; a packed x comes back padded, in its original order

    The model is neither changed nor hooked, and no graph is kept. Dropout between layers is not applied: what
    is recorded is the model as in `model.eval()`, outside autocast.

    Raises RecordError if the model is of another kind, has weights that are no numbers or a forward of its
    own, or if x or state do not fit it.

    >>> layer = record(torch.nn.LSTM(3, 5, batch_first=True), torch.zeros(2, 7, 3)).layers[0]
    >>> layer.forget_gate.shape, layer.cell.shape
    (torch.Size([2, 7, 5]), torch.Size([2, 7, 5]))
    """
    layers = cells_of(model)
    given = sequence(model, layers, x)
    with torch.autocast(given.x.device.type, enabled=False):
        return _recorded(model, layers, given, state)


def _recorded(model: Recurrent, layers: Layers, given: Given, state: Any) -> Record:
    """The record of what was checked."""
    if isinstance(model, FUSED):
        model = as_run_next(model)
    inputs, records = given.x, []
    reads = given.x if given.packed is None else given.packed
    for k, (cells, first) in enumerate(zip(layers, starts(model, layers, given, state), strict=True)):
        shown: Sequence[Tensor | None] = (None,) * len(cells)
        if isinstance(model, FUSED):
            reads = run_layer(model, k, reads, first)
            shown = padded(reads).chunk(len(cells), dim=-1)
        steps = [replay(cells[0], inputs, first[0], shown[0])]
        if len(cells) > 1:
            steps.append(_backward(cells[1], inputs, first[1], shown[1], given))
        records.append(_laid_out(steps, first, given))
        inputs = steps[0].hidden if len(steps) == 1 else torch.cat([step.hidden for step in steps], dim=-1)
    return Record(tuple(records), given.lengths)


def _backward(cell: Cell, x: Tensor, first: Any, hidden: Tensor | None, given: Given) -> Any:
    """The steps of a direction that reads each sequence from its end, in time order."""
    turned = None if hidden is None else given.turned(hidden)
    return _each(given.turned, replay(cell, given.turned(x), first, turned))


def _laid_out(steps: list[Any], first: tuple[Any, ...], given: Given) -> LayerRecord:
    """A layer's record with the axes of the model's output, its directions side by side."""
    directions = []
    for backward, (step, start) in enumerate(zip(steps, first, strict=True)):
        before = start if given.batched else _each(lambda part: part[0], start)
        placed = _each(given.placed, step)
        directions.append(layer_record(placed, before, given.time_axis, bool(backward)))
    return directions[0] if len(directions) == 1 else side_by_side(tuple(directions))


def _each(part: Callable[[Tensor], Tensor], steps: Any) -> Any:
    """A step or a state with a function applied to each of its tensors."""
    return type(steps)(*(part(tensor) for tensor in steps))
