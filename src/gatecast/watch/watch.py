"""What is known of a model's recent errors: a score for every stretch, and the drifts in them.

All of it follows from the panel and from what was learned: rows that come one by one, in batches, or all at
once in a replay give the same. A row that is corrected has the stretches judged anew that had seen it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.interval import FURTHEST, REFERENCE, Kind, drifts_of, mean_scores, mean_sizes, some_series
from gatecast.watch.stretches import Stretches, cut

Scored = Callable[[Origins], Float[FloatArray, "origins horizon"]]


@dataclass(frozen=True)
class Watch:
    """The scores of a panel's stretches, by series and in the order of time.

    series  [stretches]
    number  [stretches]  within the series, from the end of the fit on; negative before it
    score   [stretches]  mean of the outcomes' normal scores; NaN where none is known
    size    [stretches]  fourth root of the mean of their squares
    """

    stretches: Stretches
    series: Int[IntArray, "scored"]
    number: Int[IntArray, "scored"]
    score: Float[FloatArray, "scored"]
    size: Float[FloatArray, "scored"]


@dataclass(frozen=True)
class Noticed:
    """One change of a series' errors.

    kind     outcomes above or below the forecasts, or errors wider than before
    since    0-based step of the first outcome it is seen in
    noticed  0-based step of the outcome that gave the alarm
    size     mean since, in ordinary errors of a stretch; for "wider" how many times as large errors are
    """

    series: int
    kind: Kind
    since: int
    noticed: int
    size: float


def begun(panel: Panel, horizon: int, first_unseen: Int[IntArray, "series"], scored: Scored) -> Watch:
    """The watch of a model that has been fitted on this panel.

    first_unseen  [series]  position of the first origin whose forecasts have not seen their outcomes
    scored        normal scores of the forecasts from some origins, [origins, horizon]
    """
    stretches = cut(panel, horizon, first_unseen)
    series = np.repeat(np.arange(len(panel)), stretches.usual)
    number = _counted(stretches.usual) - np.repeat(stretches.usual, stretches.usual)
    return Watch(stretches, series, number, *_scores(stretches, series, number, scored))


def caught_up(watch: Watch, panel: Panel, scored: Scored) -> Watch:
    """The same with what has ended since: whatever is new is forecast at once, all series together."""
    stretches, count = watch.stretches, due(watch, panel.known_steps)
    if not count.any():
        return watch
    series = np.repeat(np.arange(len(panel)), count)
    number = _counted(count) + np.repeat(_judged(watch), count)
    score, size = _scores(stretches, series, number, scored)
    whose = np.concatenate([watch.series, series])
    which = np.concatenate([watch.number, number])
    score, size = np.concatenate([watch.score, score]), np.concatenate([watch.size, size])
    order = np.lexsort((which, whose))
    return Watch(stretches, whose[order], which[order], score[order], size[order])


def due(watch: Watch, known_steps: Int[IntArray, "series"]) -> Int[IntArray, "series"]:
    """How many stretches have ended and are not judged yet. [series]"""
    ended: IntArray = np.maximum(watch.stretches.complete(known_steps) - _judged(watch), 0)
    return ended


def _judged(watch: Watch) -> Int[IntArray, "series"]:
    return np.bincount(watch.series[watch.number >= 0], minlength=len(watch.stretches.end))


def forgetting(watch: Watch, changed: Int[IntArray, "series"]) -> Watch:
    """The same without what corrected rows have touched. Ordinary stretches stay, like all that was learned.

    changed  [series]  first step that has changed; one behind the history where none has
    """
    stretches, series = watch.stretches, watch.series
    last = stretches.end[series] + (watch.number + 1) * stretches.length[series] - 1
    stays = (watch.number < 0) | (last < changed[series])
    if stays.all():
        return watch
    return Watch(stretches, series[stays], watch.number[stays], watch.score[stays], watch.size[stays])


def drifts(watch: Watch) -> tuple[Noticed, ...]:
    """The first change of each series that has one.

    Where fewer than sixty stretches before the end of the fit are known, those after it are waited for.
    """
    count = len(watch.stretches.end)
    known = np.isfinite(watch.score) & (watch.number < 0)
    usual = np.maximum(np.bincount(watch.series[known], minlength=count), REFERENCE)
    found = []
    for drift in drifts_of(watch.score, watch.size, watch.series, usual):
        since, noticed = watch.number[drift.since], watch.number[drift.noticed]
        steps = watch.stretches
        found.append(
            Noticed(
                drift.series,
                drift.kind,
                steps.first_step(drift.series, int(since)),
                steps.last_step(drift.series, int(noticed)),
                drift.size,
            )
        )
    return tuple(found)


def _scores(
    stretches: Stretches, series: IntArray, number: IntArray, scored: Scored
) -> tuple[FloatArray, FloatArray]:
    """Mean score of some stretches, and size. [stretches], [stretches]"""
    if not len(series):
        return np.zeros(0), np.zeros(0)
    origins = stretches.origins(series, number)
    wanted = stretches.stride[origins.series]
    found = np.full((len(origins), int(wanted.max())), np.nan)
    for some in some_series(origins, found.shape[1]):
        mine = np.isin(origins.series, some.series)
        found[mine] = scored(some)[:, : found.shape[1]]
    found[np.arange(found.shape[1]) >= wanted[:, None]] = np.nan
    laid = _by_stretch(np.clip(found, -FURTHEST, FURTHEST), stretches.parts[series])
    return mean_scores(laid), mean_sizes(laid)


def _by_stretch(
    scores: Float[FloatArray, "origins horizon"], parts: Int[IntArray, "stretches"]
) -> Float[FloatArray, "stretches steps"]:
    """The scores of each stretch in a row, NaN behind the last. [stretches, steps]"""
    widest = int(parts.max())
    laid = np.full((len(parts), widest, scores.shape[1]), np.nan)
    laid[np.arange(widest) < parts[:, None]] = scores
    return laid.reshape(len(parts), -1)


def _counted(counts: Int[IntArray, "series"]) -> Int[IntArray, "stretches"]:
    """0, 1, … for each of some counts in turn.

    >>> _counted(np.array([2, 0, 3]))
    array([0, 1, 0, 1, 2])
    """
    total: IntArray = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return total
