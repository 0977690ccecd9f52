"""A member that keeps the Forecaster protocol: any model, one's own included."""

import copy
from dataclasses import replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecaster, Origins
from gatecast.hybrid.member import Maker, Seen
from gatecast.linear import Autoregression
from gatecast.progress import Progress


class Outside:
    """A forecaster learned three times: from the first half of each history, from the second, and from all.

    Each half is forecast by what learned from the other, as for ARIMA; what follows by what learned from all.

    cuts     [series]  the first step of each history's second half
    steps    [series]  of each history
    """

    linear = False

    def __init__(self, name: str, learned: tuple[Forecaster, ...], cuts: IntArray, steps: IntArray) -> None:
        self.name = name
        self.learned = learned
        self.cuts = cuts
        self.steps = steps

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """By what has not learned from the middle of the steps ahead."""
        panel, series = seen.panel, seen.series
        middle = position + 1 + seen.horizon // 2
        which = np.where(middle < self.cuts[series], 1, 0)
        which[middle >= self.steps[series]] = 2
        paths = np.empty((len(position), seen.horizon))
        for k in np.unique(which):
            mine = which == k
            origins = Origins(np.full(int(mine.sum()), series, dtype=np.int64), position[mine])
            paths[mine] = self.learned[k].forecast(panel, origins, (0.5,)).point
        return seen.on_scale(paths)


def outside(forecaster: Forecaster, horizon: int, progress: Progress) -> Maker:
    """Makes a member of a forecaster, which itself stays as it is.

    Raises OptionError for a forecaster of another horizon, and whatever its learning raises.
    """
    if forecaster.horizon != horizon:
        raise OptionError(
            f"the member {forecaster.name} forecasts {forecaster.horizon} steps, the hybrid {horizon}; "
            "give both the same horizon"
        )

    def make(panel: Panel, full: Autoregression) -> Outside:
        del full
        cuts = panel.known_steps // 2
        parts = panel.seen_until(cuts), since(panel, cuts), panel
        learned = tuple(copy.deepcopy(forecaster).learn(part, progress) for part in parts)
        return Outside(forecaster.name, learned, cuts, panel.known_steps)

    return make


def since(panel: Panel, first: IntArray) -> Panel:
    """The panel without the leading rows of each series.

    first  [series]  the first step that stays
    """
    step = np.arange(len(panel.values)) - np.repeat(panel.offsets[:-1], panel.lengths)
    stays = step >= np.repeat(first, panel.lengths)
    columns = ("values", "times", "known", "past", "given")
    return replace(
        panel,
        offsets=np.concatenate([[0], np.cumsum(panel.lengths - first)]).astype(np.int64),
        known_steps=panel.known_steps - first,
        **{name: getattr(panel, name)[stays] for name in columns},
    )
