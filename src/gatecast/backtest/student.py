"""Student's t distribution, as much of it as a paired test needs.

Arrays in, numbers out: no tables, no options, no state.
Source: Press et al., Numerical Recipes, 3rd ed. (2007), § 6.4 and 6.14; the fraction is evaluated by Lentz's
method.
"""

import math

_TINY = 1e-300
_PRECISION = 1e-15
_MOST_TERMS = 100_000


def two_sided_p(t: float, freedom: float) -> float:
    """Probability that a Student t variable lies farther from zero than `t`.

    t        the statistic; infinite gives 0, NaN gives NaN
    freedom  degrees of freedom, positive

    >>> round(two_sided_p(2.262157, freedom=9), 6)
    0.05
    >>> two_sided_p(0.0, freedom=9)
    1.0
    """
    if math.isnan(t):
        return math.nan
    if math.isinf(t):
        return 0.0
    # x and 1 - x both from t², so that neither loses digits when the other is near 1
    inside = t * t / freedom
    return _beta_ratio(freedom / 2.0, 0.5, 1.0 / (1.0 + inside), inside / (1.0 + inside))


def _beta_ratio(a: float, b: float, x: float, rest: float) -> float:
    """Regularised incomplete beta function I_x(a, b), with `rest` = 1 - x."""
    if x <= 0.0:
        return 0.0
    if rest <= 0.0:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    # The fraction converges fast only left of the mean; right of it I_x(a, b) = 1 - I_{1-x}(b, a)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (Numerical Recipes, eq. 6.4.5)."""
    c = 1.0
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
