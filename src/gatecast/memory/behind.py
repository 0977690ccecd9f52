"""What a network's latest forecasts, held against what came, say of its next intervals.

A day's origins are read in one pass over one window ("forking"), so that weeks of forecasts cost about as
much as a few dozen. Windows begin at whole days of steps, not where someone asks: a forecast is the same
whichever others are asked for with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.interval import LEVELS, Pace, normal_scores, origins_behind, pace_of, shifts_from
from gatecast.memory.network import Network
from gatecast.memory.reading import one_thread
from gatecast.memory.train import Trained
from gatecast.memory.windows import Cutter, Windows

WINDOWS = 16  # read at a time

Shifts = Float[FloatArray, "origins horizon levels"] | None
Cut = Callable[[Windows, Origins], tuple[Cutter, Callable[[FloatArray], FloatArray]]]


@dataclass(frozen=True)
class Looking:
    """How a network that was fitted looks back.

    unseen  [series]  position of the first origin whose outcomes it was not trained on
    cut     cuts windows, given where their extras stand, and says how their quantiles become the scaled ones
            that are stated
    """

    trained: Trained
    horizon: int
    context: int
    unseen: Int[IntArray, "series"]
    cut: Cut


def network_shifts(panel: Panel, origins: Origins, looking: Looking) -> Shifts:
    """Normal scores to read quantiles off at; None where no outcome is new to the network."""
    pace = pace_of(panel.seasons[0])
    replayed = origins_behind(origins, looking.unseen, pace, looking.horizon)
    last = np.zeros(len(panel), dtype=np.int64)
    np.maximum.at(last, origins.series, origins.position)

    def scored(some: Origins) -> FloatArray:
        return _scores(some, last, pace, looking)

    return shifts_from(origins, replayed, pace, looking.horizon, scored)


def _scores(some: Origins, last: IntArray, pace: Pace, looking: Looking) -> FloatArray:
    """Where what came fell among the quantiles stated at some origins. [origins, horizon]"""
    windows, wanted = day_windows(some, pace, looking.context)
    flat = windows.origins
    # behind the last origin asked for nothing is read: what stands there is stated and not wanted
    held = Origins(flat.series, np.minimum(flat.position, last[flat.series] - 1))
    cutter, stated = looking.cut(windows, held)
    scores = normal_scores(cutter.targets(), stated(read_windows(looking.trained, cutter)), LEVELS)
    return scores[wanted]


def day_windows(origins: Origins, pace: Pace, context: int) -> tuple[Windows, IntArray]:
    """Windows of a day's origins that hold these, and where each of them stands among theirs.

    origins  multiples of the pace's stride, ascending within each series
    """
    block = -(-pace.day // pace.stride)
    span = block * pace.stride
    key = np.stack([origins.series, origins.position // span])
    (series, day), place = np.unique(key, axis=1, return_inverse=True)
    position = day[:, None] * span + pace.stride * np.arange(block)
    whole = Origins(np.repeat(series, block), position.ravel())
    wanted = place.ravel() * block + (origins.position % span) // pace.stride
    return Windows(whole, block, context + span - pace.stride), wanted


def read_windows(trained: Trained, cutter: Cutter) -> Float[FloatArray, "origins horizon levels"]:
    """The mean of the networks' quantiles at every origin of every window, scaled."""
    said = [_read(network, cutter) for network in (trained.network, *trained.others)]
    mean: FloatArray = said[0] if len(said) == 1 else np.mean(said, axis=0)
    return mean


def _read(network: Network, cutter: Cutter) -> Float[FloatArray, "origins horizon levels"]:
    place = next(network.parameters()).device
    network.eval()
    quantiles = []
    with one_thread(), torch.no_grad():
        for start in range(0, len(cutter), WINDOWS):
            chosen = np.arange(start, min(start + WINDOWS, len(cutter)))
            found = network(cutter.batch(chosen).to(place)).quantiles
            quantiles.append(found.flatten(0, 1).double().cpu().numpy())
    return np.concatenate(quantiles)


def first_unseen(panel: Panel, calibrating: Origins) -> Int[IntArray, "series"]:
    """Where the origins that calibrated begin in each series; its last known step where none did. [series]"""
    first = panel.known_steps - 1
    np.minimum.at(first, calibrating.series, calibrating.position)
    return first
