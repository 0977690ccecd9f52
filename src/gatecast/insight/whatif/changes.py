"""What can be changed in thought: a covariate, a holiday, a gate; each is written in a line and read again.

temperature+3@tomorrow    Shift    every value of a covariate, by so much
cloud=90@yesterday,today  Set      to one value
holiday@2014-12-30        Holiday  made one; holiday=0@2014-12-25 makes it none
forget_gate=0@history     Clamp    a gate of the memory held at one value
"""

import re
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import is_binary
from gatecast.errors import OptionError, listed
from gatecast.insight.sight.pulse import column_of, edited, inputs_of
from gatecast.insight.subject import Subject
from gatecast.insight.whatif.when import When, rows_when, spoken, written
from gatecast.insight.words import number

HISTORY, AHEAD = "history", "ahead"
GATES = ("input", "forget", "output", "reset", "update")
_GATE = re.compile(r"(\w+?)[ _]gate")
_CHANGE = re.compile(
    r"(?P<name>.+?)\s*(?P<sign>[-+=])\s*(?P<number>[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)", re.IGNORECASE
)


@dataclass(frozen=True)
class Shift:
    """A covariate higher by so much (lower where negative), in its own unit."""

    name: str
    by: float
    when: When = AHEAD

    def __post_init__(self) -> None:
        _require_finite(self.name, self.by)

    def __str__(self) -> str:
        return f"{self.name}{self.by:+g}@{written(self.when)}"

    def words(self) -> str:
        """The change as it stands in a sentence."""
        return (
            f"{self.name} {number(abs(self.by))} {'higher' if self.by >= 0 else 'lower'} {spoken(self.when)}"
        )

    def made(self, subject: Subject) -> Subject:
        """The subject with the change made; see `Set`."""
        rows = changed_rows(subject, self.name, self.when)
        return _with(subject, self.name, rows, column_of(subject, self.name)[rows] + self.by)


@dataclass(frozen=True)
class Set:
    """A covariate at one value, in its own unit."""

    name: str
    value: float
    when: When = AHEAD

    def __post_init__(self) -> None:
        _require_finite(self.name, self.value)

    def __str__(self) -> str:
        return f"{self.name}={self.value:g}@{written(self.when)}"

    def words(self) -> str:
        """The change as it stands in a sentence."""
        return f"{self.name} at {number(self.value)} {spoken(self.when)}"

    def made(self, subject: Subject) -> Subject:
        """The subject with the change made.

        Raises OptionError for a covariate the model does not read, and a time that is not there to change.
        """
        rows = changed_rows(subject, self.name, self.when)
        return _with(subject, self.name, rows, np.full(len(rows), float(self.value)))


@dataclass(frozen=True)
class Holiday:
    """A day made a public holiday, or an ordinary one; columns for the days beside it follow.

    name  of the 0/1 covariate; found by its name when None
    """

    on: When = "tomorrow"
    free: bool = True
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.name or 'holiday'}{'' if self.free else '=0'}@{written(self.on)}"

    def words(self) -> str:
        """The change as it stands in a sentence."""
        what = self.name or "holiday"
        return f"{('a ' if what == 'holiday' else '') if self.free else 'no '}{what} {spoken(self.on)}"

    def made(self, subject: Subject) -> Subject:
        """The subject with the change made.

        Raises OptionError where the model reads no holidays, or steps are longer than a day.
        """
        name = _holiday_column(subject, self.name)
        frequency = subject.panel.frequency
        if frequency.unit in ("step", "month") or (frequency.unit == "day" and frequency.count > 1):
            raise OptionError(
                f"a holiday is a day, and a step of this series, {frequency.describe()}, is none; "
                f"set the covariate instead: {name}=1@…"
            )
        touched = rows_when(subject, self.on)
        start = int(subject.panel.offsets[subject.series])
        rows = np.arange(start, subject.future.stop)
        days = subject.stamps(slice(start, subject.future.stop)).astype("datetime64[D]").astype(np.int64)
        chosen = np.unique(days[touched - start])
        mine = np.isin(days, chosen)
        made = _with(subject, name, rows[mine], np.full(int(mine.sum()), float(self.free)))
        return _beside(made, name, rows, days, chosen)


@dataclass(frozen=True)
class Clamp:
    """A gate of the memory held at one value: input, forget or output of an LSTM, reset or update of a GRU.

    value  in [0, 1], of every unit
    when   within the steps the network reads; all of them by default
    """

    gate: str
    value: float
    when: When = HISTORY

    def __post_init__(self) -> None:
        gate = re.sub(r"[ _]gate$", "", self.gate)
        if gate not in GATES:
            raise OptionError(f"there is no gate {self.gate!r}; wanted one of {', '.join(GATES)}")
        if not 0 <= self.value <= 1:
            raise OptionError(f"a {gate} gate cannot be at {self.value:g}; it opens from 0 to 1")
        object.__setattr__(self, "gate", gate)

    def __str__(self) -> str:
        return f"{self.gate}_gate={self.value:g}@{written(self.when)}"

    def words(self) -> str:
        """The change as it stands in a sentence."""
        how = {0.0: "shut", 1.0: "open"}.get(float(self.value), f"held at {self.value:g}")
        throughout = self.when == HISTORY
        return f"the {self.gate} gate {how} {'throughout' if throughout else spoken(self.when)}"


Change: TypeAlias = Shift | Set | Holiday | Clamp


def parse_change(text: str) -> Change:
    """Read a change as a person writes it on a command line.

    Raises OptionError for what is none, with examples.

    >>> parse_change("temperature+3@tomorrow")
    Shift(name='temperature', by=3.0, when='tomorrow')
    >>> parse_change("forget_gate=0"), str(parse_change("holiday@2014-12-30"))
    (Clamp(gate='forget', value=0.0, when='history'), 'holiday@2014-12-30')
    """
    what, at, when = (part.strip() for part in text.partition("@"))
    given = _CHANGE.fullmatch(what)
    if (at and not when) or not what or (given is None and not (at and "holiday" in what.casefold())):
        raise OptionError(
            f"{text!r} is no change; wanted one such as temperature+3@tomorrow, cloud=90@yesterday,today, "
            "holiday@2014-12-30 or forget_gate=0"
        )
    name = given["name"] if given else what
    value = float(given["number"]) if given else 1.0
    own = None if name.casefold() == "holiday" else name
    if given and given["sign"] != "=":
        return Shift(name, -value if given["sign"] == "-" else value, when or AHEAD)
    if gate := _GATE.fullmatch(name):
        return Clamp(gate[1], value, when or HISTORY)
    if "holiday" in name.casefold() and value in (0, 1):
        return Holiday(when or "tomorrow", bool(value), own)
    return Set(name, value, when or AHEAD)


def changed_rows(subject: Subject, name: str, when: When) -> IntArray:
    """The rows of one input that a time names, as far as they can be changed.

    Raises OptionError for an input the model does not read, and where its values are not there to change.
    """
    column_of(subject, name)  # refuses what is not read
    rows = rows_when(subject, when)
    if name in subject.panel.known_names:
        return rows
    past = rows[rows <= subject.row]
    if not len(past):
        raise OptionError(
            f"{name!r} is known up to the origin only, and {written(when)!r} lies ahead of it: the model "
            "cannot read it there; give a time that has passed, such as today"
        )
    return past


def range_notes(before: Subject, after: Subject) -> list[str]:
    """What to know of values that were set: where they lie beyond all that history has seen."""
    notes = []
    for name in inputs_of(before.panel):
        old, new = column_of(before, name), column_of(after, name)
        moved = new[(new != old) & np.isfinite(new)]
        seen = old[before.past(before.position + 1)]
        seen = seen[np.isfinite(seen)]
        if not len(moved) or not len(seen):
            continue
        if moved.max() > seen.max():
            notes.append(f"{name}: {number(moved.max())} is above the {number(seen.max())} highest seen")
        if moved.min() < seen.min():
            notes.append(f"{name}: {number(moved.min())} is below the {number(seen.min())} lowest seen")
    return notes


def _require_finite(name: str, value: float) -> None:
    if not np.isfinite(value):
        raise OptionError(f"{name} cannot be changed by or to {value!r}; give a finite number")


def _with(subject: Subject, name: str, rows: IntArray, values: FloatArray) -> Subject:
    return replace(subject, panel=edited(subject, name, rows, values))


def _holiday_column(subject: Subject, asked: str | None) -> str:
    """The 0/1 covariate that says what a holiday is: the one asked for, or the one so called.

    Raises OptionError where there is none, or several.
    """
    panel = subject.panel
    columns = zip(panel.known_names, panel.known.T, strict=True)
    binary = [name for name, column in columns if is_binary(column)]
    if asked in binary:
        return str(asked)
    found = [name for name in binary if "holiday" in name.lower() and not is_beside(name)]
    if asked is not None:
        raise OptionError(
            f"{asked!r} is no 0/1 covariate known ahead; of these the model reads {listed(binary) or 'none'}"
        )
    if "holiday" in found or len(found) == 1:
        return "holiday" if "holiday" in found else found[0]
    if found:
        raise OptionError(f"which holiday is meant? The model reads {listed(found)}; name one")
    raise OptionError(
        f"the model reads no 0/1 covariate of holidays; it reads {listed(inputs_of(panel))}. Fit it with "
        "holidays= and a country, or with such a column"
    )


def is_beside(name: str) -> bool:
    """Whether a covariate is of the days before or after holidays: it follows from the one of the days."""
    return "before" in name.lower() or "after" in name.lower()


def _beside(subject: Subject, name: str, rows: IntArray, days: IntArray, chosen: IntArray) -> Subject:
    """Make the columns of the days before and after agree with a changed holiday, around the chosen days."""
    on = column_of(subject, name)[rows] == 1
    free = np.unique(days[on])
    for column in subject.panel.known_names:
        lower = column.lower()
        if not is_beside(column) or name.lower() not in lower:
            continue
        towards = 1 if "before" in lower else -1
        near = np.isin(days, chosen) | np.isin(days + towards, chosen)
        near &= np.isin(days + towards, days)  # of the day behind the last nothing is known
        value = np.isin(days + towards, free) & ~on
        subject = _with(subject, column, rows[near], value[near].astype(np.float64))
    return subject
