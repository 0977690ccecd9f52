"""From a network's quantiles to the forecast of a network on its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from gatecast._types import BoolArray, FloatArray
from gatecast.data import Scale
from gatecast.forecaster import Forecast, Origins
from gatecast.interval import LEVELS, agreed, at_levels, moved
from gatecast.memory.scaled import Calibrated

MEDIAN = LEVELS.index(0.5)


@dataclass(frozen=True)
class Stating:
    """What of a fitted network it takes.

    constant  [series]  series that have only ever had one value: the last is forecast
    """

    calibrated: Calibrated
    scale: Scale
    constant: Bool[BoolArray, "series"]

    def state(
        self,
        quantiles: Float[FloatArray, "origins horizon levels"],
        last: Float[FloatArray, "origins"],
        origins: Origins,
        levels: Sequence[float],
        shifts: Float[FloatArray, "origins horizon levels"] | None,
    ) -> Forecast:
        """The forecast.

        quantiles  as the network says them, scaled
        last       the series at each origin, scaled
        shifts     normal scores to read the quantiles off at; as they are where None
        """
        scaled = moved(self.calibrated.apply(quantiles), shifts)
        still = self.constant[origins.series]
        scaled[still] = last[still, None, None]
        series = origins.series[:, None, None]
        point = self.scale.inverse(scaled[..., MEDIAN], origins.series[:, None])
        stated = self.scale.inverse(at_levels(scaled, LEVELS, levels), series)
        probabilities = np.asarray(levels, dtype=np.float64)
        return Forecast(origins, probabilities, agreed(stated, point, levels), point)
