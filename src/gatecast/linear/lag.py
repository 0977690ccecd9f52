"""Lag polynomials: the algebra under differencing and seasonal ARIMA. [kernel]

A polynomial in the backshift B is a 1-D array c, c[k] the coefficient of B^k; 1 − B is [1, −1].
Multiplying polynomials is convolving arrays.

Source: Box, Jenkins, Reinsel & Ljung, Time Series Analysis, 5th ed. (2015), ch. 9.
"""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.errors import SeriesError


def differencer(d: int, seasonal: int = 0, season: int = 1) -> Float[FloatArray, "coefficients"]:
    """(1 − B)^d (1 − B^season)^seasonal. [d + seasonal · season + 1]

    >>> differencer(2)
    array([ 1., -2.,  1.])
    >>> differencer(1, 1, season=3)
    array([ 1., -1.,  0., -1.,  1.])
    """
    out = np.ones(1)
    for _ in range(d):
        out = np.convolve(out, [1.0, -1.0])
    for _ in range(seasonal):
        out = np.convolve(out, seasonal_polynomial(np.array([-1.0]), season))
    return out


def seasonal_polynomial(
    coefficients: Float[FloatArray, "factors"], season: int
) -> Float[FloatArray, "coefficients"]:
    """1 + Σ c_i B^(i · season). [len(c) · season + 1]

    >>> seasonal_polynomial(np.array([0.5]), 2)
    array([1. , 0. , 0.5])
    """
    out = np.zeros(len(coefficients) * season + 1)
    out[0] = 1.0
    out[season::season] = coefficients
    return out


def difference(
    y: Float[FloatArray, "... time"], polynomial: Float[FloatArray, "coefficients"]
) -> Float[FloatArray, "... left"]:
    """Apply a lag polynomial along the last axis, keeping only the steps it can fill.

    y           [..., time]  any unit; NaN marks a gap and spreads to every step it touches
    polynomial  [lags + 1]
    returns     [..., time − lags], in the unit of y

    Raises SeriesError if no step would be left.

    >>> difference(np.array([1.0, 4.0, 9.0, 16.0]), differencer(2))
    array([2., 2.])
    """
    time, lags = y.shape[-1], len(polynomial) - 1
    if time <= lags:
        raise SeriesError(
            f"differencing uses up {lags} steps but the series has {time}; "
            f"give at least {lags + 1} steps, or lower d, D or season"
        )
    out = np.zeros((*y.shape[:-1], time - lags))
    for k in np.flatnonzero(polynomial):
        out += polynomial[k] * y[..., lags - k : time - k]
    return out


def inverse(polynomial: Float[FloatArray, "coefficients"], count: int) -> Float[FloatArray, "{count}"]:
    """The first `count` coefficients of 1 / polynomial, which must begin with one.

    >>> inverse(differencer(1), 4)
    array([1., 1., 1., 1.])
    """
    out = np.zeros(count)
    out[:1] = 1.0
    lags = np.flatnonzero(polynomial[1:]) + 1
    for k in range(1, count):
        used = lags[lags <= k]
        out[k] = -polynomial[used] @ out[k - used]
    return out


def is_stable(coefficients: Float[FloatArray, "coefficients"], radius: float = 1.0) -> bool:
    """Whether every root of 1 − Σ c_i z^i lies outside the circle of that radius (Schur–Cohn step-down).

    >>> is_stable(np.array([0.9])), is_stable(np.array([0.9]), radius=1.2)
    (True, False)
    """
    now = [float(c) * radius ** (i + 1) for i, c in enumerate(coefficients)]
    while now:
        r = now.pop()
        if not abs(r) < 1.0:
            return False
        now = [(a + r * b) / (1.0 - r * r) for a, b in zip(now, reversed(now), strict=True)]
    return True
