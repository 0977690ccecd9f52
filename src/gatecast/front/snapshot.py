"""What a model remembers at one moment, by name, and what has changed between two."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Frequency, Layout, Panel, series_frame, stamps_at, written_times
from gatecast.errors import OptionError, listed
from gatecast.standing import Standing

CLOCK = "clock"  # not a memory: said as steps and stamps


@dataclass(frozen=True)
class Snapshot:
    """The memory of a model behind the last row of each series.

    model   its name
    ids     [series]  as they stood in the table
    clock   [series]  0-based step of the last row read
    times   [series]  of that row, as in `Panel.times`
    arrays  by the names people know them by, each [series, ...]; NaN where a series has none

    >>> import polars as pl
    >>> from gatecast.linear import Drift
    >>> model = Drift(horizon=2).fit(pl.DataFrame({"ds": range(8), "y": [1.0, 2.0] * 4}))
    >>> print(model.snapshot())
    Drift behind step 7
      last value  2
    """

    model: str
    ids: tuple[object, ...]
    clock: IntArray
    times: IntArray
    arrays: dict[str, FloatArray]
    frequency: Frequency
    zone: str | None
    layout: Layout

    def __str__(self) -> str:
        lines = [f"{self.model} behind {_behind(self)}"]
        width = max(map(len, self.arrays), default=0)
        return "\n".join([*lines, *(f"  {n:<{width}}  {_told(a)}" for n, a in self.arrays.items())])


@dataclass(frozen=True)
class Difference:
    """What has changed from one snapshot to a later one, a row for each series and name.

    series   [rows]  index into ids
    names    [rows]
    mean     [rows]  absolute change, NaN where the two cannot be compared
    largest  [rows]  likewise
    steps    [series]  between the two clocks
    """

    one: Snapshot
    other: Snapshot
    ids: tuple[object, ...]
    series: IntArray
    names: tuple[str, ...]
    mean: FloatArray
    largest: FloatArray
    steps: IntArray

    def frame(self) -> Any:
        """As a table of the kind the model was fitted on: id, name, steps, mean_change, largest_change."""
        columns = {
            "name": list(self.names),
            "steps": self.steps[self.series].tolist(),
            "mean_change": self.mean.tolist(),
            "largest_change": self.largest.tolist(),
        }
        return series_frame(self.ids, self.other.layout, self.series, columns)

    def __str__(self) -> str:
        moved = np.unique(self.steps)
        said = f"{moved[0]}" if len(moved) == 1 else f"{moved[0]} to {moved[-1]}"
        lines = [f"{self.other.model}: from {_behind(self.one)} to {_behind(self.other)}, {said} steps"]
        width = max(map(len, self.names), default=0)
        for name in dict.fromkeys(self.names):
            mine = np.array([n == name for n in self.names])
            mean, largest = self.mean[mine], self.largest[mine]
            if np.isnan(largest).all():
                lines.append(f"  {name:<{width}}  cannot be compared: of another shape, or not in both")
                continue
            worst = self.ids[self.series[mine][int(np.nanargmax(largest))]]
            where = f", in {worst}" if len(self.ids) > 1 else ""
            lines.append(
                f"  {name:<{width}}  changed by {np.nanmean(mean):.3g} on average, "
                f"by {np.nanmax(largest):.3g} at most{where}"
            )
        return "\n".join(lines)


def snapshot_of(name: str, standing: Standing, panel: Panel, layout: Layout) -> Snapshot:
    """The memory of a standing.

    panel  whose steps its clock counts
    """
    series, clock = np.arange(len(panel)), standing.clock.copy()
    times = stamps_at(panel, series, clock)
    arrays = {n: np.array(a, dtype=np.float64) for n, a in standing.state().items() if n != CLOCK}
    return Snapshot(name, panel.ids, clock, times, arrays, panel.frequency, panel.zone, layout)


def compare(one: Snapshot, other: Snapshot) -> Difference:
    """What has changed in memory from one snapshot to another: by series and name.

    Raises OptionError for snapshots that have no series in common.
    """
    ids = tuple(name for name in other.ids if name in set(one.ids))
    if not ids:
        raise OptionError(
            f"the snapshots have no series in common: {listed(one.ids)}, and {listed(other.ids)}; "
            "compare two of the same model"
        )
    before = np.array([one.ids.index(name) for name in ids])
    after = np.array([other.ids.index(name) for name in ids])
    names, series, found = [], [], []
    for name in dict.fromkeys((*one.arrays, *other.arrays)):
        changes = _changes(one.arrays.get(name), other.arrays.get(name), before, after)
        for i, change in enumerate(changes):
            names.append(name)
            series.append(i)
            found.append(change)
    mean, largest = np.array(found).reshape(-1, 2).T
    steps = other.clock[after] - one.clock[before]
    return Difference(one, other, ids, np.array(series, dtype=np.int64), tuple(names), mean, largest, steps)


def _changes(
    one: FloatArray | None, other: FloatArray | None, before: IntArray, after: IntArray
) -> list[tuple[float, float]]:
    """Mean and largest absolute change of each series; NaN where there is nothing to compare."""
    nothing = [(np.nan, np.nan)] * len(before)
    if one is None or other is None or one.shape[1:] != other.shape[1:]:
        return nothing
    change = np.abs(other[after] - one[before]).reshape(len(before), -1)
    return [
        (float(np.nanmean(row)), float(np.nanmax(row))) if not np.isnan(row).all() else (np.nan, np.nan)
        for row in change
    ]


def _behind(snapshot: Snapshot) -> str:
    """The stamp, or the stamps, a snapshot stands behind."""
    low, high = np.array([snapshot.times.min()]), np.array([snapshot.times.max()])
    first, last = (written_times(t, snapshot.frequency, snapshot.zone)[0] for t in (low, high))
    unit = "step " if snapshot.frequency.unit == "step" else ""
    return f"{unit}{first}" if first == last else f"{unit}{first} to {last}"


def _told(values: FloatArray) -> str:
    """An array in a few words: its one number, or how many there are and between what."""
    seen = values[np.isfinite(values)]
    if not len(seen):
        return "nothing"
    if values.size == 1:
        return f"{seen[0]:.6g}"
    each = int(np.prod(values.shape[1:]))
    many = f"{each} numbers each of {len(values)} series" if each > 1 else f"{len(values)} series"
    return f"{many}, {seen.min():.3g} to {seen.max():.3g}"
