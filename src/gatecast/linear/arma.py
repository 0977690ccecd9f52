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
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import math
from typing import Any

import numpy as np
from numba import njit

from gatecast._types import FloatArray, IntArray
from gatecast.linear.lanes import LANES, lane, load, root, splat, store

PARTIAL_LIMIT = 0.99995  # of a partial autocorrelation: nearer to one the exact filter loses its digits
FROZEN = 1e-19  # the square of W, relative to F, at which the gain counts as steady: K moves by its root
CHECK_EVERY = 16
MARGIN = 3  # rows of a moving window beyond its block and the state
BLOCK = 64  # steps after which the moving windows are carried back to the start of their buffers

kernel: Any = njit(cache=True, nogil=True, error_model="numpy")
inlined: Any = njit(cache=True, nogil=True, error_model="numpy", forceinline=True)


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
def aligned(rows):
    """Zeros that begin at a cache line: a register is a whole line. [rows, lanes]"""
    flat = np.zeros((rows + 1) * LANES)
    shift = (64 - flat.ctypes.data % 64) % 64 // 8
    return flat[shift : shift + rows * LANES].reshape(rows, LANES)


@kernel
def expand(factor, seasonal, season, sign, size):
    """Σ_k c_k B^k of the product of two factors, without its leading one.

    factor    [short, lanes], seasonal [long, lanes]; sign −1 for φ (1 − Σ φ B), +1 for θ
    returns   [size, lanes] c_1 .. c_size with the sign of the factors; the lags that are not zero
    """
    short, long = factor.shape[0], seasonal.shape[0]
    out = aligned(size)
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
    """Autocovariances 0 .. count of φ(B) x = e, by step-down and step-up. [count + 1, lanes]"""
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
def first_gain(phi, theta, phi_lags, theta_lags, m, gain):
    """Covariance of the first predicted state with the first value, into `gain` [m or more, lanes], zeros.

    returns  variance of the first value; both for unit innovations
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
    for lag in phi_lags:
        c = load(phi, lag - 1)
        for i in range(lag):
            store(gain, i, load(gain, i) + c * load(gamma, lag - 1 - i))
    for lag in theta_lags:
        c = load(theta, lag - 1)
        for i in range(lag):
            store(gain, i, load(gain, i) + c * load(psi, lag - 1 - i))
    return load(gamma, 0)


@kernel
def stride(time):
    """Rows a column of so many steps takes: an even number, for the filter goes by twos."""
    return time + time % 2


@kernel
def carry(windows, base, m):
    """Move a window that has reached the end of its block back to the row where it began."""
    for i in range(base, base + m):
        store(windows, i, load(windows, i + BLOCK))
    for i in range(base + m, base + m + BLOCK + MARGIN):
        store(windows, i, splat(0.0))


# Slices made inside the loop over time would cost more than the arithmetic (their reference counts are
# atomic): arrays are whole here and rows are found by offsets.


@inlined
def advance_gain(phi, gains, now, between, later, increment, start, F, inverse, M):
    """Gain and increment two steps on, in one pass over the state.

    phi        [m + 1, lanes]  zero behind the last
    gains      K_t lies at row `now`, K_{t+1} and K_{t+2} go to rows `between` and `later`; each m + 1 rows
    increment  W, a moving window from `start`; from start + 2 afterwards
    returns    1 / F_{t+1}, F_{t+2}, 1 / F_{t+2}, M_{t+2}
    """
    w = load(increment, start)
    push = M * w
    F1 = F + push * w
    inverse1 = 1.0 / F1
    pull = w * inverse1
    M1 = M + push * push * inverse
    p = load(phi, 0)
    step = p * w + load(increment, start + 1)
    k = load(gains, now) + step * push
    w1 = step - k * pull
    push1 = M1 * w1
    F2 = F1 + push1 * w1
    inverse2 = 1.0 / F2
    pull1 = w1 * inverse2
    M2 = M1 + push1 * push1 * inverse1
    for i in range(phi.shape[0] - 1):
        p_next = load(phi, i + 1)
        step = p_next * w + load(increment, start + 2 + i)
        k_next = load(gains, now + i + 1) + step * push
        store(gains, between + i, k)
        last = p * w1 + step - k_next * pull
        k2 = k + last * push1
        store(gains, later + i, k2)
        store(increment, start + 2 + i, last - k2 * pull1)
        p, k = p_next, k_next
    return inverse1, F2, inverse2, M2


@inlined
def advance_state(phi, gains, now, between, windows, start, columns, column, e, t, inverse, inverse1):
    """Standardised innovations of one column at t and t + 1, its state two steps on.

    windows  the column's state from row `start`
    e        [columns · stride, lanes]

    There is no branch here for the last of an odd number of steps: it would cost more than the step. Its
    second half repeats a value and writes the padding behind the column.
    """
    n, row = columns.shape[1], column * stride(columns.shape[1]) + t
    seen = load(windows, start)
    v = columns[column, t] - seen
    store(e, row, v * root(inverse))
    g = v * inverse
    p = load(phi, 0)
    seen1 = load(windows, start + 1) + p * seen + load(gains, now) * g
    v = columns[column, min(t + 1, n - 1)] - seen1
    store(e, row + 1, v * root(inverse1))
    g1 = v * inverse1
    for i in range(phi.shape[0] - 1):
        p_next = load(phi, i + 1)
        ahead = load(windows, start + 2 + i) + p_next * seen + load(gains, now + i + 1) * g
        store(windows, start + 2 + i, ahead + p * seen1 + load(gains, between + i) * g1)
        p = p_next


@kernel
def largest_increment(increment, start, m, F, M):
    """The most the covariance still changes, in units of F."""
    total = splat(0.0)
    for i in range(m):
        w = load(increment, start + i)
        total = total + w * w
    total = total * M / F
    out = 0.0
    for at in range(LANES):
        out = max(out, -lane(total, at))
    return out


@kernel
def log_of(product, log_det):
    """Take the logarithm of every lane off log_det."""
    for at in range(LANES):
        log_det[at] -= math.log(lane(product, at))


@kernel
def whiten_into(e, columns, x, shape):  # noqa: C901
    """Standardised exact innovations of every column under the same eight parameter sets.

    e        [columns · stride or more, lanes]  becomes E with Var E = σ², column after column
    columns  [columns, time]
    x        [parameters, lanes]
    returns  Σ log F [lanes]
    """
    p, q, P, season = shape[0], shape[1], shape[2], shape[4]
    count, n = columns.shape
    m = order_of_state(shape)
    c = coefficients(x, shape)
    phi, phi_lags = expand(c[:p], c[p + q : p + q + P], season, -1.0, m + 1)
    theta, theta_lags = expand(c[p : p + q], c[p + q + P :], season, 1.0, m + 1)
    gains = aligned(3 * (m + 1))
    now, between, later = 0, m + 1, 2 * (m + 1)
    F = first_gain(phi, theta, phi_lags, theta_lags, m, gains)
    inverse = 1.0 / F
    M = -1.0 * inverse
    width = m + BLOCK + MARGIN
    increment, states = aligned(width), aligned(count * width)
    for i in range(m):
        store(increment, i, load(gains, i))
    product, log_det = splat(1.0), np.zeros(LANES)
    start, t = 0, 0
    inverse1 = inverse
    while t < n:
        if start == BLOCK:
            carry(increment, 0, m)
            for column in range(count):
                carry(states, column * width, m)
            start = 0
        if t % CHECK_EVERY == 0:
            log_of(product, log_det)
            product = splat(1.0)
            if largest_increment(increment, start, m, F, M) < FROZEN:
                break
        inverse1, F, inverse2, M = advance_gain(
            phi, gains, now, between, later, increment, start, F, inverse, M
        )
        for column in range(count):
            at = column * width + start
            advance_state(phi, gains, now, between, states, at, columns, column, e, t, inverse, inverse1)
        product = product * inverse * inverse1
        now, later, inverse = later, now, inverse2
        start += 2
        t += 2
    if t < n:
        settle(columns, e, states, start, t, phi, gains, now, inverse, log_det)
        steady(columns, e, t + m, phi, theta, phi_lags, theta_lags, root(inverse))
    else:
        log_of(product, log_det)
        if t > n:  # the last half step was none
            for k in range(LANES):
                log_det[k] += math.log(lane(inverse1, k))
    return log_det


def whiten(columns: FloatArray, x: FloatArray, shape: IntArray) -> tuple[FloatArray, FloatArray]:
    """The same in memory of its own: E [columns, time, lanes], Σ log F [lanes]."""
    count, n = columns.shape
    e = np.empty((count * stride(n), LANES))
    log_det: FloatArray = whiten_into(e, np.ascontiguousarray(columns), x, shape)
    return e.reshape(count, -1, LANES)[:, :n], log_det


@kernel
def settle(columns, e, states, start, frozen_at, phi, gains, now, inverse, log_det):
    """The m steps between the freezing of the gain and the difference equation, in place."""
    count, n = columns.shape
    m = phi.shape[0] - 1
    width = m + BLOCK + MARGIN
    for at in range(LANES):
        log_det[at] += (n - frozen_at) * -math.log(lane(inverse, at))
    for column in range(count):
        begin = start
        for t in range(frozen_at, min(n, frozen_at + m), 2):
            if begin == BLOCK:
                carry(states, column * width, m)
                begin = 0
            at = column * width + begin
            advance_state(phi, gains, now, now, states, at, columns, column, e, t, inverse, inverse)
            begin += 2


@kernel
def steady(columns, e, begin, phi, theta, phi_lags, theta_lags, scale):
    """Innovations by the difference equation from step `begin` on, in place."""
    count, n = columns.shape
    for column in range(count):
        base = column * stride(n)
        for t in range(begin, n):
            v = splat(columns[column, t])
            for lag in phi_lags:
                v = v - load(phi, lag - 1) * columns[column, t - lag]
            v = v * scale
            for k in range(len(theta_lags) - 1, -1, -1):  # the newest last: it is the one to wait for
                v = v - load(theta, theta_lags[k] - 1) * load(e, base + t - theta_lags[k])
            store(e, base + t, v)
