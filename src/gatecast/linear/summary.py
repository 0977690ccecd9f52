"""What a statistician asks of a fitted model: coefficients, criteria, residuals and roots, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.position import begin, system_of
from gatecast.linear.sarima import Sarima


@dataclass(frozen=True)
class Diagnosis:
    """Ljung and Box's test that the first autocorrelations of the residuals are all zero.

    autocorrelations  [lags]
    statistic, probability   of a value as large, were they zero
    """

    autocorrelations: FloatArray
    statistic: float
    probability: float


def residuals(model: Sarima, y: FloatArray, regressors: FloatArray) -> FloatArray:
    """Standardised innovations of a history without missing values. [time] → [time − lags]"""
    system, lags = system_of(model), len(model.delta) - 1
    u = y - model.mean(regressors[:, : len(y)])
    start = begin(system, u[:lags], horizon=0)
    _, _, _, _, v, variance = start.move(system, u[lags:], np.inf)
    out: FloatArray = v / np.sqrt(variance * max(model.sigma2, 1e-300))
    return out


def ljung_box(e: FloatArray, lags: int, estimated: int) -> Diagnosis:
    """Test residuals; `estimated` ARMA coefficients take as many degrees of freedom.

    >>> round(ljung_box(np.random.default_rng(0).normal(size=500), 10, 0).probability, 1) > 0
    True

    Source: Ljung & Box (1978), doi:10.1093/biomet/65.2.297.
    """
    n = len(e)
    centred = e - e.mean()
    whole = float(centred @ centred)
    k = np.arange(1, lags + 1)
    r = np.array([centred[j:] @ centred[:-j] for j in k]) / whole if whole > 0.0 else np.zeros(lags)
    statistic = float(n * (n + 2) * np.sum(r**2 / (n - k)))
    return Diagnosis(r, statistic, chi_squared_tail(statistic, max(1, lags - estimated)))


def chi_squared_tail(x: float, degrees: int) -> float:
    """Probability that a χ² of so many degrees of freedom exceeds x.

    >>> round(chi_squared_tail(3.841459, 1), 6), round(chi_squared_tail(18.307038, 10), 6)
    (0.05, 0.05)
    """
    if x <= 0.0:
        return 1.0
    half = x / 2.0
    if degrees % 2:  # Abramowitz & Stegun 26.4.4 and 26.4.5
        total, term = math.erfc(math.sqrt(half)), math.exp(-half) * math.sqrt(half) / math.gamma(1.5)
        first = 1.5
    else:
        total, term, first = 0.0, math.exp(-half), 1.0
    for k in range((degrees - degrees % 2) // 2):
        total += term
        term *= half / (first + k)
    return min(1.0, total)


def roots(model: Sarima) -> dict[str, FloatArray]:
    """Moduli of the roots of each factor; all lie outside the unit circle."""
    p, q, P, _, _ = model.shape
    c = model.coefficients
    parts = {
        "AR": -c[:p],
        "MA": c[p : p + q],
        "seasonal AR": -c[p + q : p + q + P],
        "seasonal MA": c[p + q + P :],
    }
    return {name: np.abs(np.roots(np.append(part[::-1], 1.0))) for name, part in parts.items() if len(part)}


def summary(model: Sarima, y: FloatArray, regressors: FloatArray, names: Sequence[str]) -> str:
    """The model in words. y [time], regressors [regressors, time] with a name each"""
    p, q, P, Q, constant = model.shape
    labels = [
        f"{kind}{i + 1}" for kind, n in (("ar", p), ("ma", q), ("sar", P), ("sma", Q)) for i in range(n)
    ]
    errors = np.sqrt(np.maximum(np.diag(model.covariance), 0.0))
    rows = [*zip(labels, model.coefficients, errors, strict=True)]
    rows += [*zip(names, model.beta, model.beta_error, strict=True)]
    lines = [str(model), "", f"{'':<14}{'estimate':>12}{'std. error':>12}{'z':>9}"]
    for label, value, error in rows:
        ratio = f"{value / error:9.2f}" if error > 0.0 else f"{'':>9}"
        lines.append(f"{label:<14}{value:12.4f}{error:12.4f}{ratio}")
    if constant:
        lines.append(f"{'constant':<14}{model.constant:12.4f}")
    lines += [
        "",
        f"σ² {model.sigma2:.6g}   log L {-model.loss / 2:.2f}   AICc {model.aicc:.2f}   n {model.seen}",
    ]
    if np.isfinite(y).all() and model.sigma2 > 0.0:
        lags = min(2 * model.season if model.season > 1 else 10, (len(y) - len(model.delta)) // 5)
        if lags >= 1:
            test = ljung_box(residuals(model, y, regressors), lags, model.shape.parameters)
            lines.append(f"Ljung–Box({lags}) {test.statistic:.2f}, p = {test.probability:.3f}")
    for name, moduli in roots(model).items():
        lines.append(f"{name} roots, moduli: {', '.join(f'{m:.3f}' for m in np.sort(moduli))}")
    return "\n".join(lines)
