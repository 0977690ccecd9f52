"""What the past says of the hours ahead: how much clearer it has been than weather and season had it.

A surprise is the clearness that came less what a plain line from the row's own columns expects. It is known
by day only; by night, in gaps and on the first rows the last one stands, and its age is told. Four
memories of it, from the last value to about a week, each fading with the hours since then: the last hours'
clouds are still there in an hour, half of them in three, hardly any tomorrow.
"""

from dataclasses import dataclass

import numba
import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.forecaster import Origins

HALF_LIVES = (0.0, 2.0, 10.0, 60.0)  # lit hours of each memory; the first is the last value
FADING = (1.5, 5.0, 20.0)  # hours
SIZE = 4.0  # brings surprises, some .25 of the envelope, to ordinary size
NEVER = 1000.0  # hours


@dataclass(frozen=True)
class Past:
    """What was known at each row, that row included.

    memories  [rows, memories]  of surprises, newest first
    age       [rows]            hours since the last one
    beside    [rows, past]      past covariates, the last known value
    """

    memories: FloatArray
    age: FloatArray
    beside: FloatArray

    @property
    def columns(self) -> int:
        """How many columns `ahead` gives."""
        fades = len(FADING)
        return int(self.memories.shape[1]) * (fades + 1) + fades + int(self.beside.shape[1]) * (fades - 1)

    def ahead(self, rows: IntArray, horizon: int, hours: float) -> FloatArray:
        """The past as columns for each step ahead. [origins, horizon, columns]

        rows   [origins]  of the last known steps
        hours  length of a step
        """
        lead = self.age[rows][:, None] + hours * np.arange(1, horizon + 1)
        fade = np.exp(-lead[..., None] / np.array(FADING))
        steady = np.concatenate([fade, np.ones((*lead.shape, 1))], axis=-1)
        count = (len(rows), horizon, -1)
        memory = (steady[..., :, None] * self.memories[rows][:, None, None, :]).reshape(count)
        beside = (fade[..., 1:, None] * self.beside[rows][:, None, None, :]).reshape(count)
        return np.concatenate([memory, fade, beside], axis=-1)


def origin_rows(offsets: IntArray, origins: Origins) -> IntArray:
    """The panel's row of each origin. [origins]"""
    rows: IntArray = offsets[origins.series] + origins.position
    return rows


def follow(surprise: FloatArray, beside: FloatArray, offsets: IntArray, hours: float) -> Past:
    """Carry surprises and past covariates on from row to row, reading nothing behind a row.

    surprise  [rows]        NaN where there is none
    beside    [rows, past]  scaled; NaN where unknown
    offsets   [series + 1]
    """
    keep = np.array([0.5 ** (hours / half) if half else 0.0 for half in HALF_LIVES])
    memories, age = np.zeros((len(surprise), len(keep))), np.full(len(surprise), NEVER)
    carried = np.where(np.isfinite(beside), beside, np.nan)
    _follow(SIZE * surprise, carried, np.asarray(offsets, dtype=np.int64), keep, hours, memories, age)
    return Past(memories, age, np.nan_to_num(carried))


@numba.njit(cache=True)
def _follow(
    surprise: FloatArray, beside: FloatArray, offsets: IntArray, keep: FloatArray, hours: float,
    memories: FloatArray, age: FloatArray,
) -> None:  # fmt: skip  # pragma: no cover  # compiled
    for i in range(len(offsets) - 1):
        begun = False
        for t in range(offsets[i], offsets[i + 1]):
            first = t == offsets[i]
            if not first:
                memories[t] = memories[t - 1]
                age[t] = min(age[t - 1] + hours, NEVER)
                for j in range(beside.shape[1]):
                    if np.isnan(beside[t, j]):
                        beside[t, j] = beside[t - 1, j]
            if not np.isnan(surprise[t]):
                for m in range(len(keep)):
                    memories[t, m] = keep[m] * memories[t, m] + (1 - keep[m]) * surprise[t]
                age[t] = 0.0
                begun = True
            if not begun:
                age[t] = NEVER
