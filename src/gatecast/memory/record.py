"""What a recurrent layer computed at every step, after activation and before it, named so. [kernel]

A record rebuilds its states exactly, so nothing that is read off it is a guess:

    LSTM   c_t = i∘g + f∘c_{t-1};  h_t = o∘tanh(c_t)            (then projected, where the layer projects)
    GRU    h_t = (1 − z)∘n + z∘h_{t-1}
    Elman  h_t = tanh or relu of hidden_before

Its arrays lie as in the model's own output: [batch, time, units] with batch_first, [time, batch, units]
without, [time, units] for a single series without a batch axis; the directions of a bidirectional layer
stand side by side on the last axis. Behind the end of a sequence that was packed stands NaN.
"""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class HiddenState(NamedTuple):
    """What an Elman layer or a GRU hands to its next step.

    hidden  [batch, units]
    """

    hidden: Tensor


class LSTMState(NamedTuple):
    """What an LSTM hands to its next step.

    hidden  [batch, hidden]  what is shown
    cell    [batch, units]   what is kept
    """

    hidden: Tensor
    cell: Tensor


class SLSTMState(NamedTuple):
    """What an sLSTM hands to its next step.

    hidden      [batch, units]
    cell        [batch, units]  times exp(-stabiliser)
    normaliser  [batch, units]  times exp(-stabiliser)
    stabiliser  [batch, units]  logarithm of the largest weight so far
    """

    hidden: Tensor
    cell: Tensor
    normaliser: Tensor
    stabiliser: Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerRecord:
    """What every layer's record has.

    hidden     [*axes, hidden]        after every step
    first      state before the first step, each part [batch, ...]
    time_axis  which axis is time
    backward   whether the steps were taken from the last instant to the first
    parts      the record of each direction, where there are two
    """

    hidden: Float[Tensor, "*axes hidden"]
    first: Any
    time_axis: int = 1
    backward: bool = False
    parts: "tuple[Any, ...]" = ()

    @property
    def directions(self) -> "tuple[Any, ...]":
        """The record of each direction alone, in time order."""
        return self.parts or (self,)

    def previous(self) -> Any:
        """The state each step set out from: a state whose parts have a time axis, like the record's own."""
        if self.parts:
            both = zip(*(part.previous() for part in self.parts), strict=True)
            return type(self.first)(*(torch.cat(pair, dim=-1) for pair in both))
        names = type(self.first)._fields
        return type(self.first)(
            *(self._set_out(getattr(self, n), start) for n, start in zip(names, self.first, strict=True))
        )

    def _set_out(self, after: Tensor, start: Tensor) -> Tensor:
        """The values before each step, from those after each: moved by a step, `start` before the first."""
        time = after.shape[self.time_axis]
        edge = start.unsqueeze(self.time_axis)
        kept = after.narrow(self.time_axis, 1 if self.backward else 0, time - 1)
        moved = torch.cat([kept, edge] if self.backward else [edge, kept], dim=self.time_axis)
        padding = after.isnan()
        begins = moved.isnan() & ~padding  # backwards, a sequence begins where its padding ends
        return torch.where(padding, after, torch.where(begins, edge, moved))


@dataclass(frozen=True, eq=False, kw_only=True)
class ElmanRecord(LayerRecord):
    """An Elman layer's steps, each [*axes, units]: hidden = tanh or relu of hidden_before."""

    hidden_before: Float[Tensor, "*axes units"]


@dataclass(frozen=True, eq=False, kw_only=True)
class GRURecord(LayerRecord):
    """A GRU layer's steps, each [*axes, units]: hidden = (1 − update_gate)∘candidate + update_gate∘previous.

    reset_gate, update_gate  in (0, 1)
    candidate                in (-1, 1)
    ..._before               the same before the activation
    """

    reset_gate: Float[Tensor, "*axes units"]
    update_gate: Float[Tensor, "*axes units"]
    candidate: Float[Tensor, "*axes units"]
    reset_gate_before: Float[Tensor, "*axes units"]
    update_gate_before: Float[Tensor, "*axes units"]
    candidate_before: Float[Tensor, "*axes units"]


@dataclass(frozen=True, eq=False, kw_only=True)
class LSTMRecord(LayerRecord):
    """An LSTM layer's steps, each [*axes, units]: cell = forget_gate∘previous + input_gate∘candidate.

    input_gate, forget_gate, output_gate  in (0, 1)
    candidate                             in (-1, 1)
    cell                                  what is kept
    ..._before                            the same before the activation
    """

    input_gate: Float[Tensor, "*axes units"]
    forget_gate: Float[Tensor, "*axes units"]
    candidate: Float[Tensor, "*axes units"]
    output_gate: Float[Tensor, "*axes units"]
    cell: Float[Tensor, "*axes units"]
    input_gate_before: Float[Tensor, "*axes units"]
    forget_gate_before: Float[Tensor, "*axes units"]
    candidate_before: Float[Tensor, "*axes units"]
    output_gate_before: Float[Tensor, "*axes units"]


@dataclass(frozen=True, eq=False, kw_only=True)
class SLSTMRecord(LSTMRecord):
    """An sLSTM layer's steps, each [*axes, units]: hidden = output_gate∘cell / normaliser.

    input_gate, forget_gate  stabilised: exponential gates over exp(stabiliser), in (0, 1]
    normaliser, stabiliser   see `SLSTMCell`
    """

    normaliser: Float[Tensor, "*axes units"]
    stabiliser: Float[Tensor, "*axes units"]


class ElmanStep(NamedTuple):
    """One step of an Elman layer, each [batch, units]."""

    hidden: Tensor
    hidden_before: Tensor


class GRUStep(NamedTuple):
    """One step of a GRU, each [batch, units]; see `GRURecord`."""

    reset_gate: Tensor
    update_gate: Tensor
    candidate: Tensor
    hidden: Tensor
    reset_gate_before: Tensor
    update_gate_before: Tensor
    candidate_before: Tensor


class LSTMStep(NamedTuple):
    """One step of an LSTM, each [batch, units]; see `LSTMRecord`."""

    input_gate: Tensor
    forget_gate: Tensor
    candidate: Tensor
    output_gate: Tensor
    cell: Tensor
    hidden: Tensor
    input_gate_before: Tensor
    forget_gate_before: Tensor
    candidate_before: Tensor
    output_gate_before: Tensor


class SLSTMStep(NamedTuple):
    """One step of an sLSTM, each [batch, units]; see `SLSTMRecord`."""

    input_gate: Tensor
    forget_gate: Tensor
    candidate: Tensor
    output_gate: Tensor
    cell: Tensor
    hidden: Tensor
    input_gate_before: Tensor
    forget_gate_before: Tensor
    candidate_before: Tensor
    output_gate_before: Tensor
    normaliser: Tensor
    stabiliser: Tensor


Step = ElmanStep | GRUStep | LSTMStep | SLSTMStep
State = HiddenState | LSTMState | SLSTMState

RECORDS: dict[type, type[LayerRecord]] = {
    ElmanStep: ElmanRecord,
    GRUStep: GRURecord,
    LSTMStep: LSTMRecord,
    SLSTMStep: SLSTMRecord,
}


def layer_record(steps: Any, first: Any, time_axis: int = 1, backward: bool = False) -> LayerRecord:
    """The record of steps whose tensors have a time axis already."""
    kind = RECORDS[type(steps)]
    return kind(**steps._asdict(), first=first, time_axis=time_axis, backward=backward)


def side_by_side(directions: tuple[LayerRecord, ...]) -> LayerRecord:
    """The record of a bidirectional layer from those of its directions, joined on the last axis."""
    one = directions[0]
    own = {field.name for field in fields(LayerRecord)} - {"hidden"}
    names = [field.name for field in fields(one) if field.name not in own]
    joined: dict[str, Any] = {
        name: torch.cat([getattr(part, name) for part in directions], dim=-1) for name in names
    }
    pairs = zip(*(part.first for part in directions), strict=True)
    first = type(one.first)(*(torch.cat(pair, dim=-1) for pair in pairs))
    return type(one)(**joined, first=first, time_axis=one.time_axis, parts=directions)
