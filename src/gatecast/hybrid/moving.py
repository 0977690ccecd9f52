"""How a member of the pool moves on: what a standing keeps of it, so that no history is read again.

A member's forecast of step k from an origin is what it keeps from that origin, plus what is known of the row:

    on the pool's scale:  path_k,               of a member that needs nothing of the row
    on its own scale:     path_k + mean(row),   of errors around a mean
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.member import Seen
from gatecast.linear import Clock, Fitted, Latest, blocks_of, middle_block, paths_around

Latter = Callable[[int], tuple[Clock, FloatArray]]


@dataclass(frozen=True)
class Row:
    """A new row of some series, read as far as members share it.

    some     [some]  which series
    values   [some]  in their unit, NaN where missing
    given    [some, given forecasts]
    mean     [some]  what the regression of the pool's full autoregression says of it
    error    [some]  what that leaves, NaN where missing
    left     [some]  the same, gaps filled
    latter   of the n-th of them, clock and known covariates of the latest rows and this one
    """

    some: Int[IntArray, "some"]
    values: Float[FloatArray, "some"]
    given: Float[FloatArray, "some given"]
    mean: Float[FloatArray, "some"]
    error: Float[FloatArray, "some"]
    left: Float[FloatArray, "some"]
    latter: Latter


@dataclass(frozen=True)
class Coming:
    """The rows ahead of every series, read as far as members share them.

    given  [series, horizon, given forecasts]
    mean   [series, horizon]  as in `Row`
    latter  of a series, clock and known covariates of the latest rows and those ahead
    """

    given: Float[FloatArray, "series horizon given"]
    mean: Float[FloatArray, "series horizon"]
    latter: Latter


@dataclass(frozen=True)
class Ends:
    """What members share behind the newest step.

    own   the series on the pool's scale
    left  what the regression of the full autoregression leaves
    """

    own: Latest
    left: Latest
    season: int
    horizon: int


class Moving(Protocol):
    """A member of the pool, behind the newest step of every series."""

    @property
    def scale(self) -> Scale | None:
        """On which its paths and means add up; None where paths stand on the pool's."""

    def before(self, seen: Seen, position: Int[IntArray, "origins"]) -> Float[FloatArray, "origins horizon"]:
        """What it would have kept from origins in the history of one series, which this reads."""

    def push(self, row: Row) -> Float[FloatArray, "some"] | None:
        """Move some series on by a row; what it knows of that row, None for nothing. [some]"""

    def paths(self, some: Int[IntArray, "some"], ends: Ends) -> Float[FloatArray, "some horizon"]:
        """What it keeps from the newest step of some series. [some, horizon]"""

    def means(self, coming: Coming) -> Float[FloatArray, "series horizon"] | None:
        """What it knows of the rows ahead, None for nothing. [series, horizon]"""

    def copy(self) -> Self:
        """One that goes its own way; what was fitted is shared."""


def crossed(
    fitted: Fitted, seen: Seen, error: Float[FloatArray, "time"], position: Int[IntArray, "origins"]
) -> Float[FloatArray, "origins horizon"]:
    """Errors expected behind origins in the history of one series, by what has not seen their outcome.

    error  [time]  NaN where unknown
    """
    panel = seen.panel
    block = middle_block(blocks_of(panel, len(error), fitted.steps), position, seen.horizon)
    return paths_around(fitted, panel.seasons[0], error, position, block, seen.horizon)
