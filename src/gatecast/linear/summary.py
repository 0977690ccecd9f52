"""What a statistician asks of a fitted model: coefficients, criteria, residuals and roots, in words."""

from collections.abc import Sequence

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.diagnosis import diagnose
from gatecast.linear.sarima import Sarima


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
    """The model in words. y [time], NaN where missing; regressors [regressors, time] with a name each"""
    p, q, P, Q, constant = model.shape
    labels = [
        f"{kind}{i + 1}" for kind, n in (("ar", p), ("ma", q), ("sar", P), ("sma", Q)) for i in range(n)
    ]
    errors = np.sqrt(np.maximum(np.diag(model.covariance), 0.0))
    rows = [*zip(labels, model.coefficients, errors, strict=True)]
    rows += [*zip(names, model.beta, model.beta_error, strict=True)]
    if constant:
        rows.append(("constant", model.constant, model.constant_error))
    wide = 2 + max([12, *(len(label) for label, _, _ in rows)])
    lines = [str(model), "", f"{'':<{wide}}{'estimate':>12}{'std. error':>12}{'z':>9}"]
    for label, value, error in rows:
        ratio = f"{value / error:9.2f}" if error > 0.0 else f"{'':>9}"
        lines.append(f"{label:<{wide}}{_number(value)}{_number(error)}{ratio}")
    lines += [
        "",
        f"σ² {model.sigma2:.6g}   log L {-model.loss / 2:.2f}   AICc {model.aicc:.2f}   n {model.seen}",
    ]
    if model.sigma2 > 0.0:
        test = diagnose(model, y, regressors)
        if test.lags:
            lines.append(
                f"Ljung–Box({test.lags}) {test.statistic:.2f} on {test.degrees} degrees of freedom, "
                + (f"p = {test.probability:.3f}" if test.probability >= 0.001 else "p < .001")
            )
    for name, moduli in roots(model).items():
        lines.append(f"{name} roots, moduli: {', '.join(f'{m:.3f}' for m in np.sort(moduli))}")
    return "\n".join(lines)


def _number(x: float) -> str:
    """Four decimals, or four digits where those say nothing or are too many for their column."""
    return f"{x:12.4f}" if x == 0.0 or 1e-3 <= abs(x) < 1e6 else f"{x:12.3e}"
