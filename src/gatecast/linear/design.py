"""The regressors of the calendar-and-covariate regression.

Each term is something slow times the shape of the day: H are harmonics of the local hour, slots its steps.

    day type (8) × slots        year (harmonics) × H        trend
    each 0/1 covariate and the day after it × H
    each other covariate: hinges of itself, of its means over six hours and a day, and of itself on days off
    × H, hinges of its mean over three days, its lags and longer means × low H

After Hong, Wang & Willis, A naive multiple linear regression benchmark for short term load forecasting
(2011), and the recency effect of Wang, Liu & Hong, Electric load forecasting with big data (2016).
Short histories carry less: see `Detail`. No row reads a later one: a covariate may be known up to that row
only. What the day before a holiday does is for a covariate of its own, as `add_holidays` gives it.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, day_type, is_binary, local_time
from gatecast.linear.trailing import trailing_mean

Shape = Literal["one", "low", "day", "slots"]
Kind = Literal["level", "calendar", "covariate"]

KNOTS = (0.15, 0.35, 0.55, 0.75, 0.92)  # quantiles at which a covariate's effect may bend
HARMONICS = {"low": 1, "day": 4}
MOST_SLOTS = 48
DAY_AND_TIME = "day of the week and time of day"
DAY_TYPES = 8
RECENT_HOURS = (1, 2, 4, 8, 24, 48)
DAYS_IN_YEAR = 365.25
YEARS_LONG = 6
ROWS_PER_COLUMN = 12  # history a column needs before it is worth having
MICROSECONDS_IN_DAY = 86_400_000_000


@dataclass(frozen=True)
class Detail:
    """How much of the design a history carries.

    covariates  0 straight lines only, 1 hinges by day shape, 2 also lags, other means and days off
    calendar    whether day types and the trend enter
    years       harmonics of the year, 0 for none
    """

    covariates: int
    calendar: bool
    years: int


@dataclass(frozen=True)
class Term:
    """Slow columns [time, columns], each to be multiplied by a shape of the day.

    kind, name  what it speaks of; terms that share both are one reason
    switch      whether it is of a 0/1 covariate, which is off on most days
    """

    slow: Float[FloatArray, "time columns"]
    shape: Shape
    kind: Kind = "level"
    name: str = "level"
    switch: bool = False


@dataclass(frozen=True)
class Clock:
    """Where each row of one series stands.

    day     [time]  phase within the day (or first season), in [0, 1)
    kind    [time]  type of day, 0 to 7
    year    [time]  phase within the year, in [0, 1); None without a calendar
    steps   rows of a day, 1 where rows are a day or longer
    """

    day: Float[FloatArray, "time"]
    kind: Int[IntArray, "time"]
    year: Float[FloatArray, "time"] | None
    steps: int


@dataclass(frozen=True)
class Design:
    """The columns of one series, fixed when it was fitted, for any extension of that series.

    span    [2]  first and last fitted time, the unit of the trend
    knots   [known covariates, knots]  standardised
    center  [known covariates]
    spread  [known covariates]  infinite where history never varied, so that nothing unlearned gets through
    binary  [known covariates]
    """

    detail: Detail
    span: tuple[int, int]
    knots: Float[FloatArray, "known knots"]
    center: Float[FloatArray, "known"]
    spread: Float[FloatArray, "known"]
    binary: tuple[bool, ...]

    def terms(self, panel: Panel, series: int) -> tuple[list[Term], dict[Shape, FloatArray]]:
        """The slow columns of every term and the shapes of the day, for all rows of the series."""
        clock = clock_of(panel, series)
        rows = panel.rows(series)
        time = rows.stop - rows.start
        terms = [Term(np.ones((time, 1)), "one"), *self._calendar_terms(clock, panel.times[rows])]
        for column in range(len(self.binary)):
            raw = panel.known[rows, column]
            x, name = (raw - self.center[column]) / self.spread[column], panel.known_names[column]
            slow = self._covariate_terms(x, column, clock)
            terms += [replace(t, kind="covariate", name=name, switch=self.binary[column]) for t in slow]
        return terms, shapes_of(clock)

    def switched(self, panel: Panel, series: int) -> list[tuple[str, IntArray]]:
        """Each row's type of day before any covariate speaks, named "", and behind each that changes it.

        returns  names and types of day [time]: a public holiday is no weekday, whatever the calendar says
        """
        silent = np.zeros_like(panel.known)
        kinds = [("", clock_of(replace(panel, known=silent), series).kind)]
        for column, name in enumerate(panel.known_names):
            if np.isin(panel.known[:, column], (0.0, 1.0)).all():
                silent[:, column] = panel.known[:, column]
                kind = clock_of(replace(panel, known=silent), series).kind
                kinds += [(name, kind)] if (kind != kinds[-1][1]).any() else []
        return kinds

    def _calendar_terms(self, clock: Clock, times: IntArray) -> list[Term]:
        if not self.detail.calendar:
            return []
        first, last = self.span
        # held where history ends: a slope of one or two years, carried on, errs more than no slope
        trend = ((np.minimum(times, last) - first) / max(last - first, 1))[:, None]
        dated, daily = clock.year is not None, clock.steps > 1
        name = (DAY_AND_TIME if daily else "day of the week") if dated else "place in the seasons"
        terms = [
            Term(np.eye(DAY_TYPES)[clock.kind], "slots", "calendar", name),
            Term(trend, "one", "calendar", "trend"),
        ]
        if self.detail.years and clock.year is not None:
            year = harmonics(clock.year, self.detail.years)[:, 1:]
            terms.append(Term(year, "day", "calendar", "time of year"))
        return terms

    def _covariate_terms(self, x: FloatArray, column: int, clock: Clock) -> list[Term]:
        if self.detail.covariates == 0:
            return [Term(x[:, None], "one")]
        if self.binary[column]:
            after = delayed(x, clock.steps) * (1 - x)
            return [Term(np.stack([x, after], axis=1), "day")]
        day_mean = trailing_mean(x, clock.steps)
        terms = [Term(hinges(x, self.knots[column]), "day")]
        if clock.steps > 1:
            terms.append(Term(hinges(day_mean, self.knots[column]), "day"))
        if self.detail.covariates == 2 and clock.steps > 1:
            backs = sorted({max(1, round(h * clock.steps / 24)) for h in RECENT_HOURS})
            recent = [delayed(x, back) for back in backs]
            longer = [trailing_mean(x, days * clock.steps) for days in (3, 7)]
            free = np.isin(clock.kind, (5, 6, 7)).astype(np.float64)[:, None]
            quarter = trailing_mean(x, max(1, clock.steps // 4))
            terms += [
                Term(np.stack([*recent, *longer], axis=1), "low"),
                Term(hinges(x, self.knots[column]) * free, "day"),
                Term(hinges(quarter, self.knots[column]), "day"),
                Term(hinges(longer[0], self.knots[column]), "low"),
            ]
        return terms


def columns(
    terms: list[Term], shapes: dict[Shape, FloatArray], part: slice
) -> Float[FloatArray, "rows columns"]:
    """The regressors of some rows: every slow column times its shape. [rows, columns]"""
    blocks = []
    for term in terms:
        slow, shape = term.slow[part], shapes[term.shape][part]
        blocks.append((slow[:, :, None] * shape[:, None, :]).reshape(len(slow), -1))
    return np.concatenate(blocks, axis=1)


def width(terms: list[Term], shapes: dict[Shape, FloatArray]) -> int:
    """How many columns the terms make."""
    return sum(term.slow.shape[1] * shapes[term.shape].shape[1] for term in terms)


def design_for(panel: Panel, series: int) -> Design | None:
    """The richest design that the series' history carries; None if regressors would bring nothing.

    Without known covariates a year of history is needed: what the calendar says beyond the seasons an
    autoregression sees is the time of year.
    """
    history = panel.history(series)
    clock = clock_of(panel, series)
    span_years = (history.stop - history.start) / (clock.steps * DAYS_IN_YEAR)
    dated = panel.frequency.unit == "microsecond" and clock.year is not None
    if not panel.known_names and not (dated and span_years >= 1):
        return None
    known = panel.known[history]
    center, spread = known.mean(axis=0), known.std(axis=0)
    binary = tuple(is_binary(column) for column in known.T)
    # rounding leaves a constant column a spread of its own; anything this small says nothing
    spread = np.where(spread <= 1e-9 * np.abs(known).max(axis=0), np.inf, spread)
    center, spread = np.where(binary, 0.0, center), np.where(binary, 1.0, spread)
    knots = np.quantile((known - center) / spread, KNOTS, axis=0).T
    years = (YEARS_LONG if span_years >= 2 else 1 if span_years >= 1 else 0) if dated else 0
    times = panel.times[history]
    for detail in (
        Detail(2, True, years),
        Detail(1, True, min(years, 1)),
        Detail(0, clock.steps > 1, 0),
        Detail(0, False, 0),
    ):
        design = Design(detail, (int(times[0]), int(times[-1])), knots, center, spread, binary)
        if width(*design.terms(panel, series)) * ROWS_PER_COLUMN <= len(times):
            return design
    return None


def clock_of(panel: Panel, series: int) -> Clock:
    """Phases and day types of the rows of one series, by its calendar or, without one, by its seasons."""
    rows = panel.rows(series)
    times = panel.times[rows]
    local = local_time(times, panel.zone, panel.frequency)
    if local is None:
        first = panel.seasons[0]
        second = next((s for s in panel.seasons if s > first and s // first <= DAY_TYPES), first)
        return Clock((times % first) / first, (times % second) // first, None, first)
    kind = day_type(panel)
    steps = 1
    if panel.frequency.unit == "microsecond":
        steps = max(1, round(MICROSECONDS_IN_DAY / panel.frequency.count))
    year = (local.day_of_year / DAYS_IN_YEAR) % 1.0
    kinds = np.zeros(len(times), dtype=np.int64) if kind is None else kind[rows]
    return Clock(local.hour / 24, kinds, year, steps)


def shapes_of(clock: Clock) -> dict[Shape, FloatArray]:
    """The shapes of the day at every row. Each [time, columns]"""
    one = np.ones((len(clock.day), 1))
    if clock.steps == 1:
        return {"one": one, "low": one, "day": one, "slots": one}
    slots = min(clock.steps, MOST_SLOTS)
    slot = np.minimum((clock.day * slots).astype(np.int64), slots - 1)
    most = (clock.steps - 1) // 2
    return {
        "one": one,
        "low": harmonics(clock.day, min(HARMONICS["low"], most)),
        "day": harmonics(clock.day, min(HARMONICS["day"], most)),
        "slots": np.eye(slots)[slot],
    }


def harmonics(phase: Float[FloatArray, "time"], count: int) -> Float[FloatArray, "time 1+2*{count}"]:
    """1, then sines and cosines of `count` multiples of a phase. [time, 1 + 2 count]"""
    angles = 2 * np.pi * phase[:, None] * np.arange(1, count + 1)
    return np.concatenate([np.ones((len(phase), 1)), np.sin(angles), np.cos(angles)], axis=1)


def hinges(
    x: Float[FloatArray, "time"], knots: Float[FloatArray, "knots"]
) -> Float[FloatArray, "time 1+knots"]:
    """The value itself and how far it lies beyond each knot. [time, 1 + knots]"""
    return np.concatenate([x[:, None], np.maximum(x[:, None] - knots, 0.0)], axis=1)


def delayed(x: Float[FloatArray, "time"], steps: int) -> Float[FloatArray, "time"]:
    """The value `steps` before; the first value where the series had not begun. [time]"""
    return np.concatenate([np.full(min(steps, len(x)), x[0]), x[: max(len(x) - steps, 0)]])
