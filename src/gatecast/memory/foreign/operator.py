"""ONNX's recurrent operators LSTM, GRU and RNN: what their attributes mean, and their weights as cells.

Written after https://onnx.ai/onnx/operators, opsets 14 and 22; earlier ones have fewer attributes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatecast.errors import ModelFileError
from gatecast.memory.cells import Cell
from gatecast.memory.foreign.stacked import ELMAN, Stacked

Kind = Literal["LSTM", "GRU", "RNN"]
Array = NDArray[Any]

ORDER: dict[Kind, str] = {"LSTM": "iofg", "GRU": "zrn", "RNN": ELMAN}
PEEPHOLE_ORDER = "iof"
DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}
USUAL = {"LSTM": ("sigmoid", "tanh", "tanh"), "GRU": ("sigmoid", "tanh")}
NONLINEARITIES = ("tanh", "relu")
# Parameters of activations that we refuse anyway, and of an operator that left ONNX before its first release.
WITHOUT_EFFECT = {"activation_alpha", "activation_beta", "output_sequence"}
UNDERSTOOD = {
    "LSTM": {"hidden_size", "direction", "activations", "layout", "input_forget"},
    "GRU": {"hidden_size", "direction", "activations", "layout", "linear_before_reset"},
    "RNN": {"hidden_size", "direction", "activations", "layout"},
}


@dataclass(frozen=True)
class Operator:
    """One recurrent operator.

    where           file and node, for whoever must look
    kind            which operator
    directions      forward, reverse or bidirectional
    batch_first     of X, Y and the states: layout=1
    reset_after     GRU: linear_before_reset=1
    coupled         LSTM: input_forget=1
    nonlinearities  RNN: one a direction
    hidden_size     as the node says, or None
    """

    where: str
    kind: Kind
    directions: str = "forward"
    batch_first: bool = False
    reset_after: bool = False
    coupled: bool = False
    nonlinearities: tuple[str, ...] = ()
    hidden_size: int | None = None

    def cells(self, W: Array, R: Array, B: Array | None, P: Array | None) -> tuple[Cell, ...]:
        """One cell a direction.

        W  [directions, gates units, inputs]
        R  [directions, gates units, units]
        B  [directions, 2 gates units]  biases of W, then those of R; None is zero
        P  [directions, 3 units]        peepholes in the order i, o, f; None is zero

        Raises ModelFileError where shapes do not fit each other or the attributes.
        """
        given = {"W": (W, 3), "R": (R, 3), "B": (B, 2), "P": (P, 2)}
        count = DIRECTIONS[self.directions]
        for name, (value, axes) in given.items():
            if value is not None and (value.ndim != axes or value.shape[0] != count):
                raise ModelFileError(
                    f"{self.where}: {name} is {list(value.shape)}; with direction {self.directions} it "
                    "should "
                    f"have {axes} axes, the first of length {count}"
                )
        if self.hidden_size is not None and R.shape[2] != self.hidden_size:
            raise ModelFileError(
                f"{self.where}: hidden_size is {self.hidden_size} and R is {list(R.shape)}; "
                "they should agree, so the file is damaged"
            )
        return tuple(
            self._cell(d, W[d], R[d], None if B is None else B[d], None if P is None else P[d])
            for d in range(count)
        )

    def _cell(self, direction: int, W: Array, R: Array, B: Array | None, P: Array | None) -> Cell:
        if B is None:
            B = np.zeros_like(W, shape=2 * W.shape[0])
        if B.shape[0] % 2:
            raise ModelFileError(f"{self.where}: B has {B.shape[0]} values, and should hold two biases a row")
        weights, recurrent, bias = (tensor_of(self.where, value) for value in (W, R, B))
        peepholes = None if P is None else tensor_of(self.where, P)
        b, d = bias.chunk(2)
        stacked = Stacked(self.where, ORDER[self.kind], weights, recurrent, b, d, peepholes, PEEPHOLE_ORDER)
        if self.kind == "LSTM":
            return stacked.as_coupled() if self.coupled else stacked.as_lstm()
        if self.kind == "GRU":
            return stacked.as_gru(self.reset_after)
        return stacked.as_elman(cast(Literal["tanh", "relu"], self.nonlinearities[direction]))


def operator(where: str, kind: str, attributes: Mapping[str, object]) -> Operator:
    """Read an operator's attributes.

    Raises ModelFileError for what none of our cells does: clipping, other activations, unknown attributes.
    """
    kind = cast(Kind, kind)
    unknown = sorted(set(attributes) - UNDERSTOOD[kind] - WITHOUT_EFFECT)
    if unknown:
        raise ModelFileError(
            f"{where}: it sets {', '.join(unknown)}, which none of our cells has; "
            f"export the model without, or read the other layers by their names"
        )
    directions = _text(attributes.get("direction", "forward")).lower()
    if directions not in DIRECTIONS:
        raise ModelFileError(
            f"{where}: direction is {directions!r}; it should be one of {', '.join(DIRECTIONS)}"
        )
    size = attributes.get("hidden_size")
    return Operator(
        where,
        kind,
        directions,
        batch_first=bool(attributes.get("layout", 0)),
        reset_after=bool(attributes.get("linear_before_reset", 0)),
        coupled=bool(attributes.get("input_forget", 0)),
        nonlinearities=_activations(where, kind, DIRECTIONS[directions], attributes.get("activations")),
        hidden_size=None if size is None else int(cast(int, size)),
    )


def _activations(where: str, kind: Kind, count: int, given: object) -> tuple[str, ...]:
    """The RNN's nonlinearity for each direction; for others, a check that they are the usual ones."""
    names = tuple(_text(name).lower() for name in cast(Sequence[object], given or ()))
    usual = USUAL.get(kind, NONLINEARITIES[:1]) * count
    if not names or names == usual:
        return usual if kind == "RNN" else ()
    if kind == "RNN" and len(names) == count and set(names) <= set(NONLINEARITIES):
        return names
    wanted = "tanh or relu, one a direction" if kind == "RNN" else ", ".join(usual)
    raise ModelFileError(
        f"{where}: its activations are {', '.join(names)}, and the {kind} cell we have computes with "
        f"{wanted}; "
        "read the other layers by their names, or train it with these"
    )


def tensor_of(where: str, value: Array) -> Tensor:
    """A copy of an array as a tensor, whatever its byte order and strides.

    where    file and layer, for whoever must look
    value    [...] numbers
    returns  [...] the same; bfloat16, which numpy has not, as float32

    Raises ModelFileError for what is no number.
    """
    if value.dtype.name == "bfloat16":
        value = value.astype(np.float32)
    if value.dtype.kind not in "fiub":
        raise ModelFileError(f"{where}: an array holds {value.dtype}, and floating-point numbers are wanted")
    return torch.from_numpy(np.array(value, dtype=value.dtype.newbyteorder("="), order="C"))


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
