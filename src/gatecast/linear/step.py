"""One step of Levenberg and Marquardt towards the maximum of the likelihood, within limits. [kernel]"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels)

import math

import numpy as np

from gatecast.linear.process import kernel

LIMIT = 5.25  # of |x|: tanh 5.25 = .99994


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
def damped_step(normal, gradient, x, damping, total):
    """The step of Levenberg and Marquardt; what stands at its limit and would leave is held.

    A coefficient on the unit circle that only had its step cut would leave the others with a step that
    counts on it: the climb then ends well below the maximum along that edge.
    """
    k = len(x)
    held = np.zeros(k, dtype=np.bool_)
    while True:
        matrix, step = normal.copy(), -gradient
        for i in range(k):
            matrix[i, i] = normal[i, i] * (1.0 + damping) + 1e-10 * total
            if held[i]:
                matrix[i, :], matrix[:, i] = 0.0, 0.0
                matrix[i, i], step[i] = 1.0, 0.0
        solve_by_cholesky(matrix, step)
        found = False
        for i in range(k):
            if abs(x[i]) >= LIMIT and x[i] * step[i] > 0.0:
                held[i], found = True, True
        if not found:
            return step
