"""The pool of members: their forecasts from every origin, and how well each has done of late.

    r_k = clip(loss_k / min loss - 1, 0, 3)   over the last two long seasons of origins whose outcome is known
    prior weight of member k ∝ exp(-5 r_k);   w_k exp(-r_k) where a history is long, w as `stack` finds it

The mixture by prior weights of the linear members is the linear half of the hybrid: no network takes part
in it. Members that are not linear come on top: see `member`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, Scale, fill_causally
from gatecast.forecaster import Origins
from gatecast.hybrid.curve import Curved
from gatecast.hybrid.earned import mixture, outcomes, recent_ratio
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.member import Maker, Member, Seen
from gatecast.hybrid.outside import Outside
from gatecast.hybrid.plain import Crossed, Naive, naive_members
from gatecast.hybrid.stack import stacked
from gatecast.linear import Autoregression, RecentARIMA

FEWEST_RECENT = 60  # origins whose losses make the prior
SHARPNESS = 5.0
SHARPNESS_STACKED = 1.0  # where lasting weights are known
STACKED_FROM = 180  # first seasons of history
STACKED_ORIGINS = 3000
FAINTEST = 1e-3  # a lasting weight that a member of no use keeps
BEYOND = 1.0  # how far beyond its past range a member's scaled forecast is believed

# What is fitted, in the order it is: linear models, then members that are not.
Learned = Autoregression | RecentARIMA | Curved | Given | Mended | Outside


@dataclass(frozen=True)
class Standing:
    """Every member's forecasts from the origins of one series, scaled, and the prior they have earned.

    first  position of the first origin here
    paths  [origins, horizon, members]  by coefficients that have not seen their outcome
    prior  [origins, members]           logits, -5 r
    mix    [origins, horizon]           the mixture by prior weights
    apart  the linear members on their own, where there are others
    """

    first: int
    paths: Float[FloatArray, "origins horizon members"]
    prior: Float[FloatArray, "origins members"]
    mix: Float[FloatArray, "origins horizon"]
    apart: "Standing | None" = None

    @property
    def linear(self) -> "Standing":
        """The linear members, as if they were the only ones."""
        return self if self.apart is None else self.apart


class Pool:
    """Forecasters side by side.

    horizon  steps ahead
    scale    on which forecasts are compared and mixed

    Fitted: `stack_` [series, 2, members], lasting weights of all members and of the linear ones; NaN where a
    history is too short to tell.
    """

    stack_: FloatArray | None = None  # of pools saved before there were any
    _levels = _regressed = False  # likewise; of a part, whether the whole has a regression

    def __init__(self, horizon: int, scale: Scale) -> None:
        self.horizon = horizon
        self.scale_ = scale

    def fit(self, panel: Panel, beyond: Sequence[Maker] = ()) -> "Pool":
        """Fit every member on every known value.

        beyond  what makes members that are not linear; one that this panel gives nothing to is left out
        """
        full = Autoregression(self.horizon)
        full.fit_paths(panel)
        self.full_ = full
        self.fitted_: list[Learned] = [full]
        self._fitted_names = ["autoregression"]
        if any(one.regression is not None for one in full.fitted_):
            plain = Autoregression(self.horizon, regress=False)
            plain.fit_paths(panel)
            self.fitted_.append(plain)
            self._fitted_names.append("autoregression without covariates")
        if self.scale_.logs.any():
            raw = Autoregression(self.horizon, logs=False, regress=False)
            raw.fit_paths(panel)
            self.fitted_.append(raw)
            self._fitted_names.append("autoregression without logarithms")
        arima = RecentARIMA(full)
        arima.fit_paths(panel)
        self.fitted_.append(arima)
        self._fitted_names.append("ARIMA")
        for make in beyond:
            self._add(make(panel, full))
        self._lengths = sorted({s for s in panel.seasons if s > 1}) or [1]
        self._levels = self._lengths[0] > self.horizon
        self.low_, self.high_ = ranges(panel, self.scale_)
        self.stack_ = self._stack(panel)
        return self

    def _stack(self, panel: Panel, most: int = STACKED_ORIGINS) -> FloatArray:
        """Lasting weights from `most` origins all over each history long enough. [series, 2, members]"""
        linear, day = self.linear, panel.seasons[0]
        weights = np.full((len(panel), 2, len(linear)), np.nan)
        scaled = self.scaled(panel)
        for i in np.flatnonzero(panel.known_steps >= STACKED_FROM * day) if day > 1 else ():
            first, last = 2 * panel.seasons[-1], int(panel.known_steps[i]) - 1 - self.horizon
            if last < first:  # two of its longest seasons are all it has
                continue
            position = np.arange(first, last + 1, stride_past((last - first) // most, day))
            paths = self._paths(panel, scaled, int(i), position).reshape(-1, len(linear))
            target = self.scale_.forward(panel.values[panel.rows(int(i))], int(i))
            outcome = outcomes(target, position, self.horizon).ravel()
            weights[i, 0] = stacked(paths, outcome)
            weights[i, 1] = 0.0
            weights[i, 1, linear] = stacked(paths[:, linear], outcome)
        return weights

    def _paths(
        self,
        panel: Panel,
        scaled: FloatArray,
        series: int,
        position: IntArray,
        left: tuple[FloatArray, FloatArray] | None = None,
    ) -> Float[FloatArray, "origins horizon members"]:
        """Every member's forecasts from some origins of one series, within bounds."""
        left = self.full_.remainder(panel, series) if left is None else left
        own = scaled[panel.rows(series)]
        seen = Seen(panel, series, own, left, self.full_, self.scale_, self.horizon)
        low, high = self.low_[series] - BEYOND, self.high_[series] + BEYOND
        paths = np.stack([member.paths(seen, position) for member in self.members], axis=-1)
        return np.clip(paths, low, high, out=paths)

    def _lasting(self, series: int, row: int) -> FloatArray | None:
        """Lasting weights of one series, None where there are none: of all members, or of the linear ones."""
        if self.stack_ is None or np.isnan(self.stack_[series, 0, 0]):
            return None
        own: FloatArray = self.stack_[series, row]
        return own if row == 0 else own[self.linear]

    def _add(self, member: Any) -> None:
        if member is not None:
            self.fitted_.append(member)
            self._fitted_names.append(member.name)

    @property
    def members(self) -> tuple[Member, ...]:
        """Every member, in order."""
        learned: list[Member] = []
        for name, model in zip(self._fitted_names, self.fitted_, strict=True):
            if isinstance(model, Autoregression | RecentARIMA):
                learned.append(Crossed(name, model, model is self.full_ or isinstance(model, RecentARIMA)))
            else:
                learned.append(model)
        return (*learned, *self.naive)

    @property
    def naive(self) -> tuple[Naive, ...]:
        """The members that learn nothing: the last of all."""
        return naive_members(self._lengths, levels=self._levels)

    @property
    def lengths(self) -> list[int]:
        """Of the seasons that they repeat, ascending."""
        return self._lengths

    @property
    def models(self) -> list[Autoregression | RecentARIMA]:
        """The linear models among the members: the first of the linear ones."""
        return [model for model in self.fitted_ if isinstance(model, Autoregression | RecentARIMA)]

    @property
    def count(self) -> int:
        """How many members there are."""
        return len(self.members)

    @property
    def names(self) -> tuple[str, ...]:
        """What each member is called, in order."""
        return tuple(member.name for member in self.members)

    @property
    def linear(self) -> BoolArray:
        """Which members are linear in a series' past. [members]"""
        return np.array([member.linear for member in self.members])

    @property
    def regressed(self) -> Autoregression | None:
        """The member with a regression on calendar and covariates; None where no series has one."""
        any_one = self._regressed or any(one.regression is not None for one in self.full_.fitted_)
        return self.full_ if any_one else None

    def scaled(self, panel: Panel) -> Float[FloatArray, "rows"]:
        """The panel's values on the pool's scale, gaps filled causally. [rows]"""
        whose = np.repeat(np.arange(len(panel)), panel.lengths)
        values = self.scale_.forward(panel.values, whose)
        return fill_causally(values, panel.offsets, panel.seasons[0])

    def stand(
        self,
        panel: Panel,
        scaled: Float[FloatArray, "rows"],
        series: int,
        first: int,
        last: int,
        left: tuple[FloatArray, FloatArray] | None = None,
    ) -> Standing:
        """Forecasts and priors of one series at the origins from `first` to `last`, both included.

        scaled  [rows]  as `scaled` gives it
        left    as `full_.remainder` gives it, where that is known already
        """
        recent = looked_back(panel.seasons)
        begin = max(0, first - recent - 2 * self.horizon)
        own, position = scaled[panel.rows(series)], np.arange(begin, last + 1)
        paths = self._paths(panel, scaled, series, position, left)
        span, linear, apart = (begin, first, recent), self.linear, None
        if not linear.all():
            apart = _standing(own, np.ascontiguousarray(paths[..., linear]), span, self._lasting(series, 1))
        return replace(_standing(own, paths, span, self._lasting(series, 0)), apart=apart)

    def naive_paths(self, seen: Seen, position: IntArray) -> list[FloatArray]:
        """Of the members that learn nothing, in order. Each [origins, horizon]"""
        return [member.paths(seen, position) for member in self.naive]


def _standing(
    own: FloatArray, paths: FloatArray, span: tuple[int, int, int], lasting: FloatArray | None
) -> Standing:
    """What forecasts have earned.

    paths    [origins, horizon, members]
    span     position of the first origin, of the first one asked for, and how many to look back on
    lasting  [members]  weights of the long run, where they are known
    """
    begin, first, recent = span
    ratio = recent_ratio(own, begin, paths, recent)
    prior = prior_of(ratio, None if lasting is None else np.broadcast_to(lasting, ratio.shape))
    keep = slice(first - begin, None)
    paths, prior = paths[keep], prior[keep]
    return Standing(first, paths, prior, mixture(paths, prior))


def prior_of(
    ratio: Float[FloatArray, "origins members"], lasting: Float[FloatArray, "origins members"] | None
) -> Float[FloatArray, "origins members"]:
    """Logits by what has been earned of late.

    ratio    [origins, members]  as `recent_ratio` gives it
    lasting  [origins, members]  weights of the long run, NaN where they are not known
    """
    prior: FloatArray = -SHARPNESS * ratio
    if lasting is not None:
        prior = np.where(np.isnan(lasting), prior, np.log(lasting + FAINTEST) - SHARPNESS_STACKED * ratio)
    return prior


def looked_back(seasons: Sequence[int]) -> int:
    """How many of the latest origins whose outcome is known make the prior."""
    return max(FEWEST_RECENT, 2 * seasons[-1])


def ranges(panel: Panel, scale: Scale) -> tuple[Float[FloatArray, "series"], Float[FloatArray, "series"]]:
    """The lowest and the highest value of each series' history, scaled. [series] each"""
    low, high = np.zeros(len(panel)), np.zeros(len(panel))
    for i in range(len(panel)):
        scaled = scale.forward(panel.values[panel.history(i)], i)
        known = scaled[np.isfinite(scaled)]
        low[i], high[i] = known.min(initial=np.inf), known.max(initial=-np.inf)
    return low, high


def stride_past(least: int, day: int) -> int:
    """The first stride from `least` on that comes to every step of the day, not to some hours only.

    >>> [stride_past(least, 24) for least in (0, 1, 2, 8, 11)]
    [1, 1, 5, 11, 11]
    """
    stride = max(1, least)
    while np.gcd(stride, day) > 1:
        stride += 1
    return stride


def origins_by_series(origins: Origins) -> dict[int, IntArray]:
    """Which origins belong to each series."""
    return {int(i): np.flatnonzero(origins.series == i) for i in np.unique(origins.series)}
