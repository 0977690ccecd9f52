"""Fit the calendar-and-covariate regression of one series, robustly and in little memory.

The regressors are made chunk by chunk and only their products are kept. Before fitting, both sides are
quasi-differenced over a day, y_t - ρ y_{t-day}, since the errors of neighbouring days are alike: least
squares on the plain rows would trust far too few of them.

Blocks of time can be left out one by one at no further pass (cross-fitting), so that what is forecast
for a block came from coefficients that have not seen it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel
from gatecast.linear.design import Design, Shape, Term, columns, width
from gatecast.linear.robust import huber_weights
from gatecast.linear.term import term_values

CHUNK = 8192
RHO = 0.8
RIDGE = 4.0  # in rows: how many contrary observations the prior of 0 is worth


@dataclass(frozen=True)
class Regression:
    """A fitted regression of one series.

    coefficients  [blocks + 1, columns]  leaving out block 0, 1, …; the last row leaves out nothing
    average       [columns]              regressors' means over the known steps it was fitted on
    """

    design: Design
    coefficients: Float[FloatArray, "_ columns"]
    average: Float[FloatArray, "columns"]

    def mean(self, panel: Panel, series: int, block: Int[IntArray, "time"]) -> Float[FloatArray, "time"]:
        """The regression's value at every row, future included, by coefficients that have not seen it. [time]

        block  [time]  the cross-fitting block of each row, -1 for none
        """
        terms, shapes = self.design.terms(panel, series)
        result = np.zeros(len(block))
        for term, own in self.pieces(terms, shapes):
            result += self.said(term, own, shapes[term.shape], block)
        return result

    def pieces(self, terms: list[Term], shapes: dict[Shape, FloatArray]) -> Iterator[tuple[Term, slice]]:
        """Each term and which of the columns are its own."""
        start = 0
        for term in terms:
            size = term.slow.shape[1] * shapes[term.shape].shape[1]
            yield term, slice(start, start + size)
            start += size

    def said(
        self, term: Term, own: slice, shape: Float[FloatArray, "rows shapes"], block: Int[IntArray, "rows"]
    ) -> Float[FloatArray, "rows"]:
        """What one of the terms says. [rows]

        own    its columns
        shape  [rows, shapes]  of the day
        block  [rows]
        """
        coefficients = self.coefficients[:, own].reshape(len(self.coefficients), -1, shape.shape[1])
        return term_values(term.slow, shape, coefficients, block)


def fit_regression(
    panel: Panel,
    series: int,
    design: Design,
    scaled: Float[FloatArray, "time"],
    lag: int,
    block: Int[IntArray, "time"],
    blocks: int,
) -> Regression:
    """Fit by ridge with one Huber step.

    scaled  [time]  the series' scaled values, NaN where unknown
    lag     steps of the quasi-difference, 0 for none
    block   [time]  the cross-fitting block of each row; -1 for none
    """
    terms, shapes = design.terms(panel, series)
    lag = lag if len(scaled) > 4 * lag else 0
    weights = np.isfinite(scaled).astype(np.float64)
    coefficients = np.zeros((1, width(terms, shapes)))
    for final in (False, True):
        grams, moments = _products(terms, shapes, scaled, weights, lag, block, blocks if final else 0)
        coefficients = np.stack([_solve(g, m) for g, m in zip(grams, moments, strict=True)])
        residual = scaled - _fitted(terms, shapes, coefficients[-1])
        known = np.isfinite(residual)
        weights[known] = huber_weights(residual[known])
    return Regression(design, coefficients, _average(terms, shapes, np.isfinite(scaled)))


def _products(
    terms: list[Term],
    shapes: dict[Shape, FloatArray],
    scaled: FloatArray,
    weights: FloatArray,
    lag: int,
    block: IntArray,
    blocks: int,
) -> tuple[FloatArray, FloatArray]:
    """Gram matrices and moments, leaving out each block in turn and, last, none."""
    size = width(terms, shapes)
    grams, moments = np.zeros((blocks + 1, size, size)), np.zeros((blocks + 1, size))
    rho = RHO if lag else 0.0
    for start in range(lag, len(scaled), CHUNK):
        part = slice(start, min(start + CHUNK, len(scaled)))
        design, target, weight = columns(terms, shapes, part), scaled[part], weights[part]
        if lag:
            earlier = slice(part.start - lag, part.stop - lag)
            design = design - rho * columns(terms, shapes, earlier)
            target = target - rho * scaled[earlier]
            weight = np.minimum(weight, weights[earlier])
        keep = np.isfinite(target) & (weight > 0)
        here = block[part][keep] if blocks else np.full(int(keep.sum()), -1)
        design, target, weight = design[keep], target[keep], weight[keep]
        for b in np.unique(here):
            mine = here == b
            weighted = design[mine] * weight[mine, None]
            grams[b] += weighted.T @ design[mine]  # block -1 is the last row, that of no block
            moments[b] += weighted.T @ target[mine]
    total_gram, total_moment = grams.sum(axis=0), moments.sum(axis=0)
    grams[:-1], moments[:-1] = total_gram - grams[:-1], total_moment - moments[:-1]
    grams[-1], moments[-1] = total_gram, total_moment
    return grams, moments


def _solve(gram: FloatArray, moment: FloatArray) -> FloatArray:
    penalty = np.full(len(gram), RIDGE * (1 - RHO) ** 2)
    penalty[0] = 1e-6  # the constant is free
    return np.linalg.solve(gram + np.diag(penalty), moment).astype(np.float64)


def _fitted(terms: list[Term], shapes: dict[Shape, FloatArray], coefficients: FloatArray) -> FloatArray:
    """Values at every row. [time]"""
    parts = [slice(start, start + CHUNK) for start in range(0, len(terms[0].slow), CHUNK)]
    return np.concatenate([columns(terms, shapes, part) @ coefficients for part in parts])


def _average(terms: list[Term], shapes: dict[Shape, FloatArray], known: BoolArray) -> FloatArray:
    """Mean of every regressor over the known rows. [columns]"""
    count = max(int(known.sum()), 1)
    parts = [term.slow[known].T @ shapes[term.shape][known] / count for term in terms]
    return np.concatenate([part.ravel() for part in parts])
