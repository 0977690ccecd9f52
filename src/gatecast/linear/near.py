"""What one regression says of the last rows of a series: no other rows' regressors are made.

`Regression.mean` says the same of every row; it makes all regressors of the whole history for it.
"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray, IntArray
from gatecast.linear.design import (
    DAY_TYPES,
    RECENT_HOURS,
    Clock,
    Shape,
    harmonics,
    shapes_of,
)
from gatecast.linear.regression import Regression

SHAPES: tuple[Shape, ...] = ("one", "low", "day", "slots")
ONE, LOW, DAY, SLOTS = range(len(SHAPES))
FREE = 5  # types of day from here on are days off


class Near:
    """A regression by coefficients that leave out no block, ready to be asked about a few rows."""

    def __init__(self, regression: Regression, steps: int) -> None:
        self._design = regression.design
        self._steps = steps
        self._beta = np.ascontiguousarray(regression.coefficients[-1])
        self._shapes = np.array(self._layout())
        backs = sorted({max(1, round(h * steps / 24)) for h in RECENT_HOURS})
        self._backs = np.array(backs if self._rich else [], dtype=np.int64)

    def of(
        self, times: IntArray, clock: Clock, known: Float[FloatArray, "tail known"]
    ) -> Float[FloatArray, "rows"]:
        """What it says of the last rows of a series. [rows]

        times  [rows]
        clock  of these rows
        known  [tail, known covariates]  up to the last of them, from as far back as anything looks
        """
        rows, shapes = len(times), shapes_of(clock)
        slow = [np.ones((rows, 1)), *self._calendar(times, clock)]
        free = (clock.kind >= FREE).astype(np.float64)
        for column, binary in enumerate(self._design.binary):
            x = (known[:, column] - self._design.center[column]) / self._design.spread[column]
            knots, kind = self._design.knots[column], 3 if binary and self._kind else self._kind
            slow.append(_covariate(x, rows, self._steps, knots, self._backs, free, kind))
        parts = tuple(np.ascontiguousarray(shapes[name]) for name in SHAPES)
        columns = np.concatenate(slow, axis=1)
        assert columns.shape[1] == len(self._shapes)  # the kernel looks no further
        said: FloatArray = _said(columns, self._shapes, parts, self._beta)
        return said

    @property
    def _kind(self) -> int:
        """How much is made of a covariate that is no switch: 0 itself, 1 hinges, 2 all."""
        return min(self._design.detail.covariates, 2)

    @property
    def _rich(self) -> bool:
        return self._kind == 2 and self._steps > 1

    def _layout(self) -> list[int]:
        """The shape of each slow column, in the order of the terms."""
        detail, shapes = self._design.detail, [ONE]
        if detail.calendar:
            shapes += [SLOTS] * DAY_TYPES + [ONE] + [DAY] * (2 * detail.years)
        hinged = 1 + self._design.knots.shape[1] if len(self._design.binary) else 0
        for binary in self._design.binary:
            if self._kind == 0:
                shapes += [ONE]
            elif binary:
                shapes += [DAY] * 2
            else:
                shapes += [DAY] * hinged * (2 if self._steps > 1 else 1)
                if self._rich:
                    recent = len({max(1, round(h * self._steps / 24)) for h in RECENT_HOURS})
                    shapes += [LOW] * (recent + 2) + [DAY] * 2 * hinged + [LOW] * hinged
        return shapes

    def _calendar(self, times: IntArray, clock: Clock) -> list[FloatArray]:
        detail, (first, last) = self._design.detail, self._design.span
        if not detail.calendar:
            return []
        columns = [
            np.eye(DAY_TYPES)[clock.kind],
            ((np.minimum(times, last) - first) / max(last - first, 1))[:, None],
        ]
        if detail.years and clock.year is not None:
            columns.append(harmonics(clock.year, detail.years)[:, 1:])
        return columns


@numba.njit(cache=True)
@no_type_check  # numba wants its own functions, not checked ones
def _covariate(x, rows, steps, knots, backs, free, kind):  # pragma: no cover  # compiled
    """The slow columns of one covariate in the last rows: 0 itself, 1 hinges, 2 all, 3 a switch."""
    time, count = len(x), len(knots)
    if kind == 0:
        return x[time - rows :].copy().reshape(rows, 1)
    if kind == 3:
        out = np.empty((rows, 2))
        for n in range(rows):
            t = time - rows + n
            out[n, 0] = x[t]
            out[n, 1] = x[max(t - steps, 0)] * (1.0 - x[t])
        return out
    daily, rich = steps > 1, kind == 2 and steps > 1
    width = (1 + count) * ((2 if daily else 1) + (3 if rich else 0)) + (len(backs) + 2 if rich else 0)
    out, total = np.empty((rows, width)), np.zeros(time + 1)
    for t in range(time):
        total[t + 1] = total[t] + x[t]
    for n in range(rows):
        t = time - rows + n
        at = _hinged(out[n], 0, x[t], knots, 1.0)
        if daily:
            at = _hinged(out[n], at, _mean(total, t, steps), knots, 1.0)
        if rich:
            for back in backs:
                out[n, at] = x[max(t - back, 0)]
                at += 1
            three = _mean(total, t, 3 * steps)
            out[n, at], out[n, at + 1] = three, _mean(total, t, 7 * steps)
            at = _hinged(out[n], at + 2, x[t], knots, free[n])
            at = _hinged(out[n], at, _mean(total, t, max(1, steps // 4)), knots, 1.0)
            at = _hinged(out[n], at, three, knots, 1.0)
    return out


@numba.njit(cache=True, inline="always")
@no_type_check  # as above
def _mean(total, t, steps):  # pragma: no cover  # compiled
    start = max(t + 1 - steps, 0)
    return (total[t + 1] - total[start]) / (t + 1 - start)


@numba.njit(cache=True)
@no_type_check  # as above
def _hinged(out, at, x, knots, times):  # pragma: no cover  # compiled
    out[at] = x * times
    for k in range(len(knots)):
        out[at + 1 + k] = max(x - knots[k], 0.0) * times
    return at + 1 + len(knots)


@numba.njit(cache=True)
@no_type_check  # as above
def _said(slow, kinds, shapes, beta):  # pragma: no cover  # compiled
    """Σ slow · (shape of its kind) · its coefficients, row by row."""
    one, low, day, slots = shapes
    said = np.zeros(len(slow))
    for t in range(len(slow)):
        at = 0
        for c in range(slow.shape[1]):
            shape = one[t]
            if kinds[c] == 1:
                shape = low[t]
            elif kinds[c] == 2:
                shape = day[t]
            elif kinds[c] == 3:
                shape = slots[t]
            if slow[t, c] != 0.0:
                inner = 0.0
                for s in range(len(shape)):
                    inner += shape[s] * beta[at + s]
                said[t] += slow[t, c] * inner
            at += len(shape)
    return said
