"""How a network's word and the linear half's become one forecast: its parts, their sum and its quantiles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.gate import join
from gatecast.interval import LEVELS, agreed, at_levels, moved
from gatecast.memory import Calibrated, Shifts

MEDIAN = LEVELS.index(0.5)


@dataclass(frozen=True)
class Joining:
    """What was learned of how far the memory is believed.

    shares    [series]
    widening  of its quantiles, around its median
    """

    shares: Float[FloatArray, "series"]
    widening: float
    calibrated: Calibrated
    scale: Scale

    def stated(
        self,
        quantiles: Float[FloatArray, "origins horizon levels"],
        mix: Float[FloatArray, "origins horizon"],
        series: Int[IntArray, "origins"],
    ) -> Float[FloatArray, "origins horizon levels"]:
        """The network's quantiles joined with the linear half's word, calibrated."""
        return self.calibrated.apply(joined(quantiles, mix, self.shares[series], self.widening))

    def finished(
        self,
        quantiles: Float[FloatArray, "origins horizon levels"],
        mix: Float[FloatArray, "origins horizon"],
        linear: Float[FloatArray, "origins horizon"] | None,
        origins: Origins,
        levels: Sequence[float],
        shifts: Shifts,
    ) -> Forecast:
        """From the network's quantiles to the parts, their sum and its quantiles.

        linear  of the linear members alone; None where there are no others
        """
        whose, inverse = origins.series[:, None], self.scale.inverse
        scaled = moved(self.stated(quantiles, mix, origins.series), shifts)
        straight, pool = inverse(mix if linear is None else linear, whose), None
        before, median = straight, scaled[..., MEDIAN]
        if linear is not None:
            pool = inverse(mix, whose) - straight
            before = straight + pool
        # the same scaled value may round to another one in the series' unit: no memory must stay none
        memory = np.where(median == mix, 0.0, inverse(median, whose) - before)
        point = before + memory
        stated = inverse(at_levels(scaled, LEVELS, levels), whose[..., None])
        probabilities = np.asarray(levels, dtype=np.float64)
        return Forecast(origins, probabilities, agreed(stated, point, levels), point, straight, memory, pool)


def joined(
    quantiles: Float[FloatArray, "origins horizon levels"],
    mix: Float[FloatArray, "origins horizon"],
    share: Float[FloatArray, "origins"],
    widening: float,
) -> Float[FloatArray, "origins horizon levels"]:
    """The network's quantiles, widened and moved so that their median is the joined forecast."""
    network = quantiles[..., MEDIAN]
    whole = join(mix, network, share[:, None])
    # in this order the median is the joined forecast to the bit, whatever the rounding
    around: FloatArray = whole[..., None] + widening * (quantiles - network[..., None])
    return around


def without_memory(alone: Forecast) -> Forecast:
    """A forecast of the linear half alone as that of a hybrid whose memory is silent."""
    return replace(alone, linear_part=alone.point, memory_part=np.zeros_like(alone.point))
