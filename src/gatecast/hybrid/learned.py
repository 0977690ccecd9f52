"""What a hybrid has learned, and how it reads a panel by it."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.features import View
from gatecast.hybrid.joining import Joining
from gatecast.hybrid.modes import ModeName, mode_of
from gatecast.hybrid.pool import Pool
from gatecast.memory import (
    Cutter,
    Inputs,
    Looking,
    Rows,
    Trained,
    Windows,
    anchored_windows,
    most_read,
)


@dataclass(frozen=True)
class Learned:
    """A fitted hybrid with a memory.

    unit     [series]  size of an ordinary error, scaled
    context  steps read before an origin, at least
    unseen   [series]  the first origin whose outcomes no network was trained on; None where intervals stay
             as they were calibrated
    """

    pool: Pool
    inputs: Inputs
    unit: Float[FloatArray, "series"]
    mode: ModeName
    trained: Trained
    context: int
    joining: Joining
    unseen: Int[IntArray, "series"] | None

    def cut(self, panel: Panel, rows: Rows, windows: Windows) -> tuple[Cutter, View]:
        """Windows of a panel that has been read, with what stands beside them at their origins."""
        look, longest = mode_of(self.mode).view, max(most_read(self.context), windows.longest)
        whole = look(panel, self.pool, self.inputs, windows.origins, longest, self.unit, rows=rows)
        seen = whole.narrowed(self.trained.network.shape.ahead)
        return Cutter(panel, seen.rows, windows, seen.extras, self.pool.horizon), seen

    def looking(self, panel: Panel, rows: Rows) -> Looking | None:
        """How a panel that has been read is looked back on; None where nothing is made of it."""
        if self.unseen is None:
            return None

        def cut(some: Origins) -> tuple[Cutter, Callable[[FloatArray], FloatArray]]:
            cutter, seen = self.cut(panel, rows, anchored_windows(some, self.context))
            return cutter, lambda said: self.joining.stated(said, seen.mix, some.series)

        return Looking(self.trained, self.pool.horizon, self.unseen, cut)
