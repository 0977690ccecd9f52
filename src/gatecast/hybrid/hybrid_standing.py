"""The hybrid behind the newest steps: the pool, the network's memory, and the intervals' scores."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.glance import Asked, Glances
from gatecast.hybrid.half_standing import HalfStanding
from gatecast.hybrid.joining import Joining
from gatecast.hybrid.moving_pool import MovingPool
from gatecast.hybrid.pool import Pool
from gatecast.interval import LEVELS, Tracks, normal_scores
from gatecast.memory import Beside, Carried, Trained
from gatecast.standing import Arrived, Foreseen, Standing


class HybridStanding(Standing):
    """Where a hybrid stands; made by `hybrid_standing`.

    carried  the networks, each where its memory stands
    first    [series]  the first origin whose forecasts are scored; None where intervals stay as calibrated
    """

    def __init__(
        self,
        moving: MovingPool,
        glances: Glances,
        carried: tuple[Carried, ...],
        joining: Joining,
        tracks: Tracks | None,
        first: IntArray | None,
    ) -> None:
        self.moving = moving
        self.glances = glances
        self.carried = carried
        self.joining = joining
        self.tracks = tracks
        self.first = first

    @property
    def clock(self) -> IntArray:
        """Position of the newest row of each series. [series]"""
        return self.moving.clock

    def advance(self, rows: Arrived) -> None:
        """Move on by a row of some series: it judges what was stated for it, and is read."""
        judged = self.moving.advance(rows)
        read = self.glances.row(rows, judged, self.moving)
        if self.tracks is not None and self.first is not None:
            some, horizon = rows.series, judged.mix.shape[1]
            origin = judged.position[:, None] - 1 - np.arange(horizon)
            scored = (origin % self.tracks.pace.stride == 0) & (origin >= self.first[some, None])
            scored &= np.isfinite(rows.values)[:, None]
            scores = np.full(scored.shape, np.nan)
            if scored.any():
                n, step = np.nonzero(scored)
                asked = self.glances.behind(rows, judged, self.moving, (n, step))
                quantiles = np.full((*scored.shape, len(LEVELS)), np.nan)
                quantiles[n, step] = self._look_back(asked)
                stated = self.joining.stated(quantiles, judged.mix, some)
                actual = np.broadcast_to(self.joining.scale.forward(rows.values, some)[:, None], scored.shape)
                scores[n, step] = normal_scores(actual[n, step], stated[n, step], LEVELS)
            self.tracks.advance(some, scores)
        for one in self.carried:
            one.advance(rows.series, read)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """Both parts behind every series, their sum and its quantiles."""
        said = self.moving.ahead(foreseen)
        asked = self.glances.ahead(foreseen, said, self.moving)
        shape = foreseen.times.shape
        heard = [one.ahead(asked.ahead.reshape(*shape, -1), _beside(asked)) for one in self.carried]
        linear = None if self.moving.linear.all() else said.linear
        shifts = None if self.tracks is None else self.tracks.shifts()
        origins = Origins(np.arange(len(self.clock)), self.clock.copy())
        return self.joining.finished(_mean(heard), said.mix, linear, origins, levels, shifts)

    def state(self) -> dict[str, FloatArray]:
        """Clock, latest values and errors, what members have earned, states of the networks, scores."""
        held = self.moving.state()
        for k, one in enumerate(self.carried):
            behind = f" of network {k + 1}" if len(self.carried) > 1 else ""
            hidden, cell = one.chains.states(np.arange(len(self.clock)))
            held[f"hidden{behind}"] = hidden.astype(np.float64)
            if cell.shape[1]:
                held[f"cell{behind}"] = cell.astype(np.float64)
        if self.tracks is not None:
            held["interval scores"] = self.tracks.shifts().reshape(len(self.clock), -1)
        return held

    def copy(self) -> "HybridStanding":
        """A snapshot; what was fitted is shared."""
        tracks = None if self.tracks is None else self.tracks.copy()
        carried = tuple(one.copy() for one in self.carried)
        return HybridStanding(
            self.moving.copy(), self.glances.copy(), carried, self.joining, tracks, self.first
        )

    def of(self, pool: Pool, trained: Trained) -> bool:
        """Whether it is of these."""
        networks = (trained.network, *trained.others)
        mine = [one.network for one in self.carried]
        return self.moving.pool is pool and all(a is b for a, b in zip(mine, networks, strict=True))

    def _look_back(self, asked: Asked) -> FloatArray:
        """What was said of the row that came, from earlier origins. [asked, levels]"""
        own = _beside(asked)
        return _mean([one.look_back(asked.series, asked.step, asked.ahead, own) for one in self.carried])


class AloneStanding(Standing):
    """Where a hybrid stands that fell back to its linear half: there is no memory part."""

    def __init__(self, half: HalfStanding) -> None:
        self.half = half

    @property
    def clock(self) -> IntArray:
        """Position of the newest row of each series. [series]"""
        return self.half.clock

    def advance(self, rows: Arrived) -> None:
        """Move the linear half on."""
        self.half.advance(rows)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """What the linear half says, and a memory part of nothing."""
        alone = self.half.ahead(foreseen, levels)
        return replace(alone, linear_part=alone.point, memory_part=np.zeros_like(alone.point))

    def state(self) -> dict[str, FloatArray]:
        """What the linear half holds."""
        return self.half.state()

    def copy(self) -> "AloneStanding":
        """A snapshot."""
        return AloneStanding(self.half.copy())


def _beside(asked: Asked) -> Beside:
    return Beside(asked.members, asked.prior, asked.unit)


def _mean(said: list[FloatArray]) -> FloatArray:
    mean: FloatArray = said[0] if len(said) == 1 else np.mean(said, axis=0)
    return mean
