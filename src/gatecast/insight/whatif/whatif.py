"""What if: the forecast made again with something changed, both halves apart.

The first changes are made to the panel, and everything is read off it anew; gates are held in the network
that reads it. What is changed is what the model is told: whether the world would follow is not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Frequency, continue_times
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast
from gatecast.insight.sight.rerun import forecast_of_state
from gatecast.insight.stamps import stamps
from gatecast.insight.subject import LEVELS, Subject
from gatecast.insight.whatif.changes import Change, Clamp, range_notes
from gatecast.insight.whatif.clamp import last_clamped_state
from gatecast.insight.whatif.when import rows_when, written
from gatecast.insight.words import number
from gatecast.memory import Workings

UNMOVED = 1e-4  # of the mean width of the 80 % interval: less is rounding


@dataclass(frozen=True)
class WhatIf:
    """A forecast before and after a change.

    before, after  with their quantiles
    linear, memory [horizon]  how the parts differ; None where the model has no halves
    difference     [horizon]  after less before: the sum of the parts, where there are any
    pool           [horizon]  of members that are not linear; None where there are none
    stamps         [horizon]  local times of the steps ahead, or step numbers
    notes          what to know before believing it
    """

    changes: tuple[Change, ...]
    before: Forecast
    after: Forecast
    difference: Float[FloatArray, "horizon"]
    linear: Float[FloatArray, "horizon"] | None
    memory: Float[FloatArray, "horizon"] | None
    stamps: np.ndarray
    frequency: Frequency
    notes: tuple[str, ...] = ()
    pool: Float[FloatArray, "horizon"] | None = None

    @property
    def moved(self) -> bool:
        """Whether the forecast differs by more than rounding."""
        lower, upper = self.before.interval(80)
        size = float(np.abs(self.difference).max())
        return size > UNMOVED * max(float((upper - lower).mean()), 0.0) and size > 0

    def words(self) -> str:
        """The changes, as they stand in a sentence."""
        return f"with {' and '.join(change.words() for change in self.changes) or 'nothing changed'}"

    def sentences(self, unit: str = "") -> tuple[str, ...]:
        """The step that moves most and the mean over all, in words; the notes behind them.

        unit  of the series, such as MW
        """
        if not self.moved:
            return (f"{self.words()}, the forecast would not move", *self.notes)
        k = int(np.abs(self.difference).argmax())
        most = f"{self.words()}, {said_time(self.stamps[k], self.frequency)} would be {self._said(k, unit)}"
        if len(self.difference) == 1:
            return (most, *self.notes)
        steps = slice(0, len(self.difference))
        mean = f"over the {len(self.difference)} steps ahead it would be {self._said(steps, unit)} on average"
        return (most, mean, *self.notes)

    def _said(self, steps: int | slice, unit: str) -> str:
        """A difference with its parts: 210 MW higher (linear part +190, memory part +20)."""
        whole = float(np.mean(self.difference[steps]))
        size = f"{number(abs(whole))}{' ' * bool(unit)}{unit} {'higher' if whole >= 0 else 'lower'}"
        if self.linear is None or self.memory is None:
            return size
        parts = {"linear part": self.linear, "pool part": self.pool, "memory part": self.memory}
        there = {name: float(np.mean(part[steps])) for name, part in parts.items() if part is not None}
        return f"{size} ({', '.join(f'{name} {_signed(value)}' for name, value in there.items())})"


def what_if(subject: Subject, *changes: Change, levels: Sequence[float] = LEVELS) -> WhatIf:
    """The forecast with some things changed, one after the other, beside the one there is.

    levels  quantiles of both forecasts, .1 and .9 among them

    Raises OptionError for what cannot be changed; SeriesError where a gate is held and there is no memory.
    """
    edited, notes = subject, list[str]()
    for change in changes:
        if not isinstance(change, Clamp):
            edited = change.made(edited)
    if edited is not subject:  # what its latest forecasts said of the intervals stays as it was
        edited = replace(edited, model=subject.held)
    notes += range_notes(subject, edited)
    before = subject.forecast(levels=levels)
    clamps = [change for change in changes if isinstance(change, Clamp)]
    if clamps:
        workings = edited.workings(levels=levels)
        after = _held(edited, workings, clamps)
        if not workings.share[0]:
            notes.append("the memory's share in this series is 0: nothing in it moves the forecast")
    else:
        after = edited.forecast(levels=levels)
    linear, pool, memory = (
        _apart(getattr(before, part), getattr(after, part))
        for part in ("linear_part", "pool_part", "memory_part")
    )
    parts = [part for part in (linear, pool, memory) if part is not None]
    return WhatIf(
        changes=changes,
        before=before,
        after=after,
        difference=np.sum(parts, axis=0) if parts else after.point[0] - before.point[0],
        linear=linear,
        memory=memory,
        stamps=_stamps(subject),
        frequency=subject.panel.frequency,
        notes=tuple(notes),
        pool=pool,
    )


def said_time(stamp: np.generic, frequency: Frequency) -> str:
    """A step ahead as it stands in a sentence.

    >>> said_time(np.datetime64("2014-12-18T14:00", "ms"), Frequency("microsecond", 3_600_000_000))
    '14:00 on 18 December'
    """
    if not isinstance(stamp, np.datetime64):
        return f"step {stamp}"
    moment = stamp.astype("datetime64[s]").item()
    day = f"{moment.day} {moment:%B}"
    if frequency.unit == "microsecond":
        return f"{moment:%H:%M} on {day}"
    return day if frequency.unit == "day" else f"{moment:%B %Y}"


def _stamps(subject: Subject) -> np.ndarray:
    """Local times of the steps ahead, or step numbers, whether the panel has them or not. [horizon]"""
    panel = subject.panel
    past = panel.times[int(panel.offsets[subject.series]) : subject.row + 1]
    ahead = continue_times(past, panel.frequency, panel.zone, subject.horizon)
    return stamps(ahead, panel.zone, panel.frequency)


def _held(subject: Subject, workings: Workings, clamps: Sequence[Clamp]) -> Forecast:
    """The forecast with gates held."""
    context = workings.context
    gates: list[dict[str, float]] = [{} for _ in range(context)]
    for clamp in clamps:
        rows = rows_when(subject, clamp.when)
        steps = rows - (subject.row - context + 1)
        steps = steps[(steps >= 0) & (steps < context)]
        if not len(steps):
            raise OptionError(
                f"{written(clamp.when)!r} lies outside the {context} steps up to the origin that the memory "
                "reads; give a time within them"
            )
        for step in steps:
            gates[step][clamp.gate] = clamp.value
    state = last_clamped_state(workings.encoder, workings.batch.history[0], tuple(gates))
    return forecast_of_state(workings, state)


def _apart(before: FloatArray | None, after: FloatArray | None) -> FloatArray | None:
    return None if before is None or after is None else after[0] - before[0]


def _signed(value: float) -> str:
    """A number with its sign; one that rounds to nothing has none.

    >>> _signed(190.2), _signed(-20.0), _signed(0.0)
    ('+190.2', '−20', '0')
    """
    said = number(abs(value))
    return said if float(said.replace(",", "")) == 0 else f"{'+' if value > 0 else '−'}{said}"
