"""How often to difference: once seasonally if the season is strong, then until KPSS finds a level. [kernel]

Strength of the season: 1 − Var(R) / Var(S + R) of an STL decomposition (seasonal window 11). On a regular
grid a local regression is a convolution inside and a small matrix at either end.

Source: Cleveland et al. (1990), "STL"; Wang, Smith & Hyndman (2006), doi:10.1007/s10618-005-0039-x;
Kwiatkowski et al. (1992), doi:10.1016/0304-4076(92)90104-Y.
"""

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray

STRONG = 0.64  # seasonal strength above which one seasonal difference is taken
CRITICAL = 0.463  # KPSS at 5 %
FLAT = 1e-9  # of the level's size: what varies less is constant but for rounding
SEASONAL_WINDOW = 11
INNER_LOOPS = 5


def local_weights(time: int, window: int, degree: int, at: int) -> Float[FloatArray, "width"]:
    """Weights of a tricube local regression at step `at` on its nearest steps. [min(window, time)]"""
    width = min(window, time)
    first = min(max(at - (width - 1) // 2, 0), time - width)
    x = np.arange(first, first + width)
    reach = max(at - first, first + width - 1 - at) + max(0, window - time) // 2
    r = np.abs(x - at) / reach
    weight = np.where(r <= 0.001, 1.0, np.where(r <= 0.999, (1.0 - r**3) ** 3, 0.0))
    weight /= weight.sum()
    centre = weight @ x
    spread = weight @ (x - centre) ** 2
    if degree and math.sqrt(spread) > 0.001 * (time - 1):
        weight = weight * (1.0 + (at - centre) * (x - centre) / spread)
    return weight


@lru_cache(maxsize=64)
def end_weights(
    time: int, window: int, degree: int, margin: int
) -> tuple[Float[FloatArray, "left width"], Float[FloatArray, "inside"], Float[FloatArray, "right width"]]:
    """Local regressions at the left end, inside, and at the right end of a regular grid.

    returns  [left steps, width], [width], [right steps, width]
    """
    half = (min(window, time) - 1) // 2
    whole = window <= time
    left = range(-margin, half if whole else (time + 1) // 2)
    right = range(time - half if whole else (time + 1) // 2, time + margin)
    inside = local_weights(time, window, degree, half) if whole else np.ones(0)
    return (
        np.array([local_weights(time, window, degree, at) for at in left]),
        inside,
        np.array([local_weights(time, window, degree, at) for at in right]),
    )


def loess(
    y: Float[FloatArray, "time *phases"], window: int, degree: int, margin: int = 0
) -> Float[FloatArray, "smoothed *phases"]:
    """Local regression at steps −margin .. time − 1 + margin of a regular grid.

    y        [time, ...], smoothed along the first axis
    window   odd number of steps
    returns  [time + 2 · margin, ...]

    >>> loess(np.arange(5.0), 3, 1, margin=1).round(6) + 0.0
    array([-1.,  0.,  1.,  2.,  3.,  4.,  5.])
    """
    left, inside, right = end_weights(len(y), window, degree, margin)
    width = left.shape[1]
    if not len(inside):
        middle = y[:0]
    elif y.ndim == 1:
        middle = np.convolve(y, inside, "valid")  # the weights inside are symmetric
    else:
        middle = np.lib.stride_tricks.sliding_window_view(y, width, axis=0) @ inside
    return np.concatenate([left @ y[:width], middle, right @ y[len(y) - width :]])


def moving_average(y: Float[FloatArray, "time"], window: int) -> Float[FloatArray, "means"]:
    """Means of every `window` neighbours. [time] → [time − window + 1]"""
    total = np.cumsum(np.concatenate([[0.0], y]))
    means: FloatArray = (total[window:] - total[:-window]) / window
    return means


def next_odd(x: float) -> int:
    """The least odd integer not below x."""
    return math.ceil(x) | 1


def seasonal_strength(y: Float[FloatArray, "time"], season: int) -> float:
    """How much of what is left beside the trend the season explains, in [0, 1]; 0 below two seasons.

    y  [time], no gaps

    >>> seasonal_strength(np.tile([0.0, 3.0, 1.0, 2.0], 20), 4) > 0.99
    True
    """
    n = len(y)
    if season < 2 or n < 2 * season + 1:
        return 0.0
    trend_window = next_odd(1.5 * season / (1.0 - 1.5 / SEASONAL_WINDOW))
    cycles, longer = divmod(n, season)  # the first `longer` phases have one value more
    trend = np.zeros(n)
    seasonal = np.zeros(n)
    for _ in range(INNER_LOOPS):
        rest = y - trend
        body = loess(rest[: cycles * season].reshape(cycles, season)[:, longer:], SEASONAL_WINDOW, 0, 1)
        table = np.empty((cycles + 3, season))
        table[: cycles + 2, longer:] = body
        if longer:
            rows = np.vstack(
                [rest[: cycles * season].reshape(cycles, season)[:, :longer], rest[cycles * season :]]
            )
            table[:, :longer] = loess(rows, SEASONAL_WINDOW, 0, 1)
        cycle = table.ravel()[: n + 2 * season]
        passed = moving_average(moving_average(moving_average(cycle, season), season), 3)
        seasonal = cycle[season:-season] - loess(passed, next_odd(season), 1)
        trend = loess(y - seasonal, trend_window, 1)
    whole = np.var(y - trend)
    return float(np.clip(1.0 - np.var(y - trend - seasonal) / whole, 0.0, 1.0)) if whole > 0.0 else 0.0


def level_kpss(y: Float[FloatArray, "time"]) -> float:
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
    rounding = (FLAT * float(np.abs(y).max())) ** 2
    return float(partial @ partial / (n * n * variance)) if variance > rounding else 0.0


def choose_differences(y: Float[FloatArray, "time"], season: int) -> tuple[int, int]:
    """(d, D) for a series without gaps: seasonal by the strength of the season, then d ≤ 2 by KPSS.

    >>> choose_differences(np.tile([0.0, 3.0, 1.0, 2.0], 20) + np.arange(80) % 7 * .01, 4)
    (0, 1)
    """
    seasonal = int(season > 1 and seasonal_strength(y, season) > STRONG)
    rest = y[season:] - y[:-season] if seasonal else y
    rounding, d = FLAT * float(np.abs(y).max()), 0
    while d < 2 and len(rest) > 8 and np.std(rest) > rounding and level_kpss(rest) > CRITICAL:
        rest, d = np.diff(rest), d + 1
    return d, seasonal
