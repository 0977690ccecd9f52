"""What an update did, in numbers and in words."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Panel, Revision, stamps_at, written_times
from gatecast.errors import listed
from gatecast.forecaster import Origins


@dataclass(frozen=True)
class News:
    """What came with an update.

    new        rows behind the histories, `missing` of them without a value
    gaps       steps between them for which no row came
    late       values for steps that had none
    corrected  other values, or covariates, for steps that were known
    repeated   rows that say what was known
    ahead      rows of the future
    said       all of it, in a sentence
    """

    new: int
    missing: int
    gaps: int
    late: int
    corrected: int
    repeated: int
    ahead: int
    said: str


def told(revision: Revision, panel: Panel, since: IntArray | None) -> News:
    """What a revision did.

    panel  whose steps late and corrected rows are counted in
    since  [series]  the last step before what had to be read again; None where nothing had to
    """
    without = f" ({revision.missing} without a value)" * (revision.missing > 0)
    parts = [
        f"{_many(revision.new, 'new step')}{without}" * (revision.new > 0),
        f"{_many(revision.gaps, 'step')} between without a row" * (revision.gaps > 0),
        _some(revision.late, "late", panel),
        _some(revision.corrected, "corrected", panel),
        f"{revision.repeated} repeated" * (revision.repeated > 0),
        f"{revision.ahead} of the future" * (revision.ahead > 0),
    ]
    said = ", ".join(part for part in parts if part) or "nothing new"
    if len(revision.late) or len(revision.corrected):
        said += f": read again from {_since(panel, since, revision)}"
    counts = revision.new, revision.missing, revision.gaps, len(revision.late), len(revision.corrected)
    return News(*counts, revision.repeated, revision.ahead, said)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _some(steps: Origins, what: str, panel: Panel) -> str:
    if not len(steps):
        return ""
    shown = steps.where(np.arange(min(len(steps), 5)))
    return f"{len(steps)} {what} ({listed(_stamps(panel, shown), len(steps))})"


def _stamps(panel: Panel, steps: Origins) -> list[str]:
    times = stamps_at(panel, steps.series, steps.position)
    said = written_times(times, panel.frequency, panel.zone)
    if len(panel) == 1:
        return said
    return [f"{panel.ids[i]} at {stamp}" for i, stamp in zip(steps.series, said, strict=True)]


def _since(panel: Panel, since: IntArray | None, revision: Revision) -> str:
    """The earliest step that had to be read again, of a series that changed."""
    changed = np.unique(np.concatenate([revision.late.series, revision.corrected.series]))
    if since is None:
        return "the beginning"
    series = changed[[int(np.argmin(since[changed]))]]
    (stamp,) = written_times(stamps_at(panel, series, since[series]), panel.frequency, panel.zone)
    return f"where it stood at {stamp}"
