"""One series' seasonal ARIMA with regressors: its order chosen or given, its parameters by exact likelihood.

Missing values are integrated out exactly where they are few. Where they are many the search and the fit
see them drawn from what the last fit says of them, again and again.
"""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.errors import SeriesError
from gatecast.linear.arma import whiten
from gatecast.linear.differencing import FLAT, choose_differences
from gatecast.linear.lag import difference, differencer
from gatecast.linear.lanes import LANES
from gatecast.linear.missing import drawn, exact_with_gaps, interpolate
from gatecast.linear.order import LAST, Search, best_of_starts, choose_order
from gatecast.linear.sarima import Sarima
from gatecast.linear.shape import Fit, Problem, Shape, factors, numbers

EXACT_GAPS = 24  # up to so many missing values the likelihood integrates each out
MOST_GAPS = 3000
COMPLETED = 5  # fits of a series with more: what is drawn in the last no longer knows how it was filled first
FEW_REGRESSORS = 2  # with more, orders are chosen on what a regression leaves
SPARE = 2  # values beyond those that differencing and the first innovation take
COLLINEAR = 1e-7


@dataclass(frozen=True)
class Orders:
    """Orders that are given rather than chosen; None is chosen. `differences` gives d and D alone."""

    order: tuple[int, int, int] | None = None
    seasonal_order: tuple[int, int, int] | None = None
    differences: tuple[int, int] | None = None
    most_seasonal_differences: int = 1


def fit_sarima(y: FloatArray, regressors: FloatArray, season: int, orders: Orders) -> Sarima:
    """Maximum likelihood of one series, orders chosen where they are not given.

    y           [time]  NaN where missing, finite at both ends
    regressors  [regressors, time]
    """
    missing = ~np.isfinite(y)
    filled = interpolate(y, season)
    known = int(len(y) - missing.sum())
    d, D = differences(filled, regressors, season, orders, known)
    delta = differencer(d, D, season)
    if known < len(delta) + SPARE:
        raise SeriesError(
            f"d={d}, D={D} at season {season} takes {len(delta) + SPARE} known values and there are {known}; "
            "lower them, leave them to be chosen, or give more history"
        )
    w, x = difference(filled, delta), difference(regressors, delta)
    scale = float(np.std(w))
    level = float(np.abs(filled).max())
    if not scale > FLAT * level or level == 0.0:
        return flat(y, regressors, d, D, season)
    if d + D == 0 and orders.order is None and len(w) - missing.sum() <= 3:  # of a mean AICc has no value yet
        return flat(y, regressors, d, D, season, float(np.var(w, ddof=1)))
    kept, size = independent(x, regressors)
    rounds = COMPLETED if EXACT_GAPS < missing.sum() <= MOST_GAPS else 1
    for left in range(rounds)[::-1]:
        problem = Problem(np.vstack([w / scale, x[kept] / size[kept, None]]), 0, scale, season)
        fit = regressed(problem, orders, d + D)
        if left:
            filled = drawn(filled, missing, problem, fit, delta)
            w = difference(filled, delta)
    if 0 < missing.sum() <= EXACT_GAPS:
        problem, fit = exact_with_gaps(problem, fit, missing, delta)
    model = record(problem, fit, (d, D), kept, size)
    return model if problem.gaps else known_less_well(model, int(missing.sum()))


def differences(
    filled: FloatArray, regressors: FloatArray, season: int, orders: Orders, known: int
) -> tuple[int, int]:
    """(d, D), each as given or chosen on what the regressors leave, and no more than known values allow."""
    if orders.differences is not None:
        return orders.differences
    rest = filled
    if len(regressors):
        design = np.vstack([regressors, np.ones(len(filled))]).T
        rest = filled - design @ np.linalg.lstsq(design, filled, rcond=None)[0]
    level = np.abs(filled).max()
    differenced_by = season if orders.most_seasonal_differences else 1
    d, D = choose_differences(rest, differenced_by) if np.std(rest) > FLAT * level else (0, 0)
    if orders.seasonal_order is not None:
        D = orders.seasonal_order[1]
    if orders.order is not None:
        d = orders.order[1]
    if orders.seasonal_order is None and known <= d + D * season + SPARE:
        D = 0
    if orders.order is None and known <= d + D * season + SPARE:
        d = 0
    return d, D


def estimate(problem: Problem, orders: Orders, differenced: int) -> Fit:
    """Choose what is not given and fit."""
    seasonal = problem.season > 1 and problem.columns.shape[1] > 3 * problem.season
    p, _, q = orders.order or (None, 0, None)
    P, _, Q = orders.seasonal_order or ((None, 0, None) if seasonal else (0, 0, 0))
    if p is None or q is None or P is None or Q is None:
        return choose_order(problem, differenced <= 1, seasonal, (p, q, P, Q))
    shape = Shape(p, q, P, Q, differenced == 0)
    best = best_of_starts(Search(problem), shape)
    if best is None:
        raise SeriesError(
            f"ARIMA of order {orders.order} and seasonal order {orders.seasonal_order} cannot be fitted on "
            f"{problem.seen} differenced values; lower the orders or give more history"
        )
    return best


def regressed(problem: Problem, orders: Orders, differenced: int) -> Fit:
    """Choose and fit with regressors: with many, on what they leave, then all together at the end."""
    x = problem.columns[1:]
    if len(x) <= FEW_REGRESSORS:
        return estimate(problem, orders, differenced)
    w = problem.columns[0]
    beta = np.linalg.lstsq(x.T, w, rcond=None)[0]
    fit: Fit | None = None
    for _ in range(2):
        rest = Problem((w - beta @ x)[None, :], 0, problem.scale, problem.season)
        chosen = estimate(rest, orders, differenced)
        fit = Search(problem).fit(chosen.shape, chosen.x[None, :], *LAST)
        if fit is None:
            raise SeriesError(
                f"{len(x)} regressors on {problem.seen} differenced values leave nothing to fit; give fewer "
                "regressors or more history"
            )
        beta = fit.beta[: len(x)]
    assert fit is not None  # the loop above ran
    return fit


def record(
    problem: Problem, fit: Fit, differenced: tuple[int, int], kept: IntArray, size: FloatArray
) -> Sarima:
    """What was found, in the unit of the series."""
    estimated = fit.shape.parameters + problem.columns.shape[0] - problem.gaps + int(fit.shape.constant)
    columns = problem.with_constant() if fit.shape.constant else problem.columns
    x = np.repeat(fit.x[:, None], LANES, axis=1)
    e = whiten(columns, x, numbers(fit.shape, problem.season))[0][:, :, 0]
    residual = e[0] - fit.beta @ e[1:]
    sigma2 = float(residual @ residual) / max(1, problem.seen - estimated + 1)
    beta, errors, constant_error = np.zeros(len(size)), np.zeros(len(size)), 0.0
    behind = fit.beta[problem.gaps :]
    beta[kept] = behind[: len(kept)] * problem.scale / size[kept]
    if len(e) > 1:
        spread = np.sqrt(np.diag(np.linalg.pinv(e[1:] @ e[1:].T)) * sigma2)[problem.gaps :]
        errors[kept] = spread[: len(kept)] * problem.scale / size[kept]
        constant_error = float(spread[-1] * problem.scale) if fit.shape.constant else 0.0
    return Sarima(
        *differenced,
        problem.season,
        fit.shape,
        fit.coefficients,
        beta,
        float(behind[-1] * problem.scale) if fit.shape.constant else 0.0,
        sigma2 * problem.scale**2,
        fit.loss,
        fit.aicc,
        problem.seen,
        coefficient_covariance(fit, problem.season),
        errors,
        constant_error,
    )


def known_less_well(model: Sarima, missing: int) -> Sarima:
    """A model fitted to a completed series, its standard errors those of as many values as were seen."""
    share = model.seen / max(1, model.seen - missing)
    return replace(
        model,
        seen=model.seen - missing,
        covariance=model.covariance * share,
        beta_error=model.beta_error * np.sqrt(share),
        constant_error=model.constant_error * float(np.sqrt(share)),
    )


def coefficient_covariance(fit: Fit, season: int) -> FloatArray:
    """Covariance of φ, θ, Φ, Θ from the information in x, by the delta method. [parameters, parameters]"""
    k = len(fit.x)
    if not k:
        return np.zeros((0, 0))
    h = 1e-6
    slope = np.empty((k, k))
    for j in range(k):
        up, down = fit.x.copy(), fit.x.copy()
        up[j] += h
        down[j] -= h
        slope[:, j] = (factors(up, fit.shape, season) - factors(down, fit.shape, season)) / (2 * h)
    covariance: FloatArray = slope @ np.linalg.pinv(fit.information) @ slope.T
    return covariance


def flat(y: FloatArray, regressors: FloatArray, d: int, D: int, season: int, sigma2: float = 0.0) -> Sarima:
    """A series whose differences do not vary, or are too few to tell more: it goes on as it is."""
    shape = Shape(0, 0, 0, 0, True)
    w = difference(interpolate(y, season), differencer(d, D, season))
    none, zero = np.zeros(len(regressors)), np.zeros((0, 0))
    return Sarima(
        d, D, season, shape, np.zeros(0), none, float(w.mean()), sigma2, -np.inf, -np.inf, len(w), zero, none
    )


def independent(x: FloatArray, levels: FloatArray) -> tuple[IntArray, FloatArray]:
    """Which differenced regressors tell something of their own, and their sizes.

    A regressor that is constant after differencing competes with the constant and is left out; one that
    differencing takes away, such as a trend or a daily wave, leaves rounding: it has no coefficient.

    x       [regressors, time]  differenced
    levels  [regressors, time]  as they are
    """
    size = np.sqrt((x**2).mean(axis=1)) if len(x) else np.zeros(0)
    kept: list[int] = []
    basis = [np.ones(x.shape[1]) / np.sqrt(x.shape[1])]
    for i in range(len(x)):
        if not size[i] > FLAT * np.abs(levels[i]).max():
            continue
        rest = x[i] / size[i]
        for b in basis:
            rest = rest - (b @ rest) * b
        length = float(np.sqrt(rest @ rest))
        if length > COLLINEAR * np.sqrt(x.shape[1]):
            kept.append(i)
            basis.append(rest / length)
    return np.array(kept, dtype=np.int64), size
