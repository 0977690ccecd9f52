"""A hybrid's standing, made by reading every history once."""

from collections.abc import Sequence

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.begun import begin_moving, lengthened, moves_on
from gatecast.hybrid.features import reach
from gatecast.hybrid.glance import Glances
from gatecast.hybrid.hybrid_standing import HybridStanding
from gatecast.hybrid.learned import Learned
from gatecast.hybrid.modes import ModeName
from gatecast.hybrid.pool import Pool, Standing
from gatecast.linear import latest_of
from gatecast.memory import Perceptron, Trained, anchored_windows, carry, network_tracks


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
    windows = anchored_windows(Origins(series, np.concatenate(pending)), learned.context)
    cutter, _ = learned.cut(whole, rows, windows)
    networks = (learned.trained.network, *learned.trained.others)
    history = np.ascontiguousarray(cutter.history)
    carried = tuple(carry(one, learned.context, history, whole.offsets, clock) for one in networks)
    width = networks[0].shape.ahead - rows.ahead.shape[1]
    glances = _glances(learned, whole, panel.known_steps, standings, width)
    looking = learned.looking(whole, rows)
    tracks, first = None, None
    if looking is not None:
        tracks, first = network_tracks(whole, looking), np.maximum(looking.unseen, 0)
    return HybridStanding(moving, glances, carried, learned.joining, tracks, first)


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
