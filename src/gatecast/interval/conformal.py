"""Conformal calibration: quantiles moved until held-out values fall below them as often as they say. [kernel]

For each step k and level τ, the residuals of held-out origins from the quantile as first stated, in units
of the local width, are ranked; their own τ-quantile (with the finite-sample correction outward) is the shift.

    E = (y - q_τ) / width;   q'_τ = q_τ + width · quantile_{τ'}(E),   τ' = ⌈(n + 1) τ⌉ / n above the median

After Romano, Patterson & Candès, Conformalized quantile regression (2019). The origins used must not have
been trained on: residuals seen in training make intervals narrower, not truer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from gatecast._types import BoolArray, FloatArray
from gatecast.interval.quantile import untangle

ENOUGH = 400  # residuals a step should rest on; fewer, and neighbouring steps lend theirs


@dataclass(frozen=True)
class Calibration:
    """How far each step's quantiles move, in widths.

    shifts  [horizon, levels]
    median  where .5 stands among the levels; the median itself never moves
    """

    shifts: Float[FloatArray, "horizon levels"]
    median: int

    def apply(
        self,
        quantiles: Float[FloatArray, "origins horizon levels"],
        width: Float[FloatArray, "origins horizon"],
    ) -> Float[FloatArray, "origins horizon levels"]:
        """Move quantiles and keep them from crossing.

        quantiles  [origins, horizon, levels]
        width      [origins, horizon]
        """
        return untangle(quantiles + width[..., None] * self.shifts, self.median)


def calibrate(
    actual: Float[FloatArray, "origins horizon"],
    quantiles: Float[FloatArray, "origins horizon levels"],
    width: Float[FloatArray, "origins horizon"],
    levels: Sequence[float],
) -> Calibration:
    """Rank held-out residuals step by step.

    actual     [origins, horizon]          NaN where unknown
    quantiles  [origins, horizon, levels]  as first stated
    width      [origins, horizon]          positive
    """
    scores = (actual[..., None] - quantiles) / width[..., None]
    horizon, median = actual.shape[1], list(levels).index(0.5)
    shifts = np.zeros((horizon, len(levels)))
    known = np.isfinite(actual)
    for step in range(horizon):
        near = _neighbours(known, step)
        pooled = scores[:, near][known[:, near]]
        for column, level in enumerate(levels):
            if column != median and len(pooled):
                shifts[step, column] = _corrected_quantile(pooled[:, column], level)
    return Calibration(shifts, median)


def _neighbours(known: Bool[BoolArray, "origins horizon"], step: int) -> slice:
    """The step itself, with as many on both sides as it takes to rest on enough residuals."""
    counts = known.sum(axis=0)
    for reach in range(len(counts)):
        near = slice(max(step - reach, 0), step + reach + 1)
        if counts[near].sum() >= ENOUGH:
            return near
    return slice(0, len(counts))


def _corrected_quantile(scores: Float[FloatArray, "residuals"], level: float) -> float:
    count = len(scores)
    if level > 0.5:
        corrected = min(1.0, np.ceil((count + 1) * level) / count)
        return float(np.quantile(scores, corrected, method="inverted_cdf"))
    return -_corrected_quantile(-scores, 1.0 - level)
