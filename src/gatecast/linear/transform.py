"""Box–Cox: a scale on which the spread does not grow with the level.

    z = ((y / g)^λ − 1) / λ,   z = log y where λ = 0

The geometric mean g of a series keeps z of the size of one: in units of their own, small or large numbers
to a power leave nothing of z beside the one.

Quantiles go back as they are: the median stays the median. The mean does not: to second order it is
g(z) + g''(z) v / 2, with v the forecast variance of z.

Source: Box & Cox (1964); Guerrero (1993), doi:10.1002/for.3980120104 for λ.
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray

CANDIDATES = np.linspace(-0.5, 1.5, 41)


@dataclass(frozen=True)
class BoxCox:
    """A power transformation of positive numbers.

    >>> scale = BoxCox(0.5)
    >>> scale.inverse(scale.forward(np.array([4.0, 9.0])))
    array([4., 9.])
    """

    power: float
    unit: float = 1.0

    def forward(self, y: FloatArray) -> FloatArray:
        """From the unit of the series; NaN where not positive."""
        positive = np.where(y > 0.0, y, np.nan)
        if self.power == 0.0:
            return np.log(positive)
        result: FloatArray = ((positive / self.unit) ** self.power - 1.0) / self.power
        return result

    def inverse(self, z: FloatArray) -> FloatArray:
        """Back to the unit of the series; what lies beyond the scale's end is that end."""
        if self.power == 0.0:
            return np.exp(np.minimum(z, 700.0))
        result: FloatArray = self.unit * np.maximum(self.power * z + 1.0, 1e-12) ** (1.0 / self.power)
        return result

    def mean(self, z: FloatArray, variance: FloatArray) -> FloatArray:
        """Mean in the unit of the series of what is normal around z."""
        if self.power == 0.0:
            return np.exp(np.minimum(z + 0.5 * variance, 700.0))
        base = np.maximum(self.power * z + 1.0, 1e-12)
        beside: FloatArray = 1.0 + 0.5 * variance * (1.0 - self.power) / base**2
        return self.unit * base ** (1.0 / self.power) * beside


def scaled(power: float, y: FloatArray) -> BoxCox:
    """The transformation of a series, in units of its geometric mean. y [time], NaN where missing"""
    return BoxCox(power, float(np.exp(np.nanmean(np.log(y)))) if power else 1.0)


def guerrero(y: FloatArray, season: int) -> float:
    """The power at which the spread of each season varies least beside its mean."""
    step = max(2, season)
    rows = y[len(y) % step :].reshape(-1, step)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < 3:
        return 0.0
    mean, spread = rows.mean(axis=1), rows.std(axis=1, ddof=1)
    ratios = [spread / mean ** (1.0 - power) for power in CANDIDATES]
    variation = [r.std() / r.mean() if r.mean() > 0.0 else np.inf for r in ratios]
    return float(CANDIDATES[int(np.argmin(variation))].round(6))
