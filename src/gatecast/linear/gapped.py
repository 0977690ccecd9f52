"""Forecasts from every origin of a series with missing values: a Kalman filter on the level. [kernel]

The state holds the ARMA part in Harvey's form and the last levels the differencing needs, of which those
that are missing stay uncertain until later values tell:

    x_t = (α_t, u_{t−1}, …, u_{t−L}),    u_t = α_{t,1} − Σ δ_l u_{t−l}

O(n r²) with r = max(p + sP, q + sQ + 1) + L; series without gaps take `ahead.py`, which needs O(n m).
Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), §3.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import numpy as np

from gatecast.linear.ahead import in_lanes, used_lags
from gatecast.linear.process import autocovariance, kernel

DIFFUSE = 1e7  # variance of a missing first level, in innovations


@kernel
def first_covariance(ar, ma, size):  # noqa: C901
    """Stationary covariance of the ARMA part in Harvey's form, for unit innovations. [size, size]

    α_{i+1} = Σ_{j > i} φ_j w_{t+i−j} + Σ_{j ≥ i} θ_j e_{t+i−j}
    """
    gamma = autocovariance(-in_lanes(ar, size), in_lanes(ma, size), used_lags(ma), len(ar) - 1, size)[
        :, 0
    ].copy()
    psi = np.zeros(size + 1)
    for k in range(size):
        psi[k] = ma[k] if k < len(ma) else 0.0
        for lag in used_lags(ar):
            if lag <= k:
                psi[k] -= ar[lag] * psi[k - lag]
    phi, theta = used_lags(ar), np.nonzero(ma)[0]
    out = np.zeros((size, size))
    out[0, 0] = gamma[0]
    for i in range(size):
        for k in range(i + 1):
            if i == 0:
                continue
            total = 0.0
            for j in phi:
                if j <= i:
                    continue
                if k == 0:  # with w_t itself
                    total -= ar[j] * gamma[j - i]
                    continue
                for n in phi:
                    if n > k:
                        total += ar[j] * ar[n] * gamma[abs(i - j - k + n)]
                for n in theta:  # Cov(w at age j − i, e at age n − k)
                    if n >= k and n - k >= j - i:
                        total -= ar[j] * ma[n] * psi[n - k - j + i]
            for j in theta:
                if j < i:
                    continue
                if k == 0:
                    total += ma[j] * psi[j - i]
                    continue
                for n in phi:
                    if n > k and j - i >= n - k:
                        total -= ma[j] * ar[n] * psi[j - i - n + k]
                other = j - i + k
                if k <= other < len(ma):
                    total += ma[j] * ma[other]
            out[i, k] = total
            out[k, i] = total
    return out


@kernel
def advance(x, P, ar, delta, size):  # noqa: C901
    """One step of the transition, for the state and its covariance; innovation variance not yet added.

    x [r], P [r, r] → the same
    """
    r, lags = len(x), len(delta) - 1
    delta_lags = used_lags(delta)
    half = np.empty((r, r))
    new = np.empty(r)
    for side in range(2):  # rows of P, then its columns by symmetry
        source = P if side == 0 else half.T.copy()
        for i in range(r):
            row = half[i] if side == 0 else new
            if i < size:
                c = -ar[i + 1] if i + 1 < len(ar) else 0.0
                for k in range(r):
                    row[k] = c * source[0, k] + (source[i + 1, k] if i + 1 < size else 0.0)
            elif i == size:
                for k in range(r):
                    row[k] = source[0, k]
                for lag in delta_lags:
                    for k in range(r):
                        row[k] -= delta[lag] * source[size + lag - 1, k]
            else:
                for k in range(r):
                    row[k] = source[i - 1, k]
            if side == 1:
                for k in range(r):
                    P[i, k] = row[k]
    level = x[0]
    for lag in delta_lags:
        level -= delta[lag] * x[size + lag - 1]
    for i in range(r - 1, size, -1):
        x[i] = x[i - 1]
    if lags:
        x[size] = level
    first = x[0]
    for i in range(size):
        c = -ar[i + 1] if i + 1 < len(ar) else 0.0
        x[i] = c * first + (x[i + 1] if i + 1 < size else 0.0)


@kernel
def follow_gapped(u, known, ar, ma, delta, origins, horizon):  # noqa: C901
    """Forecasts of the level from some origins, reading NaN as missing.

    u        [time]     the first `lags of delta` are where the filter starts
    known    [lags]     whether these are known; u holds a guess where not
    origins  [origins]  ascending, each at least lags
    returns  means, variances for unit σ², [origins, horizon]; standardised innovations and their
             log variance [time], zero where there is none
    """
    n, lags = len(u), len(delta) - 1
    size = max(len(ar) - 1, len(ma))
    r = size + lags
    x, P = np.zeros(r), np.zeros((r, r))
    P[:size, :size] = first_covariance(ar, ma, size)
    for lag in range(1, lags + 1):
        x[size + lag - 1] = u[lags - lag]
        if not known[lags - lag]:
            P[size + lag - 1, size + lag - 1] = DIFFUSE
    delta_lags = used_lags(delta)
    mean, variance = np.empty((len(origins), horizon)), np.empty((len(origins), horizon))
    e, log_variance = np.zeros(n), np.zeros(n)
    done = 0
    gain = np.empty(r)
    for t in range(lags, n):
        if not np.isnan(u[t]):
            level = x[0]
            for i in range(r):
                gain[i] = P[i, 0]
            for lag in delta_lags:
                level -= delta[lag] * x[size + lag - 1]
                for i in range(r):
                    gain[i] -= delta[lag] * P[i, size + lag - 1]
            F = gain[0]
            for lag in delta_lags:
                F -= delta[lag] * gain[size + lag - 1]
            v = u[t] - level
            e[t], log_variance[t] = v / np.sqrt(F), np.log(F)
            for i in range(r):
                x[i] += gain[i] * v / F
                c = gain[i] / F
                for k in range(r):
                    P[i, k] -= c * gain[k]
        advance(x, P, ar, delta, size)
        for i in range(min(size, len(ma))):
            for k in range(min(size, len(ma))):
                P[i, k] += ma[i] * ma[k]
        while done < len(origins) and origins[done] == t:
            look(x.copy(), P.copy(), ar, ma, delta, size, mean[done], variance[done])
            done += 1
    return mean, variance, e, log_variance


@kernel
def look(x, P, ar, ma, delta, size, mean, variance):
    """Means and variances of the levels ahead of a predicted state, into the last two."""
    delta_lags = used_lags(delta)
    for h in range(len(mean)):
        level, spread = x[0], P[0, 0]
        for lag in delta_lags:
            level -= delta[lag] * x[size + lag - 1]
            spread -= 2.0 * delta[lag] * P[0, size + lag - 1]
            for other in delta_lags:
                spread += delta[lag] * delta[other] * P[size + lag - 1, size + other - 1]
        mean[h], variance[h] = level, spread
        advance(x, P, ar, delta, size)
        for i in range(min(size, len(ma))):
            for k in range(min(size, len(ma))):
                P[i, k] += ma[i] * ma[k]
