"""What of the interval room may stand in a saved model; tracks as the scores they were made of."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int

from gatecast._types import IntArray
from gatecast.interval.conformal import Calibration
from gatecast.interval.track import CELLS, Pace
from gatecast.interval.tracks import Tracks, new_tracks
from gatecast.interval.width import Width
from gatecast.kept import Kept, demand

FAR = 2**40  # steps; more than any clock shows


@dataclass(frozen=True)
class TrackScores:
    """The scores of tracks, as `Tracks.kept` has them; all else is collected from these."""

    pace: Pace
    horizon: int
    clock: Int[IntArray, "series"]
    kept: Float32[np.ndarray, "series reach scored"]


def scores_of(tracks: Tracks) -> TrackScores:
    """What lasts of tracks."""
    return TrackScores(tracks.pace, tracks.horizon, tracks.clock, tracks.kept)


def tracks_of(scores: TrackScores) -> Tracks:
    """Tracks of these scores.

    Raises ValueError where they are none.
    """
    tracks = new_tracks(scores.pace, scores.horizon, scores.clock)
    tracks.kept[:] = scores.kept
    tracks.collect(np.arange(len(scores.clock)))
    return tracks


def _check_pace(pace: Pace) -> None:
    demand(1 <= pace.phases <= pace.day < 2**20 and 1 <= pace.stride <= pace.day, "steps of a day, or fewer")


def _check_scores(scores: TrackScores) -> None:
    demand(1 <= scores.horizon < 2**31, "a horizon from 1")
    scored = -(-scores.horizon // scores.pace.stride)
    demand(scores.kept.shape[1:] == (scores.pace.reach, scored), "a place for every score in reach")
    demand(np.all((scores.clock >= -1) & (scores.clock < FAR)), "clocks within reason")
    known = scores.kept[~np.isnan(scores.kept)]
    demand(np.all((known >= 0) & (known < CELLS - 1)), "places among the cells")


KEPT = {
    "interval.width": Kept(Width),
    "interval.calibration": Kept(Calibration),
    "interval.pace": Kept(Pace, check=_check_pace),
    "interval.track_scores": Kept(TrackScores, check=_check_scores),
    "interval.tracks": Kept(Tracks, through=(TrackScores, scores_of, tracks_of)),
}
