"""The oracle: the same likelihood and forecasts by a Kalman filter anyone can check against a textbook.

Slow and dense, on the differenced series, with a stationary start and missing values skipped. Nothing in
the library runs through it; tests hold the kernels to it.

    α_{t+1} = T α_t + R e_{t+1},  w_t = α_{t,1}        (Harvey's form, Harvey 1989, §3.3)
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray


@dataclass(frozen=True)
class Filtered:
    """What the filter leaves behind, for unit σ².

    innovations  [time]  NaN where missing
    variances    [time]  of the innovations
    state, covariance    predicted one step behind the last value
    """

    innovations: FloatArray
    variances: FloatArray
    state: FloatArray
    covariance: FloatArray

    def loss(self, sigma2: float) -> float:
        """−2 log L at σ²."""
        v = self.innovations[np.isfinite(self.innovations)]
        F = sigma2 * self.variances[np.isfinite(self.innovations)]
        return float(np.sum(np.log(2.0 * np.pi * F) + v**2 / F))


def system(ar: FloatArray, ma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """T [m, m] and R [m] of 1 − Σ φ B = ar and 1 + Σ θ B = ma, both from lag 0."""
    m = max(len(ar) - 1, len(ma))
    T, R = np.zeros((m, m)), np.zeros(m)
    T[: len(ar) - 1, 0] = -ar[1:]
    T[np.arange(m - 1), np.arange(1, m)] = 1.0
    R[: len(ma)] = ma
    return T, R


def stationary_covariance(T: FloatArray, R: FloatArray) -> FloatArray:
    """P = T P T' + R R', by doubling: P = Σ_k T^k R R' T'^k."""
    power, P = T.copy(), np.outer(R, R)
    for _ in range(60):
        step = power @ P @ power.T
        P = P + step
        power = power @ power
        if np.abs(step).max() <= 1e-17 * np.abs(P).max():
            break
    return P


def kalman_filter(w: FloatArray, ar: FloatArray, ma: FloatArray) -> Filtered:
    """Filter an ARMA process. w [time], NaN where missing.

    >>> found = kalman_filter(np.array([1.0, 0.5]), np.array([1.0, -0.5]), np.ones(1))
    >>> found.innovations, found.variances.round(6)
    (array([1., 0.]), array([1.333333, 1.      ]))
    """
    T, R = system(ar, ma)
    a, P = np.zeros(len(R)), stationary_covariance(T, R)
    innovations, variances = np.full(len(w), np.nan), np.empty(len(w))
    for t, value in enumerate(w):
        F = P[0, 0]
        variances[t] = F
        if np.isfinite(value):
            innovations[t] = value - a[0]
            gain = P[:, 0] / F
            a = a + gain * innovations[t]
            P = P - np.outer(gain, P[0])
        a, P = T @ a, T @ P @ T.T + np.outer(R, R)
    return Filtered(innovations, variances, a, P)


def ahead(found: Filtered, ar: FloatArray, ma: FloatArray, horizon: int) -> tuple[FloatArray, FloatArray]:
    """Means and variances of the next values, for unit σ². [horizon], [horizon]"""
    T, R = system(ar, ma)
    a, P = found.state, found.covariance
    mean, variance = np.empty(horizon), np.empty(horizon)
    for k in range(horizon):
        mean[k], variance[k] = a[0], P[0, 0]
        a, P = T @ a, T @ P @ T.T + np.outer(R, R)
    return mean, variance
