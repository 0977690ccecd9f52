"""The pool of linear members: their forecasts from every origin, and how well each has done of late.

    r_k = clip(loss_k / min loss - 1, 0, 3)   over the last two long seasons of origins whose outcome is known
    prior weight of member k ∝ exp(-5 r_k)

The mixture by prior weights is the linear half of the hybrid: no network takes part in it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale, fill_causally
from gatecast.forecaster import Origins
from gatecast.linear import Autoregression, RecentARIMA, recent_level, repeated

FEWEST_RECENT = 60  # origins whose losses make the prior
WORST = 3.0
SHARPNESS = 5.0
BEYOND = 1.0  # how far beyond its past range a member's scaled forecast is believed
PROFILE_CYCLES = 4


@dataclass(frozen=True)
class Standing:
    """Every member's forecasts from the origins of one series, scaled, and the prior they have earned.

    first  position of the first origin here
    paths  [origins, horizon, members]  by coefficients that have not seen their outcome
    prior  [origins, members]           logits, -5 r
    mix    [origins, horizon]           the mixture by prior weights
    """

    first: int
    paths: Float[FloatArray, "origins horizon members"]
    prior: Float[FloatArray, "origins members"]
    mix: Float[FloatArray, "origins horizon"]


class Pool:
    """Linear forecasters side by side.

    horizon  steps ahead
    scale    on which forecasts are compared and mixed
    """

    def __init__(self, horizon: int, scale: Scale) -> None:
        self.horizon = horizon
        self.scale_ = scale

    def fit(self, panel: Panel) -> "Pool":
        """Fit every member on every known value."""
        full = Autoregression(self.horizon)
        full.fit_paths(panel)
        self.full_ = full
        self.fitted_: list[Autoregression | RecentARIMA] = [full]
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
        self._lengths = sorted({s for s in panel.seasons if s > 1}) or [1]
        self.low_, self.high_ = _range(panel, self.scale_)
        return self

    @property
    def count(self) -> int:
        """How many members there are."""
        return len(self.fitted_) + len(self._lengths) + 2

    @property
    def names(self) -> tuple[str, ...]:
        """What each member is called, in order."""
        repeats = [f"the value {length} steps before" for length in self._lengths]
        longest = self._lengths[-1]
        return (
            *self._fitted_names,
            *repeats,
            f"the value {longest} steps before, moved to the present level",
            f"the mean of {PROFILE_CYCLES} cycles of {longest} steps",
        )

    @property
    def regressed(self) -> Autoregression | None:
        """The member with a regression on calendar and covariates; None where no series has one."""
        return self.full_ if any(one.regression is not None for one in self.full_.fitted_) else None

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
        left = self.full_.remainder(panel, series) if left is None else left
        recent = max(FEWEST_RECENT, 2 * panel.seasons[-1])
        begin = max(0, first - recent - 2 * self.horizon)
        position = np.arange(begin, last + 1)
        own = scaled[panel.rows(series)]
        members = [*self._fitted_paths(panel, series, position, left), *self.naive_paths(own, position)]
        low, high = self.low_[series] - BEYOND, self.high_[series] + BEYOND
        paths = np.stack(members, axis=-1)
        np.clip(paths, low, high, out=paths)
        prior = -SHARPNESS * recent_ratio(own, begin, paths, recent)
        keep = slice(first - begin, None)
        paths, prior = paths[keep], prior[keep]
        return Standing(first, paths, prior, mixture(paths, prior))

    def _fitted_paths(
        self, panel: Panel, series: int, position: IntArray, left: tuple[FloatArray, FloatArray]
    ) -> list[FloatArray]:
        """Crossed, so that a member's past errors are as large as those it will make."""
        paths = []
        for m in self.fitted_:
            own = left if isinstance(m, RecentARIMA) or m is self.full_ else m.remainder(panel, series)
            paths.append(m.crossed_paths(panel, series, position, own))
        found = [self.scale_.forward(path, series) for path in paths]
        return [np.where(np.isfinite(path), path, -np.inf) for path in found]  # no logarithm: below all

    def naive_paths(self, own: FloatArray, position: IntArray) -> list[FloatArray]:
        """Every season repeated; the longest moved to the present level, and its mean over some cycles."""
        lengths, longest = self._lengths, self._lengths[-1]
        naive = [repeated(own, position, self.horizon, s) for s in lengths]
        level = recent_level(own, position, lengths[0])
        earlier = recent_level(own, np.maximum(position - longest, 0), lengths[0])
        shifted = naive[-1] + (level - earlier)[:, None]
        cycles = [
            repeated(own, np.maximum(position - j * longest, 0), self.horizon, longest)
            for j in range(PROFILE_CYCLES)
        ]
        return [*naive, shifted, np.mean(cycles, axis=0)]


def recent_ratio(
    scaled: Float[FloatArray, "time"],
    begin: int,
    paths: Float[FloatArray, "origins horizon members"],
    recent: int,
) -> Float[FloatArray, "origins members"]:
    """Each member's recent loss over that of the best, less 1, at each origin. [origins, members]

    Only outcomes known at the origin count: the last forecast judged was made one horizon earlier.

    scaled  [time]
    begin   position of the first origin
    paths   [origins, horizon, members]
    recent  how many origins to look back on
    """
    count, horizon, members = paths.shape
    outcome = outcomes(scaled, begin + np.arange(count), horizon)
    known = np.isfinite(outcome).all(axis=1)
    loss = np.zeros((count, members))
    for member in range(members):  # one at a time: all at once would take a multiple of the paths' memory
        size = np.abs(outcome - paths[..., member]).mean(axis=1)
        loss[known, member] = size[known]
    total = np.concatenate([np.zeros((1, members)), np.cumsum(loss, axis=0)])
    number = np.concatenate([[0], np.cumsum(known)])
    end = np.maximum(np.arange(count) - horizon + 1, 0)  # forecasts made before `end` are judged
    start = np.maximum(end - recent, 0)
    seen = (number[end] - number[start])[:, None]
    mean = (total[end] - total[start]) / np.maximum(seen, 1)
    best = mean.min(axis=1, keepdims=True)
    ratio: FloatArray = np.clip(mean / np.maximum(best, 1e-9) - 1.0, 0.0, WORST)
    return np.where(seen > 0, ratio, 0.0)


def outcomes(
    own: Float[FloatArray, "time"], position: Int[IntArray, "origins"], horizon: int
) -> Float[FloatArray, "origins {horizon}"]:
    """What came in the steps after some origins of one series, NaN past its end. [origins, horizon]

    own       [time]
    position  [origins]
    """
    steps = position[:, None] + np.arange(1, horizon + 1)
    return np.where(steps < len(own), own[np.minimum(steps, len(own) - 1)], np.nan)


def mixture(
    paths: Float[FloatArray, "origins horizon members"], prior: Float[FloatArray, "origins members"]
) -> Float[FloatArray, "origins horizon"]:
    """Members weighted by softmax of the prior. [origins, horizon]"""
    mixed: FloatArray = (paths * weights_of(prior)[:, None, :]).sum(axis=-1)
    return mixed


def weights_of(prior: Float[FloatArray, "origins members"]) -> Float[FloatArray, "origins members"]:
    """Softmax of the prior. [origins, members]"""
    weights: FloatArray = np.exp(prior - prior.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _range(panel: Panel, scale: Scale) -> tuple[Float[FloatArray, "series"], Float[FloatArray, "series"]]:
    low, high = np.zeros(len(panel)), np.zeros(len(panel))
    for i in range(len(panel)):
        scaled = scale.forward(panel.values[panel.history(i)], i)
        known = scaled[np.isfinite(scaled)]
        low[i], high[i] = known.min(initial=np.inf), known.max(initial=-np.inf)
    return low, high


def origins_by_series(origins: Origins) -> dict[int, IntArray]:
    """Which origins belong to each series."""
    return {int(i): np.flatnonzero(origins.series == i) for i in np.unique(origins.series)}
