"""What one term of a regression says at every row. [kernel]

A term is something slow times a shape of the day. Multiplied out it is a wide table of regressors; row by row
it is a small bilinear form, which needs no table and does not depend on the rows beside it.
"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray


def term_values(
    slow: Float[FloatArray, "time columns"],
    shape: Float[FloatArray, "time shapes"],
    coefficients: Float[FloatArray, "_ columns shapes"],
    block: Int[IntArray, "time"],
) -> Float[FloatArray, "time"]:
    """Σ_k Σ_s slow_k shape_s β_ks at every row, by the coefficients of its block. [time]

    slow          [time, columns]
    shape         [time, shapes]
    coefficients  [blocks + 1, columns, shapes]
    block         [time]  row of `coefficients`; -1 is the last

    >>> term_values(np.array([[2.0, 1.0]]), np.array([[1.0, 3.0]]), np.ones((1, 2, 2)), np.array([-1]))
    array([12.])
    """
    tables = (np.ascontiguousarray(a, dtype=np.float64) for a in (slow, shape, coefficients))
    values: FloatArray = _values(*tables, np.ascontiguousarray(block, dtype=np.int64))
    return values


@numba.njit(
    "float64[::1](float64[:, ::1], float64[:, ::1], float64[:, :, ::1], int64[::1])", cache=True, nogil=True
)
@no_type_check  # numba wants positional, untyped arguments
def _values(slow, shape, coefficients, block):
    values = np.zeros(len(slow))
    for t in range(len(slow)):
        for k in range(slow.shape[1]):
            if slow[t, k] != 0.0:  # day types and hinges are zero mostly
                beta, inner = coefficients[block[t], k], 0.0
                for s in range(shape.shape[1]):
                    inner += shape[t, s] * beta[s]
                values[t] += slow[t, k] * inner
    return values
