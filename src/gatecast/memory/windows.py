"""Windows of the past with origins in them: which a network is trained on, judged by and asked at."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray
from gatecast.data import Panel, held_out_origins, held_out_start
from gatecast.forecaster import Origins
from gatecast.memory.anchors import anchors

FEWEST_ORIGINS = 30  # of one series, to train on
FEWEST_HELD_OUT = 20  # in all, to choose and calibrate by
HELD_OUT = 1600  # origins in all, or
HELD_OUT_EACH = 10  # of each series where series are many, but
MOST_HELD_OUT = 6000  # never more
MOST_CONTEXT = 1008  # past steps read: training takes time in proportion, and long seasons reach it by extras
LEAD = 2  # long seasons before the first origin that is trained on
MOST_CHOOSING = 800  # asked again and again while training


@dataclass(frozen=True)
class Windows:
    """Each window is the rows of one series from its first one to its last origin.

    origins  flat, window by window, `per_window` in each, ascending
    first    [windows]  position of each window's first row: the network begins there, knowing nothing
    context  steps of an ordinary window: the network is built for them
    """

    origins: Origins
    per_window: int
    first: Int[IntArray, "windows"]
    context: int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def series(self) -> Int[IntArray, "windows"]:
        """Whose rows each window is. [windows]"""
        return self.origins.series[:: self.per_window]

    @property
    def last(self) -> Int[IntArray, "windows"]:
        """Position of each window's last row. [windows]"""
        return self.origins.position[self.per_window - 1 :: self.per_window]

    @property
    def longest(self) -> int:
        """Rows of the longest window."""
        return int((self.last - self.first).max()) + 1


def context_length(seasons: tuple[int, ...], shortest: int) -> int:
    """How many past steps the network reads: one long season and a short one, MOST_CONTEXT at most.

    >>> context_length((24, 168), 10_000), context_length((12,), 60), context_length((1,), 10_000)
    (192, 24, 64)
    >>> context_length((288, 2016), 10_000)  # a week of five minutes
    1008
    """
    first, last = seasons[0], seasons[-1]
    wanted = min(last + first, MOST_CONTEXT) if first > 1 else 64
    return max(min(wanted, shortest // 2), 2)


def training_windows(
    panel: Panel,
    until: IntArray,
    horizon: int,
    context: int,
    per_window: int,
    count: int,
    generator: np.random.Generator,
) -> Windows:
    """Draw windows whose every target lies before `until`, origins at random phases in their second half.

    No origin lies in the first `LEAD` long seasons of a series, nor in the first half of a short one: there
    forecasts that look weeks back have nothing to look at, and what is learned from them is of no use later.

    until  [series]  leading steps of each series that may be learned from
    """
    last = until - 1 - horizon  # the last origin of each series whose targets are all known
    lead = np.minimum(max(context // 2, LEAD * panel.seasons[-1]), np.maximum(last // 2, 0))
    first = np.minimum(lead, np.maximum(last - per_window, 1))
    room = np.maximum(last - first + 1, 0).astype(np.float64)
    series = generator.choice(len(panel), size=count, p=room / room.sum())
    end = first[series] + (generator.random(count) * room[series]).astype(np.int64)
    reach = np.minimum(context // 2, end - first[series] + 1)
    back = np.sort((generator.random((count, per_window)) * reach[:, None]).astype(np.int64), axis=1)[:, ::-1]
    position = end[:, None] - back
    origins = Origins(np.repeat(series, per_window), position.ravel())
    return Windows(origins, per_window, np.maximum(position[:, -1] - context + 1, 0), context)


@dataclass(frozen=True)
class Plan:
    """Which part of a panel trains, which chooses among weights and which calibrates.

    training     windows whose every target lies before the held-out part
    everything   windows of the whole history, to learn from again once the held-out part has judged
    growth       how many times as much there is to learn from in `everything`
    choosing     held-out origins that decide when to stop
    calibrating  held-out origins, later ones, that tell how far to believe it and how wide intervals must be
    """

    training: Windows
    everything: Windows
    growth: float
    choosing: Origins
    calibrating: Origins
    context: int


def plan_windows(panel: Panel, horizon: int, per_window: int, count: int, seed: int) -> Plan | None:
    """Divide a panel for training; None where its histories are too short or too empty to train on at all.

    per_window  origins in each training window
    count       training windows to draw
    """
    start = held_out_start(panel, horizon)
    earlier, later = known_values(panel, start)
    enough = (np.minimum(start - 1 - horizon, earlier) >= FEWEST_ORIGINS).any()
    most = min(max(HELD_OUT, HELD_OUT_EACH * len(panel)), MOST_HELD_OUT)
    held_out = held_out_origins(panel, start, horizon, most)
    if not enough or min(len(held_out), later.sum()) < FEWEST_HELD_OUT:
        return None
    context = context_length(panel.seasons, int(start.max()))
    draw = np.random.default_rng(seed)
    training, everything = (
        training_windows(panel, until, horizon, context, per_window, count, draw)
        for until in (start, panel.known_steps)
    )
    choosing, calibrating = halves(held_out)
    choosing = choosing.where(np.arange(0, len(choosing), -(-len(choosing) // MOST_CHOOSING)))
    growth = float(panel.known_steps.sum() / max(int(start.sum()), 1))
    return Plan(training, everything, growth, choosing, calibrating, context)


def known_values(panel: Panel, start: IntArray) -> tuple[IntArray, IntArray]:
    """How many values are known in the leading `start` steps of each history, and behind them. [series]"""
    total = np.concatenate([[0], np.cumsum(np.isfinite(panel.values))])
    first, end = panel.offsets[:-1], panel.offsets[:-1] + panel.known_steps
    earlier: IntArray = total[first + start] - total[first]
    later: IntArray = total[end] - total[first + start]
    return earlier, later


def halves(origins: Origins) -> tuple[Origins, Origins]:
    """Each series' earlier and later origins; all in both where there are too few to divide.

    An odd one out goes to either side in turn, so that neither is empty where every series has one.
    """
    if len(origins) < 2 * FEWEST_HELD_OUT:
        return origins, origins
    later = np.zeros(len(origins), dtype=bool)
    for turn, i in enumerate(np.unique(origins.series)):
        mine = np.flatnonzero(origins.series == i)
        later[mine[(len(mine) + turn % 2) // 2 :]] = True
    return origins.where(~later), origins.where(later)


def enough_steps(horizon: int) -> int:
    """How long the history of one series has to be for `plan_windows` to divide it.

    A short horizon holds out a fifth of the history, and of that all but the last horizon's origins.
    """
    if horizon < FEWEST_HELD_OUT:
        return 5 * (horizon + FEWEST_HELD_OUT - 1)
    return 2 * (horizon + FEWEST_ORIGINS)


def too_short(name: str, panel: Panel, horizon: int) -> str:
    """Why a panel cannot train a network, in words."""
    longest, wanted = int(panel.known_steps.max()), enough_steps(horizon)
    lack = f"the longest series has {longest}"
    if longest >= wanted:
        earlier, later = known_values(panel, held_out_start(panel, horizon))
        lack = (
            f"of {longest} steps no more than {earlier.max()} have a value in the earlier part, to learn "
            f"from, and {later.sum()} in the later, to judge by"
        )
    return (
        f"{name} needs a history of at least {wanted} steps to train on and "
        f"forecast {horizon} ahead, but {lack}; give more history, a shorter horizon, or use a linear model"
    )


def anchored_windows(origins: Origins, context: int, steps: int | None = None) -> Windows:
    """A window for each origin, from its anchor: it depends on the origin and on nothing else.

    steps  of so many rows instead, or of all there are, wherever the anchors lie
    """
    first = anchors(origins.position, context)
    if steps is not None:
        first = np.maximum(origins.position - steps + 1, 0)
    return Windows(origins, 1, first, context)
