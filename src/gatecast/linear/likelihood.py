"""Exact Gaussian likelihood of an ARMA process with regressors, and its maximum. [kernel]

−2 log L, concentrated over σ² and the regression coefficients, is N log(Σ r²/N) + N(1 + log 2π) with
r = D e, e the exact innovations of w − Xβ̂ and log D the mean of half the log determinants: maximum
likelihood is a least-squares problem. Levenberg–Marquardt solves it on the exact likelihood; its Jacobian is
a forward difference, taken in the same pass as the trial point, one parameter per lane (see `lanes.py`).

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
from gatecast.linear.lanes import LANES, lane, load, splat, store
from gatecast.linear.process import inlined, kernel

LIMIT = 5.25  # of |x|: tanh 5.25 = .99994
STEP = 1e-5  # of the forward difference
LONGEST = 1.5  # step in any x
DAMPING = 1e-3
WIDER = 6.0
MIDDLE = 3
LOG_2PI = math.log(2.0 * math.pi)


@kernel
def cross_products(e, count, n):
    """Sums of products of two columns, but for the first's with itself. [columns · stride, lanes] → [columns², lanes]"""
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
def solve_by_cholesky(matrix, right):
    """Overwrite `right` by the solution and `matrix` by its lower factor; hopeless directions get zero."""
    k = len(right)
    for i in range(k):
        whole = matrix[i, i]
        for j in range(i):
            matrix[i, i] -= matrix[i, j] ** 2
        if not matrix[i, i] > 1e-13 * whole:  # also where it is NaN
            matrix[i, i] = math.inf
        matrix[i, i] = math.sqrt(matrix[i, i])
        for r in range(i + 1, k):
            for j in range(i):
                matrix[r, i] -= matrix[r, j] * matrix[i, j]
            matrix[r, i] /= matrix[i, i]
    for i in range(k):
        for j in range(i):
            right[i] -= matrix[i, j] * right[j]
        right[i] /= matrix[i, i]
    for i in range(k - 1, -1, -1):
        for r in range(i + 1, k):
            right[i] -= matrix[r, i] * right[r]
        right[i] /= matrix[i, i]


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


@kernel
def outer_products(work, a, b, n, total, row, column, columns):
    """Σ_t a_t b_t' of two blocks of eight, into `total`; eight sums side by side in registers."""
    s0, s1, s2, s3 = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
    s4, s5, s6, s7 = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
    for t in range(n):
        v, i = load(work, b + t), a + t
        s0, s1 = s0 + work[i, 0] * v, s1 + work[i, 1] * v
        s2, s3 = s2 + work[i, 2] * v, s3 + work[i, 3] * v
        s4, s5 = s4 + work[i, 4] * v, s5 + work[i, 5] * v
        s6, s7 = s6 + work[i, 6] * v, s7 + work[i, 7] * v
    store(total, row * columns + column, s0)
    store(total, (row + 1) * columns + column, s1)
    store(total, (row + 2) * columns + column, s2)
    store(total, (row + 3) * columns + column, s3)
    store(total, (row + 4) * columns + column, s4)
    store(total, (row + 5) * columns + column, s5)
    store(total, (row + 6) * columns + column, s6)
    store(total, (row + 7) * columns + column, s7)


@kernel
def normal_equations(work, columns, gaps, x, shape):
    """Residuals and their Jacobian at one point, as sums of products.

    x        [parameters]
    returns  J'J, J'r, −2 log L, β [columns − 1]
    """
    k = len(x)
    batches = max(1, (k + LANES - 2) // (LANES - 1))
    n = columns.shape[1]
    blocks = columns.shape[0] * stride(n)  # where they begin: lane 0 is r itself, lane j its derivative
    loss, beta, total = math.inf, np.zeros(columns.shape[0] - 1), np.empty((1, LANES))
    for batch in range(batches):
        points = np.empty((k, LANES))
        step = np.zeros((2, LANES))  # reciprocal, and which lanes are differences
        step[0, 0] = 1.0
        for at in range(LANES):
            points[:, at] = x
            j = batch * (LANES - 1) + at - 1
            if at > 0 and j < k:
                h = -STEP if x[j] > 0.0 else STEP
                points[j, at] += h
                step[0, at], step[1, at] = 1.0 / h, 1.0
        betas, scale = profile(work, columns, gaps, points, shape)
        d, reciprocal, differs = load(scale, 0), load(step, 0), load(step, 1)
        sums = splat(0.0)
        for t in range(n):
            v = residual(work, betas, d, stride(n), t)
            sums = sums + v * v
            store(work, blocks + batch * n + t, (v - lane(v, 0) * differs) * reciprocal)
        store(total, 0, sums)
        loss, beta = losses_of(total, n - gaps)[0], betas[:, 0].copy()
    size = batches * LANES
    products = np.zeros((size * batches, LANES))
    for left in range(batches):
        for right in range(left + 1):
            outer_products(
                work, blocks + left * n, blocks + right * n, n, products, left * LANES, right, batches
            )
    flat = products.reshape(size, size)  # its lower blocks
    normal, gradient = np.empty((k, k)), np.empty(k)
    for i in range(k):
        row = i // (LANES - 1) * LANES + i % (LANES - 1) + 1
        gradient[i] = flat[row, 0]
        for j in range(i + 1):
            normal[i, j] = normal[j, i] = flat[row, j // (LANES - 1) * LANES + j % (LANES - 1) + 1]
    return normal, gradient, loss, beta


@kernel
def best_start(work, columns, gaps, shape, starts):
    """The most likely of several starting points, eight at a time. [starts, parameters] → [parameters]"""
    count, k = starts.shape
    best, chosen = math.inf, 0
    for first in range(0, count, LANES):
        points = np.empty((k, LANES))
        for at in range(LANES):
            points[:, at] = starts[min(first + at, count - 1)]
        losses = evaluate_into(work, columns, gaps, points, shape)[0]
        for at in range(min(LANES, count - first)):
            if losses[at] < best:
                best, chosen = losses[at], first + at
    return starts[chosen].copy()


@kernel
def steps_of(normal, gradient, x, total, damping):
    """Levenberg–Marquardt steps for eight dampings around one, a factor of `WIDER` apart.

    returns  points [parameters, lanes], promised fall of the sum of squares [lanes]
    """
    k = len(x)
    points, gain = np.empty((k, LANES)), np.zeros(LANES)
    for at in range(LANES):
        now = damping * WIDER ** (at - MIDDLE)
        matrix, step = normal.copy(), -gradient
        for i in range(k):
            matrix[i, i] = normal[i, i] * (1.0 + now) + 1e-10 * total
        solve_by_cholesky(matrix, step)
        shrink = 1.0
        for i in range(k):
            shrink = min(shrink, LONGEST / max(abs(step[i]), 1e-300))
        for i in range(k):
            points[i, at] = min(LIMIT, max(-LIMIT, x[i] + shrink * step[i]))
            step[i] = points[i, at] - x[i]
        for i in range(k):
            gain[at] -= 2.0 * step[i] * gradient[i]
            for j in range(k):
                gain[at] -= step[i] * normal[i, j] * step[j]
    return points, gain


@kernel
def maximise(work, columns, gaps, shape, starts, iterations, tolerance, ceiling):
    """Maximum likelihood by Levenberg–Marquardt from the best of several starts.

    work        [(columns + batches) · stride, lanes]  memory to work in, one batch for every seven parameters
    columns     [columns, time] w, dummies of missing values, regressors; w of about unit variance
    starts      [starts, parameters]
    tolerance   of −2 log L: stop when the next step promises less
    ceiling     give up on a fit whose next steps do not promise to come below it
    returns     x [parameters], −2 log L, β [columns − 1], J'J/σ² [parameters, parameters]
    """
    k, seen = starts.shape[1], columns.shape[1] - gaps
    x = best_start(work, columns, gaps, shape, starts) if len(starts) > 1 else starts[0].copy()
    normal, gradient, loss, beta = normal_equations(work, columns, gaps, x, shape)
    damping = DAMPING
    for step_number in range(iterations if k else 0):
        if not loss < math.inf:
            break
        total = seen * math.exp(loss / seen - 1.0 - LOG_2PI)
        points, gain = steps_of(normal, gradient, x, total, damping)
        promised = -seen * math.log(max(1e-3, 1.0 - gain[MIDDLE] / total))
        if promised < tolerance or loss - (20.0 if step_number < 5 else 6.0) * promised > ceiling:
            break
        losses = evaluate_into(work, columns, gaps, points, shape)[0]
        best = np.argmin(losses)
        if losses[best] < loss:
            damping = max(1e-7, damping * WIDER ** (best - MIDDLE))
            x = points[:, best].copy()
            normal, gradient, loss, beta = normal_equations(work, columns, gaps, x, shape)
        else:
            damping *= WIDER ** (LANES - MIDDLE)
            if damping > 1e6:
                break
    return x, loss, beta, normal / (math.exp(loss / seen - 1.0 - LOG_2PI))
