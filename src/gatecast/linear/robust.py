"""Robust ridge regression and recursive forecasts from every origin: the arithmetic of the linear half.

Least squares with weights, shrunk towards given coefficients, reweighted in Huber's way:

    min_b  Σ_t w_t ρ(y_t - x_t b)  +  ridge · Σ w · Σ_j s_j² (b_j - prior_j)²

Huber, Robust Statistics (1981), ch. 7. Arrays in, arrays out.
"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray

HUBER = 2.0  # in units of the median absolute residual


def lag_matrix(
    values: Float[FloatArray, "time"], lags: Int[IntArray, "lags"]
) -> Float[FloatArray, "time lags"]:
    """Each step's earlier values.

    values   [time]
    lags     [lags]  ascending, each >= 1
    returns  [time, lags]  NaN where the series has not begun

    >>> lag_matrix(np.array([1.0, 2.0, 3.0]), np.array([1, 2]))
    array([[nan, nan],
           [ 1., nan],
           [ 2.,  1.]])
    """
    result = np.full((len(values), len(lags)), np.nan)
    for column, lag in enumerate(lags):
        result[lag:, column] = values[: max(len(values) - lag, 0)]
    return result


def decay(time: int, half_life: float) -> Float[FloatArray, "{time}"]:
    """Weights that halve every `half_life` steps back from the end. [time]"""
    weights: FloatArray = 0.5 ** (np.arange(time - 1, -1, -1) / half_life)
    return weights


def ridge(
    design: Float[FloatArray, "time columns"],
    target: Float[FloatArray, "time"],
    weights: Float[FloatArray, "time"],
    penalty: Float[FloatArray, "columns"],
    prior: Float[FloatArray, "columns"],
) -> Float[FloatArray, "columns"]:
    """Weighted least squares shrunk towards `prior`.

    design   [time, columns]
    target   [time]
    weights  [time]     >= 0
    penalty  [columns]  relative to the columns' own weighted squares, > 0 keeps the system solvable
    prior    [columns]
    returns  [columns]
    """
    weighted = design * weights[:, None]
    gram = weighted.T @ design
    moment = weighted.T @ (target - design @ prior)
    return prior + solve_ridge(gram, moment, penalty)


def solve_ridge(
    gram: Float[FloatArray, "columns columns"],
    moment: Float[FloatArray, "columns"],
    penalty: Float[FloatArray, "columns"],
) -> Float[FloatArray, "columns"]:
    """Solve (gram + diag(penalty · size)) b = moment, size being the mean diagonal. [columns]"""
    diagonal = np.diag(gram)
    size = max(float(diagonal.mean()), 1e-12)
    matrix = gram + np.diag(penalty * size + 1e-10 * size)
    return np.linalg.solve(matrix, moment).astype(np.float64)


def huber_weights(residual: Float[FloatArray, "time"], width: float = HUBER) -> Float[FloatArray, "time"]:
    """1 for ordinary residuals, falling as 1/|r| past `width` median absolute residuals. [time]"""
    size = np.abs(residual)
    cut = width * float(np.median(size)) if len(size) else 0.0
    if cut <= 0:
        return np.ones_like(residual)
    weights: FloatArray = np.minimum(1.0, cut / np.maximum(size, 1e-300))
    return weights


def robust_ridge(
    design: Float[FloatArray, "time columns"],
    target: Float[FloatArray, "time"],
    weights: Float[FloatArray, "time"],
    penalty: Float[FloatArray, "columns"],
    prior: Float[FloatArray, "columns"],
    steps: int = 2,
) -> Float[FloatArray, "columns"]:
    """`ridge`, reweighted `steps` times by `huber_weights`. [columns]"""
    coefficients = ridge(design, target, weights, penalty, prior)
    for _ in range(steps):
        bounded = weights * huber_weights(target - design @ coefficients)
        coefficients = ridge(design, target, bounded, penalty, prior)
    return coefficients


def recursive_paths_slowly(
    values: Float[FloatArray, "time"],
    lags: Int[IntArray, "lags"],
    coefficients: Float[FloatArray, "lags"],
    intercept: float,
    positions: Int[IntArray, "origins"],
    horizon: int,
) -> Float[FloatArray, "origins {horizon}"]:
    """The readable oracle of `recursive_paths`, without bounds. [origins, horizon]"""
    paths = np.empty((len(positions), horizon))
    for row, position in enumerate(positions):
        seen = list(values[: position + 1])
        for _ in range(horizon):
            seen.append(intercept + sum(c * seen[-lag] for c, lag in zip(coefficients, lags, strict=True)))
        paths[row] = seen[position + 1 :]
    return paths


@numba.njit(
    "float64[:, ::1](float64[::1], int64[::1], float64[::1], float64, int64[::1], int64, float64, float64)",
    cache=True,
    nogil=True,
    fastmath=False,
)
@no_type_check  # numba wants positional, untyped arguments
def recursive_paths(values, lags, coefficients, intercept, positions, horizon, low, high):
    """Forecast recursively from every origin, each step clipped to [low, high].

    values        [time]  no NaN up to each origin
    lags          [lags]  in steps; every origin needs position + 1 >= max lag
    coefficients  [lags]
    positions     [origins]
    returns       [origins, horizon]
    """
    paths = np.empty((len(positions), horizon))
    for row in range(len(positions)):
        position = positions[row]
        for step in range(horizon):
            total = intercept
            for j in range(len(lags)):
                back = step - lags[j]
                if back >= 0:
                    total += coefficients[j] * paths[row, back]
                else:
                    total += coefficients[j] * values[position + 1 + back]
            paths[row, step] = min(max(total, low), high)
    return paths
