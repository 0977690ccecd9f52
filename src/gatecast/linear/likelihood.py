"""Exact Gaussian likelihood of an ARMA process with regressors. [kernel]

−2 log L, concentrated over σ² and the regression coefficients, is N log(Σ r²/N) + N(1 + log 2π) with
r = D e, e the exact innovations of w − Xβ̂ and log D the mean of half the log determinants: maximum
likelihood is a least-squares problem, which `maximum.py` solves.

Columns are w, then one dummy per missing value, then the regressors. A dummy's coefficient is integrated
out, not profiled: −2 log L gains log|E'E| of the dummies' innovations and N counts the values seen. Since
Δy is linear in y with unit Jacobian, a dummy on the level that is differenced like every other column makes
this exact for the differenced series too: it is the likelihood of the values seen, given the first ones.

Source: Brockwell & Davis, Time Series: Theory and Methods (1991), §8.7; Gómez & Maravall (1994),
doi:10.1080/01621459.1994.10476786 for missing values as additive outliers.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import math

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.arma import stride, whiten_into
from gatecast.linear.lanes import LANES, load, splat, store
from gatecast.linear.process import inlined, kernel
from gatecast.linear.step import solve_by_cholesky

LOG_2PI = math.log(2.0 * math.pi)


@kernel
def cross_products(e, count, n):
    """Sums of products of every two columns in each lane, but for the first with itself.

    [columns · stride, lanes] → [columns², lanes]
    """
    out = np.zeros((count * count, LANES))
    for i in range(1, count):
        for j in range(i + 1):
            left, right = i * stride(n), j * stride(n)
            even, odd = splat(0.0), splat(0.0)
            for t in range(0, n - 1, 2):
                even = even + load(e, left + t) * load(e, right + t)
                odd = odd + load(e, left + t + 1) * load(e, right + t + 1)
            if n % 2:
                even = even + load(e, left + n - 1) * load(e, right + n - 1)
            store(out, i * count + j, even + odd)
            store(out, j * count + i, even + odd)
    return out


@kernel
def regress(e, count, n, gaps):
    """Least squares of the first column on the others, in each lane.

    returns  β [columns − 1, lanes]; log|E'E| of the first `gaps` of the others [lanes]
    """
    products = cross_products(e, count, n)
    beta, log_det = np.zeros((count - 1, LANES)), np.zeros(LANES)
    matrix, right = np.empty((count - 1, count - 1)), np.empty(count - 1)
    for at in range(LANES):
        for i in range(count - 1):
            right[i] = products[i + 1, at]
            for j in range(count - 1):
                matrix[i, j] = products[(i + 1) * count + j + 1, at]
        solve_by_cholesky(matrix, right)
        for i in range(gaps):
            log_det[at] += 2.0 * math.log(matrix[i, i])
        beta[:, at] = right
    return beta, log_det


@kernel
def profile(e, columns, gaps, x, shape):
    """Innovations of every column into `e`, for eight parameter sets, and what follows from them.

    e        [columns · stride or more, lanes]
    columns  [columns, time]; the second to the gaps + 1st are the dummies of missing values
    x        [parameters, lanes]
    returns  β [columns − 1, lanes], D [1, lanes]
    """
    count, n = columns.shape
    log_det = whiten_into(e, columns, x, shape)
    beta = np.zeros((count - 1, LANES))
    if count > 1:
        beta, extra = regress(e, count, n, gaps)
        log_det += extra
    scale = np.empty((1, LANES))
    scale[0] = np.exp(0.5 * log_det / (n - gaps))
    return beta, scale


@inlined
def residual(e, beta, d, column, t):
    """r at one step: D times the innovation of w less that of Xβ; columns of `e` are `column` rows long."""
    v = load(e, t)
    for j in range(beta.shape[0]):
        v = v - load(beta, j) * load(e, (j + 1) * column + t)
    return v * d


@kernel
def losses_of(total, seen):
    """−2 log L of sums of squares, infinite where it is no number. [1, lanes] → [lanes]"""
    loss = np.empty(LANES)
    for at in range(LANES):
        loss[at] = seen * (math.log(total[0, at] / seen) + 1.0 + LOG_2PI)
        if not loss[at] < math.inf:
            loss[at] = math.inf
    return loss


@kernel
def evaluate_into(e, columns, gaps, x, shape):
    """Residuals r whose sum of squares the exact likelihood minimises, for eight parameter sets.

    e        [columns · stride or more, lanes]  its first `time` rows become r
    returns  −2 log L [lanes], β [columns − 1, lanes]
    """
    n = columns.shape[1]
    beta, scale = profile(e, columns, gaps, x, shape)
    d, sums, total = load(scale, 0), splat(0.0), np.empty((1, LANES))
    for t in range(n):
        v = residual(e, beta, d, stride(n), t)
        store(e, t, v)
        sums = sums + v * v
    store(total, 0, sums)
    return losses_of(total, n - gaps), beta


def evaluate(
    columns: Float[FloatArray, "columns time"],
    gaps: int,
    x: Float[FloatArray, "parameters lanes"],
    shape: Int[IntArray, "5"],
) -> tuple[Float[FloatArray, "time lanes"], Float[FloatArray, "lanes"], Float[FloatArray, "columns-1 lanes"]]:
    """The same in memory of its own: r [time, lanes], −2 log L [lanes], β [columns − 1, lanes]."""
    count, n = columns.shape
    e = np.empty((count * stride(n), LANES))
    loss, beta = evaluate_into(e, np.ascontiguousarray(columns), gaps, x, shape)
    return e[:n], loss, beta
