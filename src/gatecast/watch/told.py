"""Drifts in words and as a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gatecast.data import Layout, Panel, record_frame, written_times
from gatecast.interval import said
from gatecast.watch.watch import Noticed


def told(one: Noticed, panel: Panel, *, named: bool) -> str:
    """One drift as a sentence with its remedy.

    named  whether the table has ids
    """
    whose = f"{panel.ids[one.series]!r}: " if named else ""
    rows = panel.offsets[one.series] + np.array([one.since, one.noticed])
    since, noticed = written_times(panel.times[rows], panel.frequency, panel.zone)
    what = said(one.kind, one.size)
    return f"{whose}since {since} {what} (noticed {noticed}); refit(warm_start=True) learns from them"


def as_table(found: Sequence[Noticed], panel: Panel, layout: Layout) -> Any:
    """A row a drift: id, kind, since, noticed, size, words."""
    series = np.array([one.series for one in found], dtype=np.int64)
    steps = np.array([(one.since, one.noticed) for one in found], dtype=np.int64).reshape(-1, 2)
    since, noticed = panel.times[panel.offsets[series][:, None] + steps].T
    columns = {
        "kind": [one.kind for one in found],
        "since": since,
        "noticed": noticed,
        "size": np.array([one.size for one in found], dtype=np.float64),
        "words": [said(one.kind, one.size) for one in found],
    }
    return record_frame(panel, layout, series, columns)
