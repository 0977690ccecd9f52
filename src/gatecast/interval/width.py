"""How large an ordinary error is: by series, by step ahead and by phase of the day. [kernel]

    width = size_series · size_step · size_phase

Each factor is a mean absolute residual relative to the others, the last two shrunk towards their mean
in proportion to how little has been seen.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray

PRIOR = 10.0  # how many residuals the mean is worth


@dataclass(frozen=True)
class Width:
    """The factors of an ordinary error's size.

    series  [series]   in the residuals' unit
    step    [horizon]  relative, about 1
    phase   [phases]   relative, about 1
    """

    series: Float[FloatArray, "series"]
    step: Float[FloatArray, "horizon"]
    phase: Float[FloatArray, "phases"]

    def at(
        self, series: Int[IntArray, "origins"], phase: Int[IntArray, "origins horizon"]
    ) -> Float[FloatArray, "origins horizon"]:
        """The width at each origin and step.

        series   [origins]
        phase    [origins, horizon]
        returns  [origins, horizon]
        """
        width: FloatArray = self.series[series][:, None] * self.step * self.phase[phase]
        return width


def fit_width(
    residual: Float[FloatArray, "origins horizon"],
    series: Int[IntArray, "origins"],
    phase: Int[IntArray, "origins horizon"],
    counts: tuple[int, int],
) -> Width:
    """Find the factors from residuals.

    residual  [origins, horizon]  NaN where unknown
    series    [origins]
    phase     [origins, horizon]
    counts    how many series and phases there are
    """
    size = np.abs(residual)
    known = np.isfinite(size)
    size = np.where(known, size, 0.0)
    whose = np.broadcast_to(series[:, None], size.shape)
    per_series = _means(size, known, whose, counts[0], prior=1.0)
    relative = size / np.maximum(per_series, 1e-300)[whose]
    steps = np.broadcast_to(np.arange(size.shape[1]), size.shape)
    per_step = np.maximum(_means(relative, known, steps, size.shape[1]), 1e-3)
    per_phase = np.maximum(_means(relative / per_step, known, phase, counts[1]), 1e-3)
    return Width(np.maximum(per_series, 1e-12), per_step, per_phase)


def _means(
    size: Float[FloatArray, "origins horizon"],
    known: Bool[BoolArray, "origins horizon"],
    group: Int[IntArray, "origins horizon"],
    groups: int,
    prior: float = PRIOR,
) -> Float[FloatArray, "groups"]:
    """Mean of each group, shrunk towards the mean of all; a group never seen has that mean."""
    overall = size.sum() / max(known.sum(), 1)
    total = np.bincount(group[known], size[known], groups) + prior * overall
    means: FloatArray = total / (np.bincount(group[known], minlength=groups) + prior)
    return means
