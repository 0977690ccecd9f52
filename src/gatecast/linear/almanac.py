"""What clock and calendar say of rows that are asked about again and again: each time is read off once."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, calendar_features, continue_times
from gatecast.linear.design import Clock, clock_of

HOLIDAY = 7  # the type of day of a public holiday
MOST = 20_000  # times that are kept
SOON = 300  # that are read off together


class Almanac:
    """Clocks and calendar features by time, as `clock_of` and `calendar_features` give them.

    like  a panel of one row, with the names, the frequency, the zone and the seasons of the whole one
    """

    def __init__(self, like: Panel) -> None:
        silent = replace(like, known_names=tuple(f"covariate {k}" for k in range(len(like.known_names))))
        self._like = silent
        clock = clock_of(silent, 0)
        self.steps = clock.steps
        self._dated = clock.year is not None
        holidays = [
            k
            for k, name in enumerate(map(str.lower, like.known_names))
            if "holiday" in name and "before" not in name and "after" not in name
        ]
        self._holidays = holidays if self._dated and _typed(like) else []
        self._times = np.zeros(0, dtype=np.int64)
        self._rows = np.zeros((0, 3 + calendar_features(silent)[0].shape[1]))

    @property
    def width(self) -> int:
        """How many calendar features there are."""
        return int(self._rows.shape[1]) - 3

    def clock(self, times: Int[IntArray, "rows"], known: Float[FloatArray, "rows known"]) -> Clock:
        """Where rows stand; a public holiday is a type of day of its own."""
        own = self._read(times)
        kind = own[:, 1].astype(np.int64)
        for column in self._holidays:
            kind[known[:, column] == 1.0] = HOLIDAY
        return Clock(own[:, 0], kind, own[:, 2] if self._dated else None, self.steps)

    def features(self, times: Int[IntArray, "rows"]) -> Float[FloatArray, "rows features"]:
        """The calendar as smooth cycles."""
        return self._read(times)[:, 3:]

    def _read(self, times: IntArray) -> FloatArray:
        at = np.minimum(np.searchsorted(self._times, times), max(len(self._times) - 1, 0))
        if not len(self._times) or not (self._times[at] == times).all():
            last = times.max(initial=0)  # and those that will be asked about soon
            later = continue_times(np.array([last]), self._like.frequency, self._like.zone, SOON)
            self._learn(np.unique(np.concatenate([times.ravel(), later])))
            at = np.searchsorted(self._times, times)
        return self._rows[at]

    def _learn(self, times: IntArray) -> None:
        """Read these times off the calendar, unless they are there already."""
        new = np.setdiff1d(times, self._times, assume_unique=True)
        panel = replace(
            self._like,
            values=np.zeros(len(new)),
            times=new,
            offsets=np.array([0, len(new)]),
            known_steps=np.array([len(new)]),
            known=np.zeros((len(new), len(self._like.known_names))),
            past=np.zeros((len(new), 0)),
            given=np.zeros((len(new), 0)),
        )
        clock = clock_of(panel, 0)
        year = np.zeros(len(new)) if clock.year is None else clock.year
        rows = np.column_stack([clock.day, clock.kind, year, calendar_features(panel)[0]])
        if len(self._times) + len(new) > MOST:
            self._times, self._rows = self._times[:0], self._rows[:0]
            if len(new) < len(times):  # what was there already was dropped
                return self._learn(times)
        order = np.argsort(np.concatenate([self._times, new]), kind="stable")
        self._times = np.concatenate([self._times, new])[order]
        self._rows = np.concatenate([self._rows, rows])[order]
        return None


def _typed(like: Panel) -> bool:
    """Whether rows belong to days, so that a day may be a holiday."""
    frequency = like.frequency
    return not (frequency.unit == "month" or (frequency.unit == "day" and frequency.count > 1))
