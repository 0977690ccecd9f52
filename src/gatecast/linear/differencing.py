"""How often to difference: once seasonally if the season is strong, then until KPSS finds a level. [kernel]

Strength of the season: 1 − Var(R) / Var(S + R) of an STL decomposition (seasonal window 11).
Source: Cleveland et al. (1990), "STL"; Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x;
Kwiatkowski et al. (1992), doi:10.1016/0304-4076(92)90104-Y.
"""

import math

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.arma import kernel

STRONG = 0.64  # seasonal strength above which one seasonal difference is taken
CRITICAL = 0.463  # KPSS at 5 %
SEASONAL_WINDOW = 11
INNER_LOOPS = 5


@kernel
def tricube(count, window, at, first, last, degree, out):
    """Weights of a local regression at `at` on steps first .. last, into `out`."""
    reach = max(at - first, last - at) + (max(0, window - count) // 2)
    total = 0.0
    for i in range(first, last + 1):
        r = abs(i - at)
        w = 0.0
        if r <= 0.999 * reach:
            w = 1.0 if r <= 0.001 * reach else (1.0 - (r / reach) ** 3) ** 3
        out[i - first] = w
        total += w
    for i in range(last - first + 1):
        out[i] /= total
    if degree == 0:
        return
    centre, spread = 0.0, 0.0
    for i in range(last - first + 1):
        centre += out[i] * (first + i)
    for i in range(last - first + 1):
        spread += out[i] * (first + i - centre) ** 2
    if math.sqrt(spread) > 0.001 * (count - 1):
        for i in range(last - first + 1):
            out[i] *= 1.0 + (at - centre) * (first + i - centre) / spread


@kernel
def loess(y, window, degree, margin, out):
    """Local regression on a regular grid at steps −margin .. time − 1 + margin, into `out`."""
    n = len(y)
    width = min(window, n)
    half = (width - 1) // 2
    weight = np.empty(width)
    ready = False  # the weights inside are all the same
    for at in range(-margin, n + margin):
        first = min(max(at - half, 0), n - width)
        inside = first == at - half and width == window
        if not (inside and ready):
            tricube(n, window, at, first, first + width - 1, degree, weight)
        ready = inside
        total = 0.0
        for i in range(width):
            total += weight[i] * y[first + i]
        out[at + margin] = total


@kernel
def moving_average(y, window):
    """Means of every `window` neighbours. [time] → [time − window + 1]"""
    n = len(y)
    out = np.empty(n - window + 1)
    total = 0.0
    for t in range(window):
        total += y[t]
    out[0] = total / window
    for t in range(window, n):
        total += y[t] - y[t - window]
        out[t - window + 1] = total / window
    return out


@kernel
def next_odd(x):
    """The least odd integer not below x."""
    whole = math.ceil(x)
    return whole if whole % 2 else whole + 1


@kernel
def seasonal_strength(y, season):
    """How much of what is left beside the trend the season explains, in [0, 1]; 0 below two seasons.

    y  [time], no gaps
    """
    n = len(y)
    if season < 2 or n < 2 * season + 1:
        return 0.0
    trend_window = next_odd(1.5 * season / (1.0 - 1.5 / SEASONAL_WINDOW))
    trend, seasonal, cycle = np.zeros(n), np.zeros(n), np.empty(n + 2 * season)
    low, smooth = np.empty(n), np.empty(n // season + 3)
    for _ in range(INNER_LOOPS):
        for phase in range(season):
            sub = (y[phase::season] - trend[phase::season]).copy()
            loess(sub, SEASONAL_WINDOW, 0, 1, smooth)
            for k in range(len(sub) + 2):
                cycle[phase + k * season] = smooth[k]
        passed = moving_average(moving_average(moving_average(cycle, season), season), 3)
        loess(passed, next_odd(season), 1, 0, low)
        for t in range(n):
            seasonal[t] = cycle[t + season] - low[t]
        loess(y - seasonal, trend_window, 1, 0, trend)
    rest = y - trend - seasonal
    whole = np.var(y - trend)
    if whole <= 0.0:
        return 0.0
    return max(0.0, min(1.0, 1.0 - np.var(rest) / whole))


def level_kpss(y: FloatArray) -> float:
    """KPSS statistic of the null hypothesis that the series has a constant level.

    >>> level_kpss(np.arange(100.0)) > CRITICAL
    True
    """
    n = len(y)
    e = y - y.mean()
    lags = int(3 * math.sqrt(n) / 13)
    variance = e @ e / n
    for k in range(1, lags + 1):
        variance += 2.0 * (1.0 - k / (lags + 1.0)) * (e[k:] @ e[:-k]) / n
    partial = np.cumsum(e)
    return float(partial @ partial / (n * n * variance)) if variance > 1e-12 * (1.0 + y.mean() ** 2) else 0.0


def choose_differences(y: FloatArray, season: int) -> tuple[int, int]:
    """(d, D) for a series without gaps: seasonal by the strength of the season, then d ≤ 2 by KPSS.

    >>> choose_differences(np.tile([0.0, 3.0, 1.0, 2.0], 20) + np.arange(80) % 7 * .01, 4)
    (0, 1)
    """
    seasonal = int(season > 1 and seasonal_strength(np.ascontiguousarray(y), season) > STRONG)
    rest = y[season:] - y[:-season] if seasonal else y
    d = 0
    while d < 2 and len(rest) > 8 and level_kpss(rest) > CRITICAL:
        rest, d = np.diff(rest), d + 1
    return d, seasonal
