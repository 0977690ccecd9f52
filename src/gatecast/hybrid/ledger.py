"""The linear part of a forecast as addends: level, calendar, each covariate, the series' own past by age.

Every member of the pool is split exactly on its own scale (`linear.split`) and counts by its weight in the
mixture. The mixture z is on the pool's scale, often a logarithmic one: y = g(s z). Addends of z become
addends of y by the secant through the level,

    y - g(0) = z · (g(s z) - g(0)) / z

so that they still add up. On the straight line from the level to z this is the integrated gradient of y, the
price of Aumann & Shapley, Values of Non-Atomic Games (1974); Sundararajan, Taly & Yan, Axiomatic attribution
for deep networks (2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel, Scale
from gatecast.errors import NotFittedError, OptionError
from gatecast.forecaster import Origins
from gatecast.hybrid.features import reach
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.pool import PROFILE_CYCLES, Pool, weights_of
from gatecast.linear import (
    HELD,
    LEVEL,
    Ages,
    Autoregression,
    Reason,
    ReasonKind,
    RecentARIMA,
    Split,
    ages_of,
    superposed,
)

FLOOR: Reason = ("bound", "kept from falling below zero")
ROUNDING = 1e-9  # relative; a bound that moves a forecast by less does not
Addends = dict[Reason, FloatArray]


@dataclass(frozen=True)
class LinearLedger:
    """The linear part of one series' forecast from one origin, in the unit of the series.

    names         [parts]           in words
    kinds         [parts]           "level", "calendar", "covariate", "past" or "bound"
    parts         [parts, horizon]  sum to the linear part
    member_names  [members]         in words
    weights       [members]         sum to one
    member_paths  [members, horizon]  each member's own forecast
    member_parts  [members, horizon]  what each brings by its weight; sum to the linear part, too
    """

    names: tuple[str, ...]
    kinds: tuple[ReasonKind, ...]
    parts: Float[FloatArray, "parts horizon"]
    member_names: tuple[str, ...]
    weights: Float[FloatArray, "members"]
    member_paths: Float[FloatArray, "members horizon"]
    member_parts: Float[FloatArray, "members horizon"]

    def total(self) -> Float[FloatArray, "horizon"]:
        """The linear part."""
        total: FloatArray = self.parts.sum(axis=0)
        return total

    def part(self, name: str) -> Float[FloatArray, "horizon"]:
        """One addend by its name; OptionError if there is none."""
        if name not in self.names:
            raise OptionError(f"no part is called {name!r}; there are {', '.join(self.names)}")
        part: FloatArray = self.parts[self.names.index(name)]
        return part


@dataclass(frozen=True)
class _Mixture:
    """Members' forecasts from one origin, their splits on the pool's scale and their weights.

    paths    [horizon, members]  scaled
    mix      [horizon]           scaled
    """

    names: tuple[str, ...]
    splits: tuple[Addends, ...]
    weights: FloatArray
    paths: FloatArray
    mix: FloatArray


def linear_ledger(
    model: Hybrid | LinearHalf | Autoregression, panel: Panel, series: int, position: int
) -> LinearLedger:
    """Split the linear part of a forecast into what brings it about.

    model     fitted
    panel     with its known covariates `horizon` steps behind the origin, as for `forecast`
    series    which of the panel's
    position  of the origin: the last step whose value is known

    The level is the centre of the series' scale with all that is constant: what the linear part would be if
    calendar and covariates had their average effect and the past were at its centre. A 0/1 covariate counts
    against 0. The past of a member with a regression is what the regression left over. Weights of members
    are taken as they are at the origin, although the past has made them. What rounding leaves, some 1e-13 of
    the whole, is in the level.

    Raises NotFittedError before the model is fitted, OptionError for a series or an origin not in the panel.
    """
    if not 0 <= series < len(panel) or not 0 <= position < int(panel.lengths[series]):
        raise OptionError(
            f"series {series}, position {position} is not in this panel of {len(panel)} series; "
            "wanted a series counted from 0 and one of its steps"
        )
    ages = ages_of(panel)
    if isinstance(model, Autoregression):
        _require(model, "fitted_")
        return _ledger(panel, series, ages, model.path_scale_, _alone(model, panel, series, position, ages))
    pool, first = _pool_of(model, panel, position)
    return _ledger(panel, series, ages, pool.scale_, _mixture(pool, panel, series, first, position, ages))


def _require(model: object, fitted: str) -> None:
    if not hasattr(model, fitted):
        raise NotFittedError(f"this {type(model).__name__} is not fitted; call fit with a table first")


def _pool_of(model: Hybrid | LinearHalf, panel: Panel, position: int) -> tuple[Pool, int]:
    """The members, and from which origin on the model has them stand: sums that begin there round alike."""
    if isinstance(model, Hybrid):
        _require(model, "linear_")
        if model.linear_ is None:
            behind = model.context_ + sum(reach(model.horizon, panel.seasons[0]))
            return model.pool_, max(position - behind, 0)
        model = model.linear_
    _require(model, "pool_")
    return model.pool_, position


def _mixture(pool: Pool, panel: Panel, series: int, first: int, position: int, ages: Ages) -> _Mixture:
    """All members of a pool."""
    scaled = pool.scaled(panel)
    standing = pool.stand(panel, scaled, series, first, position)
    paths = standing.paths[-1]
    left = pool.full_.remainder(panel, series)
    splits = []
    for member, path in zip(pool.fitted_, paths.T, strict=False):
        if isinstance(member, RecentARIMA):
            split = member.split(panel, series, position, ages, left)
        else:
            own = left if member is pool.full_ else member.remainder(panel, series)
            split = member.split(panel, series, position, ages, own, crossed=True)
        scale = pool.full_.path_scale_ if isinstance(member, RecentARIMA) else member.path_scale_
        splits.append(_on_scale(split, ages, scale, pool.scale_, series, path))
    past, at = scaled[panel.rows(series)][: position + 1], np.array([position])
    brought = superposed(past, ages, lambda some: np.stack(pool.naive_paths(some, at), axis=-1)[0])
    for k in range(brought.shape[-1]):
        addends = _with_past({LEVEL: np.zeros(pool.horizon)}, ages, brought[..., k])
        _bound(addends, paths[:, len(splits)], pool.scale_, series)
        splits.append(addends)
    weights = weights_of(standing.prior)[-1]
    return _Mixture(_member_names(pool, panel, series), tuple(splits), weights, paths, standing.mix[-1])


def _alone(model: Autoregression, panel: Panel, series: int, position: int, ages: Ages) -> _Mixture:
    """An autoregression on its own, by the coefficients it forecasts with."""
    left, scale = model.remainder(panel, series, crossed=False), model.path_scale_
    split = model.split(panel, series, position, ages, left, crossed=False)
    addends = _with_past(split.ahead, ages, split.past)
    origin = Origins(np.array([series]), np.array([position]))
    free = np.sum(list(addends.values()), axis=0)
    path = _reached(free, model.paths(panel, origin)[0], scale, series)
    _bound(addends, path, scale, series)
    return _Mixture(("autoregression",), (addends,), np.ones(1), path[:, None], path)


def _on_scale(split: Split, ages: Ages, own: Scale, scale: Scale, series: int, path: FloatArray) -> Addends:
    """A member's addends on the scale of the mixture.

    own    the member's scale; where it takes no logarithms but the mixture does, the secant stands in
    path   [horizon]  its forecast on the mixture's scale, within bounds
    """
    center, spread = scale.center[series], scale.spread[series]
    if own.logs[series] == scale.logs[series]:
        base, unit = center, np.full(len(path), 1.0 / spread)
    else:
        base = np.exp(center)
        unit = 1.0 / (base * spread * _steepness(spread * path))
    addends = {reason: unit * own.spread[series] * part for reason, part in split.ahead.items()}
    addends[LEVEL] = addends[LEVEL] + unit * (own.center[series] - base)
    addends = _with_past(addends, ages, unit * own.spread[series] * split.past)
    _bound(addends, path, scale, series)
    return addends


def _steepness(x: FloatArray) -> FloatArray:
    """(exp x - 1) / x, one at zero."""
    nonzero = np.where(x == 0.0, 1.0, x)
    steep: FloatArray = np.where(x == 0.0, 1.0, np.expm1(nonzero) / nonzero)
    return steep


def _with_past(ahead: Mapping[Reason, FloatArray], ages: Ages, past: FloatArray) -> Addends:
    return {**ahead, **{("past", name): part for name, part in zip(ages.names, past, strict=True)}}


def _ledger(panel: Panel, series: int, ages: Ages, scale: Scale, mixture: _Mixture) -> LinearLedger:
    """From addends of a mixture on its scale to those of the linear part in the unit of the series."""
    weights, linear = mixture.weights, scale.inverse(mixture.mix, series)
    mix, scaled = _reached(mixture.mix, linear, scale, series), Addends()
    for weight, addends in zip(weights, mixture.splits, strict=True):
        for reason, part in addends.items():
            scaled[reason] = scaled.get(reason, 0.0) + weight * part
    _bound(scaled, mix, scale, series)
    spread, center, logs = scale.spread[series], scale.center[series], scale.logs[series]
    base = np.exp(center) if logs else center
    unit = base * spread * _steepness(spread * mix) if logs else np.full(len(mix), spread)
    parts = {reason: unit * part for reason, part in scaled.items()}
    parts[LEVEL] = parts[LEVEL] + base
    reasons = _in_order(parts, panel, ages)
    for _ in range(2):  # what rounding leaves
        parts[LEVEL] = parts[LEVEL] + (linear - np.sum([parts[reason] for reason in reasons], axis=0))
    return LinearLedger(
        tuple(name for _, name in reasons),
        tuple(kind for kind, _ in reasons),
        np.stack([parts[reason] for reason in reasons]),
        mixture.names,
        weights,
        scale.inverse(mixture.paths.T, series),
        weights[:, None] * (linear + unit * (mixture.paths.T - mixture.mix)),
    )


def _bound(addends: Addends, path: FloatArray, scale: Scale, series: int) -> None:
    """Add what bounds took away from a scaled forecast: the floor where it lies there, else its range."""
    moved = path - np.sum(list(addends.values()), axis=0)
    size = np.abs(path) + np.sum([np.abs(part) for part in addends.values()], axis=0)
    moved = np.where(np.abs(moved) > ROUNDING * size, moved, 0.0)
    zero = ROUNDING - scale.center[series] / scale.spread[series]
    floored = (path <= zero) & (moved > 0.0) & scale.positive[series] & ~scale.logs[series]
    for reason, part in ((FLOOR, np.where(floored, moved, 0.0)), (HELD, np.where(floored, 0.0, moved))):
        if part.any():
            addends[reason] = addends.get(reason, 0.0) + part


def _reached(z: FloatArray, y: FloatArray, scale: Scale, series: int) -> FloatArray:
    """A scaled forecast as far as it was let: z itself where y, in the unit of the series, is its value."""
    let = scale.forward(y, series)
    rounding = ROUNDING * (1.0 + np.abs(z) + abs(scale.center[series] / scale.spread[series]))
    reached: FloatArray = np.where(np.abs(let - z) > rounding, let, z)
    return reached


def _in_order(parts: Addends, panel: Panel, ages: Ages) -> list[Reason]:
    """Level, calendar, covariates and ages in their own order, bounds; no calendar that says nothing."""
    size = np.sum([np.abs(part) for part in parts.values()], axis=0)
    silent = {r for r, part in parts.items() if r[0] == "calendar" and (np.abs(part) <= 1e-12 * size).all()}
    calendar = [reason for reason in parts if reason[0] == "calendar" and reason not in silent]
    covariates: Sequence[Reason] = [("covariate", name) for name in panel.known_names]
    past: Sequence[Reason] = [("past", name) for name in ages.names]
    return [r for r in (LEVEL, *calendar, *covariates, *past, HELD, FLOOR) if r in parts]


def _member_names(pool: Pool, panel: Panel, series: int) -> tuple[str, ...]:
    """What each member is, in words."""
    names, said = [], panel.frequency.duration
    for member in pool.fitted_:
        if isinstance(member, RecentARIMA):
            names.append("seasonal ARIMA")
        elif member.fitted_[series].regression is not None:
            names.append("autoregression with calendar and covariates")
        elif member is pool.full_:
            names.append("autoregression")
        else:
            names.append(f"autoregression {'of the past alone' if member.logs else 'without logarithms'}")
    longest = pool.lengths_[-1]
    naive = [f"the last {said(s)} repeated" if s > 1 else "the last value repeated" for s in pool.lengths_]
    shifted = f"the last {said(longest)} moved to the present level"
    return (*names, *naive, shifted, f"the last {said(PROFILE_CYCLES * longest)} averaged")
