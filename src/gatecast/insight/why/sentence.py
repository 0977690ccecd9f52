"""Sentences as reruns, in the unit of the series."""

from gatecast.insight.subject import Subject
from gatecast.insight.why.events import CYCLES_READ, Event
from gatecast.insight.why.moment import MONTHS, WEEKDAYS, moment
from gatecast.insight.why.world import Effect
from gatecast.insight.words import number

MOSTLY = 0.8  # of the sizes of its parts: then that part alone is named


def sentence(subject: Subject, event: Event, moved: Effect, step: int, unit: str = "") -> str:
    """What would be forecast had the event been normal.

    step  ahead, from 1, of which it is said
    unit  of the series
    """
    total = moved.total[step - 1]
    when = moment(subject, subject.row + step)
    mean = float(moved.total.mean())
    average = (
        f"; {_moved(mean, unit)} on average over all {len(moved.total)} steps" if len(moved.total) > 1 else ""
    )
    then = f"{when} would be {_moved(total, unit)}{average}"
    return (
        f"{_had(subject, event)}, {then}. {_through(moved, step, unit)}{_path(subject, event, moved, step)}"
    )


def _path(subject: Subject, event: Event, moved: Effect, step: int) -> str:
    """By which lag a value is read again, where the step lies a whole number of seasons after it.

    A network on its own reads the value one season before; the linear members those of some more.
    """
    row, cycles = subject.row + step, CYCLES_READ if moved.halves else 1
    if event.rows.start > subject.row or not (event.source == "" or event.kind in ("holiday", "flag")):
        return ""
    lags = (subject.season * cycle for cycle in range(1, cycles + 1) if subject.season > 1)
    lag = next((lag for lag in lags if event.rows.start <= row - lag < event.rows.stop), None)
    if lag is None:
        return ""
    return f" That step reads the value {subject.panel.frequency.duration(lag)} before it."


def _had(subject: Subject, event: Event) -> str:
    """The condition."""
    name, when = event.source or "the series", span(event.when)
    if event.kind == "missing":
        return f"Had the values missing {when} been there and normal"
    if event.kind == "level shift":
        return (
            f"Had the level not {'risen' if event.size > 0 else 'fallen'} by {number(abs(event.size))} {when}"
        )
    also = " and the series as usual then" if event.rows.start <= subject.row else ""
    if event.kind == "holiday" and event.size > 0:
        return f"Had {event.when} been no holiday{also}"
    if event.kind in ("holiday", "flag"):
        return f"Had {name} been {'off' if event.size > 0 else 'on'} {when}, as it usually is{also}"
    side = "above" if event.size > 0 else "below"
    mean = " on average" if event.rows.stop - event.rows.start > 1 else ""
    alone = " alone" if event.source and event.rows.start <= subject.row else ""
    return f"Had {name}{alone} been normal {when} (it was {number(abs(event.size))} {side}{mean})"


def span(when: str) -> str:
    """A stretch of time as it follows a verb.

    >>> span("yesterday 13:00 to 18:00"), span("all of yesterday"), span("Friday 28 April 12:00")
    ('from yesterday 13:00 to 18:00', 'all of yesterday', 'on Friday 28 April 12:00')
    >>> span("October 2023")
    'in October 2023'
    """
    if " to " in when:
        return f"from {when}"
    if when.split()[0] in MONTHS:
        return f"in {when}"
    return f"on {when}" if when.split()[0] in WEEKDAYS or (when[0].isdigit() and "step" not in when) else when


def _moved(value: float, unit: str) -> str:
    """How much higher or lower."""
    amount = f"{number(abs(value))}{f' {unit}' if unit else ''}"
    return f"{amount} {'higher' if value > 0 else 'lower'}"


def _through(moved: Effect, step: int, unit: str) -> str:
    """Through which parts it comes."""
    sizes = {name: float(part[step - 1]) for name, part in moved.parts.items()}
    largest = max(sizes, key=lambda name: abs(sizes[name]))
    if abs(sizes[largest]) >= MOSTLY * sum(map(abs, sizes.values())):
        return f"It comes through the {largest}."
    said = [f"{_moved(size, unit)} through the {name}" for name, size in sizes.items() if size]
    return f"Of this {', '.join(said)}."
