"""Cells and torch layers with weights that no two gates share, so that a swapped gate shows."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from gatecast.memory import (
    Cell,
    CoupledLSTMCell,
    ElmanCell,
    GRUCell,
    LayerNormLSTMCell,
    LSTMCell,
    PeepholeLSTMCell,
    SLSTMCell,
)

INPUTS, UNITS = 3, 4

Draw = Callable[..., Tensor]


def drawn(seed: int, dtype: torch.dtype = torch.float64) -> Draw:
    """Normal numbers of a seed."""
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def elman(draw: Draw, inputs: int = INPUTS, units: int = UNITS, **options: Any) -> ElmanCell:
    return ElmanCell(draw(units, inputs), draw(units, units) / units**0.5, draw(units), **options)


def gru(draw: Draw, inputs: int = INPUTS, units: int = UNITS, reset_after: bool = True) -> GRUCell:
    rows = 3 * units
    return GRUCell(draw(rows, inputs), draw(rows, units), draw(rows), draw(rows), reset_after)


def lstm(draw: Draw, inputs: int = INPUTS, units: int = UNITS, hidden: int | None = None) -> LSTMCell:
    rows, shown = 4 * units, hidden or units
    projection = draw(hidden, units) if hidden else None
    return LSTMCell(draw(rows, inputs), draw(rows, shown), draw(rows), projection)


def peephole(draw: Draw, inputs: int = INPUTS, units: int = UNITS) -> PeepholeLSTMCell:
    rows = 4 * units
    peeps = (draw(units) for _ in range(3))
    return PeepholeLSTMCell(draw(rows, inputs), draw(rows, units), draw(rows), *peeps)


def coupled(draw: Draw, inputs: int = INPUTS, units: int = UNITS) -> CoupledLSTMCell:
    rows = 3 * units
    return CoupledLSTMCell(draw(rows, inputs), draw(rows, units), draw(rows))


def layer_norm(draw: Draw, inputs: int = INPUTS, units: int = UNITS) -> LayerNormLSTMCell:
    rows = 4 * units
    norms = (draw(n) for n in (rows, rows, rows, rows, units, units))
    return LayerNormLSTMCell(draw(rows, inputs), draw(rows, units), draw(rows), *norms)


def slstm(draw: Draw, inputs: int = INPUTS, units: int = UNITS) -> SLSTMCell:
    rows = 4 * units
    return SLSTMCell(draw(rows, inputs), draw(rows, units), draw(rows))


LSTM_LIKE: dict[str, Callable[..., Cell]] = {
    "lstm": lstm,
    "projected": lambda draw: lstm(draw, hidden=2),
    "peephole": peephole,
    "coupled": coupled,
    "layer norm": layer_norm,
}
WITH_LEDGER: dict[str, Callable[..., Cell]] = LSTM_LIKE | {
    "gru": gru,
    "gru, reset before": lambda draw: gru(draw, reset_after=False),
    "slstm": slstm,
}
EVERY_CELL: dict[str, Callable[..., Cell]] = WITH_LEDGER | {
    "elman": elman,
    "elman, relu": lambda draw: elman(draw, nonlinearity="relu"),
}


def randomised(layer: nn.RNNBase, seed: int = 0, dtype: torch.dtype = torch.float32) -> nn.RNNBase:
    """A torch layer whose every parameter is drawn anew, biases too, at a size that uses the gates' range.

    A relu layer's are smaller, so that it does not explode.
    """
    size = 0.25 if layer.mode == "RNN_RELU" else 0.5
    draw = drawn(seed)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(size * draw(*parameter.shape))
    return layer.to(dtype).eval()


def random_state(cell: Cell, batch: int, draw: Draw) -> Any:
    """A state such as a cell may come to: an sLSTM's normaliser is positive."""
    start = cell.start(batch)
    parts = {name: draw(*getattr(start, name).shape) for name in start._fields}
    if "normaliser" in parts:
        parts["normaliser"] = parts["normaliser"].abs() + 0.1
    return type(start)(**parts)
