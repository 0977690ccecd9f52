"""A fitted seasonal ARIMA model with regressors, and what its numbers mean.

φ(B) Φ(B^s) [Δ(B) (y_t − x_t β) − c] = θ(B) Θ(B^s) e_t,    Δ(B) = (1 − B)^d (1 − B^s)^D,  e ~ N(0, σ²)
"""

import math
from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.lag import differencer, seasonal_polynomial
from gatecast.linear.shape import Shape


@dataclass(frozen=True)
class Sarima:
    """A fitted model.

    d, D, season  differencing
    shape         ARMA orders, and whether there is a constant
    coefficients  [parameters]   φ, θ, Φ, Θ
    beta          [regressors]   zero for a regressor the differenced series cannot tell
    constant      c
    sigma2        variance of the innovations, corrected for what was estimated
    loss          −2 log L; of the completed series where more than EXACT_GAPS values are missing
    seen          values the likelihood counts
    covariance    [parameters]²  of the coefficients
    beta_error, constant_error   standard errors by generalised least squares
    """

    d: int
    D: int
    season: int
    shape: Shape
    coefficients: FloatArray
    beta: FloatArray
    constant: float
    sigma2: float
    loss: float
    aicc: float
    seen: int
    covariance: FloatArray
    beta_error: FloatArray
    constant_error: float = 0.0

    @property
    def ar(self) -> FloatArray:
        """φ(B) Φ(B^s) from lag 0. [lags + 1]"""
        p, q, P, _, _ = self.shape
        c = self.coefficients
        return np.convolve(np.append(1.0, -c[:p]), seasonal_polynomial(-c[p + q : p + q + P], self.season))

    @property
    def ma(self) -> FloatArray:
        """θ(B) Θ(B^s) from lag 0. [lags + 1]"""
        p, q, P, _, _ = self.shape
        c = self.coefficients
        return np.convolve(np.append(1.0, c[p : p + q]), seasonal_polynomial(c[p + q + P :], self.season))

    @property
    def delta(self) -> FloatArray:
        """Δ(B) from lag 0. [lags + 1]"""
        return differencer(self.d, self.D, self.season)

    def mean(self, regressors: FloatArray, start: int = 0) -> FloatArray:
        """x β and the path whose differences are c, from step `start` on. [regressors, time] → [time]"""
        time = regressors.shape[1]
        out = self.beta @ regressors if len(self.beta) else np.zeros(time)
        if self.constant:
            out = out + self.constant * constant_path(self.d, self.D, self.season, start, time)
        return out

    def __str__(self) -> str:
        p, q, P, Q, constant = self.shape
        seasonal = f"({P},{self.D},{Q})[{self.season}]" if self.season > 1 else ""
        return f"ARIMA({p},{self.d},{q}){seasonal}{' with constant' if constant else ''}"


def constant_path(d: int, D: int, season: int, start: int, time: int) -> FloatArray:
    """A path whose differences are one, from step `start` on. [time]"""
    t = start + np.arange(float(time))
    unit = float(season**D) * math.factorial(d + D)
    return t ** (d + D) / unit
