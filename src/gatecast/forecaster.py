"""What a forecaster is, and the record of what it says.

A `Forecaster` learns from a `Panel` and forecasts from any set of origins of a panel; it may read values
and past covariates only up to each origin, known covariates up to origin + horizon. Everything that
forecasts keeps this protocol, so that anything can be compared, gated and reported like anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.errors import OptionError, listed
from gatecast.progress import Progress

if TYPE_CHECKING:  # a name for the type checker only: foundations import no room
    from gatecast.data import Panel

SAME_LEVEL = 1e-6  # probabilities are asked for as decimals: .1 and 1 - .9 are one level


@dataclass(frozen=True)
class Origins:
    """Where forecasts start.

    series    [origins]  index into the panel
    position  [origins]  0-based step within that series of the last known value
    """

    series: Int[IntArray, "origins"]
    position: Int[IntArray, "origins"]

    def __post_init__(self) -> None:
        if self.series.shape != self.position.shape or self.series.ndim != 1:
            raise ValueError(f"series {self.series.shape} and position {self.position.shape} differ")

    def __len__(self) -> int:
        return len(self.series)

    def where(self, chosen: np.ndarray) -> "Origins":
        """The chosen ones, by mask or index."""
        return Origins(self.series[chosen], self.position[chosen])


@dataclass(frozen=True)
class Forecast:
    """One predictive distribution per origin and step, on the scale of the series.

    origins      where each row starts
    levels       [levels]                    probabilities, ascending
    quantiles    [origins, horizon, levels]  non-decreasing along levels
    point        [origins, horizon]          the forecast: the median of the distribution
    linear_part  [origins, horizon] or None  the parts sum to point exactly, in this order
    pool_part    [origins, horizon] or None  what members that are not linear add, where there are any
    memory_part  [origins, horizon] or None
    """

    origins: Origins
    levels: Float[FloatArray, "levels"]
    quantiles: Float[FloatArray, "origins horizon levels"]
    point: Float[FloatArray, "origins horizon"]
    linear_part: Float[FloatArray, "origins horizon"] | None = None
    memory_part: Float[FloatArray, "origins horizon"] | None = None
    pool_part: Float[FloatArray, "origins horizon"] | None = None

    def __post_init__(self) -> None:
        wanted = (*self.point.shape, len(self.levels))
        if self.quantiles.shape != wanted:
            raise ValueError(f"quantiles have shape {self.quantiles.shape}, wanted {wanted}")

    @property
    def without_memory(self) -> Float[FloatArray, "origins horizon"] | None:
        """What the memory part is added to: linear part and pool part. [origins, horizon]"""
        if self.linear_part is None or self.pool_part is None:
            return self.linear_part
        return self.linear_part + self.pool_part

    def interval(
        self, level: float
    ) -> tuple[Float[FloatArray, "origins horizon"], Float[FloatArray, "origins horizon"]]:
        """Lower and upper bound of the central interval `level` percent wide. [origins, horizon] each

        Raises OptionError if the forecast does not hold the two quantiles it takes.
        """
        tail = (1 - level / 100) / 2
        columns = [np.flatnonzero(np.abs(self.levels - p) < SAME_LEVEL) for p in (tail, 1 - tail)]
        if not all(len(column) for column in columns):
            held = ", ".join(f"{p:g}" for p in self.levels)
            raise OptionError(
                f"level {level:g} needs the quantiles {tail:g} and {1 - tail:g}, but the forecast holds "
                f"{held or 'none'}; ask for this level when forecasting"
            )
        lower, upper = (self.quantiles[..., column[0]] for column in columns)
        return lower, upper


def probabilities(level: Sequence[float]) -> tuple[float, ...]:
    """The quantiles that central intervals of these widths need, and the median, ascending.

    level  widths in percent

    Raises OptionError for a width outside (0, 100).

    >>> probabilities([80])
    (0.1, 0.5, 0.9)
    """
    wrong = [f"{width:g}" for width in level if not 0 < width < 100]
    if wrong:
        raise OptionError(f"level {listed(wrong)} is no width in percent; wanted numbers between 0 and 100")
    tails = {round((1 - width / 100) / 2, 9) for width in level}
    return tuple(sorted({0.5, *tails, *(round(1 - tail, 9) for tail in tails)}))


class Forecaster(Protocol):
    """Anything that learns from a panel and forecasts from its origins."""

    @property
    def name(self) -> str:
        """What the columns and the leaderboard call it."""

    @property
    def horizon(self) -> int:
        """Steps ahead."""

    def learn(self, panel: "Panel", progress: Progress) -> Self:
        """Fit on every known value of the panel."""

    def forecast(self, panel: "Panel", origins: Origins, levels: Sequence[float]) -> Forecast:
        """Forecast `horizon` steps from each origin, reading no value behind it."""
