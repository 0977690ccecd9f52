"""The linear members of the pool: autoregressions, ARIMA, and seasons repeated."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.hybrid.member import Seen
from gatecast.linear import Autoregression, RecentARIMA, recent_level, repeated

PROFILE_CYCLES = 4
LEVEL_SHARE, LEVEL_STEPS = 0.6, 12


@dataclass(frozen=True)
class Crossed:
    """A linear model that cross-fits itself.

    beside  whether the remainder it works on is that of the pool's full autoregression
    """

    name: str
    model: Autoregression | RecentARIMA
    beside: bool
    linear = True

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """Crossed, so that a member's past errors are as large as those it will make."""
        model, left = self.model, seen.left
        if not self.beside and isinstance(model, Autoregression):
            left = model.remainder(seen.panel, seen.series)
        return seen.on_scale(model.crossed_paths(seen.panel, seen.series, position, left))


@dataclass(frozen=True)
class Repeated:
    """The season before, again."""

    length: int
    linear = True

    @property
    def name(self) -> str:
        """Says which value is repeated."""
        return "the last value" if self.length == 1 else f"the value {self.length} steps before"

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """The last full season repeated."""
        return repeated(seen.own, position, seen.horizon, self.length)


@dataclass(frozen=True)
class Levelled:
    """The season before, moved to the present level.

    length  of the season
    recent  of the stretch whose mean is the level
    """

    length: int
    recent: int
    linear = True

    @property
    def name(self) -> str:
        """Says what is moved."""
        return f"the value {self.length} steps before, moved to the present level"

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """The last full season, moved by how far the level has moved since."""
        level = recent_level(seen.own, position, self.recent)
        earlier = recent_level(seen.own, np.maximum(position - self.length, 0), self.recent)
        return repeated(seen.own, position, seen.horizon, self.length) + (level - earlier)[:, None]


@dataclass(frozen=True)
class Profile:
    """The mean of some seasons."""

    length: int
    linear = True

    @property
    def name(self) -> str:
        """Says what the mean is of."""
        return f"the mean of {PROFILE_CYCLES} cycles of {self.length} steps"

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """The mean of the last full seasons."""
        cycles = [
            repeated(seen.own, np.maximum(position - j * self.length, 0), seen.horizon, self.length)
            for j in range(PROFILE_CYCLES)
        ]
        mean: FloatArray = np.mean(cycles, axis=0)
        return mean


@dataclass(frozen=True)
class Smoothed:
    """The present level: older values count for less, by a share each step. Brown (1956)."""

    name = "the present level"
    linear = True

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """The level at each origin, all the way."""
        back = np.arange(LEVEL_STEPS)
        weights = LEVEL_SHARE * (1.0 - LEVEL_SHARE) ** back
        level = seen.own[np.maximum(position[:, None] - back, 0)] @ (weights / weights.sum())
        return np.repeat(level[:, None], seen.horizon, axis=1)


Naive = Repeated | Levelled | Profile | Smoothed


def naive_members(lengths: list[int], *, levels: bool = False) -> tuple[Naive, ...]:
    """Every season repeated; the longest moved to the present level, and its mean over some cycles.

    lengths  of the seasons, ascending
    levels   whether the last value and the present level stand beside them: within a part of a season they
             say more than the season before
    """
    longest = lengths[-1]
    repeats = [Repeated(length) for length in lengths]
    seasons: list[Naive] = [*repeats, Levelled(longest, lengths[0]), Profile(longest)]
    return (*seasons, Repeated(1), Smoothed()) if levels else tuple(seasons)
