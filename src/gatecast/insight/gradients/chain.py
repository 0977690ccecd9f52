"""Layers stepped together as one recurrence s_t = φ(x_t, s_{t-1}), ready to be differentiated.

The joint state is what one step hands to the next: every part of every layer's state side by side. Its
parts are separate coordinates. A change of the cell state c_t leaves h_t as it is, and is felt from the next
step on; that is what makes the chain rule a plain product of the Jacobians ∂s_t/∂s_{t-1}. An sLSTM hands on
its cell and normaliser scaled by its stabiliser, and gradients are of these.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from gatecast.memory import Cell


@dataclass(frozen=True, eq=False)
class Chain:
    """Layers one above the other, the first reading the input, each reading what the one below it shows.

    cells  of each layer
    first  state of each layer before the first step, its parts [batch, ...]
    """

    cells: tuple[Cell, ...]
    first: tuple[Any, ...]

    @property
    def start(self) -> Float[Tensor, "batch state"]:
        """The joint state before the first step."""
        return _joined(self.first)

    def step(
        self, x: Float[Tensor, "batch inputs"], state: Float[Tensor, "batch state"]
    ) -> Float[Tensor, "batch state"]:
        """The joint state after one more step."""
        after = []
        for cell, before in zip(self.cells, self._parted(state), strict=True):
            new, _ = cell.step(x, before)
            after.append(new)
            x = new.hidden
        return _joined(tuple(after))

    def shown(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch hidden"]:
        """The hidden state of the uppermost layer."""
        hidden: Tensor = self._parted(state)[-1].hidden
        return hidden

    def columns(self, part: str) -> list[int]:
        """Where a part such as "hidden" or "cell" stands in the joint state, over all layers."""
        found: list[int] = []
        at = 0
        for state in self.first:
            for name, tensor in state._asdict().items():
                found += range(at, at + tensor.shape[-1]) if name == part else ()
                at += tensor.shape[-1]
        return found

    def _parted(self, state: Tensor) -> list[Any]:
        """Each layer's own state, from the joint one."""
        sizes = [part.shape[-1] for layer in self.first for part in layer]
        parts = iter(torch.split(state, sizes, dim=-1))
        return [type(layer)(*(next(parts) for _ in layer)) for layer in self.first]


def _joined(states: tuple[Any, ...]) -> Tensor:
    """States of layers as one."""
    return torch.cat([part for layer in states for part in layer], dim=-1)


def exact(cell: Cell) -> Cell:
    """The same cell in double precision on the CPU, its parameters copied and outside any graph."""
    tensors = {f.name: getattr(cell, f.name) for f in fields(cell)}  # type: ignore[arg-type]  # all are dataclasses
    return replace(cell, **{n: double(t) for n, t in tensors.items() if isinstance(t, Tensor)})  # type: ignore[type-var]


def double(values: Tensor) -> Tensor:
    """A copy in double precision on the CPU, outside any graph."""
    return values.detach().to("cpu", torch.float64, copy=True)
