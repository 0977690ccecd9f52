"""Covariates on one scale: what networks read, with statistics learned from history alone."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import BoolArray, FloatArray
from gatecast.data.panel import Panel
from gatecast.errors import CovariateError

CLIP = 6.0


@dataclass(frozen=True)
class Centering:
    """How the covariates of one role are scaled: (value - centre) * factor.

    centre  [covariates]  in the covariate's unit
    factor  [covariates]  per unit; 0 where history never varied, so that nothing unlearned gets through
    """

    names: tuple[str, ...]
    centre: FloatArray
    factor: FloatArray

    def of(self, columns: FloatArray) -> FloatArray:
        """Scale and clip to ±6 standard deviations; NaN stays NaN. [rows, covariates]"""
        scaled: FloatArray = np.clip((columns - self.centre) * self.factor, -CLIP, CLIP)
        return scaled


@dataclass(frozen=True)
class Standardised:
    """A panel's covariates on a common scale.

    known   [rows, known covariates]     in standard deviations; 0/1 columns as they are
    past    [rows, past covariates]      likewise; NaN behind each series' history
    static  [series, static covariates]  likewise
    """

    known: FloatArray
    past: FloatArray
    static: FloatArray
    known_scale: Centering
    past_scale: Centering
    static_scale: Centering

    def apply(self, panel: Panel) -> "Standardised":
        """The same transform on another panel, such as the one extended into the future.

        Raises CovariateError if its covariates are not the ones learned.
        """
        learned = [scale.names for scale in (self.known_scale, self.past_scale, self.static_scale)]
        seen = [panel.known_names, panel.past_names, panel.static_names]
        for role, wanted, given in zip(("known", "past", "static"), learned, seen, strict=True):
            if wanted != given:
                raise CovariateError(
                    f"the {role} covariates are {list(given)}, but the model learned from {list(wanted)}; "
                    "give the same ones, in the same order"
                )
        return Standardised(
            self.known_scale.of(panel.known),
            self.past_scale.of(panel.past),
            self.static_scale.of(panel.static),
            self.known_scale,
            self.past_scale,
            self.static_scale,
        )


def standardise(panel: Panel) -> Standardised:
    """Put covariates on a common scale, learned from the rows within `known_steps`.

    Columns of 0 and 1 keep their values; a column that never varies in history becomes 0 everywhere,
    because nothing could be learned of its effect. NaN is left out of the statistics and stays NaN.
    """
    history = _history(panel)
    known = _centering(panel.known_names, panel.known[history])
    past = _centering(panel.past_names, panel.past[history])
    static = _centering(panel.static_names, panel.static)
    return Standardised(
        known.of(panel.known), past.of(panel.past), static.of(panel.static), known, past, static
    )


def is_binary(column: FloatArray) -> bool:
    """Whether a column says yes or no: only 0 and 1, NaN aside.

    >>> is_binary(np.array([0.0, 1.0, np.nan])), is_binary(np.array([0.0, 2.0]))
    (True, False)
    """
    seen = column[~np.isnan(column)]
    return bool(len(seen)) and bool(np.all((seen == 0) | (seen == 1)))


def _history(panel: Panel) -> BoolArray:
    """Which rows belong to the history of their series. [rows]"""
    step = np.arange(len(panel.times)) - np.repeat(panel.offsets[:-1], panel.lengths)
    known: BoolArray = step < np.repeat(panel.known_steps, panel.lengths)
    return known


def _centering(names: tuple[str, ...], columns: FloatArray) -> Centering:
    pairs = [_moments(column) for column in columns.T]
    centre = np.array([c for c, _ in pairs], dtype=np.float64)
    factor = np.array([f for _, f in pairs], dtype=np.float64)
    return Centering(names, centre, factor)


def _moments(column: FloatArray) -> tuple[float, float]:
    seen = column[~np.isnan(column)]
    if len(seen) == 0:
        return 0.0, 0.0
    spread = float(seen.std())
    # rounding leaves a constant column a spread of its own; anything this small says nothing
    if spread <= 1e-9 * float(np.abs(seen).max()):
        return float(seen.mean()), 0.0
    return (0.0, 1.0) if is_binary(seen) else (float(seen.mean()), 1.0 / spread)
