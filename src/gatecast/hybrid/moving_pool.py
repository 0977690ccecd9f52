"""The pool behind the newest step of every series: what it forecasts there, and what its members have earned.

    a row comes:  it judges the last forecasts, members move on and forecast from it, priors follow
    ahead:        what is kept from the newest step, plus what is known of the rows ahead

`Pool.stand` on the longer panel says the same; it reads a history for it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.hybrid.earned import mixture, weights_of
from gatecast.hybrid.earning import Ledger, Units, forecasts_of, judge, ratio_of
from gatecast.hybrid.moving import Coming, Ends, Moving, Row
from gatecast.hybrid.pool import Pool, prior_of
from gatecast.linear import Clock, Saying, Trailed
from gatecast.standing import Arrived, Foreseen


@dataclass(frozen=True)
class Judged:
    """A row of some series, and the forecasts that were made for it.

    some       [some]
    position   [some]  of the row
    own        [some]  on the pool's scale, gaps filled
    error      [some]  what the regression leaves of it, NaN where missing
    mean       [some]  what the regression says of it
    forecasts  [some, horizon, members]  for it, made 1, 2, … steps before; NaN where none was
    mix        [some, horizon]           their mixtures by what had been earned when they were made
    prior      [some, horizon, members]  logits of that
    """

    some: Int[IntArray, "some"]
    position: Int[IntArray, "some"]
    own: Float[FloatArray, "some"]
    error: Float[FloatArray, "some"]
    mean: Float[FloatArray, "some"]
    forecasts: Float[FloatArray, "some horizon members"]
    mix: Float[FloatArray, "some horizon"]
    prior: Float[FloatArray, "some horizon members"]


@dataclass(frozen=True)
class Said:
    """What the pool says of the rows ahead of every series, scaled.

    paths   [series, horizon, members]
    mix     [series, horizon]
    linear  [series, horizon]  the mixture of the linear members alone
    mean    [series, horizon]  what the regression says
    """

    paths: Float[FloatArray, "series horizon members"]
    mix: Float[FloatArray, "series horizon"]
    linear: Float[FloatArray, "series horizon"]
    mean: Float[FloatArray, "series horizon"]


class MovingPool:
    """A pool that moves on; made by `begin_moving`.

    priors   [series, horizon, members]  of the latest origins, as `Ledger` keeps them
    given    names of the panel's given forecasts
    """

    def __init__(
        self,
        pool: Pool,
        saying: Saying,
        units: Units,
        trailed: Trailed,
        ends: Ends,
        movings: list[Moving],
        ledger: Ledger,
        priors: FloatArray,
        given: tuple[str, ...] = (),
    ) -> None:
        self.pool = pool
        self.saying = saying
        self.units = units
        self.trailed = trailed
        self.ends = ends
        self.movings = movings
        self.ledger = ledger
        self.priors = priors
        self.given = given
        self.linear: Bool[BoolArray, members] = pool.linear

    @property
    def clock(self) -> Int[IntArray, "series"]:
        """Position of the newest row of each series."""
        return self.ends.own.position

    @property
    def newest(self) -> Float[FloatArray, "series members"]:
        """The priors at the newest step of every series."""
        prior: FloatArray = self.priors[np.arange(len(self.priors)), self.clock % self.ends.horizon]
        return prior

    def advance(self, rows: Arrived) -> Judged:
        """Move some series on by a row each."""
        row, own = self._read(rows)
        some, position = rows.series, self.clock[rows.series]
        means = np.zeros((len(some), len(self.movings)))
        for m, moving in enumerate(self.movings):
            known = moving.push(row)
            if known is not None:
                means[:, m] = known
        self.trailed.push(some, rows.times, rows.known)
        forecasts = judge(self.ledger, self.units, some, position, own, means)
        slots = (position[:, None] - 1 - np.arange(self.ends.horizon)) % self.ends.horizon
        prior = self.priors[some[:, None], slots]
        mix = (forecasts * weights_of(prior)).sum(axis=-1)
        self._forecast(some, position)
        return Judged(some, position, own, row.error, row.mean, forecasts, mix, prior)

    def ahead(self, foreseen: Foreseen) -> Said:
        """What is forecast for the rows ahead of every series; nothing moves."""
        every = np.arange(len(self.clock))
        mean = self.saying.of(every, foreseen.times, foreseen.known, self.trailed)

        def latter(i: int) -> tuple[Clock, FloatArray]:
            known = foreseen.known[i]
            return self.trailed.tail_clock(i, foreseen.times[i], known), self.trailed.tail(i, known)

        coming = Coming(foreseen.given, mean, latter)
        horizon = self.ends.horizon
        means = np.zeros((len(every), horizon, len(self.movings)))
        for m, moving in enumerate(self.movings):
            known = moving.means(coming)
            if known is not None:
                means[..., m] = known
        kept = self.ledger.paths[every, self.clock % horizon]
        paths = forecasts_of(kept, self.units, every, means)
        mix = linear = mixture(paths, self.newest)
        if not self.linear.all():
            linear = mixture(paths[..., self.linear], self._prior(every, 1))
        return Said(paths, mix, linear, mean)

    def copy(self) -> "MovingPool":
        """One that goes its own way; what was fitted is shared."""
        ends = Ends(self.ends.own.copy(), self.ends.left.copy(), self.ends.season, self.ends.horizon)
        return MovingPool(
            self.pool,
            self.saying,
            self.units,
            self.trailed.copy(),
            ends,
            [one.copy() for one in self.movings],
            Ledger(*(part.copy() for part in self.ledger)),
            self.priors.copy(),
            self.given,
        )

    def state(self) -> dict[str, FloatArray]:
        """What it holds, by name. Each [series, ...]"""
        every, steps = np.arange(len(self.clock)), self.clock
        return {
            "clock": steps.astype(np.float64),
            "latest values": self.ends.own.values.copy(),
            "left by the regression": self.ends.left.values.copy(),
            "prior of the members": self.newest.copy(),
            "paths of the members": self.ledger.paths[every, steps % self.ends.horizon],
        }

    def _read(self, rows: Arrived) -> tuple[Row, FloatArray]:
        """What members share of a row, and the series there on the pool's scale, gaps filled."""
        some = rows.series
        own = self.ends.own.push(some, self.pool.scale_.forward(rows.values, some))
        mean = self.saying.of(some, rows.times[:, None], rows.known[:, None], self.trailed)[:, 0]
        error = self.pool.full_.path_scale_.forward(rows.values, some) - mean
        left = self.ends.left.push(some, error)

        def latter(n: int) -> tuple[Clock, FloatArray]:
            i, known = int(some[n]), rows.known[n : n + 1]
            return self.trailed.tail_clock(i, rows.times[n : n + 1], known), self.trailed.tail(i, known)

        return Row(some, rows.values, rows.given, mean, error, left, latter), own

    def _forecast(self, some: IntArray, position: IntArray) -> None:
        """Keep what every member forecasts from the newest step, and what each has earned by then."""
        slot = position % self.ends.horizon
        for m, moving in enumerate(self.movings):
            self.ledger.paths[some, slot, :, m] = moving.paths(some, self.ends)
        self.ledger.sizes[some, slot] = 0.0
        self.priors[some, slot] = self._prior(some, 0)

    def _prior(self, some: IntArray, row: int) -> FloatArray:
        """Logits of all members, or of the linear ones alone (1), at the newest step of some series."""
        losses = self.ledger.losses[some]
        seen = np.clip(self.clock[some] - self.ends.horizon + 1, 0, losses.shape[1])
        lasting = None if self.pool.stack_ is None else self.pool.stack_[some, row]
        if row == 1:
            losses = losses[..., self.linear]
            lasting = None if lasting is None else lasting[:, self.linear]
        return prior_of(ratio_of(losses, seen), lasting)
