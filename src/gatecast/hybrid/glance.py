"""What the memory half reads of a new row, and of the rows ahead, beside a pool that moves on.

`features.view` says the same of every origin; it reads whole histories for it. Here stand the latest rows of
what it reads: errors of the members, what the regression left and said.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Int

from gatecast._types import FloatArray, IntArray
from gatecast.hybrid.features import PLACES, reach, sizes
from gatecast.hybrid.modes import ModeName
from gatecast.hybrid.moving_pool import Judged, MovingPool, Said
from gatecast.linear import Latest
from gatecast.memory import Inputs, change_lags, ordinary
from gatecast.standing import Arrived, Foreseen

Singles = np.ndarray


@dataclass(frozen=True)
class Asked:
    """Forecasts of some series at some steps, as a network is asked for them.

    series, step  [asked]  whose, and from how long before: 0 from the row before
    ahead         [asked, inputs]
    members       [asked, members], prior [asked, members], unit [asked]
    """

    series: Int[IntArray, "asked"]
    step: Int[IntArray, "asked"]
    ahead: Float32[np.ndarray, "asked inputs"]
    members: Float32[np.ndarray, "asked members"]
    prior: Float32[np.ndarray, "asked members"]
    unit: Float32[np.ndarray, "asked"]


@dataclass(frozen=True)
class Seen:
    """What a network is shown of the pool's forecasts. [asked, members], [asked], [asked, members]"""

    paths: FloatArray
    mix: FloatArray
    prior: FloatArray


class Glances:
    """What is read at the newest step of every series.

    inputs, unit  as the hybrid learned them
    mode          how much of the members is shown
    static        [series, static covariates]  on their scale
    left, said    what the regression left, 0 where nothing was known, and said
    missed        [series, window, members]  errors up to a season ahead, each at its row modulo the window
    width         columns of `ahead` beyond the rows' own that the network has learned with
    """

    def __init__(
        self,
        inputs: Inputs,
        unit: FloatArray,
        mode: ModeName,
        seasons: tuple[int, ...],
        static: FloatArray,
        rings: tuple[Latest, Latest, FloatArray],
        width: int,
    ) -> None:
        self.inputs = inputs
        self.unit = unit
        self.mode = mode
        self.seasons = seasons
        self.static = static
        self.left, self.said, self.missed = rings
        self.width = width

    @cached_property
    def _sizes(self) -> Singles:
        """What kind of series each is. [series, 3]"""
        return np.stack([sizes(float(u), self.inputs, i) for i, u in enumerate(self.unit)])

    def known_width(self, moving: MovingPool) -> int:
        """How many numbers are known of a row beforehand."""
        calendar = moving.trailed.almanac.width
        covariates = len(self.inputs.covariates.known_scale.names)
        return calendar + covariates + int(self.static.shape[1])

    def row_width(self, moving: MovingPool) -> int:
        """How many numbers the encoder reads of a row."""
        own = 2 + len(change_lags(self.seasons)) + len(self.inputs.covariates.past_scale.names)
        realised = 0 if self.mode == "parallel" else 5 * self.missed.shape[2]
        return own + self.known_width(moving) + realised

    def copy(self) -> "Glances":
        """Ones that go their own way; what was fitted is shared."""
        rings = self.left.copy(), self.said.copy(), self.missed.copy()
        return Glances(self.inputs, self.unit, self.mode, self.seasons, self.static, rings, self.width)

    def row(self, rows: Arrived, judged: Judged, moving: MovingPool) -> Float32[np.ndarray, "some inputs"]:
        """What the encoder reads of a row that the pool has moved on by; what is kept here moves on, too."""
        some = rows.series
        own, lags = moving.ends.own, change_lags(self.seasons)
        movement = self.inputs.movement[some]
        columns = [judged.own]
        for lag in lags:
            back = own.values[some, own.values.shape[1] - 1 - lag]
            columns.append(np.arcsinh(np.where(judged.position >= lag, judged.own - back, 0.0) / movement))
        columns.append(np.isnan(rows.values).astype(np.float64))
        ahead = self._known(some, rows.times, rows.known, moving)
        past = self.inputs.covariates.past_scale.of(rows.past)
        history = ordinary(np.concatenate([np.stack(columns, axis=1), ahead, past], axis=1))
        self.left.push(some, np.nan_to_num(judged.error))
        self.said.push(some, judged.mean)
        if self.mode == "parallel":
            return history
        return np.concatenate([history, self._realised(judged, moving)], axis=1)

    def behind(
        self, rows: Arrived, judged: Judged, moving: MovingPool, asked: tuple[IntArray, IntArray]
    ) -> Asked:
        """How a network is asked about the row just read, as earlier origins would have asked.

        asked  which of the series [asked], and from how long before: 0 from the row before
        """
        n, step = asked
        known = ordinary(self._known(rows.series, rows.times, rows.known, moving))[n]
        seen = self._shown(judged.forecasts[n, step], judged.mix[n, step], judged.prior[n, step])
        series = rows.series[n]
        return self._asked(series, step, np.zeros_like(step), 1 + step, known, seen, judged.mean[n], moving)

    def ahead(self, foreseen: Foreseen, said: Said, moving: MovingPool) -> Asked:
        """How it is asked about the rows ahead of every series."""
        count, horizon = foreseen.times.shape
        series, step = np.repeat(np.arange(count), horizon), np.tile(np.arange(horizon), count)
        known = ordinary(
            self._known(series, foreseen.times.ravel(), foreseen.known.reshape(count * horizon, -1), moving)
        )
        paths, prior = said.paths.reshape(count * horizon, -1), moving.newest[series]
        seen = self._shown(paths, said.mix.ravel(), prior)
        return self._asked(
            series, step, 1 + step, np.zeros_like(step), known, seen, said.mean.ravel(), moving
        )

    def _known(self, series: IntArray, times: IntArray, known: FloatArray, moving: MovingPool) -> FloatArray:
        """What is known of rows beforehand. [rows, ahead]"""
        calendar = moving.trailed.almanac.features(times)
        covariates = self.inputs.covariates.known_scale.of(known)
        return np.concatenate([calendar, covariates, self.static[series]], axis=1)

    def _shown(self, paths: FloatArray, mix: FloatArray, prior: FloatArray) -> Seen:
        if self.mode == "residual":
            return Seen(mix[:, None], mix, np.zeros((len(mix), 1)))
        return Seen(paths, mix, prior)

    def _asked(
        self,
        series: IntArray,
        step: IntArray,
        row: IntArray,
        origin: IntArray,
        known: FloatArray,
        seen: Seen,
        mean: FloatArray,
        moving: MovingPool,
    ) -> Asked:
        """row: how far behind the newest step the row stands; origin: how far before it the origin."""
        own, season = moving.ends.own.values, self.seasons
        steps = moving.ends.horizon
        now, newest = own[series, own.shape[1] - 1 - origin], own.shape[1] - 1
        back = [row - s * (-(-(step + 1) // s)) for s in season]
        earlier = [own[series, newest + one] for one in back]
        ramp = (step + 1) / steps
        if self.mode == "parallel":
            gone = [one for one, s in zip(earlier, season, strict=True) if s > 1]
            ahead = ordinary(np.stack([now, *gone, ramp], axis=1))
            none, one = np.zeros((len(step), 0), dtype=np.float32), np.ones(len(step), dtype=np.float32)
            return Asked(series, step, np.concatenate([known, ahead], axis=1), none, none, one)
        unit, movement = self.unit[series], self.inputs.movement[series]
        apart = [
            np.arcsinh((seen.paths - seen.mix[:, None]) / unit[:, None]),
            seen.mix[:, None],
            np.arcsinh((seen.mix - now) / movement)[:, None],
            np.arcsinh((seen.mix - earlier[0]) / movement)[:, None],
            ramp[:, None],
        ]
        parts = [ordinary(np.concatenate(apart, axis=1)), self._sizes[series]]
        if moving.pool.regressed is not None:
            parts.append(self._leftover(series, (back[0], back[-1]), origin, mean))
        ahead = np.concatenate(parts, axis=1)[:, : self.width]
        return Asked(
            series,
            step,
            np.concatenate([known, ahead], axis=1),
            np.round(seen.paths, PLACES).astype(np.float32),
            seen.prior.astype(np.float32),
            unit.astype(np.float32),
        )

    def _leftover(
        self, series: IntArray, back: tuple[IntArray, IntArray], origin: IntArray, mean: FloatArray
    ) -> Singles:
        """What the regression left a season and a long season before, and leaves now; how it moves."""
        left, said = self.left.values, self.said.values
        newest, unit, movement = left.shape[1] - 1, self.unit[series], self.inputs.movement[series]
        short, long, now = (left[series, newest + at] for at in (*back, -origin))
        moved = mean - said[series, said.shape[1] - 1 + back[0]]
        parts = [np.arcsinh(one / unit) for one in (short, long, now)]
        return ordinary(np.stack([*parts, np.arcsinh(moved / movement)], axis=1))

    def _realised(self, judged: Judged, moving: MovingPool) -> Singles:
        """How wrong the members' forecasts for the row were, and have been on average: `realised_errors`."""
        some, far, window = judged.some, *reach(moving.ends.horizon, self.seasons[0])
        paths, prior = judged.forecasts, moving.newest[some]
        if self.mode == "residual":
            paths, prior = judged.mix[..., None], np.zeros((len(some), 1))
        near = np.nan_to_num(judged.own[:, None] - paths[:, 0])
        late = np.where((judged.position >= far)[:, None], judged.own[:, None] - paths[:, far - 1], 0.0)
        self.missed[some, judged.position % window] = late
        count = np.minimum(judged.position + 1, window)[:, None]
        unit, missed = self.unit[some, None], self.missed[some]
        parts = [
            np.arcsinh(near / unit),
            np.arcsinh(late / unit),
            np.arcsinh(missed.sum(axis=1) / count / unit),
            np.arcsinh(np.abs(missed).sum(axis=1) / count / unit),
            prior / 5.0,
        ]
        return ordinary(np.concatenate(parts, axis=1))
