"""What a model leaves of its series: errors one step ahead, and whether they are noise."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.position import DIFFUSE, begin, system_of
from gatecast.linear.sarima import Sarima

LAGS = 10  # tested without a season; with one, two seasons
TOLD = 0.1  # of the variance of a level nothing is known of: the first value of a phase tells nothing
SHOWN = 30  # autocorrelations at least, where there are residuals enough


@dataclass(frozen=True)
class Diagnosis:
    """Residuals of one model, and the test of Ljung and Box that their first autocorrelations are all zero.

    residuals         [time]   errors one step ahead in standard deviations; NaN where there is none: at
                               missing values and in the first steps, which differencing uses up
    autocorrelations  [shown]  from lag 1 on, of the residuals there are
    seen              residuals there are
    lags              autocorrelations tested
    statistic, degrees, probability  of a χ² as large with so many degrees of freedom, were they all zero
    """

    residuals: FloatArray
    autocorrelations: FloatArray
    seen: int
    lags: int
    statistic: float
    degrees: int
    probability: float


def diagnose(
    model: Sarima, y: Float[FloatArray, "time"], regressors: Float[FloatArray, "regressors future"]
) -> Diagnosis:
    """Residuals of a history and their test; ARMA coefficients take as many degrees of freedom.

    y           [time]  NaN where missing
    regressors  [regressors, time or more]
    """
    e = residuals(model, y, regressors)
    seen, estimated = int(np.isfinite(e).sum()), model.shape.parameters
    usual = 2 * model.season if model.season > 1 else LAGS
    lags = max(0, min(max(min(usual, seen // 5), estimated + 3), seen - 1))
    shown = max(lags, min(SHOWN, seen // 4))
    r, pairs = autocorrelations(e, shown)
    statistic = ljung_box(r[:lags], pairs[:lags], seen)
    degrees = max(1, lags - estimated)
    return Diagnosis(e, r, seen, lags, statistic, degrees, chi_squared_tail(statistic, degrees))


def residuals(
    model: Sarima, y: Float[FloatArray, "time"], regressors: Float[FloatArray, "regressors future"]
) -> Float[FloatArray, "time"]:
    """Standardised innovations, NaN where there is none. y [time], NaN where missing"""
    out = np.full(len(y), np.nan)
    u = y - model.mean(regressors[:, : len(y)])
    known = np.flatnonzero(np.isfinite(u))
    lags = len(model.delta) - 1
    if not model.sigma2 > 0.0 or not len(known) or len(u) <= known[0] + lags:
        return out
    first, system = int(known[0]), system_of(model)
    v, variance = begin(system, u[first : first + lags], 0).innovations(system, u[first + lags :])
    told = np.isfinite(u[first + lags :]) & (variance < DIFFUSE * TOLD)
    out[first + lags :] = np.where(told, v / np.sqrt(variance * model.sigma2), np.nan)
    return out


def autocorrelations(
    e: Float[FloatArray, "time"], lags: int
) -> tuple[Float[FloatArray, "{lags}"], Int[IntArray, "{lags}"]]:
    """Autocorrelations at lags 1, 2, … of what is not NaN, and over how many pairs each goes.

    >>> r, pairs = autocorrelations(np.array([1.0, -1.0, np.nan, -1.0, 1.0]), 2)
    >>> r.tolist(), pairs.tolist()
    ([-0.5, 0.25], [2, 1])
    """
    seen = np.isfinite(e)
    centred = np.where(seen, e - (e[seen].mean() if seen.any() else 0.0), 0.0)
    whole = float(centred @ centred)
    steps = range(1, lags + 1)
    r = np.array([centred[k:] @ centred[:-k] for k in steps]) / (whole if whole > 0.0 else 1.0)
    pairs = np.array([np.count_nonzero(seen[k:] & seen[:-k]) for k in steps], dtype=np.int64)
    return r.reshape(lags), pairs


def ljung_box(r: Float[FloatArray, "lags"], pairs: Int[IntArray, "lags"], seen: int) -> float:
    """Sum of squared autocorrelations, each over its variance were the residuals noise.

    That variance is pairs / (n (n + 2)); without missing values this is the statistic of Ljung & Box
    (1978), doi:10.1093/biomet/65.2.297.
    """
    used = pairs > 0
    return float(seen * (seen + 2) * np.sum(r[used] ** 2 / pairs[used]))


def chi_squared_tail(x: float, degrees: int) -> float:
    """Probability that a χ² of so many degrees of freedom exceeds x.

    >>> round(chi_squared_tail(3.841459, 1), 6), round(chi_squared_tail(18.307038, 10), 6)
    (0.05, 0.05)
    """
    if x <= 0.0:
        return 1.0
    half, odd = x / 2.0, degrees % 2  # Abramowitz & Stegun 26.4.4 and 26.4.5
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    for k in range(degrees // 2):
        power = k + 0.5 * odd
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1.0))
    return min(1.0, total)
