"""The linear half behind the newest steps: the pool, and intervals that follow its outcomes."""

from collections.abc import Sequence

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale, actuals
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.begun import begin_moving, lengthened
from gatecast.hybrid.moving_pool import MovingPool
from gatecast.hybrid.pool import Pool
from gatecast.interval import pace_of
from gatecast.linear import Following, Spread, following
from gatecast.standing import Arrived, Foreseen, Standing


class HalfStanding(Standing):
    """Where a linear half stands; made by `half_standing`."""

    def __init__(self, moving: MovingPool, following: Following) -> None:
        self.moving = moving
        self.following = following

    @property
    def clock(self) -> IntArray:
        """Position of the newest row of each series. [series]"""
        return self.moving.clock

    def advance(self, rows: Arrived) -> None:
        """Move on by a row of some series."""
        judged = self.moving.advance(rows)
        point = self.moving.pool.scale_.inverse(judged.mix, rows.series[:, None])
        self.following.score(rows.series, judged.position, point, rows.values)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """Forecast the steps behind every series."""
        every = np.arange(len(self.clock))[:, None]
        point = self.moving.pool.scale_.inverse(self.moving.ahead(foreseen).mix, every)
        return self.following.forecast(self.clock.copy(), point, levels)

    def state(self) -> dict[str, FloatArray]:
        """Clock, latest values and errors, what members have earned, and interval scores."""
        return self.moving.state() | self.following.state()

    def copy(self) -> "HalfStanding":
        """A snapshot; what was fitted is shared."""
        return HalfStanding(self.moving.copy(), self.following.copy())


def half_standing(pool: Pool, scale: Scale, spread: Spread, panel: Panel) -> HalfStanding:
    """Where a fitted linear half stands behind the histories of a panel, each read once.

    scale, spread  of its intervals
    """
    horizon, back = pool.horizon, pace_of(panel.seasons[0]).reach + pool.horizon
    moving, standings = begin_moving(pool, panel, back)
    follow, whole = following(spread, scale, panel.seasons, horizon, moving.clock), lengthened(panel, horizon)
    for i, one in enumerate(standings):
        position = one.first + np.arange(len(one.mix))
        origins = Origins(np.full(len(position), i), position)
        point = pool.scale_.inverse(one.mix, i)
        follow.replayed(i, int(panel.known_steps[i]) - 1, position, point, actuals(whole, origins, horizon))
    return HalfStanding(moving, follow)
