"""Rows that came since, in view of the history they belong to: whose they are, and when by the local clock.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from dataclasses import replace

import numpy as np

from gatecast._types import BoolArray
from gatecast.data.grid import place
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows, showings
from gatecast.data.zone import never_shown, shown_twice, to_instant
from gatecast.errors import TableError, listed


def recognised(rows: Rows, panel: Panel, *, naive: bool) -> Rows:
    """The rows, their series numbered as the panel's.

    naive  whether the history's stamps carried no zone

    Raises TableError for series never seen and stamps of another kind.
    """
    numbers = {name: i for i, name in enumerate(panel.ids)}
    strange = [name for name in rows.ids if name not in numbers]
    if strange:
        raise TableError(f"new rows of series never seen: {listed(strange)}; fit with them instead")
    seen = "integer steps" if rows.counted else _kind(rows.zone)
    held = "integer steps" if panel.frequency.unit == "step" else _kind(panel.zone)
    unlike = rows.counted != (panel.frequency.unit == "step")
    unlike |= (panel.zone is None) != (rows.zone is None) and not (naive and rows.zone is None)
    if unlike:
        raise TableError(
            f"{rows.schema.time_col!r} of the new rows holds {seen}, before {held}; give the same"
        )
    series = np.array([numbers[name] for name in rows.ids], dtype=np.int64)[rows.series]
    return replace(rows, ids=panel.ids, series=series)


def needs_history(rows: Rows, panel: Panel) -> bool:
    """Whether it takes the history to say when some of the rows are: an hour that clocks show twice."""
    if rows.counted or rows.zone is not None or panel.zone is None or panel.frequency.unit != "microsecond":
        return False
    return bool(shown_twice(rows.times, panel.zone).any())


def clocked(rows: Rows, panel: Panel) -> Rows:
    """Naive stamps read as the local clock of the panel's zone; others stay as they are.

    An hour shown twice that stands twice among the rows of a series is both. Where it stands once it is the
    first of the two that has no value, as long as none is left out between: else it is the first again.

    Raises TableError for times the clock never shows, and for an hour shown twice that is known twice.
    """
    zone = panel.zone
    if rows.counted or zone is None or rows.zone is not None:
        return rows if rows.counted else replace(rows, zone=zone)
    wall = rows.times
    if panel.frequency.unit != "microsecond":  # days and longer
        return replace(rows, times=to_instant(wall, zone), zone=zone)
    jumped = never_shown(wall, zone)
    if jumped.any():
        raise TableError(
            f"{jumped.sum()} new rows show a time that clocks in {zone} jump over: {rows.named(jumped)}; "
            "give stamps in UTC"
        )
    later, once = showings(rows, zone)
    if once.any():
        later |= _later(rows, panel, once, later)
    return replace(rows, times=to_instant(wall, zone, later=later), zone=zone)


def _later(rows: Rows, panel: Panel, once: BoolArray, later: BoolArray) -> BoolArray:
    """Which of the hours that stand once are the second showing, in view of what is known. [rows]"""
    zone = panel.zone
    first, _ = place(panel, rows.series, to_instant(rows.times, zone, later=later))
    second, _ = place(panel, rows.series, to_instant(rows.times, zone, later=True))
    known: set[tuple[int, int]] = set()
    ends, chosen = panel.known_steps.copy(), np.zeros(len(once), dtype=bool)
    for row, (i, a, b) in enumerate(zip(rows.series.tolist(), first.tolist(), second.tolist(), strict=True)):
        both = _is_known(panel, i, a) or (i, a) in known, _is_known(panel, i, b) or (i, b) in known
        if once[row] and all(both):
            mark = np.arange(len(once)) == row
            raise TableError(
                f"a new row shows a time that clocks in {zone} show twice, and both hours are known: "
                f"{rows.named(mark)}; give both, or stamps in UTC"
            )
        chosen[row] = once[row] and both[0] and b <= ends[i]
        step = b if chosen[row] else a
        known.add((i, step))
        ends[i] = max(ends[i], step + 1)
    return chosen


def _is_known(panel: Panel, series: int, step: int) -> bool:
    within = 0 <= step < int(panel.known_steps[series])
    return within and not np.isnan(panel.values[panel.offsets[series] + step])


def _kind(zone: str | None) -> str:
    return "stamps without a zone" if zone is None else f"stamps in {zone}"


def starts_before(rows: Rows, panel: Panel) -> bool:
    """Whether a row stands before the panel's first row of its series."""
    return bool((rows.times < panel.times[panel.offsets[:-1]][rows.series]).any())
