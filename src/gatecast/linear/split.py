"""One linear forecast as addends: level, calendar, each covariate, and the series' own past by age.

    forecast = what the regression says of the steps ahead  +  f(u),    u = series − regression

f is affine in the history u, whichever member it is: recursions of an autoregression, forecasts of an ARIMA,
repeated seasons. So superposition is exact: with 1_g one at the ages of a group and zero elsewhere,

    f(u) = f(0) + Σ_g (f(u · 1_g) − f(0))

Where a member has a regression, its past is what that left over. Gaps are filled before. What an ARIMA takes
for a spike counts as the value it believes instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel
from gatecast.linear.design import DAY_TYPES
from gatecast.linear.lags import RECENT
from gatecast.linear.regression import Regression

ReasonKind: TypeAlias = Literal["level", "calendar", "covariate", "past", "bound"]
Reason: TypeAlias = tuple[ReasonKind, str]
LEVEL: Reason = ("level", "level")
HELD: Reason = ("bound", "held within its past range")


@dataclass(frozen=True)
class Ages:
    """Groups of past steps by how long before the end of the history they lie.

    names  in words
    until  [groups - 1]  age up to which each but the last reaches, in steps; that of the last value is 1
    """

    names: tuple[str, ...]
    until: Int[IntArray, "_"]

    def masks(self, count: int) -> Bool[BoolArray, "groups {count}"]:
        """Which of the last `count` steps belong to each group. [groups, count]

        >>> Ages(("new", "old"), np.array([2])).masks(3).astype(int).tolist()
        [[0, 1, 1], [1, 0, 0]]
        """
        group = np.searchsorted(self.until, np.arange(count, 0, -1))
        masks: BoolArray = group == np.arange(len(self.names))[:, None]
        return masks


@dataclass(frozen=True)
class Split:
    """A member's forecast from one origin, on its own scale: the sum of everything here.

    ahead  what its regression says of the steps ahead, by reason; with all that is constant in the level, and
           the bound of its recursion where it has been touched
    past   [groups, horizon]
    """

    ahead: dict[Reason, Float[FloatArray, "horizon"]]
    past: Float[FloatArray, "groups horizon"]


def ages_of(panel: Panel) -> Ages:
    """The groups that make sense for a panel's seasons.

    >>> from gatecast.data import load_sample, panel_from, Schema
    >>> ages_of(panel_from(load_sample("demand"), Schema()).panel).names[:4]
    ('the last 90 minutes', 'the rest of the last day', 'the day before', '2 days to 6 days ago')
    """
    cycles, said = [s for s in panel.seasons if s > 1], panel.frequency.duration
    wanted = [(RECENT, f"the last {said(RECENT)}")]
    if cycles:
        day, one = cycles[0], said(cycles[0]).removeprefix("1 ")
        wanted += [(day, f"the rest of the last {one}"), (2 * day, f"the {one} before")]
    for week in cycles[-1:] if len(cycles) > 1 else []:
        between = f"{said(2 * day)} to {said(week - day)} ago" if week > 3 * day else ""
        wanted += [(week - day, between), (week + day, f"about {said(week)} ago")]
    names, until = [], [0]
    for age, name in wanted:
        if age > until[-1]:
            names.append(name)
            until.append(age)
    return Ages((*names, "longer ago"), np.array(until[1:]))


def superposed(
    past: Float[FloatArray, "time"], ages: Ages, forecast: Callable[[FloatArray], FloatArray]
) -> Float[FloatArray, "groups horizon *members"]:
    """What each group of past steps brings to forecasts that are linear in all of them. [groups, horizon, …]

    past      [time]  up to the origin; NaN stays NaN
    forecast  [time] → [horizon, …]
    """
    missing = np.isnan(past)
    return np.stack([forecast(np.where(mask | missing, past, 0.0)) for mask in ages.masks(len(past))])


def superposed_recursion(
    past: Float[FloatArray, "lags_reached"],
    ages: Ages,
    lags: Int[IntArray, "lags"],
    coefficients: Float[FloatArray, "lags"],
    intercept: float,
    horizon: int,
    bounds: tuple[float, float],
) -> tuple[
    Float[FloatArray, "{horizon}"], Float[FloatArray, "groups {horizon}"], Float[FloatArray, "{horizon}"]
]:
    """`recursive_paths` from one origin as addends: intercept, groups of past steps, what bounds took away.

    The step that a bound has moved is read by later ones with all its addends in proportion: what the bound
    took away is of that step alone, and a recursion that would have run away runs away in none of them.

    past     [longest lag]  up to the origin
    bounds   low and high
    returns  [horizon], [groups, horizon], [horizon]
    """
    groups = np.where(ages.masks(len(past)), past, 0.0)
    read = np.vstack([np.zeros(len(past)), groups, np.zeros(len(past))])  # intercept, groups, bounds
    read = np.concatenate([read, np.zeros((len(read), horizon))], axis=1)
    said = np.empty((len(read), horizon))
    for step in range(horizon):
        now = read[:, len(past) + step - lags] @ coefficients
        now[0] += intercept
        whole = float(now.sum())
        held = min(max(whole, bounds[0]), bounds[1])
        said[:, step] = now
        said[-1, step] += held - whole
        in_proportion = held != whole and 0.0 < held / whole < 1.0 if whole else False
        read[:, len(past) + step] = now * (held / whole) if in_proportion else said[:, step]
    return said[0], said[1:-1], said[-1]


def reasons_ahead(
    regression: Regression,
    panel: Panel,
    series: int,
    block: Int[IntArray, "time"],
    rows: Int[IntArray, "horizon"],
) -> dict[Reason, Float[FloatArray, "horizon"]]:
    """What a regression says of some rows as addends: level, calendar, each covariate. Each [horizon]

    A term counts by how far it is from its average over the fitted history; the averages are in the level. A
    0/1 covariate counts by how far it is from 0. What it changes about the type of a day is its own, too: a
    public holiday is no weekday, whatever the calendar says. How weather acts on such a day stays with the
    weather.

    block  [time]     cross-fitting block of each row
    rows   [horizon]  of the series
    """
    terms, shapes = regression.design.terms(panel, series)
    found: dict[Reason, FloatArray] = {LEVEL: np.zeros(len(rows))}

    def add(reason: Reason, value: FloatArray) -> None:
        found[reason] = found[reason] + value if reason in found else value

    here = block[rows]
    for term, own in regression.pieces(terms, shapes):
        shape = shapes[term.shape][rows]
        average = 0.0 if term.switch else regression.coefficients[:, own] @ regression.average[own]
        center = np.broadcast_to(average, len(regression.coefficients))[here]
        value = regression.said(replace(term, slow=term.slow[rows]), own, shape, here)
        add(LEVEL, center)
        add((term.kind, term.name), value - center)
        if term.shape == "slots":
            kinds = regression.design.switched(panel, series)
            for (_, before), (name, after) in pairwise(kinds):
                moved = np.eye(DAY_TYPES)[after[rows]] - np.eye(DAY_TYPES)[before[rows]]
                change = regression.said(replace(term, slow=moved), own, shape, here)
                add((term.kind, term.name), -change)
                add(("covariate", name), change)
    return found
