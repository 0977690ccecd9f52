"""The interval room: quantiles that cannot cross, and their calibration on held-out origins."""

from gatecast.interval.conformal import Calibration, calibrate
from gatecast.interval.quantile import LEVELS, agreed, at_levels, untangle
from gatecast.interval.width import Width, fit_width

__all__ = ["LEVELS", "Calibration", "Width", "agreed", "at_levels", "calibrate", "fit_width", "untangle"]
