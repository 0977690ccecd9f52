"""PyTorch's fused operators, one layer at a time, so that what each layer shows is there. [kernel]"""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from gatecast.memory.cells.elman import ElmanCell
from gatecast.memory.cells.gru import GRUCell
from gatecast.memory.cells.lstm import LSTMCell
from gatecast.memory.record import State

OPERATORS: dict[str, Callable[..., Any]] = {
    "LSTM": torch.lstm,
    "GRU": torch.gru,
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
}
# Where the weights lie in memory, and which library runs, is no concern of whoever asks for a record.
HARMLESS = ("RNN module weights are not part of single contiguous chunk", "LSTM with projections is not")


def run_cell(
    cell: LSTMCell | GRUCell | ElmanCell, x: Float[Tensor, "time batch inputs"], first: State
) -> Float[Tensor, "time batch hidden"]:
    """What a cell shows at every step, by the fused operator of its kind."""
    if isinstance(cell, GRUCell):
        mode, weights = "GRU", [cell.W, cell.U, cell.b, cell.recurrent_bias]
    else:
        weights = [cell.W, cell.U, cell.b, torch.zeros_like(cell.b)]
        mode = "LSTM"
        if isinstance(cell, ElmanCell):
            mode = f"RNN_{cell.nonlinearity.upper()}"
        elif cell.projection is not None:
            weights.append(cell.projection)
    start = [part[None] for part in first]
    return _run(mode, x, None, start, weights, biases=True, both=False)


def run_layer(
    model: nn.RNNBase,
    layer: int,
    x: Float[Tensor, "time batch inputs"] | PackedSequence,
    first: tuple[State, ...],
) -> Float[Tensor, "time batch hidden"] | PackedSequence:
    """What one layer of a torch module shows at every step, its directions side by side.

    x        [time, batch, inputs], or packed sequences
    first    state of each direction before its first step, [batch, ...], in the sequences' original order
    returns  the like of x
    """
    start = [torch.stack(parts) for parts in zip(*first, strict=True)]
    weights = layer_weights(model, layer)
    if isinstance(x, Tensor):
        return _run(model.mode, x, None, start, weights, model.bias, model.bidirectional)
    if x.sorted_indices is not None:
        start = [part.index_select(1, x.sorted_indices) for part in start]
    data = _run(model.mode, x.data, x.batch_sizes, start, weights, model.bias, model.bidirectional)
    return PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices)


def layer_weights(model: nn.RNNBase, layer: int) -> list[Float[Tensor, "..."]]:
    """The parameters of one layer in the order the operators take them."""
    names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if model.bias else [])
    names += ["weight_hr"] if model.proj_size else []
    directions = ("", "_reverse") if model.bidirectional else ("",)
    return [getattr(model, f"{name}_l{layer}{d}") for d in directions for name in names]


def _run(
    mode: str,
    x: Tensor,
    batch_sizes: Tensor | None,
    start: list[Tensor],
    weights: list[Tensor],
    biases: bool,
    both: bool,
) -> Tensor:
    """Call an operator as torch's modules do: one layer, no dropout, not training, time first."""
    state = start if mode == "LSTM" else start[0]
    with warnings.catch_warnings():
        for message in HARMLESS:
            warnings.filterwarnings("ignore", message)
        if batch_sizes is None:
            result = OPERATORS[mode](x, state, weights, biases, 1, 0.0, False, both, False)
        else:
            result = OPERATORS[mode](x, batch_sizes, state, weights, biases, 1, 0.0, False, both)
    hidden: Tensor = result[0]
    return hidden
