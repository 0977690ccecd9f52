"""Names for the steps of a record, so that a ledger can be read by hour, by day or by event."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gatecast._types import IntArray
from gatecast.errors import OptionError, listed

OTHERWISE = "otherwise"
WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1970-01-01 was a Thursday


def day_labels(stamps: NDArray[np.datetime64]) -> tuple[str, ...]:
    """The day of each step.

    stamps  [time]  local times, as `Subject.stamps` gives them

    Raises OptionError where the steps are numbers, which belong to no day.

    >>> day_labels(np.array(["2014-12-31T23:30", "2015-01-01T00:00"], dtype="datetime64[ms]"))
    ('Wed 2014-12-31', 'Thu 2015-01-01')
    """
    days = _times(stamps).astype("datetime64[D]")
    return tuple(f"{WEEKDAYS[int(day.astype(np.int64)) % 7]} {day}" for day in days)


def hour_labels(stamps: NDArray[np.datetime64]) -> tuple[str, ...]:
    """The hour of the day of each step, the same on every day.

    stamps  [time]  local times, as `Subject.stamps` gives them

    Raises OptionError where the steps are numbers, which belong to no hour.

    >>> hour_labels(np.array(["2014-12-31T23:30", "2015-01-01T00:00"], dtype="datetime64[ms]"))
    ('23:00', '00:00')
    """
    hours = _times(stamps).astype("datetime64[h]").astype(np.int64) % 24
    return tuple(f"{hour:02d}:00" for hour in hours)


def event_labels(
    time: int, events: Mapping[str, slice | Sequence[int] | IntArray], otherwise: str = OTHERWISE
) -> tuple[str, ...]:
    """The event each step belongs to.

    time       steps of the record
    events     by name: which steps
    otherwise  what all other steps are called

    Raises OptionError for a step that is not there or that belongs to two events.

    >>> event_labels(4, {"heat spike": [1, 2]})
    ('otherwise', 'heat spike', 'heat spike', 'otherwise')
    """
    labels = [otherwise] * time
    for name, chosen in events.items():
        steps = range(*chosen.indices(time)) if isinstance(chosen, slice) else [int(step) for step in chosen]
        absent = [step for step in steps if not -time <= step < time]
        if absent:
            raise OptionError(f"{name!r} has steps {listed(absent)}; the record has 0 to {time - 1}")
        for step in steps:
            if labels[step] not in (otherwise, name):
                raise OptionError(f"step {step} is in {labels[step]!r} and in {name!r}; give it to one")
            labels[step] = name
    return tuple(labels)


def _times(stamps: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Refuse steps that are mere numbers."""
    stamps = np.asarray(stamps)
    if not np.issubdtype(stamps.dtype, np.datetime64):
        raise OptionError(
            f"the stamps are {stamps.dtype}, not times; steps that are numbers have no day and no hour: "
            "label them by event, or not at all"
        )
    return stamps
