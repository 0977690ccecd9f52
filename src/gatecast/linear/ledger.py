"""A linear forecast as a balance sheet: addends in the unit of the series that sum to it.

Members are split exactly on their own scales (`split`) and count by their weights in a mixture. The mixture z
is on one scale, often a logarithmic one: y = g(z). Addends of z become addends of y by the secant through the
level,

    y - g(0) = z · (g(z) - g(0)) / z

so that they still add up. On the straight line from the level to z this is the integrated gradient of y, the
price of Aumann & Shapley, Values of Non-Atomic Games (1974); Sundararajan, Taly & Yan, Axiomatic attribution
for deep networks (2017).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel, Scale
from gatecast.errors import OptionError
from gatecast.forecaster import Origins
from gatecast.linear.autoregression import Autoregression
from gatecast.linear.split import HELD, LEVEL, Ages, Reason, ReasonKind, Split, ages_of

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
class Mixture:
    """Members' forecasts from one origin, their splits on the pool's scale and their weights.

    paths    [horizon, members]  scaled
    mix      [horizon]           scaled
    """

    names: tuple[str, ...]
    splits: tuple[Addends, ...]
    weights: FloatArray
    paths: FloatArray
    mix: FloatArray


def autoregression_ledger(model: Autoregression, panel: Panel, series: int, position: int) -> LinearLedger:
    """An autoregression on its own, by the coefficients it forecasts with."""
    left, scale, ages = model.remainder(panel, series, crossed=False), model.path_scale_, ages_of(panel)
    ahead = model.reasons_ahead(panel, series, position, crossed=False)
    split = model.split(panel, series, position, ages, left, ahead, crossed=False)
    addends = with_past(split.ahead, ages, split.past)
    origin = Origins(np.array([series]), np.array([position]))
    free = np.sum(list(addends.values()), axis=0)
    path = _reached(free, model.paths(panel, origin)[0], scale, series)
    bound(addends, path, scale, series)
    mixture = Mixture(("autoregression",), (addends,), np.ones(1), path[:, None], path)
    return ledger_of(panel, series, ages, scale, mixture)


def ledger_of(panel: Panel, series: int, ages: Ages, scale: Scale, mixture: Mixture) -> LinearLedger:
    """From addends of a mixture on its scale to those of the linear part in the unit of the series."""
    weights, linear = mixture.weights, scale.inverse(mixture.mix, series)
    mix, scaled = _reached(mixture.mix, linear, scale, series), Addends()
    for weight, addends in zip(weights, mixture.splits, strict=True):
        for reason, part in addends.items():
            scaled[reason] = scaled.get(reason, 0.0) + weight * part
    bound(scaled, mix, scale, series)
    spread, center, logs = scale.spread[series], scale.center[series], scale.logs[series]
    base = np.exp(center) if logs else center
    unit = base * spread * _steepness(spread * mix) if logs else np.full(len(mix), spread)
    parts = {reason: unit * part for reason, part in scaled.items()}
    parts[LEVEL] = parts[LEVEL] + base
    shares = weights[:, None] * (linear + unit * (mixture.paths.T - mixture.mix))
    own = scale.inverse(mixture.paths.T, series)
    return balanced(parts, linear, panel, ages, (mixture.names, weights, own, shares))


def balanced(
    parts: Addends,
    linear: Float[FloatArray, "horizon"],
    panel: Panel,
    ages: Ages,
    members: tuple[
        tuple[str, ...],
        Float[FloatArray, "members"],
        Float[FloatArray, "members horizon"],
        Float[FloatArray, "members horizon"],
    ],
) -> LinearLedger:
    """Parts in order; what rounding leaves of the linear part goes to the level.

    members  their names, weights, own forecasts and shares
    """
    reasons = _in_order(parts, panel, ages)
    for _ in range(2):
        parts[LEVEL] = parts[LEVEL] + (linear - np.sum([parts[reason] for reason in reasons], axis=0))
    return LinearLedger(
        tuple(name for _, name in reasons),
        tuple(kind for kind, _ in reasons),
        np.stack([parts[reason] for reason in reasons]),
        *members,
    )


def on_scale(split: Split, ages: Ages, own: Scale, scale: Scale, series: int, path: FloatArray) -> Addends:
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
    addends = with_past(addends, ages, unit * own.spread[series] * split.past)
    bound(addends, path, scale, series)
    return addends


def _steepness(x: FloatArray) -> FloatArray:
    """(exp x - 1) / x, one at zero."""
    nonzero = np.where(x == 0.0, 1.0, x)
    steep: FloatArray = np.where(x == 0.0, 1.0, np.expm1(nonzero) / nonzero)
    return steep


def with_past(ahead: Mapping[Reason, FloatArray], ages: Ages, past: FloatArray) -> Addends:
    """All addends of a member, its past by age among them."""
    return {**ahead, **{("past", name): part for name, part in zip(ages.names, past, strict=True)}}


def bound(addends: Addends, path: FloatArray, scale: Scale, series: int) -> None:
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
    """Levels, calendar, covariates and ages in their own order, bounds; no calendar that says nothing."""
    size = np.sum([np.abs(part) for part in parts.values()], axis=0)
    silent = {r for r, part in parts.items() if r[0] == "calendar" and (np.abs(part) <= 1e-12 * size).all()}
    named = {kind: [r for r in parts if r[0] == kind and r not in silent] for kind in ("calendar", "bound")}
    levels = [r for r in parts if r[0] == "level"]
    covariates: list[Reason] = [("covariate", name) for name in panel.known_names]
    past: list[Reason] = [("past", name) for name in ages.names]
    return [*levels, *named["calendar"], *(r for r in (*covariates, *past) if r in parts), *named["bound"]]
