"""From a network's own quantiles to ones that hold on origins it was not trained on."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.interval import LEVELS, Calibration, calibrate, untangle

LOW, HIGH = LEVELS.index(0.1), LEVELS.index(0.9)
NORMAL_SPAN = 2.563  # of the .1 and .9 quantiles of a standard normal


@dataclass(frozen=True)
class Calibrated:
    """Moves a network's quantiles in units of its own spread."""

    calibration: Calibration

    def apply(self, quantiles: FloatArray) -> FloatArray:
        """Calibrated quantiles. [origins, horizon, levels]"""
        return self.calibration.apply(quantiles, own_width(quantiles))

    def at_steps(self, quantiles: FloatArray, step: IntArray) -> FloatArray:
        """Calibrated quantiles, row by row.

        quantiles  [rows, levels]
        step       [rows]  0-based step ahead of each
        """
        shifts = own_width(quantiles)[:, None] * self.calibration.shifts[step]
        return untangle(quantiles + shifts, self.calibration.median)


def calibrate_quantiles(actual: FloatArray, quantiles: FloatArray) -> Calibrated:
    """Learn from held-out origins how far a network's quantiles are off.

    actual     [origins, horizon]          scaled; NaN where unknown
    quantiles  [origins, horizon, levels]  scaled
    """
    return Calibrated(calibrate(actual, quantiles, own_width(quantiles), LEVELS))


def own_width(quantiles: FloatArray) -> FloatArray:
    """How wide the network itself makes its distribution. [origins, horizon]"""
    width: FloatArray = np.maximum((quantiles[..., HIGH] - quantiles[..., LOW]) / NORMAL_SPAN, 1e-9)
    return width
