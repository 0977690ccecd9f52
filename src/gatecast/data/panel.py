"""The panel: ragged series laid end to end, with their times and covariates.

Everything past `data.table` works on this record and knows no frame library. Every series lies on a
regular grid: gaps are rows whose value is NaN. Rows behind `known_steps` are the future: their values
and past covariates are NaN, their known covariates are filled.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data.frequency import Frequency
from gatecast.forecaster import Origins


@dataclass(frozen=True)
class Panel:
    """Series on regular grids.

    values       [rows]          the target, in its own unit; NaN where missing or in the future
    offsets      [series + 1]    series i is rows offsets[i]:offsets[i + 1]
    ids          [series]        as they stood in the table
    times        [rows]          microseconds since 1970-01-01 UTC (wall clock where `zone` is None),
                                 or the step number where the frequency counts steps
    known_steps  [series]        leading rows of each series that belong to its history
    frequency    step between rows
    zone         IANA time zone of the table's stamps, None if they carry none
    seasons      lengths of the cycles in steps, ascending, e.g. (48, 336)
    known        [rows, known covariates]   known ahead: weather forecast, holiday
    past         [rows, past covariates]    known up to the origin only
    static       [series, static covariates]
    given        [rows, given forecasts]    forecasts of the target that somebody else makes, known ahead
    *_names      names of the covariates' columns, in order
    """

    values: FloatArray
    offsets: IntArray
    ids: tuple[object, ...]
    times: IntArray
    known_steps: IntArray
    frequency: Frequency
    zone: str | None
    seasons: tuple[int, ...]
    known: FloatArray
    past: FloatArray
    static: FloatArray
    known_names: tuple[str, ...] = ()
    past_names: tuple[str, ...] = ()
    static_names: tuple[str, ...] = ()
    given: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    given_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rows, series = len(self.values), len(self.ids)
        if not self.given_names:
            object.__setattr__(self, "given", np.zeros((rows, 0)))
        shapes = {
            "offsets": (self.offsets.shape, (series + 1,)),
            "times": (self.times.shape, (rows,)),
            "known_steps": (self.known_steps.shape, (series,)),
            "known": (self.known.shape, (rows, len(self.known_names))),
            "past": (self.past.shape, (rows, len(self.past_names))),
            "given": (self.given.shape, (rows, len(self.given_names))),
            "static": (self.static.shape, (series, len(self.static_names))),
        }
        wrong = [
            f"{name} {seen}, wanted {wanted}" for name, (seen, wanted) in shapes.items() if seen != wanted
        ]
        if wrong or self.offsets[-1] != rows:
            raise ValueError(
                f"panel of {series} series and {rows} rows has {'; '.join(wrong) or 'bad offsets'}"
            )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> IntArray:
        """Rows of each series, future ones included. [series]"""
        return np.diff(self.offsets)

    @property
    def ahead_names(self) -> tuple[str, ...]:
        """The columns of `ahead`."""
        return (*self.known_names, *self.given_names)

    @property
    def ahead(self) -> FloatArray:
        """All that is known ahead: known covariates, then given forecasts. [rows, known + given]"""
        return np.concatenate([self.known, self.given], axis=1)

    def rows(self, series: int) -> slice:
        """Where one series lies among the rows, future included."""
        return slice(int(self.offsets[series]), int(self.offsets[series + 1]))

    def history(self, series: int) -> slice:
        """Where the history of one series lies among the rows."""
        start = int(self.offsets[series])
        return slice(start, start + int(self.known_steps[series]))

    def last_origins(self) -> Origins:
        """The end of each series' history."""
        return Origins(np.arange(len(self), dtype=np.int64), self.known_steps - 1)

    def seen_until(self, known_steps: IntArray) -> "Panel":
        """The panel as it stood when each series had only so many known steps.

        Later values and past covariates are blanked, so that whatever is fitted on the result cannot
        have read them; known covariates stay.
        """
        steps = np.minimum(known_steps, self.known_steps).astype(np.int64)
        values, past = self.values.copy(), self.past.copy()
        for i in range(len(self)):
            behind = slice(int(self.offsets[i] + steps[i]), int(self.offsets[i + 1]))
            values[behind], past[behind] = np.nan, np.nan
        return replace(self, values=values, past=past, known_steps=steps)
