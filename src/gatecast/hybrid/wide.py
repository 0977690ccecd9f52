"""Panels too wide to be read as a whole: some series teach what all share, and each has a pool of its own.

The network, its calibration and how far it is believed are learned from some hundred series, as on any panel
of so many. The pool of every other series is fitted likewise, a portion of them at a time, and how much it
errs is measured on its latest origins. So nothing is ever held that is as long as all rows and many columns
wide, and time and memory go with the number of series.
"""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, fit_scale, in_portions, part_of, portions, taught
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.features import error_size, filled
from gatecast.hybrid.likewise import fit_likewise, joined_pools, part_of_pool
from gatecast.hybrid.pool import Pool
from gatecast.interval import Width
from gatecast.linear import Spread
from gatecast.memory import Trained, one_thread, widened
from gatecast.progress import Progress
from gatecast.workers import each

if TYPE_CHECKING:  # they call what stands here
    from gatecast.hybrid.half import LinearHalf
    from gatecast.hybrid.model import Hybrid

MEASURED_SEASONS = 2  # long ones, of latest origins by which a series' own errors are measured


def learn_wide(model: "Hybrid", panel: Panel, progress: Progress, start: Trained | None) -> None:
    """Learn a hybrid from some of its series, from old weights or none, then go on to all of them."""
    chosen = _teach(partial(model.learn_whole, start=start), panel, model.seed, progress)
    model.watch_ = None  # of some series: that of all begins with the outcomes that come
    if model.linear_ is not None:
        model.linear_.learn(panel, progress)
        model.shares_ = np.zeros(len(panel))
        return
    others, place = _others(panel, chosen)
    model.inputs_ = widened(model.inputs_, panel)
    model.pool_, unit = _followed(model.pool_, panel, chosen, model.name, progress)
    model.unit_ = filled(np.concatenate([model.unit_, unit])[place])
    model.shares_ = np.concatenate([model.shares_, np.full(len(others), model.common_)])[place]
    if model.unseen_ is not None:  # on the others nothing is looked back on, to save time
        model.unseen_ = np.concatenate([model.unseen_, panel.known_steps[others] - 1])[place]


def learn_wide_half(
    model: "LinearHalf", learn: Callable[[Panel, Progress], object], panel: Panel, progress: Progress
) -> None:
    """Learn a linear half from some of its series, then go on to all of them."""
    chosen = _teach(learn, panel, 0, progress)
    _, place = _others(panel, chosen)
    model.pool_, unit = _followed(model.pool_, panel, chosen, model.name, progress)
    model.scale_, width = model.pool_.scale_, model.spread_.width
    sizes = filled(np.concatenate([width.series, unit])[place])
    model.spread_ = Spread(Width(sizes, width.step, width.phase), model.spread_.calibration)


def _teach(
    learn: Callable[[Panel, Progress], object], panel: Panel, seed: int, progress: Progress
) -> IntArray:
    """Learn from the series that teach what all share, and say which they are. [some]"""
    chosen = taught(panel, seed)
    progress.note(
        f"{len(panel)} series are more than are read as a whole: {len(chosen)} of them teach what all share"
    )
    learn(part_of(panel, chosen), progress)
    return chosen


def forecast_wide(model: "Hybrid", panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
    """A hybrid's forecast of a wide panel, a portion of the series at a time."""
    with one_thread():  # of PyTorch, whose threads would be set by several portions at once
        return in_portions(model, panel, origins, levels)


def part_of_hybrid(model: "Hybrid", series: IntArray) -> "Hybrid":
    """A hybrid of some of its series, in this order."""
    part = copy.copy(model)
    part.shares_ = model.shares_[series]
    if model.linear_ is not None:
        part.linear_ = model.linear_.part(series)
        return part
    part.pool_, part.inputs_ = part_of_pool(model.pool_, series), model.inputs_.of(series)
    part.unit_ = model.unit_[series]
    part.unseen_ = None if model.unseen_ is None else model.unseen_[series]
    return part


def _others(panel: Panel, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """The series that are not chosen, and where each stands among the chosen and, behind them, the others."""
    others = np.setdiff1d(np.arange(len(panel)), chosen)
    return others, np.argsort(np.concatenate([chosen, others]))


def _followed(
    pool: Pool, panel: Panel, chosen: IntArray, name: str, progress: Progress
) -> tuple[Pool, FloatArray]:
    """The pool of all series, from that of the chosen ones, and how much it errs on each of the others.

    returns  the pool, [others]
    """
    others, place = _others(panel, chosen)
    pools, units = [pool], []

    def follow(some: IntArray) -> tuple[Pool, FloatArray]:
        part = part_of(panel, others[some])
        own = fit_likewise(pool, part, fit_scale(part))
        return own, own_errors(own, part)

    turns = portions(panel.lengths[others])
    with progress.task(f"{name}: linear half of the other {len(others)} series", total=len(others)) as task:
        for own, unit in each(follow, turns):
            pools.append(own)
            units.append(unit)
            task.advance(len(unit))
    return joined_pools(pools, place), np.concatenate(units)


def own_errors(pool: Pool, panel: Panel) -> FloatArray:
    """How much a pool errs on each series of late: mean absolute error, scaled; NaN where nothing is known.

    returns  [series]
    """
    scaled, unit = pool.scaled(panel), np.full(len(panel), np.nan)
    for i in range(len(panel)):
        last = max(int(panel.known_steps[i]) - 1 - pool.horizon, 0)
        first = max(last + 1 - MEASURED_SEASONS * panel.seasons[-1], 0)
        standing = pool.stand(panel, scaled, i, first, last)
        rows = panel.history(i)
        target = pool.scale_.forward(panel.values[rows], i)
        unit[i] = error_size(target, np.arange(first, last + 1), standing.mix)
    return unit
