"""What a fitted model keeps behind the last step of each series, so that its history need not be read again.

A standing is made by reading a panel's history once. From then on it moves on row by row, at a cost that does
not grow with the history, and forecasts as the model would that reads the longer panel from its beginning:
`Replayed` in `front` does just that, and every other one is held to it.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.forecaster import Forecast


@dataclass(frozen=True)
class Arrived:
    """One new row of some series, each the next of its grid.

    series  [some]  index into the panel, ascending, each at most once
    times   [some]  as in `Panel.times`
    values  [some]  NaN where missing
    known   [some, known covariates]
    past    [some, past covariates]
    given   [some, given forecasts]
    """

    series: Int[IntArray, "some"]
    times: Int[IntArray, "some"]
    values: Float[FloatArray, "some"]
    known: Float[FloatArray, "some known"]
    past: Float[FloatArray, "some past"]
    given: Float[FloatArray, "some given"]


@dataclass(frozen=True)
class Foreseen:
    """The steps ahead of every series and what is known of them.

    times  [series, horizon]
    known  [series, horizon, known covariates]
    given  [series, horizon, given forecasts]
    """

    times: Int[IntArray, "series horizon"]
    known: Float[FloatArray, "series horizon known"]
    given: Float[FloatArray, "series horizon given"]


class Standing(ABC):
    """Where a model stands behind the last step of each series of a panel.

    It is changed in place: a copy is a snapshot that stays.
    """

    @property
    @abstractmethod
    def clock(self) -> Int[IntArray, "series"]:
        """0-based step of the last row read of each series. [series]"""

    @abstractmethod
    def advance(self, rows: Arrived) -> None:
        """Move on by one row of some series."""

    @abstractmethod
    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """Forecast the steps behind the clock of every series; nothing moves."""

    @abstractmethod
    def state(self) -> dict[str, FloatArray]:
        """What it holds, by the name people know it by, for comparison. Each [series, ...]"""

    def copy(self) -> Self:
        """A snapshot, which later rows leave as it is."""
        return copy.deepcopy(self)
