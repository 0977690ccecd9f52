"""A model as a service uses it: one new value of every series, a forecast, arrays in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, holiday_columns, stamps_at
from gatecast.errors import CovariateError, OptionError, listed
from gatecast.forecaster import Forecast, probabilities
from gatecast.front.options import distinct
from gatecast.standing import Arrived, Foreseen, Standing

BLOCK = 64  # steps whose stamps and holidays are looked up at once, beside those of a forecast


@dataclass
class _Course:
    """Stamps and holidays of some steps of every series.

    first     [series]  step of the first
    times     [series, steps]
    holidays  [series, steps, columns]
    """

    first: IntArray
    times: IntArray
    holidays: FloatArray


class Stream:
    """Where a model stands, moved on by arrays; made by `model.stream()`, which it leaves as it was.

    Covariates are those of the table, in its order: holidays are looked up here. One that is NaN in a row
    is taken as it last was, as in a table.
    """

    def __init__(self, standing: Standing, tail: Panel, horizon: int, region: str | None) -> None:
        """Start where a standing stands.

        standing  moved on from now on
        tail      the last rows of every history, without holidays
        region    whose holidays the model knows
        """
        self._standing, self._tail, self._horizon, self._region = standing, tail, horizon, region
        last = tail.offsets[:-1] + tail.known_steps - 1
        self._shift = standing.clock - (tail.known_steps - 1)
        self._known, self._past, self._given = tail.known[last], tail.past[last], tail.given[last]
        self._course: _Course | None = None

    @property
    def ids(self) -> tuple[object, ...]:
        """The series, in the order of all arrays."""
        return self._tail.ids

    @property
    def clock(self) -> IntArray:
        """0-based step of the last row of each series. [series]"""
        return self._standing.clock.copy()

    @property
    def times(self) -> IntArray:
        """The stamp of that row, as in `Panel.times`: microseconds since 1970 UTC, or its number. [series]"""
        return self._times(np.arange(len(self.ids)), self.clock)

    def observe(
        self,
        values: Any,
        known: Any = None,
        past: Any = None,
        given: Any = None,
        series: Any = None,
    ) -> None:
        """Take in the next row of every series, or of some.

        values  [some]  NaN where missing
        known   [some, known covariates]  of this row, where the model has any; likewise past and given
        series  mask [series] or ascending indices [some]: the others have no row now

        Raises OptionError for other shapes and infinite numbers, CovariateError where covariates lack;
        nothing has moved then.
        """
        some = self._chosen(series)
        taken = _numbers("values", values, (len(some),), "a value for each series")
        clock = self._standing.clock[some]
        course = self._course_of(1)
        at = clock + 1 - course.first[some]
        names = self._tail.known_names, self._tail.past_names, self._tail.given_names
        held = self._known, self._past, self._given
        columns = [
            self._carried(role, offered, which, last[some])
            for role, offered, which, last in zip(
                ("known", "past", "given"), (known, past, given), names, held, strict=True
            )
        ]
        seen = np.concatenate([columns[0], course.holidays[some, at]], axis=1)
        self._standing.advance(Arrived(some, course.times[some, at], taken, seen, columns[1], columns[2]))
        for last, column in zip(held, columns, strict=True):
            last[some] = column

    def forecast(self, level: Sequence[float] = (80, 95), known: Any = None, given: Any = None) -> Forecast:
        """Forecast the steps behind the clock of every series; nothing moves.

        level  widths of central intervals in percent
        known  [series, horizon, known covariates]  of these steps, where the model has any; likewise given

        Raises OptionError for other shapes, CovariateError where covariates lack or are NaN.
        """
        course, names = self._course_of(self._horizon), (self._tail.known_names, self._tail.given_names)
        everyone = np.arange(len(self.ids))[:, None]
        steps = (self._standing.clock + 1 - course.first)[:, None] + np.arange(self._horizon)
        wanted = (len(self.ids), self._horizon)
        ahead = [
            self._foreseen(role, offered, which, wanted)
            for role, offered, which in zip(("known", "given"), (known, given), names, strict=True)
        ]
        seen = np.concatenate([ahead[0], course.holidays[everyone, steps]], axis=2)
        foreseen = Foreseen(course.times[everyone, steps], seen, ahead[1])
        return self._standing.ahead(foreseen, probabilities(distinct(level)))

    def copy(self) -> Self:
        """The same from here on, apart."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        twin._standing = self._standing.copy()
        twin._known, twin._past, twin._given = self._known.copy(), self._past.copy(), self._given.copy()
        return twin

    def _chosen(self, series: Any) -> IntArray:
        count = len(self.ids)
        if series is None:
            return np.arange(count)
        chosen = np.asarray(series)
        if chosen.dtype == np.bool_ and chosen.shape == (count,):
            return np.flatnonzero(chosen)
        whole = chosen.ndim == 1 and np.issubdtype(chosen.dtype, np.integer)
        if not whole or ((chosen < 0) | (chosen >= count)).any() or (np.diff(chosen) <= 0).any():
            raise OptionError(
                f"series={series!r} chooses no rows; wanted a mask of {count}, or ascending indices of them"
            )
        return chosen.astype(np.int64)

    def _carried(self, role: str, offered: Any, names: tuple[str, ...], last: FloatArray) -> FloatArray:
        """Covariates of a row as offered, those that are NaN as they last were."""
        if not names:
            _refuse_unasked(role, offered)
            return last
        _require(role, offered, names)
        column = _numbers(role, offered, last.shape, f"{listed(names)} of each series")
        return np.where(np.isnan(column), last, column)

    def _foreseen(
        self, role: str, offered: Any, names: tuple[str, ...], wanted: tuple[int, ...]
    ) -> FloatArray:
        if not names:
            _refuse_unasked(role, offered)
            return np.zeros((*wanted, 0))
        _require(role, offered, names)
        ahead = _numbers(role, offered, (*wanted, len(names)), f"{listed(names)} of each series and step")
        if np.isnan(ahead).any():
            raise CovariateError(f"{role} covariates ahead hold NaN; give {listed(names)} of every step")
        return ahead

    def _times(self, series: IntArray, step: IntArray) -> IntArray:
        return stamps_at(self._tail, series, step - self._shift[series])

    def _course_of(self, steps: int) -> _Course:
        """Stamps and holidays that reach so many steps behind every clock."""
        clock, course = self._standing.clock, self._course
        if course is not None:
            left = course.first + course.times.shape[1] - 1 - clock
            if (left >= steps).all():
                return course
        count, reach = len(self.ids), max(self._horizon, steps) + BLOCK
        step = (clock + 1)[:, None] + np.arange(reach)
        times = self._times(np.repeat(np.arange(count), reach), step.ravel())
        holidays = np.zeros((len(times), 0))
        if self._region is not None:
            behind = np.concatenate([self._tail.times, times])  # of months it takes a few to tell their ends
            found = holiday_columns(behind, self._tail.zone, self._tail.frequency, self._region)
            holidays = found[len(self._tail.times) :]
        self._course = _Course(clock + 1, times.reshape(count, reach), holidays.reshape(count, reach, -1))
        return self._course


def _numbers(what: str, offered: Any, shape: tuple[int, ...], wanted: str) -> FloatArray:
    try:
        found = np.asarray(offered, dtype=np.float64)
    except (TypeError, ValueError):
        raise OptionError(f"{what} holds no numbers; wanted an array of {shape}: {wanted}") from None
    if found.shape != shape:
        raise OptionError(f"{what} has shape {found.shape}; wanted {shape}: {wanted}")
    if np.isinf(found).any():
        raise OptionError(f"{what} is infinite in {np.isinf(found).sum()} places; wanted numbers, or NaN")
    return found


def _require(role: str, offered: Any, names: tuple[str, ...]) -> None:
    if offered is None:
        raise CovariateError(f"this model learned from {listed(names)}; give them as {role}=")


def _refuse_unasked(role: str, offered: Any) -> None:
    if offered is not None and np.size(offered):
        raise OptionError(f"{role}= is given, but this model has no {role} covariates; leave it out")
