"""A hybrid's standing, made by reading every history once."""

from collections.abc import Callable, Sequence

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.begun import begin_moving, lengthened, moves_on
from gatecast.hybrid.features import reach
from gatecast.hybrid.glance import Glances
from gatecast.hybrid.hybrid_standing import HybridStanding
from gatecast.hybrid.joining import Joining
from gatecast.hybrid.modes import ModeName
from gatecast.hybrid.pool import Pool, Standing
from gatecast.interval import (
    LEVELS,
    Tracks,
    by_outcome,
    new_tracks,
    normal_scores,
    origins_behind,
    pace_of,
    some_series,
)
from gatecast.linear import latest_of
from gatecast.memory import Cutter, Inputs, Perceptron, Rows, Trained, carry, read_mean

Cut = Callable[[Panel, Rows, Origins], tuple[Cutter, FloatArray]]


class Learned:
    """What a hybrid has learned, and how it cuts windows.

    cut  windows of a panel at some origins, and the pool's mixture there, [origins, horizon]
    """

    def __init__(
        self,
        pool: Pool,
        inputs: Inputs,
        unit: FloatArray,
        mode: ModeName,
        trained: Trained,
        context: int,
        joining: Joining,
        unseen: IntArray | None,
        cut: Cut,
    ) -> None:
        self.pool = pool
        self.inputs = inputs
        self.unit = unit
        self.mode: ModeName = mode
        self.trained = trained
        self.context = context
        self.joining = joining
        self.unseen = unseen
        self.cut = cut


def stands_on(pool: Pool, trained: Trained, panel: Panel) -> bool:
    """Whether pool and networks can move on row by row: a perceptron carries no state."""
    networks = (trained.network, *trained.others)
    recurrent = all(not isinstance(one.encoder, Perceptron) for one in networks)
    return recurrent and moves_on(pool, panel)


def hybrid_standing(learned: Learned, panel: Panel) -> HybridStanding:
    """Where a fitted hybrid stands behind the histories of a panel."""
    pool, clock = learned.pool, panel.known_steps - 1
    horizon, season = pool.horizon, panel.seasons[0]
    moving, standings = begin_moving(pool, panel, sum(reach(horizon, season)) + horizon)
    whole = lengthened(panel, horizon)
    rows = learned.inputs.rows(whole)
    pending = [np.arange(max(0, last - horizon + 1), last + 1) for last in clock.tolist()]
    series = np.repeat(np.arange(len(panel)), [len(one) for one in pending])
    cutter, _ = learned.cut(whole, rows, Origins(series, np.concatenate(pending)))
    networks = (learned.trained.network, *learned.trained.others)
    history = np.ascontiguousarray(cutter.history)
    carried = [carry(one, learned.context, history, whole.offsets, clock) for one in networks]
    width = networks[0].shape.ahead - rows.ahead.shape[1]
    glances = _glances(learned, whole, panel.known_steps, standings, width)
    tracks = None if learned.unseen is None else _tracks(learned, whole, rows, clock)
    return HybridStanding(moving, glances, carried, learned.joining, tracks, learned.unseen)


def _glances(
    learned: Learned, whole: Panel, steps: IntArray, standings: Sequence[Standing], width: int
) -> Glances:
    pool, seasons = learned.pool, whole.seasons
    lefts, saids = [], []
    for i, n in enumerate(steps.tolist()):
        left, said = pool.full_.remainder(whole, i)
        lefts.append(np.nan_to_num(left[:n]))
        saids.append(said[:n])
    longest = seasons[-1] + pool.horizon
    static = learned.inputs.covariates.static_scale.of(whole.static)
    own = pool.scaled(whole)
    missed = [
        _missed(own[whole.rows(i)], one, int(steps[i]) - 1, seasons[0], learned.mode)
        for i, one in enumerate(standings)
    ]
    rings = latest_of(lefts, longest, seasons[0]), latest_of(saids, longest, seasons[0]), np.stack(missed)
    return Glances(learned.inputs, learned.unit, learned.mode, seasons, static, rings, width)


def _missed(own: FloatArray, standing: Standing, last: int, season: int, mode: ModeName) -> FloatArray:
    """How wrong the forecasts for the latest rows of one series were, as `Glances` keeps it."""
    far, window = reach(standing.paths.shape[1], season)
    paths = standing.mix[..., None] if mode == "residual" else standing.paths
    missed = np.zeros((window, paths.shape[2]))
    for row in range(max(far, last - window + 1), last + 1):
        missed[row % window] = own[row] - paths[row - far - standing.first, far - 1]
    return missed


def _tracks(learned: Learned, whole: Panel, rows: Rows, clock: IntArray) -> Tracks:
    """The scores of the latest forecasts, made once."""
    assert learned.unseen is not None  # or nobody asks
    pace, horizon = pace_of(whole.seasons[0]), learned.pool.horizon
    tracks = new_tracks(pace, horizon, clock)
    origins = Origins(np.arange(len(clock)), clock)
    for some in some_series(origins_behind(origins, learned.unseen, pace, horizon), horizon):
        cutter, mix = learned.cut(whole, rows, some)
        stated = learned.joining.stated(read_mean(learned.trained, cutter), mix, some.series)
        scores = normal_scores(cutter.targets(), stated, LEVELS)
        for i in np.unique(some.series).tolist():
            mine, steps = some.series == i, min(pace.reach, int(clock[i]) + 1)
            own = by_outcome(scores[mine], some.position[mine], int(clock[i]) - steps + 1, steps)
            tracks.fill(i, own)
    return tracks
