"""States of a recurrent layer that are carried from row to row, for many series at once. [kernel]

A forecast reads the rows from its anchor on. Anchors that are in use, or will be, are three at most: each
series carries three states, the one begun at anchor a in the slot a / half mod 3, and all of all series take
a step in one product. Where the clock comes to an anchor its slot, used no more, begins at zero.

Equations and order of gates are PyTorch's; tanh is Eigen's rational function of single precision.
"""

from dataclasses import dataclass, replace
from typing import Literal, Self, TypeAlias, no_type_check

import numba
import numpy as np
from jaxtyping import Float32, Int
from numpy.typing import NDArray

from gatecast._types import IntArray
from gatecast.memory.anchors import anchors, apart

SLOTS = 3
Singles: TypeAlias = NDArray[np.float32]

_FAR = np.float32(7.90531110763549805)
_ODD = [
    np.float32(c)
    for c in (
        4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08,
        -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
    )
]  # fmt: skip
_A1, _A3, _A5, _A7, _A9, _A11, _A13 = _ODD
_B0, _B2, _B4, _B6 = (
    np.float32(c)
    for c in (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06)
)
_HALF, _ONE = np.float32(0.5), np.float32(1.0)


@dataclass(frozen=True)
class Recurrence:
    """The weights of a layer.

    into    [inputs, gates · units]  of its inputs
    across  [units, gates · units]   of its own state
    bias_into, bias_across  [gates · units]
    """

    kind: Literal["lstm", "gru", "rnn"]
    into: Float32[np.ndarray, "inputs gates"]
    across: Float32[np.ndarray, "units gates"]
    bias_into: Float32[np.ndarray, "gates"]
    bias_across: Float32[np.ndarray, "gates"]

    @property
    def units(self) -> int:
        """Size of its state."""
        return len(self.across)


@dataclass(frozen=True, eq=False)
class Chains:
    """Where a layer stands in each series. Its arrays are changed in place.

    context  see `anchors`
    clock    [series]  position of the last row read
    hidden   [series, slots, units]
    cell     [series, slots, units]  no units where the layer has no cell
    """

    layer: Recurrence
    context: int
    clock: Int[IntArray, "series"]
    hidden: Float32[np.ndarray, "series slots units"]
    cell: Float32[np.ndarray, "series slots cells"]

    def advance(self, series: Int[IntArray, "some"], rows: Float32[np.ndarray, "some inputs"]) -> None:
        """Read one row of some series."""
        layer = self.layer
        position = self.clock[series] + 1
        begins = position % apart(self.context) == 0
        if begins.any():
            slot = position[begins] // apart(self.context) % SLOTS
            self.hidden[series[begins], slot] = 0.0
            self.cell[series[begins], slot] = 0.0
        into = rows @ layer.into + layer.bias_into
        across = self.hidden[series].reshape(-1, layer.units) @ layer.across + layer.bias_across
        step = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}[layer.kind]
        step(series, into, across, self.hidden, self.cell)
        self.clock[series] = position

    def present(self, series: Int[IntArray, "some"]) -> Float32[np.ndarray, "some units"]:
        """The hidden states that forecasts from the clock are made of. [some, units]"""
        return self.states(series)[0]

    def states(self, series: Int[IntArray, "some"]) -> tuple[Singles, Singles]:
        """Hidden state and cell behind the clock. [some, units] and [some, cells]"""
        slot = anchors(self.clock[series], self.context) // apart(self.context) % SLOTS
        return self.hidden[series, slot], self.cell[series, slot]

    def copy(self) -> Self:
        """A snapshot, which later rows leave as it is."""
        return replace(self, clock=self.clock.copy(), hidden=self.hidden.copy(), cell=self.cell.copy())


def new_chains(layer: Recurrence, context: int, clock: Int[IntArray, "series"]) -> Chains:
    """Chains that know nothing.

    clock  [series]  the position before each series' first row to be read: an anchor
    """
    hidden = np.zeros((len(clock), SLOTS, layer.units), dtype=np.float32)
    cell = np.zeros((len(clock), SLOTS, layer.units if layer.kind == "lstm" else 0), dtype=np.float32)
    return Chains(layer, context, clock.astype(np.int64), hidden, cell)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # numba wants its own functions, not checked ones
def tanh(x):  # pragma: no cover  # compiled
    """Of single precision, within 3e-7."""
    x = _FAR if x > _FAR else x
    x = -_FAR if x < -_FAR else x
    y = x * x
    p = y * (y * (y * (y * (y * (y * _A13 + _A11) + _A9) + _A7) + _A5) + _A3) + _A1
    q = y * (y * (y * _B6 + _B4) + _B2) + _B0
    return x * p / q


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def sigmoid(x):  # pragma: no cover  # compiled
    """½ tanh(x / 2) + ½."""
    return _HALF * tanh(_HALF * x) + _HALF


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _lstm(series, into, across, hidden, cell):  # pragma: no cover  # compiled
    units, slots = hidden.shape[2], hidden.shape[1]
    for n in range(len(series)):
        for s in range(slots):
            x, r = into[n], across[n * slots + s]
            h, c = hidden[series[n], s], cell[series[n], s]
            for u in range(units):
                i = sigmoid(x[u] + r[u])
                f = sigmoid(x[units + u] + r[units + u])
                g = tanh(x[2 * units + u] + r[2 * units + u])
                o = sigmoid(x[3 * units + u] + r[3 * units + u])
                c[u] = f * c[u] + i * g
                h[u] = o * tanh(c[u])


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _gru(series, into, across, hidden, cell):  # noqa: ARG001  # pragma: no cover  # compiled
    units, slots = hidden.shape[2], hidden.shape[1]
    for n in range(len(series)):
        for s in range(slots):
            x, a, h = into[n], across[n * slots + s], hidden[series[n], s]
            for u in range(units):
                r = sigmoid(x[u] + a[u])
                z = sigmoid(x[units + u] + a[units + u])
                new = tanh(x[2 * units + u] + r * a[2 * units + u])
                h[u] = (_ONE - z) * new + z * h[u]


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _rnn(series, into, across, hidden, cell):  # noqa: ARG001  # pragma: no cover  # compiled
    units, slots = hidden.shape[2], hidden.shape[1]
    for n in range(len(series)):
        for s in range(slots):
            x, a, h = into[n], across[n * slots + s], hidden[series[n], s]
            for u in range(units):
                h[u] = tanh(x[u] + a[u])
