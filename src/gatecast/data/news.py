"""Rows that came since: read in view of the history they follow, and joined to it.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from gatecast.data.grid import stamps_after
from gatecast.data.panel import Panel
from gatecast.data.rows import Rows
from gatecast.errors import TableError, listed
from gatecast.forecaster import Origins


def led(rows: Rows, panel: Panel) -> Rows:
    """The rows, those of each series behind the last one of its history.

    What is missing among them is then a gap, not a late beginning, and missing covariates have a value before
    them. Rows of the future that `panel` holds before the first new one stand between: their values never
    came. A missing value at the end of the history is zero here: it stands for the row only.

    Raises TableError for series never seen, stamps of another kind, and rows that do not follow.
    """
    _refuse_strangers(rows, panel)
    place = {name: i for i, name in enumerate(panel.ids)}
    series = np.array([place[name] for name in rows.ids], dtype=np.int64)
    first = np.full(len(series), np.iinfo(np.int64).max)
    np.minimum.at(first, rows.series, rows.times)
    start = panel.offsets[series] + panel.known_steps[series] - 1
    ends = panel.offsets[series + 1]
    counts = np.array(
        [max(1, np.searchsorted(panel.times[a:b], t)) for a, b, t in zip(start, ends, first, strict=True)],
        dtype=np.int64,
    )
    origins = Origins(series, panel.known_steps[series] + counts - 2)
    wrong = np.flatnonzero(first != stamps_after(panel, origins, 1)[:, 0])
    if len(wrong):
        raise TableError(
            f"new rows do not follow the last ones of {listed([rows.ids[i] for i in wrong])}; "
            "give every row since the last fit or update"
        )
    before = np.concatenate([np.arange(a, a + n) for a, n in zip(start, counts, strict=True)])
    values = panel.values[before]
    values[np.cumsum(counts) - counts] = np.nan_to_num(panel.values[start])
    return replace(
        rows,
        series=np.concatenate([np.repeat(np.arange(len(series)), counts), rows.series]),
        times=np.concatenate([panel.times[before], rows.times]),
        values=np.concatenate([values, rows.values]),
        known=np.concatenate([panel.known[before], rows.known]),
        past=np.concatenate([panel.past[before], rows.past]),
        given=np.concatenate([panel.given[before], rows.given]),
    )


def joined(panel: Panel, news: Panel) -> Panel:
    """The histories of `panel`, each followed by what the same id has in `news` behind its first row.

    What `panel` knows of a future behind these stays.
    """
    place = {name: i for i, name in enumerate(news.ids)}
    pieces: list[tuple[Panel, slice]] = []
    lengths, known_steps = panel.lengths.copy(), panel.known_steps.copy()
    for i, name in enumerate(panel.ids):
        if name not in place:
            pieces.append((panel, panel.rows(i)))
            continue
        rows, old = news.rows(place[name]), panel.rows(i)
        behind = old.start + int(known_steps[i]) + rows.stop - rows.start - 1
        pieces += [(panel, panel.history(i)), (news, slice(rows.start + 1, rows.stop))]
        pieces.append((panel, slice(min(behind, old.stop), old.stop)))
        lengths[i] = max(behind, old.stop) - old.start
        known_steps[i] += news.known_steps[place[name]] - 1

    def column(name: str) -> Any:
        return np.concatenate([getattr(source, name)[part] for source, part in pieces])

    return replace(
        panel,
        values=column("values"),
        times=column("times"),
        known=column("known"),
        past=column("past"),
        given=column("given"),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        known_steps=known_steps,
    )


def _refuse_strangers(rows: Rows, panel: Panel) -> None:
    seen = set(panel.ids)
    strange = [name for name in rows.ids if name not in seen]
    if strange:
        raise TableError(f"new rows of series never seen: {listed(strange)}; fit with them instead")
    given, held = _kind(rows.counted, rows.zone), _kind(panel.frequency.unit == "step", panel.zone)
    if given != held:
        raise TableError(
            f"{rows.schema.time_col!r} of the new rows holds {given}, before {held}; give the same"
        )


def _kind(counted: bool, zone: str | None) -> str:
    if counted:
        return "integer steps"
    return "stamps without a zone" if zone is None else f"stamps in {zone}"
