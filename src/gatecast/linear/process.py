"""Seasonal ARMA processes: coefficients from unconstrained parameters, and their covariances. [kernel]"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numba import njit

from gatecast.linear.lanes import LANES, load, splat, store

PARTIAL_LIMIT = 0.99995  # of a partial autocorrelation: nearer to one the exact filter loses its digits


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a function as every kernel here is compiled: kept on disk, beside other threads, 1 / 0 = ∞.

    What the tests' shape checks have put around it goes: Numba compiles plain functions only.
    """
    return njit(inspect.unwrap(function), cache=True, nogil=True, error_model="numpy", **options)


inlined = partial(kernel, forceinline=True)


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
    for k in range(min(order, count)):  # step up again: order k + 1 from order k
        r = load(partial, k)
        total = r * variance
        for i in range(k):
            total = total + load(now, i) * load(gamma, k - i)
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
