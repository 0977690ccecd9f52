"""Missing values of a series that is fitted: a first guess, draws from the model, the exact likelihood."""

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.linear.arma import whiten
from gatecast.linear.lag import difference
from gatecast.linear.lanes import LANES
from gatecast.linear.order import LAST, Search
from gatecast.linear.shape import Fit, Problem, numbers

CHUNK = 32  # dummies whitened at once
PIECE, NEAR = 2048, 100  # steps drawn at once; reach beyond differencing and two seasons


def interpolate(y: FloatArray, season: int) -> FloatArray:
    """Missing values on a straight line between neighbours of the same phase. [time]"""
    if np.isfinite(y).all():
        return y.astype(np.float64)
    out = y.astype(np.float64)
    step = season if season > 1 and len(y) > 2 * season else 1
    for phase in range(step):
        part = out[phase::step]
        seen = np.isfinite(part)
        if seen.any() and not seen.all():
            part[~seen] = np.interp(np.flatnonzero(~seen), np.flatnonzero(seen), part[seen])
    bad = ~np.isfinite(out)
    if bad.any():
        out[bad] = np.interp(np.flatnonzero(bad), np.flatnonzero(~bad), out[~bad])
    return out


def exact_with_gaps(problem: Problem, fit: Fit, missing: BoolArray, delta: FloatArray) -> tuple[Problem, Fit]:
    """Fit again with every missing value integrated out."""
    dummies = np.zeros((int(missing.sum()), len(missing)))
    dummies[np.arange(len(dummies)), np.flatnonzero(missing)] = 1.0
    columns = np.vstack([problem.columns[:1], difference(dummies, delta), problem.columns[1:]])
    gapped = Problem(columns, len(dummies), problem.scale, problem.season)
    again = Search(gapped).fit(fit.shape, fit.x[None, :], *LAST)
    return (gapped, again) if again is not None else (problem, fit)


def drawn(
    filled: FloatArray, missing: BoolArray, problem: Problem, fit: Fit, delta: FloatArray
) -> FloatArray:
    """The series with missing values drawn from what the model and all others say of them.

    Their expectation alone varies too little: fitted to it, a model remembers too long and errs too little.
    A long series is drawn piece by piece, each from what lies within reach of it: all at once takes time and
    memory for every missing value times every step.
    """
    columns = problem.with_constant() if fit.shape.constant else problem.columns
    lags, out = len(delta) - 1, filled.copy()
    reach = lags + 2 * problem.season + NEAR
    noise = np.random.default_rng(len(filled) - lags)
    for first in range(0, len(filled), PIECE):
        here = slice(max(0, first - reach), first + PIECE + reach)
        where = np.flatnonzero(missing[first : first + PIECE]) + first
        if len(where):
            w = difference(out[here], delta) / problem.scale
            rest = w - fit.beta @ columns[1:, here.start : here.start + len(w)]
            out[where] -= problem.scale * _excess(rest, where - here.start, problem, fit, delta, noise)
    return out


def _excess(
    rest: FloatArray,
    where: IntArray,
    problem: Problem,
    fit: Fit,
    delta: FloatArray,
    noise: np.random.Generator,
) -> FloatArray:
    """What some values of a piece have too much beside a draw, over `scale`. [missing]

    With E the innovations of dummies and z noise, (E E')⁻¹ E (e + σ z) has the right mean and covariance.

    rest   [time − lags]  differenced, over `scale`, without regression
    where  [missing]      steps of the piece
    """
    shape = numbers(fit.shape, problem.season)
    x = np.repeat(fit.x[:, None], LANES, axis=1)
    e = whiten(rest[None, :].copy(), x, shape)[0][0, :, 0]
    seen = np.empty((len(where), len(e)))
    for first in range(0, len(where), CHUNK):
        chosen = where[first : first + CHUNK]
        dummies = np.zeros((len(chosen), len(rest) + len(delta) - 1))
        dummies[np.arange(len(chosen)), chosen] = 1.0
        seen[first : first + CHUNK] = whiten(difference(dummies, delta), x, shape)[0][:, :, 0]
    e = e + np.sqrt(np.mean(e**2)) * noise.normal(size=len(e))
    effect: FloatArray = np.linalg.lstsq(seen @ seen.T, seen @ e, rcond=None)[0]
    return effect
