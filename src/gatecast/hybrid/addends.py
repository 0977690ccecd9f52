"""From a joined, scaled distribution to the forecast: its parts, their sum and the quantiles around that."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Scale
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.features import View
from gatecast.hybrid.gate import join
from gatecast.interval import LEVELS, agreed, at_levels

MEDIAN = LEVELS.index(0.5)


def joined(
    quantiles: Float[FloatArray, "origins horizon levels"],
    mix: Float[FloatArray, "origins horizon"],
    shares: Float[FloatArray, "origins"],
    widening: float,
) -> Float[FloatArray, "origins horizon levels"]:
    """A network's quantiles, widened and moved so that their median is the joined forecast, all scaled."""
    network = quantiles[..., MEDIAN]
    middle = join(mix, network, shares[:, None])
    # in this order the median is the joined forecast to the bit, whatever the rounding
    moved: FloatArray = middle[..., None] + widening * (quantiles - network[..., None])
    return moved


def taken_apart(
    scaled: Float[FloatArray, "origins horizon levels"],
    seen: View,
    scale: Scale,
    origins: Origins,
    levels: Sequence[float],
) -> Forecast:
    """Linear, pool and memory part, which sum to the median, in the series' unit.

    scaled  [origins, horizon, levels]  calibrated quantiles whose median is the joined forecast
    """
    whose, inverse = origins.series[:, None], scale.inverse
    linear, pool = inverse(seen.mix if seen.linear is None else seen.linear, whose), None
    before, median = linear, scaled[..., MEDIAN]
    if seen.linear is not None:
        pool = inverse(seen.mix, whose) - linear
        before = linear + pool
    # the same scaled value may round to another one in the series' unit: no memory must stay none
    memory = np.where(median == seen.mix, 0.0, inverse(median, whose) - before)
    point = before + memory
    stated = inverse(at_levels(scaled, LEVELS, levels), whose[..., None])
    probabilities = np.asarray(levels, dtype=np.float64)
    return Forecast(origins, probabilities, agreed(stated, point, levels), point, linear, memory, pool)


def without_memory(alone: Forecast) -> Forecast:
    """A forecast of the linear half alone as that of a hybrid whose memory is silent."""
    quantiles, point = alone.quantiles, alone.point
    return Forecast(alone.origins, alone.levels, quantiles, point, point, np.zeros_like(point))
