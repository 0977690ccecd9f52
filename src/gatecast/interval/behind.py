"""Which earlier forecasts tell how wide those asked for should be, and what they tell.

Every origin looks back equally far, whichever others are asked for with it.
"""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.forecaster import Origins
from gatecast.interval.quantile import LEVELS
from gatecast.interval.score import at_scores, normal_levels
from gatecast.interval.track import Pace, by_outcome, followed
from gatecast.interval.tracks import Tracks, new_tracks

MOST_STEPS = 2_000_000  # forecast at a time while scores are made, to bound memory


def origins_behind(origins: Origins, first: Int[IntArray, "series"], pace: Pace, horizon: int) -> Origins:
    """The origins whose forecasts' outcomes say something at those asked for.

    first  [series]  position of the first origin whose forecasts had not seen their outcomes
    """
    series, position = [], []
    for i in np.unique(origins.series):
        asked = origins.position[origins.series == i]
        earliest = max(int(first[i]), int(asked.min()) - pace.reach - horizon + 1, 0)
        start = -(-earliest // pace.stride) * pace.stride
        position.append(np.arange(start, int(asked.max()), pace.stride, dtype=np.int64))
        series.append(np.full(len(position[-1]), i, dtype=np.int64))
    return Origins(np.concatenate(series), np.concatenate(position))


def some_series(origins: Origins, horizon: int) -> Iterator[Origins]:
    """The same origins, so many whole series at a time that their forecasts fit in memory."""
    each, count = np.unique(origins.series, return_counts=True)
    turn = (np.cumsum(count) - count) * horizon // MOST_STEPS
    for one in np.unique(turn):
        yield origins.where(np.isin(origins.series, each[turn == one]))


def shifts_at(
    origins: Origins, replayed: Origins, scores: Float[FloatArray, "replayed horizon"], pace: Pace
) -> Float[FloatArray, "origins horizon levels"]:
    """Normal scores to read the quantiles from some origins off at. [origins, horizon, levels]

    scores  [replayed, horizon]  of the forecasts from earlier origins; NaN where there is no outcome
    """
    horizon = scores.shape[1]
    shifts = unmoved(len(origins), horizon)
    for i in np.unique(replayed.series):
        mine, theirs = origins.series == i, replayed.series == i
        position = origins.position[mine]
        base = int(position.min()) - pace.reach + 1
        steps = int(position.max()) - base + 1
        rows = by_outcome(scores[theirs], replayed.position[theirs], base, steps)
        phase = (base + np.arange(steps + horizon)) % pace.phases
        shifts[mine] = followed(rows, phase, position - base, pace)
    return shifts


def unmoved(origins: int, horizon: int) -> Float[FloatArray, "origins horizon levels"]:
    """The normal scores of the levels themselves. [origins, horizon, levels]"""
    return np.tile(normal_levels(LEVELS), (origins, horizon, 1))


def shifts_from(
    origins: Origins,
    replayed: Origins,
    pace: Pace,
    horizon: int,
    scored: Callable[[Origins], Float[FloatArray, "replayed horizon"]],
) -> Float[FloatArray, "origins horizon levels"] | None:
    """`shifts_at`, scores made some series at a time; None where there is nothing to look back on.

    scored  the scores of forecasts from some origins, [origins, horizon]
    """
    if not len(replayed):
        return None
    shifts = unmoved(len(origins), horizon)
    for some in some_series(replayed, horizon):
        mine = np.isin(origins.series, some.series)
        shifts[mine] = shifts_at(origins.where(mine), some, scored(some), pace)
    return shifts


def tracks_from(
    last: Origins,
    replayed: Origins,
    pace: Pace,
    horizon: int,
    scored: Callable[[Origins], Float[FloatArray, "replayed horizon"]],
) -> Tracks:
    """`shifts_from`, to go on from: what is to be looked back on from the last origin of each series."""
    tracks = new_tracks(pace, horizon, last.position)
    for some in some_series(replayed, horizon) if len(replayed) else ():
        scores = scored(some)
        for i in np.unique(some.series):
            mine, steps = some.series == i, min(pace.reach, int(last.position[i]) + 1)
            base = int(last.position[i]) - steps + 1
            tracks.fill(int(i), by_outcome(scores[mine], some.position[mine], base, steps))
    return tracks


def moved(
    quantiles: Float[FloatArray, "origins horizon levels"],
    shifts: Float[FloatArray, "origins horizon levels"] | None,
) -> Float[FloatArray, "origins horizon levels"]:
    """Quantiles read off at these normal scores; as they are where there are none."""
    return quantiles if shifts is None else at_scores(quantiles, shifts, LEVELS)
