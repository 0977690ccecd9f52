"""Why a forecast is what it is, in sentences that were tested: had it been normal, what would be said?

Each event in the data is deleted, that is put back to its normal, and the whole forecast made again. A
sentence is written only where the change it makes is larger than

    its own noise      twice its spread over the network's dropout
    placebos           95 % of the changes that ordinary deviations make in the same place
    what matters       a quarter of the error the model makes anyway

and only of a model that has earned it (see `skill`). Events that were tested and stayed below are kept with
their numbers.
"""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import is_binary
from gatecast.errors import SeriesError
from gatecast.insight.subject import Subject
from gatecast.insight.why.deviation import (
    Deviations,
    deviations,
    standing_out,
    usual_values,
    wanted_score,
)
from gatecast.insight.why.events import Event, find_events
from gatecast.insight.why.normal import Normal, cycle, normal_of, source_values
from gatecast.insight.why.sentence import sentence
from gatecast.insight.why.skill import Skill, skill_of
from gatecast.insight.why.world import Effect, World, edited, effect, world

MOST_TESTED, MOST_TOLD = 6, 6
PLACEBOS, FEWEST_PLACEBOS = 6, 3
NOISES = 2.0  # spreads over dropout
PLACEBO_LEVEL = 0.95
CLEAR = 3.0  # times the largest of the first placebos: then no more are asked
MATTERS = 0.25  # of the model's ordinary error
ORDINARY = 0.25  # of a stretch may lie in an earlier event for it to be ordinary still


@dataclass(frozen=True)
class Reason:
    """One event, tested.

    event     what was deleted
    change    of the forecast had it been normal, unit of the series
    step      ahead, from 1, at which it changes most
    noise     what the change there has to exceed for the network's own spread
    placebo   what it has to exceed for ordinary deviations in the same place; NaN where not asked
    floor     what it has to exceed to matter
    verdict   `told`, or why not
    sentence  empty unless told
    """

    event: Event
    change: Effect
    step: int
    noise: float
    placebo: float
    floor: float
    verdict: str
    sentence: str

    @property
    def size(self) -> float:
        """The largest change, with its sign: what `step` would be higher by had all been normal."""
        return float(self.change.total[self.step - 1])


@dataclass(frozen=True)
class Reasons:
    """All events tested, and what may be said of them.

    told     with a sentence, the largest change first
    tested   all, likewise; empty where the model was not heard
    skill    the errors that decided whether it is
    silence  why there is no sentence; empty where there is one
    """

    told: tuple[Reason, ...]
    tested: tuple[Reason, ...]
    skill: Skill | None
    silence: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """What may be said."""
        return tuple(reason.sentence for reason in self.told)


def reasons(subject: Subject, *, unit: str = "") -> Reasons:
    """Test every event by deletion and say what survives.

    unit  of the series, for the sentences
    """
    try:
        skill = skill_of(subject)
        if not skill.earned:
            return Reasons((), (), skill, skill.why)
        context = subject.workings().context
        events = find_events(subject, context)
    except SeriesError as none:
        return Reasons((), (), None, str(none))
    before, test = world(subject), _Test(subject, skill, context, unit)
    chosen = [event for event in events if not _told_by_a_flag(event, events)][:MOST_TESTED]
    tested = sorted((test(event, before) for event in chosen), key=lambda reason: -abs(reason.size))
    told = tuple(reason for reason in tested if reason.sentence)[:MOST_TOLD]
    silence = "" if told else _silence(len(tested), len(events))
    return Reasons(told, tuple(tested), skill, silence)


def _told_by_a_flag(event: Event, events: tuple[Event, ...]) -> bool:
    """Whether half of a stretch of the series lies in a holiday, which is tested with the values it had."""
    rows = np.arange(event.rows.start, event.rows.stop)
    flags = [one.rows for one in events if one.kind in ("holiday", "flag")]
    inside = [((rows >= flag.start) & (rows < flag.stop)).mean() for flag in flags]
    return event.source == "" and event.kind in ("spike", "run") and max(inside, default=0.0) >= 0.5


def _silence(tested: int, found: int) -> str:
    """Why nothing is said though the model was heard."""
    if not tested:
        return "nothing in what the model has read is far from normal"
    events = "the one event" if found == 1 else f"none of the {found} events"
    if tested < found:
        events = f"none of the {tested} events that stand out most, of {found},"
    how = "does not change" if found == 1 else "changes"
    return (
        f"{events} in what the model has read {how} the forecast by enough to be told from its own spread, "
        "from ordinary deviations and from the error it makes anyway"
    )


class _Test:
    """Tests events of one subject."""

    def __init__(self, subject: Subject, skill: Skill, context: int, unit: str) -> None:
        self._subject, self._skill, self._unit = subject, skill, unit
        self._normal: Normal = normal_of(subject, context)
        self._apart: dict[str, Deviations] = {}

    def __call__(self, event: Event, before: World) -> Reason:
        """Delete one event."""
        without = self._rerun(event, event.usual)
        moved = effect(before, without)
        step = int(np.abs(moved.total).argmax())
        size, noise = abs(float(moved.total[step])), NOISES * float(moved.noise[step])
        floor, placebo, verdict = MATTERS * self._skill.error, np.nan, "told"
        if size <= floor:
            verdict = "too small to matter"
        elif size <= noise:
            verdict = "within the network's own spread"
        else:
            placebo = self._placebo(event, without, size)
            verdict = "no more than ordinary deviations do" if size <= placebo else "told"
        said = sentence(self._subject, event, moved, step + 1, self._unit) if verdict == "told" else ""
        return Reason(event, moved, step + 1, noise, placebo, floor, verdict, said)

    def _rerun(self, event: Event, values: FloatArray) -> World:
        """The forecast with other values in the event's place.

        A day gone by that was no holiday would have had ordinary values too: both are put back.
        """
        panel, subject = edited(self._subject, event.source, event.rows, values), self._subject
        if event.kind in ("holiday", "flag") and event.rows.start <= subject.row:
            rows = slice(event.rows.start, min(event.rows.stop, subject.row + 1))
            known = np.isfinite(subject.panel.values[rows])
            values = np.where(known, usual_values(subject, self._normal, rows), np.nan)
            panel = edited(replace(subject, panel=panel), "", rows, values)
        return world(subject, panel)

    def _placebo(self, event: Event, without: World, size: float) -> float:
        """What the change must exceed, asked for as long as the answer is open."""
        found: list[float] = []
        ordinary = self._ordinary(event)
        for apart in ordinary:
            values = self._within_range(event.source, event.usual + apart)
            found.append(float(np.abs(effect(without, self._rerun(event, values)).total).max()))
            clear = len(found) >= FEWEST_PLACEBOS and size > CLEAR * max(found)
            if clear or sum(one >= size for one in found) > 1:
                break
        return float(np.quantile(found, PLACEBO_LEVEL)) if found else 0.0

    def _ordinary(self, event: Event) -> list[FloatArray]:
        """Deviations in the same place of earlier weeks, those without an event of their own. [rows] each"""
        panel, reference = self._subject.panel, self._normal.reference
        if event.source and is_binary(source_values(panel, event.source)):
            return []  # a flag has no ordinary deviations
        apart = self._deviations(event.source)
        unusual = _in_events(apart, panel.seasons[0])
        plain: list[FloatArray] = []
        odd: list[FloatArray] = []
        for back in range(1, 4 * PLACEBOS):
            first = event.rows.start - back * cycle(panel) - reference.start
            stretch = slice(first, first + event.rows.stop - event.rows.start)
            if first < 0 or stretch.stop > len(apart.earlier):
                continue
            part = np.nan_to_num(apart.earlier[stretch])
            (plain if unusual[stretch].mean() <= ORDINARY else odd).append(part)
        return (plain if len(plain) >= FEWEST_PLACEBOS else plain + odd)[:PLACEBOS]

    def _deviations(self, source: str) -> Deviations:
        """The deviations of a source, worked out once."""
        if source not in self._apart:
            self._apart[source] = deviations(self._subject, self._normal, source)
        return self._apart[source]

    def _within_range(self, source: str, values: FloatArray) -> FloatArray:
        """Values no further than the source has been in the weeks it is held against."""
        known = source_values(self._subject.panel, source)[self._normal.reference]
        return np.clip(values, np.nanmin(known), np.nanmax(known))


def _in_events(apart: Deviations, day: int) -> np.ndarray:
    """Which earlier steps lie in what would have been called an event. [reference]"""
    inside = np.zeros(len(apart.before), dtype=bool)
    for one in standing_out(apart.before, wanted_score(apart.before, day)):
        inside[one.first : one.stop] = True
    return inside
