"""Washout: how much history the memory needs before its forecast no longer depends on where it began.

The network reads only the last n steps, beginning from nothing; the forecast is compared with that of its
whole context. The linear half and all that is known ahead stay as they are.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Frequency
from gatecast.errors import OptionError
from gatecast.insight.sight.lags import duration, lag_grid
from gatecast.insight.sight.rerun import from_zero, of_states
from gatecast.insight.subject import Subject

TOLERATED = 0.01  # of the mean width of the 80 % interval, unless told otherwise


@dataclass(frozen=True)
class Washout:
    """How far the forecast from the last n steps is from that of the whole context.

    steps       [lengths]           ascending, the context last
    difference  [lengths, horizon]  signed, in the unit of the series
    tolerance   in the unit of the series
    needed      fewest steps from which on no step ahead differs by more than the tolerance
    heard       whether the memory has a share in the series' forecast; else nothing differs
    """

    frequency: Frequency
    steps: Int[IntArray, "lengths"]
    difference: Float[FloatArray, "lengths horizon"]
    tolerance: float
    needed: int
    heard: bool = True

    @property
    def largest(self) -> Float[FloatArray, "lengths"]:
        """The largest difference over the steps ahead, for each length."""
        size: FloatArray = np.abs(self.difference).max(axis=1)
        return size

    @property
    def context(self) -> int:
        """All the steps the network reads."""
        return int(self.steps[-1])

    def sentence(self) -> str:
        """How much history the memory needs, in words."""
        if not self.heard:
            return "the memory has no share in the forecast of this series, so it needs no history"
        whole = duration(self.context, self.frequency)
        if self.needed == self.context:
            return f"the memory needs all {whole} of its context: shorter, it says something else"
        return f"the memory needs {duration(self.needed, self.frequency)} of history, of the {whole} it reads"


def washout(subject: Subject, tolerance: float | None = None) -> Washout:
    """Measure how much history the memory needs.

    tolerance  in the unit of the series; 1 % of the mean width of this forecast's 80 % interval when None

    Raises OptionError for a negative tolerance, SeriesError where the model has no memory.
    """
    workings = subject.workings(levels=(0.1, 0.5, 0.9))
    context = workings.context
    steps = lag_grid(context, subject.panel.seasons)[1:]
    paths = of_states(workings, from_zero(workings, steps.tolist()))
    difference = paths.point - paths.point[-1]
    if tolerance is None:
        lower, upper = subject.forecast(levels=(0.1, 0.5, 0.9)).interval(80)
        tolerance = TOLERATED * float((upper - lower).mean())
    if not tolerance >= 0:
        raise OptionError(
            f"tolerance={tolerance!r} is no difference; give a number from 0 in the series' unit"
        )
    too_far = np.flatnonzero(np.abs(difference).max(axis=1) > tolerance)
    needed = int(steps[too_far[-1] + 1]) if len(too_far) else int(steps[0])
    heard = bool(workings.share[0] != 0)
    return Washout(subject.panel.frequency, steps, difference, float(tolerance), needed, heard)
