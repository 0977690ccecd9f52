"""Which part of a model is looked at: all its layers together, or one layer's one direction by itself."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from gatecast.errors import OptionError, RecordError
from gatecast.insight.gradients.chain import Chain, double, exact
from gatecast.memory import Cell, Recurrent, cells_of, record, unroll


@dataclass(frozen=True, eq=False)
class Strand:
    """A chain of layers, what it reads and what it is called.

    x      [batch, time, inputs]  in the order the steps are taken
    what   in words
    kinds  of cell, the first layer first
    """

    chain: Chain
    x: Float[Tensor, "batch time inputs"]
    what: str
    kinds: tuple[str, ...]

    @staticmethod
    def layers(model: Recurrent) -> tuple[tuple[Cell, ...], ...]:
        """The cells of a model: layers, each with its directions."""
        return cells_of(model)


def strand(model: Recurrent, x: Tensor, state: Any, layer: int | None, direction: int) -> Strand:
    """Choose a strand of a model, in double precision.

    Raises RecordError as `record` does, and for packed sequences; OptionError for a layer or direction that
    is not there.
    """
    if isinstance(x, PackedSequence):
        raise RecordError(
            "x is packed: its sequences end at different steps, so they have no last step in common; "
            "give those of one length together, as a tensor"
        )
    recorded = record(model, x, state)
    layers = tuple(tuple(exact(cell) for cell in cells) for cells in cells_of(model))
    firsts = [tuple(_batched(part.first) for part in one.directions) for one in recorded.layers]
    inputs = double(x[None] if x.ndim == 2 else x if recorded.layers[0].time_axis == 1 else x.transpose(0, 1))
    _check(layers, layer, direction)
    both = len(layers[0]) > 1
    if layer is None and not both:
        cells = tuple(cells[0] for cells in layers)
        chain = Chain(cells, tuple(first[0] for first in firsts))
        return Strand(chain, inputs, _all_layers(cells), tuple(_kind(cell) for cell in cells))
    index = (len(layers) - 1 if layer is None else layer) % len(layers)
    for below, first in zip(layers[:index], firsts[:index], strict=True):
        inputs = _shown(below, first, inputs)
    cell = layers[index][direction]
    if direction:
        inputs = inputs.flip(1)
    words = [_kind(cell)]
    words += [f"layer {index + 1} of {len(layers)}"] if len(layers) > 1 else []
    words += [("reading forwards", "reading backwards")[direction]] if both else []
    return Strand(Chain((cell,), (firsts[index][direction],)), inputs, ", ".join(words), (_kind(cell),))


def _shown(cells: tuple[Cell, ...], first: tuple[Any, ...], x: Tensor) -> Tensor:
    """What a layer shows to the one above it at every step. [batch, time, hidden]"""
    shown = [unroll(cells[0], x, first[0])[1].hidden]
    if len(cells) > 1:
        shown.append(unroll(cells[1], x.flip(1), first[1])[1].hidden.flip(1))
    return torch.cat(shown, dim=-1)


def _batched(first: Any) -> Any:
    """A state before the first step, in double precision, with a batch axis also for a single series."""
    parts = (double(part) for part in first)
    return type(first)(*(part[None] if part.ndim == 1 else part for part in parts))


def _check(layers: tuple[tuple[Cell, ...], ...], layer: int | None, direction: int) -> None:
    """Refuse a layer or direction that is not there."""
    count, ways = len(layers), len(layers[0])
    if layer is not None and not -count <= layer < count:
        raise OptionError(f"layer={layer}, but the model has {count}; give 0 to {count - 1}")
    if direction not in range(ways):
        wanted = "0 or 1" if ways > 1 else "0"
        raise OptionError(f"direction={direction}, but the model has {ways}; give {wanted}")


def _kind(cell: Cell) -> str:
    """What a cell is called: the name of its class."""
    return type(cell).__name__.removesuffix("Cell")


def _all_layers(cells: tuple[Cell, ...]) -> str:
    """A whole model in words."""
    kinds = tuple(dict.fromkeys(_kind(cell) for cell in cells))
    return kinds[0] if len(cells) == 1 else f"{len(cells)} layers of {' and '.join(kinds)}"
