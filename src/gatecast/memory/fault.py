"""Why a training met numbers that are none: what it had just read, in words."""

from collections.abc import Iterator

import numpy as np
import torch

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, written_times
from gatecast.memory.cutter import Cutter
from gatecast.memory.descent import Descended
from gatecast.memory.network import Batch

FAR = 100.0  # ordinary deviations from the median: further out is worth a word
NORMAL = 1.4826  # standard deviations in a median absolute deviation, of a normal distribution

_READ = {
    "history": "the past steps it reads",
    "ahead": "what is known of the steps ahead",
    "members": "the linear forecasts it weighs",
    "prior": "the weights of the linear forecasts",
    "unit": "the sizes of ordinary errors",
    "weight": "the weights of origins",
    "target": "the values to forecast",
}


def what_broke(taken: Descended, step: int, steps: int, largest: float) -> str:
    """Which number of a step was none.

    largest  norm of any gradient before; 0 if there was none

    >>> what_broke(Descended(float("nan"), 0.0), 12, 240, 3.5)
    'the loss of step 12 of 240 is not a finite number (the largest gradient before: 3.5)'
    """
    name = "loss" if not np.isfinite(taken.loss) else "gradient"
    before = f" (the largest gradient before: {largest:.3g})" if largest else ""
    return f"the {name} of step {step} of {steps} is not a finite number{before}"


def causes(windows: Cutter, chosen: IntArray, batch: Batch) -> tuple[str, ...]:
    """What in these windows can have led to it: inputs that are no numbers, values far out; may be none."""
    panel, rows = windows.panel, windows.rows_read(chosen)
    return (*_unfit(batch), *_far_values(panel, rows), *_far_covariates(panel, rows))


def _unfit(batch: Batch) -> Iterator[str]:
    """Parts of a batch that are no numbers; a target that is unknown is one."""
    for name, words in _READ.items():
        part: torch.Tensor = getattr(batch, name)
        broken = torch.isinf(part) if name == "target" else ~torch.isfinite(part)
        if bool(broken.any()):
            yield f"{words} are not all finite numbers"


def _far_values(panel: Panel, rows: IntArray) -> Iterator[str]:
    """The value furthest out, if far, of the series that these rows are of."""
    whose = np.searchsorted(panel.offsets, rows, side="right") - 1
    far = [_furthest(panel.values[panel.history(int(i))], panel.values, rows[whose == i]) for i in set(whose)]
    (distance, row) = max(far)
    if distance > FAR:
        series = panel.ids[int(np.searchsorted(panel.offsets, row, side="right")) - 1]
        yield f"series {series} is {panel.values[row]:g} at {_when(panel, row)}, {_said(distance)}"


def _far_covariates(panel: Panel, rows: IntArray) -> Iterator[str]:
    """The covariate furthest out, if far."""
    columns = (*panel.known.T, *panel.past.T)
    names = (*panel.known_names, *panel.past_names)
    far = [(*_furthest(c, c, rows), name, c) for name, c in zip(names, columns, strict=True)]
    if not far:
        return
    distance, row, name, column = max(far, key=lambda one: one[0])
    if distance > FAR:
        yield f"covariate {name} is {column[row]:g} at {_when(panel, row)}, {_said(distance)}"


def _furthest(usual: FloatArray, values: FloatArray, rows: IntArray) -> tuple[float, int]:
    """How far out the furthest of some values is, in ordinary deviations, and its row; -1 where none are."""
    known = usual[np.isfinite(usual)]
    if not len(known):
        return -1.0, int(rows[0])
    middle = np.median(known)
    spread = NORMAL * np.median(np.abs(known - middle))
    if not spread > 0:  # a flag, mostly 0: nothing tells far from rare
        return -1.0, int(rows[0])
    with np.errstate(over="ignore"):
        distance = np.nan_to_num(np.abs(values[rows] - middle) / spread, nan=-1.0)
    return float(distance.max()), int(rows[int(distance.argmax())])


def _when(panel: Panel, row: int) -> str:
    return written_times(panel.times[row : row + 1], panel.frequency, panel.zone)[0]


def _said(distance: float) -> str:
    return f"{distance:.2g} times as far from the median as is usual"
