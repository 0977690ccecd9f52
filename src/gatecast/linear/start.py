"""Where to start the likelihood: typical parameters, and regressions on lagged values and residuals.

The residuals are those of a long autoregression. All candidates of one search share them and one matrix of
products; a candidate's start by regression is then the solution of a few equations.

Source: Hannan & Rissanen (1982), doi:10.1093/biomet/69.1.81.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels)

import math
from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.linear.process import kernel
from gatecast.linear.shape import Shape
from gatecast.linear.step import solve_by_cholesky

LONG = 12  # lags of the long autoregression around zero; a third of it around each season
RIDGE = 1e-6
EDGE = 0.98  # largest partial autocorrelation to start from


@dataclass(frozen=True)
class LaggedProducts:
    """Products of w with its lags and with lagged residuals.

    lags      [lags]            ascending
    products  [1 + 2·lags, 1 + 2·lags]  of w_t, w_{t−lag}, ê_{t−lag}
    """

    lags: IntArray
    products: FloatArray

    @classmethod
    def of(cls, w: FloatArray, short: int, long: int, season: int) -> "LaggedProducts | None":
        """Products for orders up to `short`, seasonal ones up to `long`; None if the series is too short."""
        lags = set(range(1, short + 1)) | {season * k for k in range(1, long + 1)}
        near = LONG // 3
        wide = set(range(1, LONG + 1)) | {
            season * k + j for k in range(1, long + 1) for j in range(-near, near + 1)
        }
        far = sorted(k for k in wide | lags if k > 0)
        if len(w) - 2 * far[-1] < 2 * len(far):
            far = sorted(k for k in lags | set(range(1, LONG + 1)) if k <= min(LONG, len(w) // 6))
            lags = {k for k in lags if far and k <= far[-1]}
        if not lags:
            return None
        residual = _autoregress(w, np.array(far))
        first = 2 * far[-1]
        rows = [w[first:]]
        rows += [w[first - k : len(w) - k] for k in sorted(lags)]
        rows += [residual[first - far[-1] - k : len(residual) - k] for k in sorted(lags)]
        stacked = np.stack(rows)
        return cls(np.array(sorted(lags)), stacked @ stacked.T)

    def start(self, shape: tuple[int, int, int, int], season: int) -> tuple[FloatArray, float]:
        """Unconstrained φ, θ, Φ, Θ by regression, zero where a lag is not at hand; what is left of w'w.

        returns  [parameters]; sum of squares
        """
        x, left = regressed_start(self.products, self._rows(shape, season), np.array(shape, dtype=np.int64))
        return x, float(left)

    def _rows(self, shape: tuple[int, int, int, int], season: int) -> IntArray:
        p, q, P, Q = shape
        count = len(self.lags)
        place = {int(lag): i + 1 for i, lag in enumerate(self.lags)}
        wanted = [place.get(k, 0) for k in range(1, p + 1)]
        wanted += [count + place[k] if k in place else 0 for k in range(1, q + 1)]
        wanted += [place.get(season * k, 0) for k in range(1, P + 1)]
        wanted += [count + place[season * k] if season * k in place else 0 for k in range(1, Q + 1)]
        return np.array(wanted, dtype=np.int64)


def _autoregress(w: FloatArray, lags: IntArray) -> FloatArray:
    """Residuals of w on its lags by least squares. [time − greatest lag]"""
    far = lags[-1]
    x = np.stack([w[far - k : len(w) - k] for k in lags])
    matrix = x @ x.T
    matrix[np.diag_indices_from(matrix)] += RIDGE * (w @ w)
    return w[far:] - np.linalg.solve(matrix, x @ w[far:]) @ x


@kernel
def regressed_start(products, rows, orders):
    """Coefficients of the chosen rows by ridge regression, as unconstrained parameters factor by factor.

    products  [1 + 2·lags, 1 + 2·lags]
    rows      [parameters]  0 for a lag that is not at hand
    orders    [4]  p, q, P, Q
    returns   [parameters]; sum of squares that is left
    """
    out, whole = np.zeros(len(rows)), products[0, 0]
    used = np.flatnonzero(rows)
    matrix, solution = np.empty((len(used), len(used))), np.empty(len(used))
    for i in range(len(used)):
        solution[i] = products[rows[used[i]], 0]
        for j in range(len(used)):
            matrix[i, j] = products[rows[used[i]], rows[used[j]]]
        matrix[i, i] += RIDGE * whole
    solve_by_cholesky(matrix, solution)
    left = whole
    for i in range(len(used)):
        out[used[i]] = solution[i]
        left -= solution[i] * products[rows[used[i]], 0]
    first = 0
    for factor in range(4):
        last = first + orders[factor]
        out[first:last] = unconstrained(out[first:last] if factor % 2 == 0 else -out[first:last])
        first = last
    return out, left


@kernel
def unconstrained(coefficients):
    """x whose tanh are the partial autocorrelations of 1 − Σ c B; unstable ones are drawn inside. [order]"""
    order = len(coefficients)
    now, then, out = np.empty(order), np.empty(order), np.zeros(order)
    shrink = 1.0
    for _ in range(40):
        for i in range(order):
            now[i] = coefficients[i] * shrink ** (i + 1)
        left = order
        while left and abs(now[left - 1]) <= EDGE:
            left -= 1
            r = now[left]
            out[left] = math.atanh(r)
            for i in range(left):
                then[i] = (now[i] + r * now[left - 1 - i]) / (1.0 - r * r)
            now, then = then, now
        if not left:
            return out
        shrink *= 0.95
    return np.zeros(order)


def plain_starts(shape: Shape) -> FloatArray:
    """Eight typical parameter sets to begin with. [starts, parameters]"""
    levels = [(0.0, 0, 0, 0), (1, 0, 0.2, 0.5), (1, 0.5, 0, 0.8), (0.3, 0, 0, 0.8)]
    levels += [(0, 0.4, 0, 0.8), (1.5, 0, 0.3, 1), (1.5, 0.8, 0, 1.2), (-0.3, 0.3, 0.3, 0)]
    out = np.zeros((len(levels), shape.parameters))
    for row, (phi, theta, seasonal_phi, seasonal_theta) in zip(out, levels, strict=True):
        firsts = np.cumsum((0, *shape[:3]))
        for first, n, level in zip(
            firsts, shape[:4], (phi, -theta, seasonal_phi, seasonal_theta), strict=True
        ):
            row[first : first + min(n, 1)] = level
    return out


def scattered_starts(shape: Shape, count: int) -> FloatArray:
    """Parameter sets all over the place, the same ones every time. [count, parameters]"""
    return np.random.default_rng(shape.parameters).normal(0.0, 0.8, (count, shape.parameters))
