"""What may stand in the pool: anything that forecasts from every origin by what has not seen the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale
from gatecast.linear import Autoregression


@dataclass(frozen=True)
class Seen:
    """One series as the members of a pool read it.

    own      [time]          on the pool's scale, gaps filled causally; NaN in the future
    left     [time], [time]  what the full autoregression's regression leaves of it, and what it says, scaled
    full     the autoregression that has every regressor
    scale    of the pool
    horizon  steps ahead
    """

    panel: Panel
    series: int
    own: Float[FloatArray, "time"]
    left: tuple[FloatArray, FloatArray]
    full: Autoregression
    scale: Scale
    horizon: int

    def on_scale(self, path: FloatArray) -> FloatArray:
        """Forecasts in the series' unit on the pool's scale; where there is no logarithm, below all."""
        scaled = self.scale.forward(path, self.series)
        return np.where(np.isfinite(scaled), scaled, -np.inf)


class Member(Protocol):
    """One forecaster of a pool, fitted.

    Its forecasts of a fitted stretch must come from what had not seen that stretch (cross-fitting): otherwise
    the pool would take it for better than it is.
    """

    @property
    def name(self) -> str:
        """What the gate's inputs call it."""

    @property
    def linear(self) -> bool:
        """Whether its forecast is linear in the series' past: then it belongs to the linear part."""

    def paths(self, seen: Seen, position: Int[IntArray, "origins"]) -> Float[FloatArray, "origins horizon"]:
        """Forecasts from some origins of one series, on the pool's scale, reading no value behind them."""


# Fits a member on every known value; none where the panel gives it nothing to work with.
Maker = Callable[[Panel, Autoregression], Member | None]
