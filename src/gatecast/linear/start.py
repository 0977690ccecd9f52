"""Where to start the likelihood: typical parameters, and regressions on lagged values and residuals.

The residuals are those of a long autoregression. All candidates of one search share them and one matrix of
products; a candidate's start by regression is then the solution of a few equations.

Source: Hannan & Rissanen (1982), doi:10.1093/biomet/69.1.81.
"""

import math
from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
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
        p, q, P, Q = shape
        chosen = self._rows(shape, season)
        out, left = np.zeros(len(chosen)), float(self.products[0, 0])
        used = np.flatnonzero(chosen)
        if len(used):
            rows = chosen[used]
            matrix, right = self.products[rows[:, None], rows], self.products[rows, 0]
            matrix.ravel()[:: len(rows) + 1] += RIDGE * left
            solution = right.copy()
            solve_by_cholesky(matrix, solution)
            out[used] = solution
            left -= float(solution @ right)
        ends = (0, p, p + q, p + q + P, p + q + P + Q)
        for i, sign in enumerate((1.0, -1.0, 1.0, -1.0)):
            part = slice(ends[i], ends[i + 1])
            if shape[i]:
                out[part] = unconstrained(sign * out[part])
        return out, left

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


def unconstrained(coefficients: FloatArray) -> FloatArray:
    """x whose tanh are the partial autocorrelations of 1 − Σ c B; unstable ones are drawn inside. [order]"""
    shrink = 1.0
    for _ in range(40):
        now = [c * shrink ** (i + 1) for i, c in enumerate(coefficients.tolist())]
        partial: list[float] = []
        while now and abs(now[-1]) <= EDGE:
            r = now.pop()
            partial.append(r)
            now = [(a + r * b) / (1.0 - r * r) for a, b in zip(now, reversed(now), strict=True)]
        if not now:
            return np.array([math.atanh(r) for r in reversed(partial)])
        shrink *= 0.95
    return np.zeros(len(coefficients))


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
