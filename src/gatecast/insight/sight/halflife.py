"""How long each unit of the memory keeps what it is given: measured by a pulse, beside what its gates imply.

    measured  the unit's cell is moved by one of its standard deviations k steps before the origin, what it
              shows with it, and the network run on from there: what is left of it in the same cell
    implied   ∏ f_j over those k steps (of a GRU, which keeps by its update gate, ∏ z_j)

They differ where the pulse comes back through other gates and units, or is written over. Where they differ
much the gates' product says nothing of this memory and is not shown. A plain recurrent network has none.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Frequency
from gatecast.insight.sight.lags import duration, lag_grid
from gatecast.insight.subject import Subject
from gatecast.memory import Workings, one_thread, record

HALF = 0.5
SILENT = 0.01  # standard deviation of a unit's hidden output over the window: below, it is dead
STILL = 1e-6  # a cell that varies by less does not move
FULL, OFTEN = 0.99, 0.9  # |tanh c| (|h| without a cell) above the one in more of the steps than the other
ALIKE = 0.9  # least rank correlation
FACTORS = (0.5, 2.0)  # between which the ratios of nine in ten units must lie
INNER = (5.0, 95.0)  # percentiles that hold these


@dataclass(frozen=True)
class HalfLives:
    """What is left of a pulse in each unit's own cell.

    lags       [lags]         steps run on, from 1
    left       [lags, units]  measured, as a share of the pulse; NaN for a cell that never moves
    implied    [lags, units]  by the gates; None where there are none that keep
    measured_half_life  [units]  steps after which less than half is left; infinite where the lags end first
    implied_half_life   [units]  likewise; None without gates
    spearman   rank correlation of the two over living units; NaN where there is nothing to compare
    ratio      [3]  measured over implied: the 5th percentile, the median, the 95th, over living units
    dead       [units]  whose hidden output has a standard deviation below .01 over the window
    saturated  [units]  whose cell is beyond ±.99 of tanh in more than 90 % of the steps
    """

    frequency: Frequency
    lags: Int[IntArray, "lags"]
    left: Float[FloatArray, "lags units"]
    implied: Float[FloatArray, "lags units"] | None
    measured_half_life: Float[FloatArray, "units"]
    implied_half_life: Float[FloatArray, "units"] | None
    spearman: float
    ratio: Float[FloatArray, "3"]
    dead: Bool[BoolArray, "units"]
    saturated: Bool[BoolArray, "units"]

    @property
    def show_implied(self) -> bool:
        """Whether the gates' half-lives agree with the measured ones well enough to be shown."""
        low, high = FACTORS
        return bool(self.spearman >= ALIKE and self.ratio[0] >= low and self.ratio[-1] <= high)

    @property
    def order(self) -> Int[IntArray, "units"]:
        """The units by measured half-life, the longest first; those without one last."""
        order: IntArray = np.argsort(-np.nan_to_num(self.measured_half_life, nan=-1.0), kind="stable")
        return order

    def sentence(self) -> str:
        """Shortest, median and longest half-life in words, and which units say nothing."""
        known = self.measured_half_life[np.isfinite(self.left).all(axis=0)]
        if not len(known):
            return "no unit's cell moves, so none has a half-life"
        longest = int(self.lags[-1])
        shortest, middle, most = (
            duration(float(x), self.frequency)
            if np.isfinite(x)
            else f"more than {duration(longest, self.frequency)}"
            for x in (known.min(), np.sort(known)[len(known) // 2], known.max())
        )
        said = f"half of what a unit is given is gone after {middle} in the median one ({shortest} to {most})"
        counts = [(int(self.dead.sum()), "dead"), (int(self.saturated.sum()), "saturated")]
        idle = " and ".join(f"{count} {word}" for count, word in counts if count)
        return f"{said}; of {len(self.dead)} units {idle}" if idle else said


def half_lives(subject: Subject) -> HalfLives:
    """Measure how long each unit keeps what it is given, along the steps before the origin.

    Raises SeriesError where the model has no memory.
    """
    workings = subject.workings()
    steps = workings.context
    lags = lag_grid(steps - 1, ())[1:]
    layer = _recorded(workings)
    hidden, cell, kept = layer.hidden, layer.cell, layer.kept
    left = _left(workings, layer, lags)
    measured = crossing(lags, left)
    implied = None if kept is None else np.stack([kept[steps - lag :].prod(axis=0) for lag in lags])
    by_gates = None if implied is None else crossing(lags, implied)
    shown = cell if isinstance(workings.encoder, nn.LSTM) else np.arctanh(np.clip(hidden, -1, 1))
    dead = hidden.std(axis=0) < SILENT
    living = ~dead & np.isfinite(left).all(axis=0)
    spearman, ratio = _agreement(measured, by_gates, living, float(lags[-1]))
    return HalfLives(
        frequency=subject.panel.frequency,
        lags=lags,
        left=left,
        implied=implied,
        measured_half_life=measured,
        implied_half_life=by_gates,
        spearman=spearman,
        ratio=ratio,
        dead=dead,
        saturated=(np.abs(np.tanh(shown)) > FULL).mean(axis=0) > OFTEN,
    )


def crossing(
    lags: Int[IntArray, "lags"], left: Float[FloatArray, "lags units"]
) -> Float[FloatArray, "units"]:
    """When the size of what is left first falls below half, on straight lines of its logarithm. [units]

    Nothing is lost at lag 0; infinite where the lags end before, NaN for a column of NaN.
    """
    size = np.abs(np.concatenate([np.ones((1, left.shape[1])), left]))
    at = np.concatenate([[0], lags]).astype(np.float64)
    below = size < HALF
    first = below.argmax(axis=0)
    unit = np.arange(left.shape[1])
    log = np.log2(np.maximum(size, 1e-30))
    before, after = log[first - 1, unit], log[first, unit]
    with np.errstate(invalid="ignore", divide="ignore"):
        way = (before + 1.0) / (before - after)
    found = at[first - 1] + way * (at[first] - at[first - 1])
    found = np.where(below.any(axis=0), found, np.inf)
    return np.where(np.isnan(left).any(axis=0), np.nan, found)


class _Layer(NamedTuple):
    """What the recurrent layer did at every step of the window. Each [context, units]

    cell   what stays from step to step: the hidden state itself where there is no cell
    shown  how much of its cell each unit shows: the output gate; None where there is no cell
    kept   share of the cell kept; None without a gate for it
    """

    hidden: FloatArray
    cell: FloatArray
    shown: FloatArray | None
    kept: FloatArray | None


def _recorded(workings: Workings) -> _Layer:
    encoder = workings.encoder
    layer = record(encoder, workings.batch.history.to(next(encoder.parameters()).device)).layers[0]
    hidden = _array(layer.hidden)
    if isinstance(encoder, nn.LSTM):
        return _Layer(hidden, _array(layer.cell), _array(layer.output_gate), _array(layer.forget_gate))
    kept = _array(layer.update_gate) if isinstance(encoder, nn.GRU) else None
    return _Layer(hidden, hidden, None, kept)


def _left(workings: Workings, layer: _Layer, lags: Int[IntArray, "lags"]) -> Float[FloatArray, "lags units"]:
    """What is left at the origin of one standard deviation put into each unit's cell at each lag."""
    encoder = workings.encoder
    place = next(encoder.parameters()).device
    history = workings.batch.history[0].to(place)
    spread = layer.cell.std(axis=0)
    units = len(spread)
    pulses = np.concatenate([np.zeros((1, units)), np.diag(spread)])
    left = np.empty((len(lags), units))
    with one_thread(), torch.no_grad():
        for row, lag in enumerate(lags):
            at = len(layer.cell) - 1 - int(lag)
            cell = layer.cell[at] + pulses
            piece = history[-int(lag) :].expand(units + 1, -1, -1).contiguous()
            if layer.shown is None:
                after = encoder(piece, _state(cell, place))[1]
            else:
                hidden = layer.shown[at] * np.tanh(cell)
                after = encoder(piece, (_state(hidden, place), _state(cell, place)))[1][1]
            stored = _array(after[0])
            left[row] = stored[1:].diagonal() - stored[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        share: FloatArray = np.where(spread > STILL, left / spread, np.nan)
    return share


def _state(rows: FloatArray, place: torch.device) -> Tensor:
    return torch.from_numpy(rows).float().to(place)[None]


def _array(tensor: Tensor) -> FloatArray:
    """A tensor of one series, its batch axis dropped."""
    array: FloatArray = tensor.detach().double().cpu().numpy()
    return array[0] if array.ndim == 3 else array


def _agreement(
    measured: FloatArray, implied: FloatArray | None, living: BoolArray, longest: float
) -> tuple[float, FloatArray]:
    """Rank correlation of two half-lives and the range of their ratios, over living units.

    Beyond the longest lag both are as long as it.
    """
    nothing = np.full(3, np.nan)
    if implied is None or living.sum() < 2:
        return np.nan, nothing
    one, other = (np.minimum(x[living], longest) for x in (measured, implied))
    ratio: FloatArray = np.percentile(one / other, [INNER[0], 50.0, INNER[1]])
    first, second = _ranks(one), _ranks(other)
    if min(first.std(), second.std()) == 0:
        return (1.0 if np.allclose(one, other) else np.nan), ratio
    return float(np.corrcoef(first, second)[0, 1]), ratio


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, ties sharing their mean. [values]"""
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(count) - (count - 1) / 2)[where]
    return ranks
