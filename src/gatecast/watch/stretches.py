"""Into what stretches the outcomes of a series are cut to be judged.

A stretch is a day (a first season) of forecasts that do not overlap, or one forecast where that reaches
further. Where a history has no sixty of these before its end, forecasts are made more often and only their
leading steps are scored, down to one step a stretch: outcomes still never count twice.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.interval import REFERENCE

MOST_USUAL = 180  # stretches that show what is ordinary: thrice the fewest, a sixth of the false alarms
MOST_AT_ONCE = 36_000  # forecasts made for them, all series together: where that is too few, none is


@dataclass(frozen=True)
class Stretches:
    """How each series is cut. Stretch j of a series holds the steps from end + j · length; j < 0 is ordinary.

    end     [series]  steps known when the model was fitted
    stride  [series]  from one forecast to the next; so many leading steps of each are scored
    parts   [series]  forecasts to a stretch
    usual   [series]  stretches before `end` whose forecasts had not seen their outcomes, as many as are used
    """

    end: Int[IntArray, "series"]
    stride: Int[IntArray, "series"]
    parts: Int[IntArray, "series"]
    usual: Int[IntArray, "series"]

    @property
    def length(self) -> Int[IntArray, "series"]:
        """Steps of a stretch. [series]"""
        return self.stride * self.parts

    def complete(self, known_steps: Int[IntArray, "series"]) -> Int[IntArray, "series"]:
        """How many stretches behind the fit have ended by now. [series]"""
        done: IntArray = np.maximum(known_steps - self.end, 0) // self.length
        return done

    def origins(self, series: Int[IntArray, "stretches"], number: Int[IntArray, "stretches"]) -> Origins:
        """Where the forecasts of some stretches begin, stretch by stretch."""
        count = self.parts[series]
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        first = self.end[series] + number * self.length[series] - 1
        whose = np.repeat(series, count)
        return Origins(whose, np.repeat(first, count) + place * self.stride[whose])

    def first_step(self, series: int, number: int) -> int:
        """0-based step of a stretch's first outcome."""
        return int(self.end[series] + number * self.length[series])

    def last_step(self, series: int, number: int) -> int:
        """0-based step of a stretch's last outcome."""
        return self.first_step(series, number + 1) - 1


def cut(panel: Panel, horizon: int, first_unseen: Int[IntArray, "series"]) -> Stretches:
    """Cut every series of a panel on which a model has just been fitted.

    first_unseen  [series]  position of the first origin whose forecasts have not seen their outcomes
    """
    end, day = panel.known_steps.copy(), panel.seasons[0]
    honest = np.maximum(end - 1 - first_unseen, 0)
    sizes = np.array([_size(int(steps), horizon, day) for steps in honest], dtype=np.int64)
    stride, parts = sizes.T
    usual = np.minimum(honest // (stride * parts), MOST_USUAL)
    usual = np.minimum(usual, MOST_AT_ONCE // max(int(parts.sum()), 1))
    return Stretches(end, stride, parts, np.where(usual < REFERENCE, 0, usual))


def _size(steps: int, horizon: int, day: int) -> tuple[int, int]:
    """Stride and forecasts of a stretch, where so many steps are there to show what is ordinary.

    >>> _size(24 * 400, 24, 24), _size(24 * 400, 1, 24), _size(24 * 400, 168, 24)
    ((24, 1), (1, 24), (144, 1))
    >>> _size(24 * 45, 24, 24), _size(24 * 20, 24, 24), _size(0, 24, 24)
    ((12, 1), (8, 1), (24, 1))
    """
    whole = max(horizon, day)
    room = steps // REFERENCE
    if not room or room >= -(-whole // horizon) * horizon:  # where there is nothing to go by, nothing is cut
        return horizon, -(-day // horizon)
    stride = min(horizon, room)
    if stride >= day:
        stride -= stride % day
    else:
        stride = next(s for s in range(stride, 0, -1) if day % s == 0)
    return stride, max(1, min(-(-day // stride), room // stride))
