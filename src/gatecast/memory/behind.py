"""What a network's latest forecasts, held against what came, say of its next intervals.

They are the forecasts that would have been made. Origins share passes over windows from their anchors
("forking"), so that weeks of them cost about as much as a few dozen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.interval import (
    LEVELS,
    Tracks,
    normal_scores,
    origins_behind,
    pace_of,
    shifts_from,
    tracks_from,
)
from gatecast.memory.cutter import Cutter
from gatecast.memory.ensemble import read_mean
from gatecast.memory.train import Trained

Shifts = Float[FloatArray, "origins horizon levels"] | None
Cut = Callable[[Origins], tuple[Cutter, Callable[[FloatArray], FloatArray]]]


@dataclass(frozen=True)
class Looking:
    """How a network that was fitted looks back.

    unseen  [series]  position of the first origin whose outcomes it was not trained on
    cut     cuts the windows of some origins, and says how their quantiles become the scaled ones stated
    """

    trained: Trained
    horizon: int
    unseen: Int[IntArray, "series"]
    cut: Cut

    def scored(self, some: Origins) -> Float[FloatArray, "origins horizon"]:
        """Where what came fell among the quantiles stated at some origins. [origins, horizon]"""
        cutter, stated = self.cut(some)
        return normal_scores(cutter.targets(), stated(read_mean(self.trained, cutter)), LEVELS)


def network_shifts(panel: Panel, origins: Origins, looking: Looking) -> Shifts:
    """Normal scores to read quantiles off at; None where no outcome is new to the network."""
    pace = pace_of(panel.seasons[0])
    replayed = origins_behind(origins, looking.unseen, pace, looking.horizon)
    return shifts_from(origins, replayed, pace, looking.horizon, looking.scored)


def network_tracks(panel: Panel, looking: Looking) -> Tracks:
    """The same, to go on from: the scores of late behind the last known step of every series."""
    pace, last = pace_of(panel.seasons[0]), panel.last_origins()
    replayed = origins_behind(last, looking.unseen, pace, looking.horizon)
    return tracks_from(last, replayed, pace, looking.horizon, looking.scored)


def first_unseen(panel: Panel, calibrating: Origins) -> Int[IntArray, "series"]:
    """Where the origins that calibrated begin in each series; its last known step where none did. [series]"""
    first = panel.known_steps - 1
    np.minimum.at(first, calibrating.series, calibrating.position)
    return first
