"""Shapes of ARMA models, the series they are fitted to, and what fitting them finds."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.lag import is_stable
from gatecast.linear.lanes import LANES
from gatecast.linear.process import coefficients

AR_RADIUS, SEASONAL_AR_RADIUS, MA_RADIUS = 1.001, 1.005, 1.0001  # how near a factor's roots may come


class Shape(NamedTuple):
    """Orders of the ARMA part, and whether its mean is a constant or zero."""

    p: int
    q: int
    P: int
    Q: int
    constant: bool

    @property
    def parameters(self) -> int:
        """ARMA coefficients."""
        return self.p + self.q + self.P + self.Q


@dataclass(frozen=True)
class Problem:
    """One differenced series as the likelihood wants it.

    columns  [columns, time]  w over `scale`, dummies of missing values, regressors
    gaps     how many dummies
    scale    unit of w in the unit of the series
    season   steps of one cycle
    """

    columns: FloatArray
    gaps: int
    scale: float
    season: int

    @property
    def seen(self) -> int:
        """Values the likelihood counts."""
        return int(self.columns.shape[1]) - self.gaps

    def with_constant(self) -> FloatArray:
        """The columns and a constant behind them."""
        return np.vstack([self.columns, np.ones((1, self.columns.shape[1]))])


@dataclass(frozen=True)
class Fit:
    """Maximum likelihood at one shape.

    x             [parameters]  unconstrained
    coefficients  [parameters]  φ, θ, Φ, Θ
    loss          −2 log L in the unit of the series
    beta          [columns − 1] of the dummies, regressors and constant, in units of scale
    information   [parameters, parameters] of x, Gauss–Newton
    """

    shape: Shape
    x: FloatArray
    coefficients: FloatArray
    loss: float
    beta: FloatArray
    information: FloatArray
    aicc: float


def factors(x: FloatArray, shape: Shape, season: int) -> FloatArray:
    """Coefficients φ, θ, Φ, Θ at unconstrained x. [parameters]"""
    lanes = np.repeat(x[:, None], LANES, axis=1)
    return np.ascontiguousarray(coefficients(lanes, numbers(shape, season))[:, 0])


def numbers(shape: Shape, season: int) -> np.ndarray:
    """The shape as the kernel takes it: p, q, P, Q, season."""
    return np.array([shape.p, shape.q, shape.P, shape.Q, season], dtype=np.int64)


def admissible(c: FloatArray, shape: Shape) -> bool:
    """Whether every factor keeps its distance from the unit circle; a product of factors is not judged."""
    p, q, P, _, _ = shape
    return (
        is_stable(c[:p], AR_RADIUS)
        and is_stable(-c[p : p + q], MA_RADIUS)
        and is_stable(c[p + q : p + q + P], SEASONAL_AR_RADIUS)
        and is_stable(-c[p + q + P :], MA_RADIUS)
    )


def corrected_aic(loss: float, estimated: int, seen: int) -> float:
    """Akaike's criterion with the small-sample correction; infinite where it is not defined."""
    left = seen - estimated - 1
    return loss + 2.0 * estimated + 2.0 * estimated * (estimated + 1) / left if left > 0 else np.inf
