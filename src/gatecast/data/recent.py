"""What came since a panel was last joined: kept apart, so that a new row costs nothing of the history.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import IntArray
from gatecast.data.news import clocked, needs_history, starts_before
from gatecast.data.panel import Panel
from gatecast.data.revision import COLUMNS, Revision, revised, spans
from gatecast.data.rows import Rows

TAIL = 8  # rows: more than the one day a year whose midnight clocks jump over, and what is carried on
MOST = 1_000  # updates that are kept apart: their list is copied with every one


@dataclass(frozen=True)
class Recent:
    """A panel and the rows that came since.

    panel   as last joined
    rows    that came since, in order, each behind the history of its series
    tail    the last rows of every history, these included, and the future
    before  [series]  steps of each history before its tail
    """

    panel: Panel
    rows: tuple[Rows, ...]
    tail: Panel
    before: IntArray

    @property
    def known_steps(self) -> IntArray:
        """Rows of each history, those that came included. [series]"""
        return self.before + self.tail.known_steps

    def joined(self) -> Panel:
        """The panel with the rows that came."""
        return revised(self.panel, _stacked(self.rows)).panel if self.rows else self.panel

    def take(self, rows: Rows) -> "Taken":
        """What rows change, read in view of the tail, or of the whole history where it takes that.

        Raises TableError as `revised` and `clocked` do.
        """
        if not needs_history(rows, self.tail):
            rows = clocked(rows, self.tail)
            if not starts_before(rows, self.tail):
                revision = revised(self.tail, rows)
                if not (len(revision.late) or len(revision.corrected)):
                    return self._followed(rows, revision)
        return self._revised(rows)

    def _followed(self, rows: Rows, revision: Revision) -> "Taken":
        """Rows that changed no history so far."""
        old, clock = self.tail, self.tail.known_steps - 1
        revision = replace(revision, first=revision.first + self.before)
        if revision.panel is old:
            return Taken(self, revision, old, clock)
        waits = (old.lengths > old.known_steps).any() or revision.ahead or len(self.rows) >= MOST
        if waits:  # the future changes with every row
            recent = recent_of(revised(self.joined(), rows).panel)
            return Taken(recent, revision, revision.panel, clock)
        fresh = rows.times > old.times[old.offsets[1:] - 1][rows.series]
        tail, dropped = tail_of(revision.panel)
        recent = Recent(self.panel, (*self.rows, rows.where(fresh)), tail, self.before + dropped)
        return Taken(recent, revision, revision.panel, clock)

    def _revised(self, rows: Rows) -> "Taken":
        whole = self.joined()
        revision = revised(whole, clocked(rows, whole))
        recent = recent_of(revision.panel)
        return Taken(recent, revision, revision.panel, whole.known_steps - 1)


@dataclass(frozen=True)
class Taken:
    """What rows did, and where the new ones stand.

    revision  with `first` in steps of the histories
    span      a panel that holds every new row: the tail or the whole
    clock     [series]  the last step before them, in steps of the span
    """

    recent: Recent
    revision: Revision
    span: Panel
    clock: IntArray


def recent_of(panel: Panel) -> Recent:
    """Nothing came yet."""
    tail, before = tail_of(panel)
    return Recent(panel, (), tail, before)


def tail_of(panel: Panel) -> tuple[Panel, IntArray]:
    """The last rows of each history and its future, and how many rows are left out before. [series]"""
    before = np.maximum(panel.known_steps - TAIL, 0)
    if not before.any():
        return panel, before
    rows = spans(panel.offsets[:-1] + before, panel.offsets[1:])
    tail = replace(
        panel,
        offsets=np.concatenate([[0], np.cumsum(panel.lengths - before)]).astype(np.int64),
        known_steps=panel.known_steps - before,
        **{name: getattr(panel, name)[rows] for name in ("times", *COLUMNS)},
    )
    return tail, before


def _stacked(parts: Sequence[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    columns = {n: np.concatenate([getattr(p, n) for p in parts]) for n in ("series", "times", *COLUMNS)}
    return Rows(**{**vars(parts[0]), **columns})
