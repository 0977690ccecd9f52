"""The interval room: quantiles that cannot cross, their calibration on held-out origins, and its drift."""

from gatecast.interval.conformal import Calibration, calibrate
from gatecast.interval.drift import REFERENCE, Drift, find_drifts, normal_scores
from gatecast.interval.quantile import LEVELS, agreed, at_levels, untangle
from gatecast.interval.width import Width, fit_width

__all__ = [
    "LEVELS",
    "REFERENCE",
    "Calibration",
    "Drift",
    "Width",
    "agreed",
    "at_levels",
    "calibrate",
    "find_drifts",
    "fit_width",
    "normal_scores",
    "untangle",
]
