"""All that a hybrid is taught and judged by, read in one pass.

The members' forecasts from every origin of a history take about as long as the training itself, and each
part of the plan needs nearly all of them: they are made once, and shared.
"""

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.features import View
from gatecast.hybrid.modes import Mode
from gatecast.hybrid.pool import Pool
from gatecast.memory import Cutter, Inputs, Plan, Windows, anchored_windows, most_read


@dataclass(frozen=True)
class Lessons:
    """Windows cut as `Plan` divides them.

    calibrating  one window for each of the plan's origins
    judged       what stands beside these: the linear half's path
    unit         [series]  mean absolute error of the linear half where it trains, scaled
    """

    training: Cutter
    choosing: Cutter
    calibrating: Cutter
    everything: Cutter
    judged: View
    unit: Float[FloatArray, "series"]


def lessons(panel: Panel, pool: Pool, inputs: Inputs, plan: Plan, mode: Mode) -> Lessons:
    """Read a panel as a plan divides it."""
    single = [anchored_windows(origins, plan.context) for origins in (plan.choosing, plan.calibrating)]
    parts = (plan.training, *single, plan.everything)
    counts = [len(part.origins) for part in parts]
    whole = mode.view(panel, pool, inputs, _joined(parts), most_read(plan.context), measured_at=counts[0])
    views = [whole.part(slice(*ends)) for ends in pairwise(accumulate(counts, initial=0))]
    training, choosing, calibrating, everything = (
        Cutter(panel, whole.rows, part, seen.extras, pool.horizon)
        for part, seen in zip(parts, views, strict=True)
    )
    return Lessons(training, choosing, calibrating, everything, judged=views[2], unit=whole.unit)


def _joined(parts: tuple[Windows, ...]) -> Origins:
    series = np.concatenate([part.origins.series for part in parts])
    return Origins(series, np.concatenate([part.origins.position for part in parts]))
