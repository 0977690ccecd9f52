"""What is explained: one model's forecast of one series from one origin, and how to make it again.

Every explanation is a rerun: the panel or a piece of the network is changed and the whole forecast made
again, from the inputs up, both halves apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, continue_times, is_wide, part_of
from gatecast.errors import OptionError, SeriesError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.insight.stamps import said_stamp, stamps
from gatecast.memory import Workings

LEVELS = (0.1, 0.5, 0.9)


@runtime_checkable
class Explainable(Protocol):
    """A fitted forecaster that hands out what its forecasts are made of."""

    @property
    def name(self) -> str:
        """What the columns and the leaderboard call it."""

    @property
    def horizon(self) -> int:
        """Steps ahead."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Forecast `horizon` steps from each origin, reading no value behind it."""

    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> Workings:
        """What the forecasts from some origins are made of, of a window of so many steps where given."""


@dataclass(frozen=True)
class Subject:
    """One model, one series, one origin.

    panel     the history, continued by the steps ahead where the origin is its end
    series    which of the panel's
    position  of the origin within the series: the last step whose value is known
    """

    model: Explainable
    panel: Panel
    series: int
    position: int

    @property
    def origins(self) -> Origins:
        """The origin, as forecasters take it."""
        return Origins(np.array([self.series]), np.array([self.position]))

    @property
    def row(self) -> int:
        """The origin's row in the panel."""
        return int(self.panel.offsets[self.series]) + self.position

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return self.model.horizon

    def past(self, steps: int) -> slice:
        """Rows of the last so many steps, the origin's included; fewer where the series had not begun."""
        return slice(max(int(self.panel.offsets[self.series]), self.row - steps + 1), self.row + 1)

    @property
    def future(self) -> slice:
        """Rows of the steps ahead, as far as the panel has them."""
        end = int(self.panel.offsets[self.series + 1])
        return slice(self.row + 1, min(self.row + 1 + self.horizon, end))

    @property
    def season(self) -> int:
        """The longest cycle in steps, such as a week; 1 for none."""
        return self.panel.seasons[-1]

    def forecast(self, panel: Panel | None = None, levels: Sequence[float] = LEVELS) -> Forecast:
        """The forecast, of an edited panel where one is given: the whole way, from the table's values up."""
        if panel is None and tuple(levels) == LEVELS:
            return self._forecast
        return self.held.forecast(self.panel if panel is None else panel, self.origins, levels)

    def workings(self, panel: Panel | None = None, levels: Sequence[float] = LEVELS) -> Workings:
        """The pieces the forecast is made of."""
        if panel is None and tuple(levels) == LEVELS:
            return self._workings
        return self.held.workings(self.panel if panel is None else panel, self.origins, levels)

    @cached_property
    def held(self) -> Explainable:
        """The model with the width of its intervals as its latest forecasts leave it.

        What is changed in thought changes one forecast, not those before it: reruns do not make them again.
        """
        holding = getattr(self.model, "holding", None)
        held: Explainable = self.model if holding is None else holding(self.panel, self.origins)
        return held

    @cached_property
    def _forecast(self) -> Forecast:
        """Of the panel as it is, made once: every explanation holds its reruns against it."""
        return self.held.forecast(self.panel, self.origins, LEVELS)

    @cached_property
    def _workings(self) -> Workings:
        """Likewise."""
        return self.held.workings(self.panel, self.origins, LEVELS)

    def actual(self) -> Float[FloatArray, "horizon"]:
        """What came, NaN where nobody knows yet. [horizon]"""
        came = np.full(self.horizon, np.nan)
        values = self.panel.values[self.future]
        came[: len(values)] = values
        return came

    def with_values(self, rows: IntArray, values: FloatArray) -> Panel:
        """The panel with some values of the series changed. rows, values: [changed]"""
        changed = self.panel.values.copy()
        changed[rows] = values
        return replace(self.panel, values=changed)

    def with_covariate(self, name: str, rows: IntArray, values: FloatArray) -> Panel:
        """The panel with some values of a known or past covariate changed. rows, values: [changed]

        Raises OptionError for a covariate the panel does not have.
        """
        if name in self.panel.known_names:
            known = self.panel.known.copy()
            known[rows, self.panel.known_names.index(name)] = values
            return replace(self.panel, known=known)
        if name in self.panel.past_names:
            past = self.panel.past.copy()
            past[rows, self.panel.past_names.index(name)] = values
            return replace(self.panel, past=past)
        there = (*self.panel.known_names, *self.panel.past_names)
        raise OptionError(
            f"there is no covariate {name!r}; the panel has {listed(there) if there else 'none'}"
        )

    def stamps(self, rows: slice) -> np.ndarray:
        """Local times of some rows, or step numbers."""
        return stamps(self.panel.times[rows], self.panel.zone, self.panel.frequency)

    def coming(self) -> np.ndarray:
        """Local times, or step numbers, of the steps ahead, whether the panel has them or not. [horizon]"""
        panel = self.panel
        first = int(panel.offsets[self.series])
        times = continue_times(panel.times[first : self.row + 1], panel.frequency, panel.zone, self.horizon)
        return stamps(times, panel.zone, panel.frequency)


def choose(
    model: Explainable, history: Panel, ahead: Callable[[], Panel], series: object = None, at: Any = None
) -> Subject:
    """The forecast to be explained.

    history  the panel the model was fitted on, `ahead` gives it with the steps behind its end
    series   id; the first series when None
    at       origin, see `find_position`

    Raises OptionError for a series or a time there is not, and what `ahead` raises where it is needed.
    """
    index = find_series(history, series)
    position = find_position(history, index, at, model.horizon)
    beyond = position + model.horizon >= int(history.known_steps[index])
    panel = ahead() if beyond else history
    part = getattr(model, "part", None)
    if is_wide(panel) and part is not None:  # so many others would be read with it, and say nothing of it
        alone = np.array([index])
        return Subject(part(alone), part_of(panel, alone), 0, position)
    return Subject(model, panel, index, position)


def find_series(panel: Panel, series: object | None) -> int:
    """Which of the panel's series goes by an id; the only one, or the first, when None.

    Raises OptionError naming the series there are.
    """
    if series is None:
        return 0
    for index, known in enumerate(panel.ids):
        if known == series or str(known) == str(series):
            return index
    raise OptionError(f"there is no series {series!r}; the table has {listed(panel.ids)}")


def find_position(panel: Panel, series: int, at: Any, horizon: int) -> int:
    """The position of an origin given as a time: an ISO string, a datetime, or a step number.

    at  in local time where it has no zone; the last known step when None

    Raises OptionError for a time the series does not have, SeriesError where too little lies before it.
    """
    history = panel.history(series)
    if at is None:
        return int(history.stop - history.start - 1)
    times = panel.times[history]
    seen, moment = comparable(panel, times, at)
    found = np.flatnonzero(seen == moment)
    if len(found) != 1:
        raise OptionError(f"{panel.ids[series]!r} has {_how_often(panel, times, found, at)}")
    position = int(found[0])
    if position + 1 < 2 * horizon:
        raise SeriesError(
            f"only {position + 1} steps lie before {at}, too few to explain a forecast of {horizon}; "
            "give a later origin"
        )
    return position


def comparable(panel: Panel, times: IntArray, at: Any) -> tuple[np.ndarray, Any]:
    """The times of a series and a moment, both as instants or both as local time or both as step numbers.

    Raises OptionError for what is no time, or no step number where the table counts steps.
    """
    if panel.frequency.unit == "step":
        try:
            return times, int(at)
        except (TypeError, ValueError):
            raise OptionError(f"at={at!r} is no step number; this table counts steps: give one") from None
    moment = _moment(at)
    if moment.tzinfo is not None:
        return times, round(moment.timestamp() * 1e6)
    return stamps(times, panel.zone, panel.frequency), np.datetime64(moment, "ms")


def _how_often(panel: Panel, times: IntArray, found: IntArray, at: Any) -> str:
    """Why a time is no one step: there is none, or a clock put back shows it twice."""
    local = stamps(times, panel.zone, panel.frequency)
    if not len(found):
        ends = f"{said_stamp(local[0])} to {said_stamp(local[-1])}, {panel.frequency.describe()} apart"
        return f"no step at {at}; it has known values from {ends}: give one of these as the origin"
    offsets = (local[found].astype(np.int64) * 1000 - times[found]) // 60_000_000  # in minutes
    both = [f"{at}{'-' if one < 0 else '+'}{abs(one) // 60:02}:{abs(one) % 60:02}" for one in offsets]
    return f"two steps at {at}, before and after the clock was put back; give {' or '.join(both)}"


def _moment(at: Any) -> datetime:
    """A time as a datetime."""
    if isinstance(at, np.datetime64):
        at = at.astype("datetime64[us]").item()
    if isinstance(at, datetime):
        return at
    try:
        return datetime.fromisoformat(str(at))
    except ValueError:
        raise OptionError(
            f"at={at!r} is no time; wanted one such as 2014-12-31 23:30, with a zone or in local time"
        ) from None
