"""Scores of forecasts under utilsforecast's names and definitions.

Every score averages over the last axis, the horizon, and keeps the axes before it. A step whose actual is
missing is left out; a row without any actual scores NaN. A missing *forecast* of a known actual makes the
row NaN: giving no number is never rewarded.

Arrays in, numbers out: no tables, no options, no state.
Source: utilsforecast.losses; Hyndman & Koehler, doi:10.1016/j.ijforecast.2006.03.001 (MASE);
Gneiting & Raftery, doi:10.1198/016214506000001437 (quantile and interval scores).
"""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray

# Relative to the size of the values: what is left of a difference of equals after a change of unit.
_ROUNDING = 1e-12


def mean_known(
    values: Float[FloatArray, "..."], axis: int | tuple[int, ...] | None = None
) -> Float[FloatArray, "..."]:
    """Mean of the values that are there, NaN where there is none.

    values   [...]
    returns  [...] without `axis`, or a 0-D array

    >>> mean_known(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]]), axis=1)
    array([ 2., nan])
    """
    there = ~np.isnan(values)
    total = np.where(there, values, 0.0).sum(axis=axis)
    return _ratio(total, there.sum(axis=axis))


def mae(
    actual: Float[FloatArray, "*origins horizon"], point: Float[FloatArray, "*origins horizon"]
) -> Float[FloatArray, "*origins"]:
    """Mean absolute error.

    actual, point  [..., horizon]  any unit
    returns        [...]           in that unit

    >>> mae(np.array([1.0, np.nan, 3.0]), np.array([2.0, 9.0, 3.0]))
    array(0.5)
    """
    return _mean_observed(np.abs(actual - point), actual)


def rmse(
    actual: Float[FloatArray, "*origins horizon"], point: Float[FloatArray, "*origins horizon"]
) -> Float[FloatArray, "*origins"]:
    """Root of the mean squared error.

    actual, point  [..., horizon]  any unit
    returns        [...]           in that unit

    >>> rmse(np.array([0.0, 0.0]), np.array([3.0, 4.0])).round(3)
    np.float64(3.536)
    """
    return np.asarray(np.sqrt(_mean_observed((actual - point) ** 2, actual)))


def mape(
    actual: Float[FloatArray, "*origins horizon"], point: Float[FloatArray, "*origins horizon"]
) -> Float[FloatArray, "*origins"]:
    """Mean absolute error relative to the actual, as a fraction: 0.05 is 5 %.

    actual, point  [..., horizon]
    returns        [...]           steps whose actual is zero are left out

    >>> mape(np.array([10.0, 0.0]), np.array([9.0, 1.0]))
    array(0.1)
    """
    nonzero = np.where(actual == 0, np.nan, actual)
    return _mean_observed(_ratio(np.abs(nonzero - point), np.abs(nonzero)), nonzero)


def smape(
    actual: Float[FloatArray, "*origins horizon"], point: Float[FloatArray, "*origins horizon"]
) -> Float[FloatArray, "*origins"]:
    """Symmetric mean absolute percentage error, between 0 and 1: |e| / (|actual| + |point|).

    The scale is utilsforecast's. M4's runs from 0 to 200 %: multiply by 200 before setting it beside
    published figures. A step where both are zero is a perfect forecast and scores 0.

    actual, point  [..., horizon]
    returns        [...]           in [0, 1]

    >>> smape(np.array([1.0, 0.0]), np.array([3.0, 0.0]))
    array(0.25)
    """
    return _mean_observed(_ratio(np.abs(actual - point), np.abs(actual) + np.abs(point), empty=0.0), actual)


def seasonal_scale(history: Float[FloatArray, "time"], season: int) -> float:
    """MASE's denominator: the mean absolute difference to the value one season before.

    history  [time]   NaN marks a gap and is left out
    returns  NaN if no pair of values lies one season apart, 0 if the season repeats but for rounding

    >>> seasonal_scale(np.array([1.0, 5.0, 2.0, 7.0]), season=2)
    1.5
    """
    difference = float(mean_known(np.abs(history[season:] - history[:-season])))
    return 0.0 if difference <= _ROUNDING * float(mean_known(np.abs(history))) else difference


def mase(
    actual: Float[FloatArray, "*origins horizon"],
    point: Float[FloatArray, "*origins horizon"],
    scale: Float[FloatArray, "*#origins"],
) -> Float[FloatArray, "*origins"]:
    """Mean absolute error in units of the seasonal naive's error on the history.

    actual, point  [..., horizon]
    scale          [...]           as `seasonal_scale` gives it, in the unit of actual
    returns        [...]           NaN where the scale is 0 or NaN: a constant history scales nothing

    >>> mase(np.array([[2.0], [2.0]]), np.array([[3.0], [3.0]]), np.array([0.5, 0.0]))
    array([ 2., nan])
    """
    return _ratio(mae(actual, point), scale)


def quantile_loss(
    actual: Float[FloatArray, "*origins horizon"],
    quantile: Float[FloatArray, "*origins horizon"],
    probability: float,
) -> Float[FloatArray, "*origins"]:
    """Pinball loss of one predicted quantile.

    actual, quantile  [..., horizon]  any unit
    returns           [...]           in that unit

    >>> quantile_loss(np.array([1.0]), np.array([3.0]), 0.9).round(3)
    np.float64(0.2)
    """
    return _mean_observed(_pinball(actual, quantile, np.asarray(probability)), actual)


def mqloss(
    actual: Float[FloatArray, "*origins horizon"],
    quantiles: Float[FloatArray, "*origins horizon levels"],
    levels: Float[FloatArray, "levels"],
) -> Float[FloatArray, "*origins"]:
    """Pinball loss averaged over the predicted quantiles.

    actual     [..., horizon]          any unit
    quantiles  [..., horizon, levels]
    levels     [levels]                probabilities
    returns    [...]                   in the unit of actual

    >>> mqloss(np.array([1.0]), np.array([[0.0, 1.0, 2.0]]), np.array([0.1, 0.5, 0.9])).round(4)
    np.float64(0.0667)
    """
    return _mean_observed(_pinball(actual[..., None], quantiles, levels).mean(axis=-1), actual)


def crps(
    actual: Float[FloatArray, "*origins horizon"],
    quantiles: Float[FloatArray, "*origins horizon levels"],
    levels: Float[FloatArray, "levels"],
) -> Float[FloatArray, "*origins"]:
    """Continuous ranked probability score, from quantiles: twice the mean pinball loss.

    actual     [..., horizon]          any unit
    quantiles  [..., horizon, levels]
    levels     [levels]                probabilities, evenly spread for a fair integral
    returns    [...]                   in the unit of actual

    >>> crps(np.array([1.0]), np.array([[3.0]]), np.array([0.5]))
    array(2.)
    """
    return np.asarray(2.0 * mqloss(actual, quantiles, levels))


def scaled_crps(
    actual: Float[FloatArray, "*origins horizon"],
    quantiles: Float[FloatArray, "*origins horizon levels"],
    levels: Float[FloatArray, "levels"],
) -> Float[FloatArray, "*origins"]:
    """CRPS from quantiles, divided by the mean absolute actual.

    actual     [..., horizon]
    quantiles  [..., horizon, levels]
    levels     [levels]                probabilities
    returns    [...]                   NaN where every actual is zero
    Source: Rangapuram et al., ICML 2021, https://proceedings.mlr.press/v139/rangapuram21a.html

    >>> scaled_crps(np.array([4.0]), np.array([[6.0]]), np.array([0.5]))
    array(0.5)
    """
    return _ratio(crps(actual, quantiles, levels), mean_known(np.abs(actual), axis=-1))


def coverage(
    actual: Float[FloatArray, "*origins horizon"],
    lower: Float[FloatArray, "*origins horizon"],
    upper: Float[FloatArray, "*origins horizon"],
) -> Float[FloatArray, "*origins"]:
    """Share of actuals inside their interval, bounds included.

    actual, lower, upper  [..., horizon]
    returns               [...]           in [0, 1]

    >>> coverage(np.array([1.0, 5.0, np.nan]), np.zeros(3), np.full(3, 2.0))
    array(0.5)
    """
    inside = ((lower <= actual) & (actual <= upper)).astype(np.float64)
    return _mean_observed(np.where(np.isnan(lower + upper), np.nan, inside), actual)


def winkler_score(
    actual: Float[FloatArray, "*origins horizon"],
    lower: Float[FloatArray, "*origins horizon"],
    upper: Float[FloatArray, "*origins horizon"],
    level: float,
) -> Float[FloatArray, "*origins"]:
    """Width of a central interval, plus a fine for every actual outside it.

    actual, lower, upper  [..., horizon]  any unit
    level                 width of the interval in percent, e.g. 80
    returns               [...]           in the unit of actual

    >>> winkler_score(np.array([3.0]), np.array([0.0]), np.array([2.0]), level=80).round(6)
    np.float64(12.0)
    """
    alpha = 1.0 - level / 100.0
    missed = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
    return _mean_observed(upper - lower + 2.0 / alpha * missed, actual)


def owa(smape: float, mase: float, naive2_smape: float, naive2_mase: float) -> float:
    """M4's overall weighted average: mean of sMAPE and MASE, each relative to Naive2's.

    Both sMAPE must be on one scale; M4's published 18.383 for hourly series is in percent of 0 to 200.

    Source: Makridakis, Spiliotis & Assimakopoulos, doi:10.1016/j.ijforecast.2019.04.014.

    >>> owa(smape=9.1915, mase=1.1975, naive2_smape=18.383, naive2_mase=2.395)
    0.5
    """
    return 0.5 * (smape / naive2_smape + mase / naive2_mase)


def _pinball(actual: FloatArray, quantile: FloatArray, probability: FloatArray) -> FloatArray:
    error = actual - quantile
    return np.asarray(np.maximum(probability * error, (probability - 1.0) * error))


def _mean_observed(loss: FloatArray, actual: FloatArray) -> FloatArray:
    """Mean over the horizon where the actual is known; a missing forecast there stays NaN."""
    observed = ~np.isnan(actual)
    return _ratio(np.where(observed, loss, 0.0).sum(axis=-1), observed.sum(axis=-1))


def _ratio(numerator: FloatArray, denominator: FloatArray, empty: float = np.nan) -> FloatArray:
    """Divide where the denominator is positive; `empty` where it is zero, NaN where it is NaN."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, np.float64), denominator)
    result = np.where(denominator == 0, empty, np.nan)
    with np.errstate(over="ignore"):  # beside a vanishing denominator infinite is the answer, not a mishap
        return np.asarray(np.divide(numerator, denominator, out=result, where=denominator > 0))
