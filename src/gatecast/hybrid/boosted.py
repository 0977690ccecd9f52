"""A member that is not linear: a boosted regression with autoregressive errors.

    u_t = what the linear regression leaves of the series
    g   = boosted trees of calendar and weather, fitted to u out of fold
    λ   = slope of u on g over quasi-differences, in [0, 1]
    v_t = u_t - λ g_t;  v_t = c + Σ_l φ_l v_{t-l} + e_t

Trees see what sums of terms cannot say, such as heat on a Sunday evening in August. They read calendar and
covariates of a row, never the series' own past: trees on that learn a year of noise by heart. Each stretch of
four weeks is foreseen by trees that have not seen it, so λ tells how much of them holds: 0 for noise.

The history is dealt out twice, the second time half a stretch later, so that two forests foresee each of its
rows. Behind the history the mean of all twelve speaks, which errs less: λ is larger there. How much larger is
what two forests gain on one, carried on: 1/λ_m = a + b/m for the mean of m forests.

Source: Friedman, Greedy function approximation: a gradient boosting machine (2001).
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.hybrid.around import fit_around, paths_around
from gatecast.hybrid.forest import Forest, forest_of
from gatecast.hybrid.member import Maker, Seen
from gatecast.hybrid.weather import steps_of_day, weather_features
from gatecast.linear import Autoregression, Fitted, blocks_of

FOLDS, ROUNDS = 6, 2
FOLD_DAYS = 28
FEWEST_ROWS = 200  # known ones: four leaves
LEAF_ROWS = 50
RHO = 0.8  # of the quasi-difference over a day, as for the linear regression
PLACES = 6  # decimals learned from: rounding that differs with a series' unit must not move a threshold


@dataclass(frozen=True)
class Grown:
    """What is learned of one series.

    forests  one for each fold of each round, grown without it
    slope    how much is believed of the forests that foresee a row of the history, λ
    ahead    how much of the mean of all, behind it
    around   the autoregression of what they leave
    """

    forests: tuple[Forest, ...]
    slope: float
    ahead: float
    around: Fitted

    def believed(self, said: FloatArray) -> FloatArray:
        """What is believed of what they say of each row. [time]"""
        history = np.arange(len(said)) < self.around.steps
        return np.where(history, self.slope, self.ahead) * said


@dataclass(frozen=True)
class Boosted:
    """The boosted regressions of a panel; series without one repeat the autoregression."""

    series: tuple[Grown | None, ...]
    name = "boosted regression"
    linear = False

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """By trees and coefficients that have not seen the outcome."""
        grown, scale = self.series[seen.series], seen.full.path_scale_
        if grown is None:
            found = seen.full.crossed_paths(seen.panel, seen.series, position, seen.left)
            return seen.on_scale(found)
        panel, steps, (error, mean) = seen.panel, grown.around.steps, seen.left
        features = weather_features(panel, seen.series, np.round(mean, PLACES))
        fold = folds_of(panel, seen.series, len(mean), steps)
        believed = grown.believed(said(grown.forests, features, fold))
        paths = paths_around(
            grown.around,
            panel.seasons[0],
            blocks_of(panel, len(mean), steps),
            error - believed,
            mean + believed,
            position,
            seen.horizon,
        )
        return seen.on_scale(scale.inverse(paths, seen.series))


def boosted(seed: int) -> Maker:
    """Makes the member; the same seed gives the same trees.

    Raises OptionError where scikit-learn is not installed.
    """
    _regressor(seed)

    def make(panel: Panel, full: Autoregression) -> Boosted | None:
        grown = tuple(_grow(panel, i, full, seed) for i in range(len(panel)))
        return Boosted(grown) if any(one is not None for one in grown) else None

    return make


def folds_of(panel: Panel, series: int, time: int, fitted: int) -> IntArray:
    """The fold of each row: stretches of four weeks, dealt out in turn; -1 behind the fitted steps.

    returns  [rounds, time]
    """
    stretch = max(1, min(FOLD_DAYS * steps_of_day(panel, series), -(-fitted // FOLDS)))
    step = np.arange(time)
    rounds = [((step + later * stretch // ROUNDS) // stretch) % FOLDS for later in range(ROUNDS)]
    return np.where(step < fitted, np.stack(rounds), -1)


def said(forests: tuple[Forest, ...], features: FloatArray, fold: IntArray) -> FloatArray:
    """What trees say of each row, those that have not seen it; behind the history the mean of all.

    features  [time, columns]
    fold      [rounds, time]  -1 behind the history
    returns   [time]
    """
    mean: FloatArray = _said_by_round(forests, features, fold).mean(axis=0)
    return mean


def _said_by_round(forests: tuple[Forest, ...], features: FloatArray, fold: IntArray) -> FloatArray:
    """The same of each round's trees on their own. [rounds, time]"""
    result = np.zeros(fold.shape)
    for number, forest in enumerate(forests):
        turn, k = divmod(number, FOLDS)
        mine, ahead = fold[turn] == k, fold[turn] < 0
        result[turn, mine] = forest.of(features[mine])
        result[turn, ahead] += forest.of(features[ahead]) / FOLDS
    return result


def carried_on(one: float, two: float, many: int) -> float:
    """The slope of the mean of many forests, from that of one and of the mean of two: 1/λ_m = a + b/m.

    >>> round(carried_on(1 / 3, 0.4, 12), 6)
    0.48
    >>> carried_on(0.4, 0.4, 12), carried_on(0.0, 0.1, 12)
    (0.4, 0.1)
    """
    if not 0 < one < two:
        return two
    b = 2 * (1 / one - 1 / two)
    return float(np.clip(1 / (1 / one - b + b / many), two, 1.0))


def slope_of(error: FloatArray, grown: FloatArray, day: int, rows: BoolArray) -> float:
    """How much of what trees say holds: least squares over quasi-differences of a day, within 0 and 1.

    error, grown  [time]  what the regression leaves, NaN where unknown, and what trees say of it
    day           steps of a day
    rows          [time]  to learn from
    """

    def moved(x: FloatArray) -> FloatArray:
        return x[day:] - RHO * x[:-day]

    u, g = moved(error), moved(grown)
    known = np.isfinite(u) & rows[day:] & rows[:-day]
    size = float(g[known] @ g[known])
    return float(np.clip(g[known] @ u[known] / size, 0.0, 1.0)) if size > 1e-12 else 0.0


def _grow(panel: Panel, series: int, full: Autoregression, seed: int) -> Grown | None:
    """Trees for one series; none where it has no regression or too little history."""
    error, mean = full.remainder(panel, series)
    steps = int(panel.known_steps[series])
    fitted = np.arange(len(error)) < steps
    usable = fitted & np.isfinite(error)
    if full.fitted_[series].regression is None or usable.sum() < FEWEST_ROWS:
        return None
    features = weather_features(panel, series, np.round(mean, PLACES))
    fold, target = folds_of(panel, series, len(error), steps), np.round(error, PLACES)
    forests = tuple(
        _forest(features, target, usable & (own != k), seed) for own in fold for k in range(FOLDS)
    )
    each, day = _said_by_round(forests, features, fold), steps_of_day(panel, series)
    both = each.mean(axis=0)
    one = float(np.mean([slope_of(error, alone, day, fitted) for alone in each]))
    slope = slope_of(error, both, day, fitted)
    ahead = carried_on(one, slope, len(forests))
    return Grown(forests, slope, ahead, fit_around(panel, series, error - slope * both))


def _forest(features: FloatArray, target: FloatArray, rows: BoolArray, seed: int) -> Forest:
    from threadpoolctl import threadpool_limits  # comes with scikit-learn, whose absence is told before

    with threadpool_limits(1):  # on a busy machine several threads wait for each other
        grown = _regressor(seed).fit(features[rows], target[rows])  # type: ignore[attr-defined]
    return forest_of(grown, features.shape[1])


def _regressor(seed: int) -> object:
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError as absent:
        raise OptionError(
            "boost=True grows its trees with scikit-learn, which is not installed; "
            "install gatecast[boost], or leave boost out"
        ) from absent
    regressor: object = HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.1,
        max_leaf_nodes=31,
        min_samples_leaf=LEAF_ROWS,
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed % 2**32,  # as many bits as it takes
    )
    return regressor
