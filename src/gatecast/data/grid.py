"""Regular grids of stamps: which frequency rows follow, whether they lie on it, how it goes on.

A stamp is a whole number of units (microseconds, local days, local months, steps) and a rest within the unit;
on a grid the numbers step by the frequency's count and the rest stays. Local days and months are counted on
the local clock, so that they keep their hour where clocks change.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gatecast._types import BoolArray, IntArray
from gatecast.data.frequency import Frequency, Unit
from gatecast.data.panel import Panel
from gatecast.data.zone import DAY, SECOND, to_instant, to_wall
from gatecast.errors import FrequencyError, listed
from gatecast.forecaster import Origins

NEARLY_ALL = 0.9  # share of differences a step must divide to be taken for the frequency
_ALMOST_A_DAY = 23 * DAY // 24


def _months(wall: IntArray, month_end: bool) -> tuple[IntArray, IntArray]:
    months = wall.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    edge = (months + month_end).astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
    return months, wall - edge


def _split(times: IntArray, frequency: Frequency, zone: str | None) -> tuple[IntArray, IntArray]:
    """Whole units and the rest within the unit; negative, from the next month, where months are ends."""
    if frequency.unit == "day":
        days, rest = np.divmod(to_wall(times, zone), DAY)
        return days, rest
    if frequency.unit == "month":
        return _months(to_wall(times, zone), frequency.month_end)
    return times, np.zeros_like(times)


def _join(number: IntArray, rest: IntArray, frequency: Frequency, zone: str | None) -> IntArray:
    """The stamps `_split` takes apart."""
    if frequency.unit == "day":
        return to_instant(number * DAY + rest, zone)
    if frequency.unit == "month":
        edge = (number + frequency.month_end).astype("datetime64[M]").astype("datetime64[us]")
        return to_instant(edge.astype(np.int64) + rest, zone)
    return number


def _most_common(values: IntArray) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])


@dataclass(frozen=True)
class Grid:
    """Where rows lie on the regular grid of their series.

    steps   [rows]    steps since the first row of the series
    lies    [rows]    whether the stamp is on the grid
    first   [series]  number of the first row, in units
    rest    [series]  within the unit
    """

    steps: IntArray
    lies: BoolArray
    first: IntArray
    rest: IntArray


def lay(times: IntArray, offsets: IntArray, frequency: Frequency, zone: str | None) -> Grid:
    """Lay ascending stamps of each series on a grid of their own."""
    number, rest = _split(times, frequency, zone)
    starts, lengths = offsets[:-1], np.diff(offsets)
    # where the clock jumps over a local midnight the rest is larger: the smallest is the regular one
    first, anchor = number[starts], np.minimum.reduceat(rest, starts)

    def on_grid() -> BoolArray:
        right = _join(number, np.repeat(anchor, lengths), frequency, zone) == times
        return np.asarray(right & ((number - np.repeat(first, lengths)) % frequency.count == 0))

    lies = on_grid()
    if not lies.all():  # the odd row may be the first or the smallest: then judge by the most common
        for i in np.flatnonzero(~np.logical_and.reduceat(lies, starts)):
            own = slice(offsets[i], offsets[i + 1])
            phase = _most_common(number[own] % frequency.count)
            first[i] -= (first[i] - phase) % frequency.count
            anchor[i] = _most_common(rest[own])
        lies = on_grid()
    steps = (number - np.repeat(first, lengths)) // frequency.count
    return Grid(steps, lies, first, anchor)


def stamps(grid: Grid, lengths: IntArray, frequency: Frequency, zone: str | None) -> IntArray:
    """Every stamp of each series' grid, `lengths` [series] of them, laid end to end."""
    starts = np.cumsum(lengths) - lengths
    step = np.arange(lengths.sum(), dtype=np.int64) - np.repeat(starts, lengths)
    number = np.repeat(grid.first, lengths) + step * frequency.count
    return _join(number, np.repeat(grid.rest, lengths), frequency, zone)


def continue_times(times: IntArray, frequency: Frequency, zone: str | None, steps: int) -> IntArray:
    """The stamps that follow one series.

    times    [time]   on the grid, ascending
    returns  [steps]

    >>> ends = np.array(["2023-12-31", "2024-01-31"], "datetime64[us]").astype(np.int64)
    >>> more = continue_times(ends, Frequency("month", 1, month_end=True), None, 2)
    >>> more.astype("datetime64[us]").astype("datetime64[D]").tolist()
    [datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
    """
    number, rest = _split(times, frequency, zone)
    ahead = number[-1] + frequency.count * np.arange(1, steps + 1, dtype=np.int64)
    return _join(ahead, np.full(steps, rest.min()), frequency, zone)


def stamps_after(panel: Panel, origins: Origins, horizon: int) -> IntArray:
    """The stamps of the steps ahead of each origin, within the panel or beyond it. [origins, horizon]"""
    number, rest = _split(panel.times, panel.frequency, panel.zone)
    anchor = np.minimum.reduceat(rest, panel.offsets[:-1])[origins.series]
    last = number[panel.offsets[origins.series] + origins.position]
    ahead = last[:, None] + panel.frequency.count * np.arange(1, horizon + 1, dtype=np.int64)
    joined = _join(ahead.ravel(), np.repeat(anchor, horizon), panel.frequency, panel.zone)
    return joined.reshape(ahead.shape)


def place(panel: Panel, series: IntArray, times: IntArray) -> tuple[IntArray, BoolArray]:
    """Which step of its series each stamp is, before or behind the panel's own, and whether it is one.

    series   [rows]  index into the panel
    times    [rows]  as in `Panel.times`
    returns  [rows], [rows]
    """
    first, anchor = _beginning(panel)
    number, _ = _split(times, panel.frequency, panel.zone)
    right = _join(number, anchor[series], panel.frequency, panel.zone) == times
    step, rest = np.divmod(number - first[series], panel.frequency.count)
    return step, right & (rest == 0)


def stamps_at(panel: Panel, series: IntArray, step: IntArray) -> IntArray:
    """The stamps of some steps of some series, within the panel or beyond it. [rows] each"""
    first, anchor = _beginning(panel)
    number = first[series] + step * panel.frequency.count
    return _join(number, anchor[series], panel.frequency, panel.zone)


def _beginning(panel: Panel) -> tuple[IntArray, IntArray]:
    """The number of each series' first row, and its rest. [series], [series]"""
    number, rest = _split(panel.times, panel.frequency, panel.zone)
    return number[panel.offsets[:-1]], np.minimum.reduceat(rest, panel.offsets[:-1])


def coarser(grid: Grid, offsets: IntArray) -> IntArray:
    """By how many steps each series really goes forward; 1 where too short to tell. [series]"""
    lengths = np.diff(offsets)
    forward = np.diff(grid.steps, prepend=0)
    forward[offsets[:-1]] = 0
    factor = np.gcd.reduceat(forward, offsets[:-1])
    return np.where(lengths > 4, np.maximum(factor, 1), 1)


def settle(frequency: Frequency, times: IntArray, offsets: IntArray, zone: str | None) -> Frequency:
    """Choose between months counted from their first and their last day by what most stamps do."""
    if frequency.unit != "month":
        return frequency
    end = lay(times, offsets, replace(frequency, month_end=True), zone).lies.mean()
    start = lay(times, offsets, replace(frequency, month_end=False), zone)
    if end == start.lies.mean() and (start.rest < 28 * DAY).all():
        return frequency  # the 28th of every month may be either: what was asked for holds
    return replace(frequency, month_end=bool(end >= start.lies.mean()))


def _step(differences: IntArray, unit: Unit) -> int:
    """The most common difference that divides nearly all others."""
    values, counts = np.unique(differences, return_counts=True)
    order = np.lexsort((values, -counts))
    for value in values[order[:50]]:
        if counts[values % value == 0].sum() >= NEARLY_ALL * counts.sum():
            return int(value)
    seen = [f"{Frequency(unit, int(values[i])).describe()} ({counts[i]} times)" for i in order[:5]]
    raise FrequencyError(
        f"the frequency cannot be told: rows are {listed(seen, len(values))} apart and no one step divides "
        "nearly all; give freq=, such as freq='h'"
    )


def _differences(numbers: IntArray, offsets: IntArray) -> IntArray:
    between = np.ones(len(numbers), dtype=bool)
    between[offsets[:-1]] = False
    return np.diff(numbers, prepend=0)[between]


def infer(times: IntArray, offsets: IntArray, zone: str | None, *, counted: bool = False) -> Frequency:
    """Tell the frequency from ascending stamps of each series: gaps may hide steps, not change them.

    times    [rows]        counted steps where `counted`, else as in `Panel.times`
    offsets  [series + 1]

    Raises FrequencyError if there is nothing to tell it from, or no step fits nearly all rows.
    """
    apart = _differences(times, offsets)
    if not len(apart):
        raise FrequencyError(
            "the frequency cannot be told from series of a single row; give freq=, such as 'h'"
        )
    if counted:
        return Frequency("step", _step(apart, "step"))
    if _most_common(apart) >= _ALMOST_A_DAY:
        calendar = _calendar(times, offsets, zone)
        if calendar:
            return calendar
    return Frequency("microsecond", _step(apart, "microsecond"))


def _calendar(times: IntArray, offsets: IntArray, zone: str | None) -> Frequency | None:
    """Days or months, if nearly all stamps keep their hour on the local clock."""
    day = Frequency("day", 1)
    if lay(times, offsets, day, zone).lies.mean() < NEARLY_ALL:
        return None
    days = _differences(_split(times, day, zone)[0], offsets)
    if np.mean(days >= 28) >= NEARLY_ALL:
        month = settle(Frequency("month", 1), times, offsets, zone)
        if lay(times, offsets, month, zone).lies.mean() >= NEARLY_ALL:
            numbers = _split(times, month, zone)[0]
            return replace(month, count=_step(_differences(numbers, offsets), "month"))
    return Frequency("day", _step(days, "day"))


def written(times: IntArray, frequency: Frequency | None, zone: str | None) -> list[str]:
    """Stamps as a person writes them, on the local clock; step numbers where there is no calendar."""
    if frequency is not None and frequency.unit == "step":
        return [str(t) for t in times.tolist()]
    wall = to_wall(times, zone)
    unit: Literal["D", "m", "s", "us"] = "us"
    coarser_units: tuple[tuple[int, Literal["D", "m", "s"]], ...] = (
        (SECOND, "s"),
        (60 * SECOND, "m"),
        (DAY, "D"),
    )
    for size, coarse in coarser_units:
        unit = coarse if not (wall % size).any() else unit
    texts = np.datetime_as_string(wall.astype("datetime64[us]"), unit=unit)
    return [str(t).replace("T", " ") for t in texts]
