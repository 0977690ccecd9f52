"""A network's head in arrays: what it says of a state at a step ahead, row by row. [kernel]

The equations are those of `network`: rows are separable, so that any steps of any origins stand side by side.
"""

from dataclasses import dataclass
from typing import TypeAlias, no_type_check

import numba
import numpy as np
from jaxtyping import Float, Float32, Int
from numpy.typing import NDArray

from gatecast._types import FloatArray, IntArray
from gatecast.memory.chains import sigmoid

Singles: TypeAlias = NDArray[np.float32]
FULL = 20.0  # from which on softplus is the identity


@dataclass(frozen=True)
class Head:
    """The weights of a head.

    state, state_bias  [units, width], [width]   A and its bias
    ahead              [inputs, width]           B
    offset             [horizon, width]          e
    out, out_bias      [width, said], [said]     G, C and D
    scale              [horizon]                 σ
    members            how many of `said` weigh members
    median             where .5 stands among the levels
    """

    state: Float32[np.ndarray, "units width"]
    state_bias: Float32[np.ndarray, "width"]
    ahead: Float32[np.ndarray, "inputs width"]
    offset: Float32[np.ndarray, "horizon width"]
    out: Float32[np.ndarray, "width said"]
    out_bias: Float32[np.ndarray, "said"]
    scale: Float32[np.ndarray, "horizon"]
    members: int
    median: int

    def told(self, states: Float32[np.ndarray, "some units"]) -> Float32[np.ndarray, "some width"]:
        """What the head hears of states: A s. [some, width]"""
        heard: Singles = states @ self.state + self.state_bias
        return heard

    def say(
        self,
        told: Float32[np.ndarray, "some width"],
        whose: Int[IntArray, "rows"],
        step: Int[IntArray, "rows"],
        ahead: Float32[np.ndarray, "rows inputs"],
        beside: "Beside | None" = None,
    ) -> Float[FloatArray, "rows levels"]:
        """Quantiles, scaled, row by row.

        told    of some origins
        whose   [rows]  which of these each row is asked of
        step    [rows]  0-based step ahead
        ahead   [rows, inputs]  what is known ahead
        beside  the linear half's word at each row; None for a network on its own
        """
        mixed = ahead @ self.ahead
        _mix(mixed, told, whose, self.offset, step)
        said = mixed @ self.out + self.out_bias
        quantiles = np.empty((len(step), said.shape[1] - self.members))
        own = nothing_beside(len(step)) if beside is None else beside
        _spread(said, step, own.members, own.prior, own.unit, self.scale, self.median, quantiles)
        return quantiles


@dataclass(frozen=True)
class Beside:
    """What stands beside a network at each row.

    members  [rows, members]  scaled linear forecasts
    prior    [rows, members]  logits
    unit     [rows]           size of an ordinary error
    """

    members: Float32[np.ndarray, "rows members"]
    prior: Float32[np.ndarray, "rows members"]
    unit: Float32[np.ndarray, "rows"]


def nothing_beside(rows: int) -> Beside:
    """No members, and units of 1."""
    none = np.zeros((rows, 0), dtype=np.float32)
    return Beside(none, none, np.ones(rows, dtype=np.float32))


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # numba wants its own functions, not checked ones
def _mix(mixed, told, whose, offset, step):  # pragma: no cover  # compiled
    """silu of all that comes together, in place."""
    for n in range(len(mixed)):
        row, state, fixed = mixed[n], told[whose[n]], offset[step[n]]
        for j in range(len(row)):
            x = row[j] + state[j] + fixed[j]
            row[j] = x * sigmoid(x)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _spread(said, step, members, prior, unit, scale, median, quantiles):  # pragma: no cover  # compiled
    count, levels = members.shape[1], quantiles.shape[1]
    weight = np.empty(count, dtype=np.float32)
    for n in range(len(said)):
        row, u, center = said[n], unit[n], np.float32(0.0)
        if count:
            most = np.float32(-np.inf)
            for m in range(count):
                weight[m] = prior[n, m] + row[m]
                most = max(most, weight[m])
            total = np.float32(0.0)
            for m in range(count):
                weight[m] = np.exp(weight[m] - most)
                total += weight[m]
            for m in range(count):
                center += weight[m] / total * members[n, m]
        center += u * np.exp(scale[step[n]]) * row[count]
        quantiles[n, median] = center
        down, up = center, center
        for level in range(median - 1, -1, -1):
            down -= _softplus(row[count + median - level]) * u
            quantiles[n, level] = down
        for level in range(median + 1, levels):
            up += _softplus(row[count + level]) * u
            quantiles[n, level] = up


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _softplus(x):  # pragma: no cover  # compiled
    return x if x > FULL else np.log1p(np.exp(x))
