"""The exact innovations of a seasonal ARMA process, eight parameter sets at once. [kernel]

    φ(B) Φ(B^s) w_t = θ(B) Θ(B^s) e_t,    φ(B) = 1 − Σ φ_i B^i,    θ(B) = 1 + Σ θ_j B^j

Chandrasekhar recursions update the gain K and the rank-one increment W of the predicted state instead of
its covariance: O(n·m) with m = max(p + sP, q + sQ) where a Kalman filter needs O(n·m²). Once the gain has
stopped moving, the sparse difference equation takes over. `kalman.py` is the slow readable oracle.

F falls to 1, the variance of an innovation, and the gain to φ + θ. Where the first value's variance is many
times that, rounding takes F below, from where it would run away: there F is 1 and the gain what it comes to.

Parameters are unconstrained x: per factor, tanh x are partial autocorrelations, Levinson's recursion makes
them coefficients; every x is stationary and invertible.

Shapes end in an axis of eight lanes. `shape` is the integer array (p, q, P, Q, season).

Source: Morf, Sidhu & Kailath (1974), doi:10.1109/TAC.1974.1100576; Mélard (1984), doi:10.2307/2347672;
Monahan (1984), doi:10.1093/biomet/71.2.403 for the parameters.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import math

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.lanes import LANES, lane, load, root, splat, store
from gatecast.linear.process import (
    aligned,
    coefficients,
    expand,
    first_gain,
    inlined,
    kernel,
    order_of_state,
)

FROZEN = 1e-19  # the square of W, relative to F, at which the gain counts as steady: K moves by its root
CHECK_EVERY = 16
MARGIN = 3  # rows of a moving window beyond its block and the state
BLOCK = 64  # steps after which the moving windows are carried back to the start of their buffers


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
def at_limit(F, gains, now, phi, theta, above):
    """Where F is no longer above its limit, 1: the gain that it has there, φ + θ.

    above  [1, lanes]  becomes 1 where F still is, 0 elsewhere
    """
    for at in range(LANES):
        above[0, at] = 1.0
        if lane(F, at) < 1.0:
            above[0, at] = 0.0
            for i in range(phi.shape[0]):
                gains[now + i, at] = phi[i, at] + theta[i, at]


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
    increment, states, above = aligned(width), aligned(count * width), aligned(1)
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
            at_limit(F, gains, now, phi, theta, above)
            counting = load(above, 0)
            F, M = F * counting + (1.0 - counting), M * counting
            inverse = 1.0 / F
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


def whiten(
    columns: Float[FloatArray, "columns time"],
    x: Float[FloatArray, "parameters lanes"],
    shape: Int[IntArray, "5"],
) -> tuple[Float[FloatArray, "columns time lanes"], Float[FloatArray, "lanes"]]:
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
    """Innovations by the difference equation from step `begin` on, in place, two steps at a time.

    Each innovation waits for the one before: that one stays in a register, all older ones are memory.
    """
    count, n = columns.shape
    far = 1 if len(theta_lags) and theta_lags[0] == 1 else 0
    near = load(theta, 0)
    for column in range(count):
        base = column * stride(n)
        last = load(e, base + begin - 1) if 0 < begin < n else splat(0.0)
        for t in range(begin, n - 1, 2):
            v, w = splat(columns[column, t]), splat(columns[column, t + 1])
            for lag in phi_lags:
                c = load(phi, lag - 1)
                v = v - c * columns[column, t - lag]
                w = w - c * columns[column, t + 1 - lag]
            v, w = v * scale, w * scale
            for k in range(far, len(theta_lags)):
                row = base + t - theta_lags[k]
                c = load(theta, theta_lags[k] - 1)
                v = v - c * load(e, row)
                w = w - c * load(e, row + 1)
            v = v - near * last
            last = w - near * v
            store(e, base + t, v)
            store(e, base + t + 1, last)
        if begin < n and (n - begin) % 2:
            v = splat(columns[column, n - 1])
            for lag in phi_lags:
                v = v - load(phi, lag - 1) * columns[column, n - 1 - lag]
            v = v * scale - near * last
            for k in range(far, len(theta_lags)):
                v = v - load(theta, theta_lags[k] - 1) * load(e, base + n - 1 - theta_lags[k])
            store(e, base + n - 1, v)
