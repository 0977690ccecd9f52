"""One input changed at one step, by an ordinary amount, clock and calendar left alone.

A pulse is `size` standard deviations of the input's history up to the origin, upwards and downwards. Of the
series itself that is the standard deviation of what a season before does not tell, y_t - y_{t-season} over
√2, for a whole standard deviation of a seasonal series at a single step would be nothing it has ever done. A
direction that leaves what history has seen is left out (no negative sunshine); a 0/1 covariate is flipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, is_binary
from gatecast.errors import OptionError, listed
from gatecast.insight.subject import Subject
from gatecast.memory import Workings

SERIES = "series"
LARGEST = 5.9  # of an input's column: beyond, it is clipped and says nothing of its unit


class Moved(NamedTuple):
    """Values after a pulse in one direction, and where that direction is open. Each [rows]"""

    values: FloatArray
    open: BoolArray


@dataclass(frozen=True)
class Pulse:
    """How one input is pulsed.

    size       in the unit of the input
    low, high  of its history up to the origin
    flips      whether it is 0/1 and is turned over instead
    """

    name: str
    size: float
    low: float
    high: float
    flips: bool

    def on(self, values: Float[FloatArray, "rows"]) -> tuple[Moved, ...]:
        """Each direction's values at some rows; a row without a value has no direction."""
        known = np.isfinite(values)
        if self.flips:
            return (Moved(1.0 - values, known),)
        up, down = values + self.size, values - self.size
        may = [known & (up <= self.high), known & (down >= self.low)]
        neither = known & ~may[0] & ~may[1]  # the history spans less than a pulse: towards the farther end
        upwards = self.high - values >= values - self.low
        return Moved(up, may[0] | (neither & upwards)), Moved(down, may[1] | (neither & ~upwards))


def inputs_of(panel: Panel) -> tuple[str, ...]:
    """What a model of the panel reads that can be changed: the series itself and its covariates."""
    return (SERIES, *panel.known_names, *panel.past_names)


def column_of(subject: Subject, name: str) -> Float[FloatArray, "rows"]:
    """One input at every row of the panel.

    Raises OptionError for one the model does not read.
    """
    panel = subject.panel
    if name in panel.known_names:
        column: FloatArray = panel.known[:, panel.known_names.index(name)]
    elif name in panel.past_names:
        column = panel.past[:, panel.past_names.index(name)]
    elif name == SERIES:
        column = panel.values
    else:
        raise OptionError(f"the model does not read {name!r}; it reads {listed(inputs_of(panel))}")
    return column


def edited(subject: Subject, name: str, rows: IntArray, values: FloatArray) -> Panel:
    """The panel with one input changed at some rows."""
    covariates = (*subject.panel.known_names, *subject.panel.past_names)
    if name == SERIES and name not in covariates:
        return subject.with_values(rows, values)
    return subject.with_covariate(name, rows, values)


def pulse_of(subject: Subject, name: str, size: float) -> Pulse:
    """The pulse of one input.

    size  in standard deviations

    Raises OptionError for an input the model does not read, a size that is no positive number, and an input
    that has never varied.
    """
    if not (np.isfinite(size) and size > 0):
        raise OptionError(f"size={size!r} is no pulse; give a positive number of standard deviations")
    past = column_of(subject, name)[subject.past(subject.position + 1)]
    seen = past[np.isfinite(past)]
    if not len(seen) or seen.min() == seen.max():
        raise OptionError(
            f"{name!r} has never varied up to the origin, so the model can have learned nothing of it; "
            "choose another input or a later origin"
        )
    flips = name != SERIES and is_binary(seen)
    unit = _movement(past, subject.panel.seasons[0]) if name == SERIES else float(seen.std())
    return Pulse(name, size * unit, float(seen.min()), float(seen.max()), flips)


def _movement(past: Float[FloatArray, "time"], season: int) -> float:
    """The standard deviation of what the value a season before does not tell of a series."""
    if 1 < season < len(past):
        movement = float(np.nanstd(past[season:] - past[:-season])) / np.sqrt(2)
        if movement > 0:
            return float(movement)
    return float(np.nanstd(past))


def pulsed_histories(
    subject: Subject, workings: Workings, pulse: Pulse, lags: IntArray
) -> Iterator[tuple[BoolArray, Float[Tensor, "lags context inputs"]]]:
    """The network's past inputs with a pulse at each lag, one direction after the other.

    Covariates change in their own column; the series in its value and in its changes, at the step and where
    later steps look back on it. What linear members made of it stays: only a whole rerun knows that.

    yields  at which lags the direction is open [lags], and the inputs
    """
    rows = subject.row - lags
    steps = workings.context - 1 - lags
    window = subject.past(workings.context)
    whole = np.arange(window.start, window.stop)
    before = column_of(subject, pulse.name)[whole]
    for moved in pulse.on(before):
        now = np.where(moved.open, moved.values, before)
        other = subject.workings(edited(subject, pulse.name, whole, now)).batch.history[0]
        yield moved.open[rows - window.start], _pulsed(workings, pulse.name, steps, other)


def _pulsed(workings: Workings, name: str, steps: IntArray, other: Tensor) -> Tensor:
    """The inputs with those of one step taken from `other`, for each of some steps."""
    base = workings.batch.history[0]
    variants = base.repeat(len(steps), 1, 1)
    which, at = torch.arange(len(steps)), torch.from_numpy(steps)
    kind = "series" if name == SERIES else "covariate"
    for j, column in enumerate(workings.history):
        if column.kind != kind or column.source != name:
            continue
        if column.lag:
            _move_changes(variants, base, other, j, column.lag, at)
        elif column.name != "missing":
            variants[which, at, j] = other[at, j]
    return variants


def _move_changes(variants: Tensor, base: Tensor, other: Tensor, j: int, lag: int, at: Tensor) -> None:
    """Move asinh((value - earlier value) / movement) where a pulsed value is the one or the other."""
    if lag >= len(base):
        return
    value, change = base[:, 0].double(), base[:, j].double()
    ordinary = change.abs() < LARGEST
    ordinary[:lag] = False  # what these look back on lies before the window
    told = (value[lag:] - value[:-lag]).abs()[ordinary[lag:]].sum()
    size = change[ordinary].sinh().abs().sum()
    if not float(told) > 0 or not float(size) > 0:
        return
    moved = (other[:, 0].double() - value) / (told / size)
    for offset, sign in ((0, 1.0), (lag, -1.0)):
        which = torch.nonzero(at + offset < len(base))[:, 0]
        there = at[which] + offset
        new = (change[there].sinh() + sign * moved[at[which]]).asinh()
        variants[which, there, j] = new.float().clamp(-6.0, 6.0)
