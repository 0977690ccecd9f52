"""The paired test behind the leaderboard's verdicts: Diebold-Mariano, made honest for few windows.

Arrays in, numbers out: no tables, no options, no state.
Sources: Diebold & Mariano, doi:10.1080/07350015.1995.10524599; Harvey, Leybourne & Newbold,
doi:10.1016/S0169-2070(96)00719-4; the Bartlett weights are Newey & West's, doi:10.2307/1913610.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.backtest.student import two_sided_p


class Paired(NamedTuple):
    """What a paired test found.

    difference  mean of the differences
    statistic   NaN where there was nothing to test
    p_value     two-sided, NaN likewise
    units       differences that were there
    """

    difference: float
    statistic: float
    p_value: float
    units: int


def correlated_lags(windows: int, overlap: int) -> int:
    """How many lags of autocorrelation to allow for between windows.

    Windows that share steps are correlated by construction, so those lags always count; the cube root
    allows for weather and habits that outlast a window. Simulated at T = 6 ... 120 this keeps a nominal 5 %
    test at 5 % for independent windows, below 10 % for autoregressive ones (φ = .3) and below 12 % where up
    to four windows overlap; the plain test errs there in up to 16 and 20 %.

    windows  how many there are
    overlap  how many windows, itself included, share a step: horizon / step, rounded up

    >>> correlated_lags(windows=8, overlap=1)
    2
    """
    return min(overlap - 1 + int(math.cbrt(windows)), max(windows - 2, 0))


def paired_test(differences: Float[FloatArray, "windows"], lags: int = 0) -> Paired:
    """Test whether the mean of paired differences is zero.

    With `lags` 0 this is the paired t test exactly; otherwise the variance takes in autocovariances up to
    `lags` under Bartlett weights, which keep it positive, and the statistic is shrunk as Harvey, Leybourne
    and Newbold do for a forecast of lags + 1 steps.

    differences  [windows or series]  NaN is left out
    lags         fewer than the differences less one

    >>> paired_test(np.array([1.0, 2.0, 3.0])).p_value.__round__(4)
    0.0742
    """
    there = differences[~np.isnan(differences)]
    count = len(there)
    if count < 2:
        mean = float(there[0]) if count else math.nan
        return Paired(mean, math.nan, math.nan, count)
    lags = min(lags, count - 2)
    mean = float(there.mean())
    statistic = _statistic(mean, _long_run_variance(there - mean, lags), count, lags + 1)
    return Paired(mean, statistic, two_sided_p(statistic, count - 1), count)


def _long_run_variance(centred: Float[FloatArray, "windows"], lags: int) -> float:
    """Autocovariances up to `lags`, each lag counted on both sides with weight 1 - lag / (lags + 1)."""
    count = len(centred)
    variance = float(centred @ centred) / count
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag]) / count
    return variance


def _statistic(mean: float, variance: float, count: int, steps: int) -> float:
    """HLN's corrected statistic (their eq. 9); identical forecasts differ by nothing, not by 0 / 0."""
    if mean == 0.0:
        return 0.0
    shrink = (count + 1 - 2 * steps + steps * (steps - 1) / count) / count
    if variance <= 0.0:
        return math.copysign(math.inf, mean)
    return mean / math.sqrt(variance / count) * math.sqrt(shrink)
