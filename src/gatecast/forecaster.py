"""What a forecaster is, and the record of what it says.

A `Forecaster` learns from a `Panel` and forecasts from any set of origins of a panel; it may read values
and past covariates only up to each origin, known covariates up to origin + horizon. Everything that
forecasts keeps this protocol, so that anything can be compared, gated and reported like anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.progress import Progress

if TYPE_CHECKING:  # a name for the type checker only: foundations import no room
    from gatecast.data import Panel


@dataclass(frozen=True)
class Origins:
    """Where forecasts start.

    series    [origins]  index into the panel
    position  [origins]  0-based step within that series of the last known value
    """

    series: IntArray
    position: IntArray

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
    linear_part  [origins, horizon] or None  with memory_part, sums to point exactly
    memory_part  [origins, horizon] or None
    """

    origins: Origins
    levels: FloatArray
    quantiles: FloatArray
    point: FloatArray
    linear_part: FloatArray | None = None
    memory_part: FloatArray | None = None

    def __post_init__(self) -> None:
        wanted = (*self.point.shape, len(self.levels))
        if self.quantiles.shape != wanted:
            raise ValueError(f"quantiles have shape {self.quantiles.shape}, wanted {wanted}")


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
