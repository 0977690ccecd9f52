"""Reach, measured: how far back one input still moves the forecast.

One input is changed at one step (see `pulse`) and the forecast made again, twice over:

    whole     the panel is edited and everything read off it anew: both halves, the members' weights, the past
              errors the network sees
    carried   the pulse enters only the network's past inputs: what its recurrent state carries to the origin

What is held in a cell is not what is used: a half-life (see `half_lives`) says nothing of this.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Frequency, Scale
from gatecast.errors import OptionError
from gatecast.insight.sight.lags import HOURS_IN_DAY, Detail, duration, hours, lag_grid
from gatecast.insight.sight.pulse import SERIES, Pulse, column_of, edited, pulse_of, pulsed_histories
from gatecast.insight.sight.rerun import Paths, gathered, of_histories, of_panels
from gatecast.insight.subject import Subject
from gatecast.memory import Workings, one_thread

Part = Literal["whole", "linear", "pool", "memory", "carried"]
MOST_WORKERS = 4  # reruns at a time: each holds a forecast's arrays
SEEN = 0.01  # of the largest mean change: below, an input counts as out of sight
LOOSE = 1.5  # times the last lag seen: where the next one tried is farther, both are named
ROUNDING = 1e-4  # scaled: inputs and members are rounded to as much, so nothing below is the model's doing
CLOSER = {"whole": 2, "carried": 12}  # lags tried between the last that is seen and the next, which is not
SEASONS_BEYOND = (4, 5)  # at how many long seasons, past its context, the whole pipeline is run again
DAYS_IN_YEAR = 364.0  # 52 weeks: the same weekday
WORDS = {
    "whole": "this model",
    "linear": "its linear part",
    "pool": "its pool part",
    "memory": "its memory part",
    "carried": "its memory",
}


@dataclass(frozen=True)
class Reach:
    """How much a pulse of one input at each lag moves the forecast, in the unit of the series.

    name      the input; "series" for the series itself
    pulse     what was done to it
    lags      [lags]           steps before the origin, which is 0
    change    [lags, horizon]  mean size over both directions, of the whole pipeline; NaN where a value lacks
    linear    [lags, horizon]  of the linear part; None, as memory, where the model has no halves
    memory    [lags, horizon]  of the memory part
    pool      [lags, horizon]  of the pool part; None where all members are linear
    carried_lags  [carried]
    carried   [carried, horizon]  through the recurrent state alone
    rounding  a change no larger than this is rounding
    context   steps the network reads
    """

    name: str
    pulse: Pulse
    frequency: Frequency
    lags: Int[IntArray, "lags"]
    change: Float[FloatArray, "lags horizon"]
    linear: Float[FloatArray, "lags horizon"] | None
    memory: Float[FloatArray, "lags horizon"] | None
    carried_lags: Int[IntArray, "carried"]
    carried: Float[FloatArray, "carried horizon"]
    rounding: float
    context: int
    pool: Float[FloatArray, "lags horizon"] | None = None

    def profile(self, part: Part = "whole") -> tuple[Int[IntArray, "_"], Float[FloatArray, "_"]]:
        """Lags, and the mean change over the steps ahead at each.

        Raises OptionError for a part the model does not have.
        """
        changes = {
            "whole": self.change,
            "linear": self.linear,
            "pool": self.pool,
            "memory": self.memory,
            "carried": self.carried,
        }
        chosen = changes.get(part)
        if chosen is None:
            there = [name for name, change in changes.items() if change is not None]
            raise OptionError(f"there is no part {part!r} of this reach; it has {', '.join(there)}")
        return (self.carried_lags if part == "carried" else self.lags), chosen.mean(axis=1)

    def floor(self, part: Part = "whole") -> float:
        """The mean change above which an input counts as seen: 1 % of the largest, and more than rounding."""
        _, mean = self.profile(part)
        return max(SEEN * float(np.nanmax(mean, initial=0.0)), self.rounding)

    def sees(self, part: Part = "whole") -> int | None:
        """The longest lag that is seen; None where none is, not even the origin's own step."""
        lags, mean = self.profile(part)
        seen = np.flatnonzero(mean > self.floor(part))
        return int(lags[seen[-1]]) if len(seen) else None

    @property
    def horizon_hours(self) -> float | None:
        """How far back the whole model sees, in hours; None where it sees nothing or steps have no length."""
        seen = self.sees()
        return None if seen is None else hours(seen, self.frequency)

    @property
    def what(self) -> str:
        """The input as it stands in a sentence."""
        return "the series" if self.name == SERIES else self.name

    def sentence(self, part: Part = "whole") -> str:
        """How far back is seen, in words."""
        who, what, seen = WORDS[part], self.what, self.sees(part)
        if seen is None:
            return f"{who} does not see past values of {what}"
        beyond, long = self._beyond(part, seen), duration(seen, self.frequency)
        if beyond is not None and beyond > max(seen + 1, LOOSE * seen):
            of = (
                f"{what} of {long} ago"
                if seen
                else f"the origin's own {'value' if self.name == SERIES else what}"
            )
            return f"{who} sees {of}, but not of {duration(beyond, self.frequency)} ago, the next lag tried"
        if seen == 0:
            return f"{who} sees no {'value of ' * (self.name == SERIES)}{what} before the origin's own"
        if beyond is not None:
            return f"{who} cannot see past {long} of {what}"
        if part == "carried" and seen == self.context - 1:
            return f"{who} sees {what} to the end of its context, {duration(self.context, self.frequency)}"
        return f"{who} still sees {what} of {long} ago, the longest lag tried"

    def _beyond(self, part: Part, seen: int) -> int | None:
        """The next lag that was measured behind one that is seen; None where it is the last."""
        lags, mean = self.profile(part)
        behind = lags[(lags > seen) & np.isfinite(mean)]
        return int(behind[0]) if len(behind) else None


def reach(
    subject: Subject, name: str | None = None, lags: Sequence[int] | None = None, size: float = 1.0
) -> Reach:
    """Measure how far back one input moves the forecast.

    name  of a covariate; the series itself when None
    lags  steps before the origin at which the whole pipeline is run again, which takes longest; by default up
          to five long seasons, and 52 weeks where there is so much history. What is carried is always asked
          densely, in one pass
    size  of the pulse in standard deviations, see `pulse`

    Raises OptionError for an input the model does not read, a lag that is not in the history, or a size that
    is no positive number; SeriesError where the model has no memory.
    """
    pulse = pulse_of(subject, SERIES if name is None else name, size)
    workings = subject.workings()
    least = rounding(workings.scale, subject)
    before = gathered([subject.forecast()])
    outer = _whole_lags(subject, workings) if lags is None else _checked(subject, lags)
    inner = lag_grid(workings.context - 1, subject.panel.seasons)
    closer = CLOSER["whole"] if lags is None else 0
    whole = _refined(lambda at: _of_whole(subject, pulse, at, before), outer, closer, least)
    carried = _refined(lambda at: _carried(subject, workings, pulse, at), inner, CLOSER["carried"], least)
    halves = before.linear is not None
    return Reach(
        name=pulse.name,
        pulse=pulse,
        frequency=subject.panel.frequency,
        lags=whole[0],
        change=whole[1][0],
        linear=whole[1][1] if halves else None,
        memory=whole[1][2] if halves else None,
        pool=whole[1][3] if before.pool is not None else None,
        carried_lags=carried[0],
        carried=carried[1][0],
        rounding=least,
        context=workings.context,
    )


def rounding(scale: Scale, subject: Subject) -> float:
    """What rounding of inputs and members may move a forecast by, in the unit of the series."""
    at = subject.panel.values[subject.past(subject.season)]
    z = scale.forward(at[np.isfinite(at)], subject.series)
    z = z[np.isfinite(z)] if np.isfinite(z).any() else np.zeros(1)
    higher = scale.inverse(z + ROUNDING, subject.series) - scale.inverse(z, subject.series)
    return float(higher.mean())


def _whole_lags(subject: Subject, workings: Workings) -> Int[IntArray, "lags"]:
    """The lags at which the whole pipeline is run again: fewer where there is a linear half to run."""
    beyond = [count * subject.season for count in SEASONS_BEYOND]
    longest = min(max(workings.context, beyond[-1]), subject.position)
    detail: Detail = "middle" if workings.linear is None else "coarse"
    lags = {*lag_grid(longest, subject.panel.seasons, detail).tolist(), *beyond}
    step = hours(1, subject.panel.frequency)
    year = round(DAYS_IN_YEAR * HOURS_IN_DAY / step) if step else 0
    return np.array(sorted(lag for lag in {*lags, year} if lag <= subject.position), dtype=np.int64)


def _checked(subject: Subject, lags: Sequence[int]) -> Int[IntArray, "lags"]:
    """Lags as given, ascending, if the history has them all."""
    chosen = np.unique(np.asarray(lags, dtype=np.int64))
    if not len(chosen) or chosen[0] < 0 or chosen[-1] > subject.position:
        raise OptionError(
            f"lags={list(lags)} are not all in the history; wanted whole steps before the origin, from 0 to "
            f"{subject.position}"
        )
    return chosen


def _refined(
    measure: Callable[[IntArray], FloatArray], lags: IntArray, more: int, least: float
) -> tuple[Int[IntArray, "lags"], Float[FloatArray, "parts lags horizon"]]:
    """Measure at some lags, then at a few more behind the last that is seen, up to the next."""
    sizes = measure(lags)
    mean = sizes[0].mean(axis=1)
    seen = np.flatnonzero(mean > max(SEEN * float(np.nanmax(mean, initial=0.0)), least))
    if not more or not len(seen) or seen[-1] + 1 == len(lags):
        return lags, sizes
    between = np.linspace(lags[seen[-1]], lags[seen[-1] + 1], more + 2)[1:-1].round().astype(np.int64)
    extra = np.setdiff1d(between, lags)
    if not len(extra):
        return lags, sizes
    whole, both = np.concatenate([lags, extra]), np.concatenate([sizes, measure(extra)], axis=1)
    order = np.argsort(whole)
    return whole[order], both[:, order]


def _of_whole(
    subject: Subject, pulse: Pulse, lags: IntArray, before: Paths
) -> Float[FloatArray, "parts lags horizon"]:
    """Mean size of the change of the forecast, and of its parts where it has them, at each lag."""
    rows = subject.row - lags
    values = column_of(subject, pulse.name)[rows]

    def measured(variant: tuple[int, float]) -> FloatArray:
        k, value = variant
        panel = edited(subject, pulse.name, rows[k : k + 1], np.array([value]))
        return _sizes(of_panels(subject, [panel]), before)[:, 0]

    variants = [
        (int(k), float(moved.values[k])) for moved in pulse.on(values) for k in np.flatnonzero(moved.open)
    ]
    found: list[list[FloatArray]] = [[] for _ in lags]
    with one_thread(), ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_WORKERS)) as workers:
        for (k, _), size in zip(variants, workers.map(measured, variants), strict=True):
            found[k].append(size)
    lacking = np.full((1 + _parts(before), subject.horizon), np.nan)
    return np.stack([np.mean(sizes, axis=0) if sizes else lacking for sizes in found], axis=1)


def _carried(
    subject: Subject, workings: Workings, pulse: Pulse, lags: IntArray
) -> Float[FloatArray, "1 lags horizon"]:
    """Mean size of the change through the recurrent state alone."""
    before = of_histories(workings, workings.batch.history)
    total, directions = np.zeros((len(lags), subject.horizon)), np.zeros(len(lags))
    for where, histories in pulsed_histories(subject, workings, pulse, lags):
        size = _sizes(of_histories(workings, histories), before)[0]
        total[where] += size[where]
        directions += where
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(directions[:, None] > 0, total / directions[:, None], np.nan)
    return mean[None]


def _sizes(after: Paths, before: Paths) -> Float[FloatArray, "parts variants horizon"]:
    """Sizes of change: of the forecast, and of its linear, memory and pool part where it has them."""
    pairs = [
        (after.point, before.point),
        (after.linear, before.linear),
        (after.memory, before.memory),
        (after.pool, before.pool),
    ]
    return np.stack([np.abs(a - b) for a, b in pairs if a is not None and b is not None])


def _parts(paths: Paths) -> int:
    """How many parts sum to the forecast; 0 where it is a network's own."""
    return sum(part is not None for part in (paths.linear, paths.pool, paths.memory))
