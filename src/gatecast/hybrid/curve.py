"""A member that is not linear: a regression that may bend, with autoregressive errors.

    u_t = what the linear regression leaves of the series
    g_k = what a learner says of calendar and weather (a perceptron, boosted trees), fitted to u out of fold
    λ_k = slopes of u on the g_k over quasi-differences of a day; none below 0, all together 1 at most
    v_t = u_t - Σ_k λ_k g_kt;  v goes on as the errors of the linear regression do

Learners say what sums of terms cannot, such as heat on a Sunday evening in August. They read calendar and
covariates of a row, never the series' own past: on that they learn a year of noise by heart. Each stretch of
four weeks is foreseen by what has not seen it, so λ tells how much of it holds: 0 for noise.

The history is dealt out twice, the second time half a stretch later, so that two learners of a kind foresee
each of its rows. Behind the history the mean of all twelve speaks, which errs less: more of it is believed.
How much more is what two gain on one, carried on: 1/λ_m = a + b/m for the mean of m.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel
from gatecast.hybrid.forest import Forest
from gatecast.hybrid.member import Maker, Seen
from gatecast.hybrid.weather import row_features, steps_of_day, switches_of, weather_features
from gatecast.linear import (
    Autoregression,
    Fitted,
    blocks_of,
    fit_around,
    lookback,
    middle_block,
    paths_around,
)
from gatecast.memory import Response

FOLDS, ROUNDS = 6, 2
FOLD_DAYS = 28
FEWEST_ROWS = 200  # known ones
FEWEST_DAYS = 60
RHO = 0.8  # of the quasi-difference over a day, as for the linear regression
PLACES = 6  # decimals learned from: rounding that differs with a series' unit must not move a threshold

Kind = Literal["trees", "perceptron"]
FEATURES: dict[Kind, Callable[[Panel, int, FloatArray, BoolArray], FloatArray]] = {
    "trees": weather_features,
    "perceptron": row_features,
}


@dataclass(frozen=True)
class Lesson:
    """What a learner is given.

    features  [time, columns]
    target    [time]  what the linear regression leaves; NaN where unknown
    rows      [time]  to learn from
    day       steps of a day
    """

    features: Float[FloatArray, "time columns"]
    target: Float[FloatArray, "time"]
    rows: BoolArray
    day: int


Learner = Callable[[Lesson], Forest | Response]


@dataclass(frozen=True)
class Voice:
    """What one kind of learner has to say of a series.

    folds  one for each fold of each round, learned without it
    slope  how much of it is believed, λ
    """

    kind: Kind
    folds: tuple[Forest | Response, ...]
    slope: float

    def of(
        self, features: Float[FloatArray, "rows columns"], fold: Int[IntArray, "rounds rows"]
    ) -> Float[FloatArray, "rounds rows"]:
        """By what has not seen a row, round by round; behind the history (fold -1) the mean of all."""
        said = np.zeros(fold.shape)
        ahead = fold[0] < 0
        for number, one in enumerate(self.folds):
            turn, k = divmod(number, FOLDS)
            mine = fold[turn] == k
            said[turn, mine] = one.of(features[mine])
            if ahead.any():
                said[:, ahead] += one.of(features[ahead]) / len(self.folds)
        return said


@dataclass(frozen=True)
class Curve:
    """What is learned of one series.

    voices    of different kinds
    ahead     how many times as much of them is believed behind the history
    around    the errors they leave
    switches  [covariates]  which ones said yes or no where they were learned: it stays so, whatever is read
    """

    voices: tuple[Voice, ...]
    ahead: float
    around: Fitted
    switches: Bool[BoolArray, "covariates"]

    def believed(
        self, panel: Panel, series: int, mean: Float[FloatArray, "time"], part: slice
    ) -> Float[FloatArray, "time"]:
        """What is believed of what they say, in some of the rows; 0 in the others. [time]"""
        fold = folds_of(panel, series, len(mean), self.around.steps)
        whole, rounded = np.zeros(len(mean)), np.round(mean, PLACES)
        for voice in self.voices:
            if voice.slope > 0.0:
                features = FEATURES[voice.kind](panel, series, rounded, self.switches)[part]
                whole[part] += voice.slope * voice.of(features, fold[:, part]).mean(axis=0)
        whole[self.around.steps :] *= self.ahead
        return whole


@dataclass(frozen=True)
class Curved:
    """The bent regressions of a panel; series without one repeat the autoregression."""

    series: tuple[Curve | None, ...]
    name = "regression that bends"
    linear = False

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """By learners and coefficients that have not seen the outcome."""
        curve, scale = self.series[seen.series], seen.full.path_scale_
        if curve is None:
            found = seen.full.crossed_paths(seen.panel, seen.series, position, seen.left)
            return seen.on_scale(found)
        panel, around, (error, mean) = seen.panel, curve.around, seen.left
        since = relevant(error, int(position.min()) + 1 - lookback(around), panel.seasons[0])
        until = min(int(position.max()) + seen.horizon + 1, len(mean))
        believed = curve.believed(panel, seen.series, mean, slice(since, until))
        block = middle_block(blocks_of(panel, len(mean), around.steps), position, seen.horizon)
        left = error[:until] - believed[:until]
        paths = paths_around(around, panel.seasons[0], left, position, block, seen.horizon)
        steps = np.minimum(position[:, None] + np.arange(1, seen.horizon + 1), len(mean) - 1)
        return seen.on_scale(scale.inverse(paths + (mean + believed)[steps], seen.series))


def curved(learners: dict[Kind, Learner]) -> Maker:
    """Makes the member from what the learners say."""

    def make(panel: Panel, full: Autoregression) -> Curved | None:
        curves = tuple(_learn(panel, i, full, learners) for i in range(len(panel)))
        return Curved(curves) if any(one is not None for one in curves) else None

    return make


def relevant(error: Float[FloatArray, "time"], first: int, season: int) -> int:
    """From which row on the rest follows: a whole season of known values, at or before `first`; else 0.

    Gaps are filled from a season before, so that no row behind such a season depends on an earlier one.
    """
    since = first - season
    while since > 0 and not np.isfinite(error[since : since + season]).all():
        since -= season
    return max(since, 0)


def folds_of(panel: Panel, series: int, time: int, fitted: int) -> IntArray:
    """The fold of each row: stretches of four weeks, dealt out in turn; -1 behind the fitted steps.

    returns  [rounds, time]
    """
    stretch = max(1, min(FOLD_DAYS * steps_of_day(panel, series), -(-fitted // FOLDS)))
    step = np.arange(time)
    rounds = [((step + later * stretch // ROUNDS) // stretch) % FOLDS for later in range(ROUNDS)]
    return np.where(step < fitted, np.stack(rounds), -1)


def carried_on(one: float, two: float, many: int) -> float:
    """The slope of the mean of many learners, from that of one and of the mean of two: 1/λ_m = a + b/m.

    >>> carried_on(1 / 3, 0.4, 12)
    0.48
    >>> carried_on(0.4, 0.4, 12), carried_on(0.0, 0.1, 12)
    (0.4, 0.1)
    """
    if not 0 < one < two:
        return two
    b = 2 * (1 / one - 1 / two)
    return float(np.clip(1 / (1 / one - b + b / many), two, 1.0))


def slopes_of(
    error: Float[FloatArray, "time"],
    said: Float[FloatArray, "voices time"],
    day: int,
    rows: BoolArray,
) -> Float[FloatArray, "voices"]:
    """How much of what each voice says holds: least squares over quasi-differences of a day.

    error    [time]          what the regression leaves, NaN where unknown
    said     [voices, time]
    day      steps of a day
    rows     [time]          to learn from
    returns  [voices]        none below 0, all together 1 at most: scaled down where they would be more

    >>> draw = np.random.default_rng(0)
    >>> truth, noise = draw.normal(size=(2, 4000))
    >>> slopes_of(truth + noise, np.stack([truth, noise[::-1]]), 24, np.ones(4000, dtype=bool)).round(1)
    array([1., 0.])
    """

    def moved(x: FloatArray) -> FloatArray:
        difference: FloatArray = x[..., day:] - RHO * x[..., :-day]
        return difference

    u, g = moved(error), moved(said)
    known = np.isfinite(u) & rows[day:] & rows[:-day]
    u, g = u[known], g[:, known]
    best, least = np.zeros(len(said)), 0.0
    for count in range(1, len(said) + 1):  # of the few subsets the best
        for some in map(list, combinations(range(len(said)), count)):
            gram, moment = g[some] @ g[some].T, g[some] @ u
            if np.linalg.matrix_rank(gram) < count:
                continue
            slope = np.linalg.solve(gram, moment)
            slope = slope / max(1.0, float(slope.sum()))
            gain = float(slope @ gram @ slope - 2 * slope @ moment)
            if (slope >= 0).all() and gain < least:
                best, least = np.zeros(len(said)), gain
                best[some] = slope
    return best


def _learn(panel: Panel, series: int, full: Autoregression, learners: dict[Kind, Learner]) -> Curve | None:
    """The curve of one series; none where it has no regression or too little history."""
    error, mean = full.remainder(panel, series)
    steps, day = int(panel.known_steps[series]), steps_of_day(panel, series)
    fitted = np.arange(len(error)) < steps
    usable = fitted & np.isfinite(error)
    if full.fitted_[series].regression is None or usable.sum() < max(FEWEST_ROWS, FEWEST_DAYS * day):
        return None
    fold, target = folds_of(panel, series, len(error), steps), np.round(error, PLACES)
    switches, voices, said = switches_of(panel, series), [], []
    for kind, learn in learners.items():
        features = FEATURES[kind](panel, series, np.round(mean, PLACES), switches)
        parts = (usable & (own != k) for own in fold for k in range(FOLDS))
        voices.append(Voice(kind, tuple(learn(Lesson(features, target, rows, day)) for rows in parts), 1.0))
        said.append(voices[-1].of(features, fold))
    each = np.stack(said)
    slopes = slopes_of(error, each.mean(axis=1), day, fitted)
    heard = tuple(Voice(v.kind, v.folds, float(s)) for v, s in zip(voices, slopes, strict=True))
    foreseen = np.tensordot(slopes, each, axes=1)
    left = (error - foreseen.mean(axis=0))[:steps]
    ahead, around = _surer(error, foreseen, slopes, day, fitted), fit_around(panel, left, full.horizon)
    return Curve(heard, ahead, around, switches)


def _surer(error: FloatArray, foreseen: FloatArray, slopes: FloatArray, day: int, rows: BoolArray) -> float:
    """How many times as much is believed of all as of two. foreseen: [rounds, time]"""
    total = float(slopes.sum())
    if total == 0.0:
        return 1.0
    one = float(np.mean([slopes_of(error, own[None], day, rows)[0] for own in foreseen]))
    return carried_on(one * total, total, ROUNDS * FOLDS) / total
