"""What a way of joining the halves decides: what the memory half sees of the linear one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.features import View
from gatecast.hybrid.pool import Pool
from gatecast.memory import Column, Inputs, Rows

ModeName = Literal["gate", "residual", "parallel"]


class Look(Protocol):
    """How a panel is read at some origins."""

    def __call__(
        self,
        panel: Panel,
        pool: Pool,
        inputs: Inputs,
        origins: Origins,
        context: int,
        unit: Float[FloatArray, "series"] | None = None,
        measured_at: int | None = None,
        rows: Rows | None = None,
    ) -> View:
        """As `features.view`: the linear half's path is in it whatever the network sees."""


@dataclass(frozen=True)
class Mode:
    """One way of joining the halves.

    view     what the network reads at an origin
    columns  names of what it reads beside the rows' own: of a past step, and of a step ahead
    """

    view: Look
    columns: Callable[[Panel, Pool], tuple[tuple[Column, ...], tuple[Column, ...]]]
