"""The ledger: how much of what a layer holds was written when. An exact account, not a cause.

    c_T = (∏_j f_j)∘c_0 + Σ_k (∏_{j>k} f_j)∘i_k∘g_k

Each addend is what is still held of one step's writing. The account is of memory: what the gates were set by
is not in it, nor whether what is held is ever used. For a GRU it is of the hidden state, with z in place of f
and (1 − z)∘n in place of i∘g; for an sLSTM of c/n, what its output gate reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gatecast._types import FloatArray, IntArray
from gatecast.errors import OptionError, RecordError
from gatecast.insight.words import share
from gatecast.memory import ElmanRecord, GRURecord, LayerRecord, LSTMRecord, SLSTMRecord

BEFORE = "before the first step"
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Ledger:
    """What a layer holds at one step, split by when it was written.

    held     [batch, units]        the state: cell state, hidden state of a GRU, c/n of an sLSTM
    written  [batch, time, units]  what is still held of each step's writing, in the order of time
    start    [batch, units]        what is still held of the state before the first step
    age      [batch, time]         steps since each writing, 0 for the newest; -1 behind a sequence's end
    labels   [time]                group of each step
    names    the groups in order of their first step, then `BEFORE`
    account  what the account is of, in words
    """

    held: Float[FloatArray, "batch units"]
    written: Float[FloatArray, "batch time units"]
    start: Float[FloatArray, "batch units"]
    age: Int[IntArray, "batch time"]
    labels: Int[IntArray, "time"]
    names: tuple[str, ...]
    account: str

    @property
    def residual(self) -> float:
        """The largest difference between what the record holds and the sum of the parts: rounding.

        Below 1e-10 for a record in double precision. One in single precision was rounded at every step
        itself, which shows here as some millionths of what is held.
        """
        return float(np.abs(self.held - self.start - self.written.sum(axis=1)).max())

    @property
    def by_group(self) -> Float[FloatArray, "batch groups units"]:
        """What is held of each group's writing; sums to what is held. [batch, groups, units]"""
        batch, _, units = self.written.shape
        sums = np.zeros((len(self.names), batch, units))
        np.add.at(sums, self.labels, self.written.swapaxes(0, 1))
        sums[-1] += self.start
        return sums.swapaxes(0, 1)

    def shares(self) -> Float[FloatArray, "batch groups units"]:
        """Each group's share of what a unit holds, counted without sign: what was written up and what down.

        [batch, groups, units]  sums to 1 over groups; NaN for a unit that holds nothing
        """
        batch, _, units = self.written.shape
        sums = np.zeros((len(self.names), batch, units))
        np.add.at(sums, self.labels, np.abs(self.written).swapaxes(0, 1))
        sums[-1] += np.abs(self.start)
        return _ratio(sums, sums.sum(axis=0)).swapaxes(0, 1)

    @property
    def share_by_group(self) -> dict[str, float]:
        """Each group's share of all that is held, over series and units, counted without sign."""
        sizes = np.zeros(len(self.names))
        np.add.at(sizes, self.labels, np.abs(self.written).sum(axis=(0, 2)))
        sizes[-1] += np.abs(self.start).sum()
        shares = _ratio(sizes, sizes.sum())
        return dict(zip(self.names, shares.tolist(), strict=True))

    def half_age(self) -> Float[FloatArray, "batch units"]:
        """Steps, counted back from the newest, in which half of what a unit holds was written.

        [batch, units]  infinite where half is older than the first step; NaN for a unit that holds nothing
        """
        return self._half(np.abs(self.written), np.abs(self.start))

    def half_age_of_all(self) -> Float[FloatArray, "batch"]:
        """The same over all units together. [batch]"""
        written, start = np.abs(self.written).sum(axis=2), np.abs(self.start).sum(axis=1)
        return self._half(written[..., None], start[:, None])[:, 0]

    def words(self, series: int = 0, step: tuple[float, str] = (1, "steps")) -> str:
        """What is held and when it was written, in a sentence.

        series  which of the batch
        step    length of a step and its unit: (1, "hours"), (0.5, "hours")
        """
        age = float(self.half_age_of_all()[series])
        if np.isnan(age):
            return f"the {self.account} holds nothing"
        if np.isinf(age):
            return f"half of what the {self.account} holds was there {BEFORE}"
        size, unit = step
        span = f"{age * size:g} {unit}" if age * size != 1 else unit.removesuffix("s")
        text = f"half of what the {self.account} holds was written in the last {span}"
        if len(self.names) > len(self.labels):  # every step for itself
            return text
        name, part = max(self.of(series).share_by_group.items(), key=lambda item: item[1])
        whose = f"was there {BEFORE}" if name == BEFORE else f"is of {name}"
        return f"{text}; the largest part, {share(part)}, {whose}"

    def of(self, series: int) -> "Ledger":
        """The account of one series of the batch."""
        one = slice(series, series + 1) if series >= 0 else slice(series, series + 1 or None)
        return Ledger(
            self.held[one], self.written[one], self.start[one], self.age[one], self.labels, self.names,
            self.account,
        )  # fmt: skip

    def _half(self, written: FloatArray, start: FloatArray) -> FloatArray:
        """The age by which half has been counted, the newest first. [batch, width]"""
        total = written.sum(axis=1) + start
        order = np.argsort(np.where(self.age < 0, np.iinfo(np.int64).max, self.age), axis=1, kind="stable")
        counted = np.take_along_axis(written, order[..., None], axis=1).cumsum(axis=1)
        enough = counted >= 0.5 * (1 - ROUNDING) * total[:, None]
        steps = np.where(enough.any(axis=1), enough.argmax(axis=1) + 1.0, np.inf)
        return np.where(total > 0, steps, np.nan)


def ledger(layer: LayerRecord, at: int = -1, groups: Sequence[Any] | np.ndarray | None = None) -> Ledger:
    """Give an exact account of what a layer holds after a step.

    layer   one layer's record, one direction: `record(model, x).layers[0]`
    at      after which step, counted in the order the steps are taken; the last if not given
    groups  [time] a label for every step of the record, such as days (`day_labels`), or names of events
            (`event_labels`); every step for itself if not given

    Raises RecordError for an Elman layer, which keeps nothing, and for two directions at once; OptionError
    for a step that is not there or labels that do not fit.

    >>> from gatecast.memory import record
    >>> lstm = torch.nn.LSTM(3, 5, batch_first=True).double()
    >>> layer = record(lstm, torch.ones(2, 48, 3).double()).layers[0]
    >>> account = ledger(layer, groups=["Monday"] * 24 + ["Tuesday"] * 24)
    >>> account.residual < 1e-12, list(account.share_by_group)
    (True, ['Monday', 'Tuesday', 'before the first step'])
    >>> account.words(step=(1, "hours")).partition(" in the last ")[0]
    'half of what the cell state holds was written'
    """
    kept, written, held, before, account = _addends(layer)
    kept, written, held = (_laid_out(part, layer) for part in (kept, written, held))
    first = before if before.ndim == 2 else before[None]
    time = held.shape[1]
    if not -time <= at < time:
        raise OptionError(f"at={at} is no step of this record; it has {time}: give 0 to {time - 1}, or -1")
    taken = slice(0, at % time + 1)
    kept, written, held = kept[:, taken], written[:, taken], held[:, taken]
    there = held.isfinite().all(
        dim=-1
    )  # behind a packed sequence's end nothing is kept anew, nothing written
    left = _left_over(torch.where(there[..., None], kept, 1.0))
    parts = left[:, 1:] * torch.where(there[..., None], written, 0.0)
    age = torch.where(there, there.flip(1).cumsum(1).flip(1) - 1, -1)
    labels, names = _groups(groups, time, layer.backward, taken)
    order = -1 if layer.backward else 1
    return Ledger(
        _last(held, there, first).numpy(), parts.numpy()[:, ::order], (left[:, 0] * first).numpy(),
        age.numpy()[:, ::order], labels, names, account,
    )  # fmt: skip


def _addends(layer: LayerRecord) -> tuple[Tensor, Tensor, Tensor, Tensor, str]:
    """held_t = kept_t∘held_{t-1} + written_t: kept, written, held, held at the start; and what is held."""
    if isinstance(layer, ElmanRecord):
        raise RecordError(
            "an Elman layer has no ledger: its state is computed anew at every step, with no part kept and "
            "no part written; take a GRU or an LSTM, or look at its gradient flow instead"
        )
    if not isinstance(layer, GRURecord | LSTMRecord):
        raise RecordError(
            f"a ledger was asked of a {type(layer).__name__}; give one layer, record(model, x).layers[0]"
        )
    if len(layer.directions) > 1:
        raise RecordError(
            "the record is of two directions, which write in opposite order; give one, layer.directions[0]"
        )
    first = layer.first
    if isinstance(layer, GRURecord):
        z, n = _double(layer.update_gate), _double(layer.candidate)
        return z, (1 - z) * n, _double(layer.hidden), _double(first.hidden), "hidden state"
    if isinstance(layer, SLSTMRecord):  # n_t = f'n_{t-1} + i', so that f'n_{t-1}/n_t = 1 − i'/n_t
        part = _double(layer.input_gate) / _double(layer.normaliser)
        held = _double(layer.cell) / _double(layer.normaliser)
        before = _double(first.cell) / _double(first.normaliser).masked_fill(first.normaliser == 0, 1.0)
        return 1 - part, part * _double(layer.candidate), held, before, "normalised cell state"
    written = _double(layer.input_gate) * _double(layer.candidate)
    return _double(layer.forget_gate), written, _double(layer.cell), _double(first.cell), "cell state"


def _double(part: Tensor) -> Tensor:
    """In double precision, outside any graph."""
    return part.detach().to("cpu", torch.float64)


def _laid_out(part: Tensor, layer: LayerRecord) -> Float[Tensor, "batch time units"]:
    """Batch first, steps in the order they were taken."""
    if part.ndim == 2:
        part = part[None]
    elif layer.time_axis == 0:
        part = part.transpose(0, 1)
    return part.flip(1) if layer.backward else part


def _left_over(kept: Float[Tensor, "batch time units"]) -> Float[Tensor, "batch time+1 units"]:
    """∏ of what was kept from each step on, 1 behind the last.

    Multiplied backwards from the end, so that a product too small for a double becomes 0 and is never divided
    by.
    """
    ones = kept.new_ones(len(kept), 1, kept.shape[-1])
    return torch.cat([ones, kept.flip(1).cumprod(1)], dim=1).flip(1)


def _last(
    held: Float[Tensor, "batch time units"],
    there: Bool[Tensor, "batch time"],
    first: Float[Tensor, "batch units"],
) -> Float[Tensor, "batch units"]:
    """What each sequence holds after its own last step."""
    steps = torch.arange(held.shape[1])
    at = torch.where(there, steps, -1).amax(dim=1)
    found = held[torch.arange(len(held)), at.clamp_min(0)]
    return torch.where((at >= 0)[:, None], found, first)


def _groups(
    groups: Sequence[Any] | np.ndarray | None, time: int, backward: bool, taken: slice
) -> tuple[IntArray, tuple[str, ...]]:
    """The group of each step taken, in the order of time, and their names."""
    names = [str(step) for step in range(time)] if groups is None else [str(label) for label in groups]
    if len(names) != time:
        raise OptionError(
            f"there are {len(names)} labels for {time} steps; give one for each step of the record"
        )
    names = names[::-1][taken][::-1] if backward else names[taken]
    distinct = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return np.array([distinct[name] for name in names], dtype=np.int64), (*distinct, BEFORE)


def _ratio(part: FloatArray, whole: FloatArray | float) -> FloatArray:
    """Shares, NaN of nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: FloatArray = np.divide(part, whole)
    return shares
