"""The maximum of the exact likelihood: Levenberg–Marquardt, eight parameter sets at a time. [kernel]

The Jacobian of the residuals is a forward difference, one parameter per lane (see `lanes.py`); then steps of
eight dampings are tried in one pass, and the best one is taken. A step too bold or too timid costs nothing.

Source: Marquardt (1963), doi:10.1137/0111030.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import math

import numpy as np

from gatecast.linear.arma import stride
from gatecast.linear.lanes import LANES, lane, load, splat, store
from gatecast.linear.likelihood import (
    LOG_2PI,
    evaluate_into,
    losses_of,
    profile,
    residual,
)
from gatecast.linear.process import kernel
from gatecast.linear.step import LIMIT, damped_step

STEP = 1e-5  # of the forward difference
LONGEST = 1.5  # step in any x
DAMPING = 1e-3
LEAST_DAMPING, MOST_DAMPING = 1e-7, 1e6
WIDER = 6.0  # from one damping to the next of those tried side by side
MIDDLE = 3  # the lane of the damping they lie around
BOLD = 20.0, 6.0  # how many times what a step promises its fit may still fall, in five steps and later


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
    """Where Levenberg–Marquardt steps from x lead with eight dampings around one.

    total    sum of squares at x
    returns  points [parameters, lanes], promised fall of the sum of squares [lanes]
    """
    k = len(x)
    points, gain = np.empty((k, LANES)), np.zeros(LANES)
    for at in range(LANES):
        step = damped_step(normal, gradient, x, damping * WIDER ** (at - MIDDLE), total)
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
        if promised < tolerance or loss - BOLD[int(step_number >= 5)] * promised > ceiling:
            break
        losses = evaluate_into(work, columns, gaps, points, shape)[0]
        best = np.argmin(losses)
        if losses[best] < loss:
            damping = max(LEAST_DAMPING, damping * WIDER ** (best - MIDDLE))
            x = points[:, best].copy()
            normal, gradient, loss, beta = normal_equations(work, columns, gaps, x, shape)
        else:
            damping *= WIDER ** (LANES - MIDDLE)
            if damping > MOST_DAMPING:
                break
    return x, loss, beta, normal / (math.exp(loss / seen - 1.0 - LOG_2PI))
