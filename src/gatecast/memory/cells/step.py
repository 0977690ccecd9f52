"""What a cell is, and the loop over its steps: slow, readable, and right by inspection. [kernel]

    state_t, step_t = cell.step(x_t, state_{t-1})

Everything faster in this room is tested equal to `unroll`.
"""

from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from gatecast.errors import RecordError
from gatecast.memory.record import LayerRecord, layer_record


@runtime_checkable
class Cell(Protocol):
    """One step of a recurrent layer: a frozen record of parameters whose docstring is the equation.

    inputs  numbers read at a step
    units   numbers kept from step to step
    hidden  numbers shown at a step: the units, unless they are projected
    """

    @property
    def inputs(self) -> int:
        """Numbers read at a step."""

    @property
    def units(self) -> int:
        """Numbers kept from step to step."""

    @property
    def hidden(self) -> int:
        """Numbers shown at a step."""

    def start(self, batch: int) -> Any:
        """The state before the first step: zeros."""

    def step(self, x: Float[Tensor, "batch inputs"], state: Any) -> tuple[Any, Any]:
        """The next state, and all that was computed on the way to it."""

    def kept_and_written(
        self, record: Any
    ) -> tuple[Float[Tensor, "*axes units"], Float[Tensor, "*axes units"]]:
        """The two addends of every step's account: stored_t = kept_t∘stored_{t-1} + written_t."""

    def stored(self, holder: Any) -> Float[Tensor, "*axes units"]:
        """What the account is of, from a record or a state."""


class Sized:
    """The sizes of a cell that shows all it keeps, read off its parameters."""

    W: Float[Tensor, "rows inputs"]
    U: Float[Tensor, "rows units"]

    @property
    def inputs(self) -> int:
        """Numbers read at a step."""
        return self.W.shape[1]

    @property
    def units(self) -> int:
        """Numbers kept from step to step."""
        return self.U.shape[1]

    @property
    def hidden(self) -> int:
        """Numbers shown at a step: all that are kept."""
        return self.units


def unroll(cell: Cell, x: Float[Tensor, "batch time inputs"], state: Any = None) -> tuple[Any, LayerRecord]:
    """Step through a sequence, keeping everything.

    x        [batch, time, inputs]
    state    before the first step, as `cell.start` gives it; that if not given
    returns  the state after the last step, and the record [batch, time, ...]

    Raises RecordError if there is no step to take.
    """
    if x.shape[1] == 0:
        raise RecordError("x has no steps; a record needs at least one")
    first = state = cell.start(x.shape[0]) if state is None else state
    steps = []
    for x_t in x.unbind(1):
        state, step = cell.step(x_t, state)
        steps.append(step)
    columns = (torch.stack(column, dim=1) for column in zip(*steps, strict=True))
    return state, layer_record(type(steps[0])(*columns), first)


def check_parameters(
    name: str,
    rows: int,
    W: Float[Tensor, "..."],
    U: Float[Tensor, "..."],
    biases: dict[str, Float[Tensor, "..."]],
    square: bool = False,
) -> None:
    """Refuse parameters that cannot be one cell's: `rows` stacked blocks, a row a unit, U reading the units.

    square  whether all units are shown as they are

    Raises RecordError, naming the shapes.
    """
    shapes = {"W": W, "U": U, **biases}
    fit = W.ndim == U.ndim == 2 and len(W) == len(U) and len(W) % rows == 0
    fit = fit and (not square or U.shape[1] * rows == len(U))
    if not fit or any(b.shape != (len(W),) for b in biases.values()):
        seen = ", ".join(f"{key} {list(value.shape)}" for key, value in shapes.items())
        blocks = f"{rows} units" if rows > 1 else "units"
        read = "units" if square else "hidden"
        raise RecordError(
            f"{name} was given {seen}; it takes W [{blocks}, inputs], U [{blocks}, {read}] "
            f"and each of {', '.join(biases)} [{blocks}]"
        )
