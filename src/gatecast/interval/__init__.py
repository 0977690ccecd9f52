"""The interval room: quantiles that cannot cross, calibrated, following the latest outcomes; and drift."""

from gatecast.interval.behind import moved, origins_behind, shifts_at, shifts_from, some_series, tracks_from
from gatecast.interval.conformal import Calibration, calibrate
from gatecast.interval.drift import REFERENCE, Drift, find_drifts, outcome_scores
from gatecast.interval.kept import KEPT
from gatecast.interval.quantile import LEVELS, agreed, at_levels, untangle
from gatecast.interval.score import at_scores, normal_scores
from gatecast.interval.track import Pace, Track, by_outcome, followed, new_track, pace_of
from gatecast.interval.tracks import Tracks, new_tracks
from gatecast.interval.width import Width, fit_width

__all__ = [
    "KEPT",
    "LEVELS",
    "REFERENCE",
    "Calibration",
    "Drift",
    "Pace",
    "Track",
    "Tracks",
    "Width",
    "agreed",
    "at_levels",
    "at_scores",
    "by_outcome",
    "calibrate",
    "find_drifts",
    "fit_width",
    "followed",
    "moved",
    "new_track",
    "new_tracks",
    "normal_scores",
    "origins_behind",
    "outcome_scores",
    "pace_of",
    "shifts_at",
    "shifts_from",
    "some_series",
    "tracks_from",
    "untangle",
]
