"""What a person gives to be recorded, checked and laid out with time first.

Whatever is wrong is refused here in words, so that nothing behind this file has to.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from gatecast.errors import RecordError
from gatecast.memory.cells.modules import FUSED, Layers


@dataclass(frozen=True)
class Given:
    """A sequence as the layers read it, and how it lay.

    x            [time, batch, inputs]; 0 behind the end of a packed sequence
    lengths      [batch] steps of each packed sequence; None if all have the same
    batch_first  whether the model's batch axis comes before time
    batched      whether there was a batch axis
    packed       the sequences as they were given, where they were packed
    """

    x: Tensor
    lengths: Tensor | None
    batch_first: bool
    batched: bool
    packed: PackedSequence | None = None

    @property
    def time_axis(self) -> int:
        """Which axis is time in what the model hands out."""
        return 1 if self.batched and self.batch_first else 0

    def turned(self, values: Float[Tensor, "time batch width"]) -> Float[Tensor, "time batch width"]:
        """Every sequence from its own end to its beginning; done twice it is nothing."""
        if self.lengths is None:
            return values.flip(0)
        steps = torch.arange(len(values), device=values.device)[:, None]
        mirrored = self.lengths.to(values.device) - 1 - steps
        source = torch.where(mirrored >= 0, mirrored, steps)[..., None]
        return values.gather(0, source.expand_as(values))

    def placed(self, values: Float[Tensor, "time batch width"]) -> Float[Tensor, "*axes width"]:
        """Values with the axes of the model's output, NaN behind the end of a packed sequence."""
        if self.lengths is not None:
            steps = torch.arange(len(values), device=values.device)[:, None]
            behind = steps >= self.lengths.to(values.device)
            values = values.masked_fill(behind[..., None], torch.nan)
        if not self.batched:
            return values[:, 0]
        return values.transpose(0, 1) if self.batch_first else values


def padded(values: Tensor | PackedSequence) -> Float[Tensor, "time batch width"]:
    """Packed sequences in their original order, time first; others as they are."""
    return values if isinstance(values, Tensor) else pad_packed_sequence(values)[0]


def sequence(model: object, layers: Layers, x: object) -> Given:
    """The input of a model, checked.

    Raises RecordError if it has the wrong type, axes, size or place, no steps, or a value that is missing;
    and if a weight of the model is no number.
    """
    batch_first = model.batch_first if isinstance(model, FUSED) else True
    if isinstance(x, PackedSequence):
        values, lengths = pad_packed_sequence(x)
        given = Given(values, lengths, batch_first, batched=True, packed=x)
    elif isinstance(x, Tensor):
        _check_axes(x, layers[0][0].inputs, batch_first)
        batched = x.ndim == 3
        time_first = x[:, None] if not batched else x.transpose(0, 1) if batch_first else x
        given = Given(time_first, None, batch_first, batched)
    else:
        raise RecordError(
            f"x is a {type(x).__name__}; a record takes a torch tensor or a PackedSequence "
            "(torch.from_numpy makes a tensor of an array)"
        )
    _check_kind(given.x, layers)
    _check_weights(layers)
    _check_values(given)
    return given


def _check_axes(x: Tensor, inputs: int, batch_first: bool) -> None:
    axes = "batch, time" if batch_first else "time, batch"
    wanted = f"it takes [{axes}, {inputs}], or [time, {inputs}] for one series"
    if x.ndim not in (2, 3):
        raise RecordError(f"x has {x.ndim} axes, {list(x.shape)}; {wanted}")
    if x.shape[-1] != inputs:
        raise RecordError(f"x is {list(x.shape)}: {x.shape[-1]} inputs a step; {wanted}")
    time = x.shape[1 if x.ndim == 3 and batch_first else 0]
    if time == 0:
        raise RecordError(f"x is {list(x.shape)}: no steps; a record needs at least one")
    if x.numel() == 0:
        raise RecordError(f"x is {list(x.shape)}: no series; a record needs at least one")


def _check_kind(x: Tensor, layers: Layers) -> None:
    """The numbers' type, place and count are the model's."""
    cell = layers[0][0]
    start = cell.start(1)[0]
    if x.shape[-1] != cell.inputs:
        raise RecordError(f"x has {x.shape[-1]} inputs a step; the model takes {cell.inputs}")
    if x.dtype != start.dtype:
        raise RecordError(f"x is {x.dtype}, the model is {start.dtype}; give x.to({start.dtype})")
    if x.device != start.device:
        raise RecordError(
            f"x is on {x.device}, the model is on {start.device}; give x.to({str(start.device)!r})"
        )
    if x.is_meta:
        raise RecordError(
            "x and the model are on meta, where there are shapes and no numbers; load the weights"
        )


def _check_weights(layers: Layers) -> None:
    """Refuse what no longer computes anything; from one such weight every gate is NaN."""
    for k, layer in enumerate(layers):
        parts = [part for cell in layer for part in vars(cell).values() if isinstance(part, Tensor)]
        wrong = sum(int((~torch.isfinite(part)).sum()) for part in parts)
        if wrong:
            raise RecordError(
                f"{wrong} of the {sum(part.numel() for part in parts)} weights of layer {k} are NaN or "
                "infinite, as after a training that diverged; take the model as it was before"
            )


def _check_values(given: Given) -> None:
    if bool(torch.isfinite(given.x.sum())):  # a single pass; a NaN or infinity survives any sum
        return
    wrong = ~torch.isfinite(given.x)
    if not wrong.any():
        return  # large values whose sum alone overflows
    time, batch, column = wrong.nonzero()[0].tolist()
    value = given.x[time, batch, column].item()
    at = f"series {batch}, time {time}, input {column}" if given.batched else f"time {time}, input {column}"
    count = int(wrong.sum())
    raise RecordError(
        f"x is {value} at {at}{f', and {count - 1} more are NaN or infinite' if count > 1 else ''}; "
        "one such value spreads to every later step: fill the gap, as the model's training data were filled"
    )
