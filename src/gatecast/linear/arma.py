"""The exact innovations of a seasonal ARMA process, eight parameter sets at once. [kernel]

    φ(B) Φ(B^s) w_t = θ(B) Θ(B^s) e_t,    φ(B) = 1 − Σ φ_i B^i,    θ(B) = 1 + Σ θ_j B^j

Chandrasekhar recursions update the gain K and the rank-one increment W of the predicted state instead of
its covariance: O(n·m) with m = max(p + sP, q + sQ) where a Kalman filter needs O(n·m²). Once the gain has
stopped moving, the sparse difference equation takes over. `kalman.py` is the slow readable oracle.

Parameters are unconstrained x: per factor, tanh x are partial autocorrelations, Levinson's recursion makes
them coefficients; every x is stationary and invertible.

Shapes end in an axis of eight lanes. `shape` is the integer array (p, q, P, Q, season).

Source: Morf, Sidhu & Kailath (1974), doi:10.1109/TAC.1974.1100576; Mélard (1984), doi:10.2307/2347672;
Monahan (1984), doi:10.1093/biomet/71.2.403 for the parameters.
"""

import math

import numpy as np
from numba import njit

from gatecast.linear.lanes import LANES, lane, load, root, splat, store

PARTIAL_LIMIT = 0.99995  # of a partial autocorrelation: nearer to one the exact filter loses its digits
FROZEN = 1e-13  # the increment of the covariance, relative to F, at which the gain counts as steady
CHECK_EVERY = 16
BLOCK = 64  # steps after which the moving windows are carried back to the start of their buffers

kernel = njit(cache=True, nogil=True, error_model="numpy")


@kernel
def order_of_state(shape):
    """Dimension m of the state: the highest lag on either side."""
    return max(shape[0] + shape[4] * shape[2], shape[1] + shape[4] * shape[3])


@kernel
def levinson(partial, coefficient, first, count, sign):
    """Coefficients of one factor from its partial autocorrelations, in place of rows first .. first + count.

    partial, coefficient  [parameters, lanes]
    """
    work = np.empty(count)
    for at in range(LANES):
        for k in range(count):
            r = min(PARTIAL_LIMIT, max(-PARTIAL_LIMIT, math.tanh(partial[first + k, at])))
            for i in range(k):
                work[i] = coefficient[first + i, at] - r * coefficient[first + k - 1 - i, at]
            for i in range(k):
                coefficient[first + i, at] = work[i]
            coefficient[first + k, at] = r
        for k in range(count):
            coefficient[first + k, at] *= sign


@kernel
def coefficients(x, shape):
    """φ, θ, Φ, Θ one below the other, from unconstrained x. [parameters, lanes] → the same"""
    p, q, P, Q = shape[0], shape[1], shape[2], shape[3]
    out = np.zeros_like(x)
    levinson(x, out, 0, p, 1.0)
    levinson(x, out, p, q, -1.0)
    levinson(x, out, p + q, P, 1.0)
    levinson(x, out, p + q + P, Q, -1.0)
    return out


@kernel
def expand(factor, seasonal, season, sign, size):
    """Σ_k c_k B^k of the product of two factors, without its leading one.

    factor    [short, lanes], seasonal [long, lanes]; sign −1 for φ (1 − Σ φ B), +1 for θ
    returns   [size, lanes] c_1 .. c_size with the sign of the factors; the lags that are not zero
    """
    short, long = factor.shape[0], seasonal.shape[0]
    out = np.zeros((size, LANES))
    used = np.zeros(size, np.bool_)
    for big in range(long + 1):
        for small in range(short + 1):
            lag = small + season * big
            if lag > 0:
                used[lag - 1] = True
                for at in range(LANES):
                    left = 1.0 if small == 0 else sign * factor[small - 1, at]
                    right = 1.0 if big == 0 else sign * seasonal[big - 1, at]
                    out[lag - 1, at] += sign * left * right
    return out, np.nonzero(used)[0] + 1


@kernel
def autoregressive_covariance(phi, order, count):
    """Autocovariances 0 .. count of φ(B) x = e with unit variance, by step-down and step-up. [count + 1, lanes]"""
    one = splat(1.0)
    partial = np.empty((order, LANES))
    now, then = phi[:order].copy(), np.empty((order, LANES))
    variance = one
    for k in range(order - 1, -1, -1):
        r = load(now, k)
        store(partial, k, r)
        left = one / (one - r * r)
        variance = variance * left
        for i in range(k):
            store(then, i, (load(now, i) + r * load(now, k - 1 - i)) * left)
        now, then = then, now
    gamma = np.zeros((count + 1, LANES))
    store(gamma, 0, variance)
    for k in range(order):  # step up again: order k + 1 from order k
        r = load(partial, k)
        total = r * variance
        for i in range(k):
            total = total + load(now, i) * load(gamma, k - i)
        if k + 1 <= count:
            store(gamma, k + 1, total)
        variance = variance * (one - r * r)
        for i in range(k):
            store(then, i, load(now, i) - r * load(now, k - 1 - i))
        store(then, k, r)
        now, then = then, now
    for k in range(order + 1, count + 1):
        total = splat(0.0)
        for i in range(order):
            total = total + load(phi, i) * load(gamma, k - 1 - i)
        store(gamma, k, total)
    return gamma


@kernel
def autocovariance(phi, theta, theta_lags, order, count):
    """Autocovariances 0 .. count of the ARMA process with unit innovations. [count + 1, lanes]"""
    reach = theta_lags[-1] if len(theta_lags) else 0
    plain = autoregressive_covariance(phi, order, count + reach)
    half = np.empty((count + reach + 1, LANES))
    for k in range(count + reach + 1):
        total = load(plain, k)
        for lag in theta_lags:
            total = total + load(theta, lag - 1) * load(plain, abs(k - lag))
        store(half, k, total)
    out = np.empty((count + 1, LANES))
    for k in range(count + 1):
        total = load(half, k)
        for lag in theta_lags:
            total = total + load(theta, lag - 1) * load(half, k + lag)
        store(out, k, total)
    return out


@kernel
def first_gain(phi, theta, phi_lags, theta_lags, m):
    """Covariance of the first predicted state with the first value, and that value's variance.

    returns  K [m, lanes], F [1, lanes], both for unit innovations
    """
    order = phi_lags[-1] if len(phi_lags) else 0
    gamma = autocovariance(phi, theta, theta_lags, order, m)
    psi = np.zeros((m + 1, LANES))
    store(psi, 0, splat(1.0))
    for k in range(1, m):
        total = load(theta, k - 1)
        for lag in phi_lags:
            if lag > k:
                break
            total = total + load(phi, lag - 1) * load(psi, k - lag)
        store(psi, k, total)
    gain = np.zeros((m, LANES))
    for lag in phi_lags:
        c = load(phi, lag - 1)
        for i in range(lag):
            store(gain, i, load(gain, i) + c * load(gamma, lag - 1 - i))
    for lag in theta_lags:
        c = load(theta, lag - 1)
        for i in range(lag):
            store(gain, i, load(gain, i) + c * load(psi, lag - 1 - i))
    return gain, gamma[:1].copy()


@kernel
def carry(window, m):
    """Move a window that has reached the end of its block back to the start."""
    for i in range(m):
        store(window, i, load(window, i + BLOCK))
    for i in range(m, m + BLOCK + 1):
        store(window, i, splat(0.0))


@kernel
def whiten(columns, x, shape):
    """Standardised exact innovations of every column under the same eight parameter sets.

    columns  [columns, time]
    x        [parameters, lanes]
    returns  E [columns, time, lanes] with Var E = σ²; Σ log F [lanes]
    """
    p, q, P, Q, season = shape[0], shape[1], shape[2], shape[3], shape[4]
    count, n = columns.shape
    m = order_of_state(shape)
    c = coefficients(x, shape)
    phi, phi_lags = expand(c[:p], c[p + q : p + q + P], season, -1.0, m)
    theta, theta_lags = expand(c[p : p + q], c[p + q + P :], season, 1.0, m)
    gain, first = first_gain(phi, theta, phi_lags, theta_lags, m)
    out = np.empty((count, n, LANES))
    increment = np.zeros((m + BLOCK + 1, LANES))
    state = np.zeros((count, m + BLOCK + 1, LANES))
    for i in range(m):
        store(increment, i, load(gain, i))
    F = load(first, 0)
    M = -1.0 / F
    product, log_det = splat(1.0), np.zeros(LANES)
    start = 0  # of the moving windows
    frozen_at = n
    for t in range(n):
        if start == BLOCK:
            carry(increment, m)
            for column in range(count):
                carry(state[column], m)
            start = 0
        if t % CHECK_EVERY == 0:
            total = splat(0.0)
            for i in range(m):
                w = load(increment, start + i)
                total = total + w * w
            total = total * M / F
            largest = 0.0
            for at in range(LANES):
                largest = max(largest, -lane(total, at))
                log_det[at] += math.log(lane(product, at))
            product = splat(1.0)
            if largest < FROZEN:
                frozen_at = t
                break
        scale = 1.0 / root(F)
        inverse = scale * scale
        product = product * F
        start += 1
        for column in range(count):
            window = state[column]
            seen = load(window, start - 1)
            v = columns[column, t] - seen
            store(out[column], t, v * scale)
            g = v * inverse
            for i in range(m):
                store(window, start + i, load(window, start + i) + load(phi, i) * seen + load(gain, i) * g)
        w = load(increment, start - 1)
        push = M * w
        F_next = F + push * w
        pull = w / F_next
        M = M + push * push * inverse
        F = F_next
        for i in range(m):
            step = load(phi, i) * w + load(increment, start + i)
            k = load(gain, i) + step * push
            store(gain, i, k)
            store(increment, start + i, step - k * pull)
    if frozen_at < n:
        settle(columns, out, state, start, frozen_at, phi, gain, F, log_det)
        steady(columns, out, frozen_at + m, phi, theta, phi_lags, theta_lags, 1.0 / root(F))
    else:
        for at in range(LANES):
            log_det[at] += math.log(lane(product, at))
    return out, log_det


@kernel
def settle(columns, out, state, start, frozen_at, phi, gain, F, log_det):
    """The m steps between the freezing of the gain and the difference equation, in place."""
    count, n = columns.shape
    m = phi.shape[0]
    scale = 1.0 / root(F)
    inverse = scale * scale
    for at in range(LANES):
        log_det[at] += (n - frozen_at) * math.log(lane(F, at))
    for column in range(count):
        window, begin = state[column], start
        for t in range(frozen_at, min(n, frozen_at + m)):
            if begin == BLOCK:
                carry(window, m)
                begin = 0
            seen = load(window, begin)
            begin += 1
            v = columns[column, t] - seen
            store(out[column], t, v * scale)
            g = v * inverse
            for i in range(m):
                store(window, begin + i, load(window, begin + i) + load(phi, i) * seen + load(gain, i) * g)


@kernel
def steady(columns, out, begin, phi, theta, phi_lags, theta_lags, scale):
    """Innovations by the difference equation from step `begin` on, in place."""
    count, n = columns.shape
    for column in range(count):
        e = out[column]
        z = columns[column]
        for t in range(begin, n):
            v = splat(z[t])
            for lag in phi_lags:
                v = v - load(phi, lag - 1) * z[t - lag]
            v = v * scale
            for lag in theta_lags[::-1]:  # the newest last: it is the one to wait for
                v = v - load(theta, lag - 1) * load(e, t - lag)
            store(e, t, v)
