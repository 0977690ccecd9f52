"""Gates stacked in one matrix, in the order of whoever wrote the file, and the cell they make.

    letter  LSTM                                     GRU
    i f o   input, forget, output gate
    g       candidate (ONNX and Keras call it c)
    r z n                                            reset gate, update gate, candidate (ONNX, Keras: h)

Our own cells, like PyTorch's, stack i f g o and r z n.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gatecast.errors import ModelFileError
from gatecast.memory.cells import CoupledLSTMCell, ElmanCell, GRUCell, LSTMCell, PeepholeLSTMCell

LSTM, GRU, ELMAN = "ifgo", "rzn", "h"
FLOATS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}
HALVES = {torch.float16, torch.bfloat16}

SPOKEN = {
    "W": "the input weights are",
    "U": "the recurrent weights are",
    "b": "the input bias is",
    "recurrent": "the recurrent bias is",
    "peepholes": "the peepholes are",
    "projection": "the projection is",
}


@dataclass(frozen=True)
class Stacked:
    """Weights of one direction of one layer.

    where      file and layer, for whoever must look
    order      a letter a gate, as they are stacked
    W          [gates units, inputs]
    U          [gates units, hidden]
    b          [gates units]          added to W x
    recurrent  [gates units]          added to U h
    peepholes  [3 units] or None      in the order `seen`
    seen       order of the peepholes: a permutation of "ifo"
    projection [hidden, units] or None

    Half precision is widened to float32. Raises ModelFileError for anything else than floats, and for
    shapes that do not fit each other.
    """

    where: str
    order: str
    W: Tensor
    U: Tensor
    b: Tensor
    recurrent: Tensor
    peepholes: Tensor | None = None
    seen: str = "ifo"
    projection: Tensor | None = None

    def __post_init__(self) -> None:
        for name, spoken in SPOKEN.items():
            value = getattr(self, name)
            if value is not None and value.dtype not in FLOATS:
                raise ModelFileError(
                    f"{self.where}: {spoken} {value.dtype}, and we read floating-point weights; "
                    "export the model without quantisation"
                )
            if value is not None and value.dtype in HALVES:
                object.__setattr__(self, name, value.float())
        self._check()

    def _check(self) -> None:
        rows, units = self.W.shape[0], self.units
        hidden = units if self.projection is None else self.projection.shape[0]
        wanted = {
            "W": (rows, self.W.shape[-1]),
            "U": (rows, hidden),
            "b": (rows,),
            "recurrent": (rows,),
            "peepholes": (3 * units,),
            "projection": (hidden, units),
        }
        gates = f"{len(self.order)} gates" if len(self.order) > 1 else "no gate"
        for name, shape in wanted.items():
            value = getattr(self, name)
            if value is None or (tuple(value.shape) == shape and 0 not in shape):
                continue
            raise ModelFileError(
                f"{self.where}: {SPOKEN[name]} {list(value.shape)}; beside input weights "
                f"{list(self.W.shape)} with {gates} {list(shape)} is wanted, so the file is damaged or of "
                "another kind of layer"
            )

    @property
    def units(self) -> int:
        """Rows of each gate."""
        return self.W.shape[0] // len(self.order)

    def as_lstm(self) -> LSTMCell | PeepholeLSTMCell:
        """An LSTM, with peepholes where there are any."""
        W, U, b = self._in_order(LSTM)
        if self.peepholes is None:
            return LSTMCell(W, U, b, self.projection)
        return PeepholeLSTMCell(W, U, b, *self._peepholes(self.peepholes))

    def as_coupled(self) -> CoupledLSTMCell | PeepholeLSTMCell:
        """An LSTM whose forget gate is 1 - i, as ONNX couples them.

        Ours is built on f, and 1 - σ(z) = σ(-z): the rows of f are those of i with their signs turned.
        """
        W, U, b = self._in_order(LSTM)
        units = self.units
        for part in (W, U, b):
            part[units : 2 * units] = -part[:units]
        if self.peepholes is None:
            return CoupledLSTMCell(W[units:], U[units:], b[units:])
        p_i, _, p_o = self._peepholes(self.peepholes)
        return PeepholeLSTMCell(W, U, b, p_i, -p_i, p_o)

    def as_gru(self, reset_after: bool) -> GRUCell:
        """A GRU; `reset_after` says whether r acts after the matrix product or before."""
        W, U, _ = self._in_order(GRU)
        b, recurrent = (reordered(bias, self.order, GRU) for bias in (self.b, self.recurrent))
        return GRUCell(W, U, b, recurrent, reset_after)

    def as_elman(self, nonlinearity: Literal["tanh", "relu"]) -> ElmanCell:
        """A plain recurrent layer."""
        return ElmanCell(self.W, self.U, self.b + self.recurrent, nonlinearity)

    def _peepholes(self, stack: Tensor) -> tuple[Tensor, ...]:
        """Those of i, f and o."""
        return reordered(stack, self.seen, "ifo").chunk(3)

    def _in_order(self, ours: str) -> tuple[Tensor, Tensor, Tensor]:
        return (
            reordered(self.W, self.order, ours),
            reordered(self.U, self.order, ours),
            reordered(self.b + self.recurrent, self.order, ours),
        )


def reordered(stack: Tensor, theirs: str, ours: str) -> Tensor:
    """The gates of a stack in another order.

    stack    [gates units, ...]
    theirs   a letter a gate, as they stand
    ours     the same letters, as they are wanted

    >>> reordered(torch.tensor([1, 2, 3, 4]), "iofg", "ifgo").tolist()
    [1, 3, 4, 2]
    """
    parts = dict(zip(theirs, stack.chunk(len(theirs)), strict=True))
    return torch.cat([parts[gate] for gate in ours])
