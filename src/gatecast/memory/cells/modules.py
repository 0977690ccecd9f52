"""PyTorch's recurrent modules as cells: layer by layer, direction by direction.

PyTorch adds two biases where an LSTM or an Elman layer needs one; here they are summed. A GRU keeps both,
because its reset gate acts on one of them.
"""

import copy
from itertools import pairwise
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor, nn

from gatecast.errors import RecordError
from gatecast.memory.cells.elman import ElmanCell
from gatecast.memory.cells.gru import GRUCell
from gatecast.memory.cells.lstm import LSTMCell
from gatecast.memory.cells.step import Cell

Layers: TypeAlias = tuple[tuple[Cell, ...], ...]
Recurrent: TypeAlias = "nn.LSTM | nn.GRU | nn.RNN | Cell | Stack | tuple[Cell | tuple[Cell, ...], ...]"

Fused: TypeAlias = nn.LSTM | nn.GRU | nn.RNN
FUSED = (nn.LSTM, nn.GRU, nn.RNN)
WANTED = (
    "torch.nn.LSTM, GRU or RNN, a cell of gatecast.memory, a tuple of cells (a pair of cells in it is a "
    "layer's two directions), or layers that read_keras or read_onnx gave"
)


@runtime_checkable
class Stack(Protocol):
    """What says itself which cells it is made of: layers read from a file."""

    @property
    def cells(self) -> Layers:
        """The cells, layers x directions."""


def cells_of(model: Recurrent) -> Layers:
    """The cells a recurrent model is made of: layers, each with its directions.

    Parameters are the model's own, detached from any graph.

    Raises RecordError if the model is of another kind.

    >>> layers = cells_of(nn.LSTM(input_size=3, hidden_size=5, num_layers=2, bidirectional=True))
    >>> len(layers), len(layers[0]), layers[1][0].inputs, layers[1][0].units
    (2, 2, 10, 5)
    """
    if isinstance(model, FUSED):
        model = as_run_next(model)
        directions = ("", "_reverse") if model.bidirectional else ("",)
        return tuple(
            tuple(_cell(model, f"_l{layer}{direction}") for direction in directions)
            for layer in range(model.num_layers)
        )
    if isinstance(model, Cell):
        return ((model,),)
    if isinstance(model, Stack):
        model = model.cells
    if isinstance(model, tuple | list) and len(model) > 0:
        layers = tuple(tuple(one) if isinstance(one, tuple | list) else (one,) for one in model)
        if all(len(layer) in (1, 2) and all(isinstance(c, Cell) for c in layer) for layer in layers):
            _check_stack(layers)
            return layers
    raise RecordError(f"a record was asked of {_seen(model)}; it takes {WANTED}")


def as_run_next(model: Fused) -> Fused:
    """The module with the weights its next run will have; the module itself is left as it is.

    Where `torch.nn.utils.prune`, `weight_norm` or `spectral_norm` made a weight an attribute, it is computed
    before each run, and after a step of training it is still that of the run before.

    Raises RecordError for a class with a `forward` of its own: what that computes is not known here.
    """
    kind = next(kind for kind in FUSED if isinstance(model, kind))
    if type(model).forward is not kind.forward:
        raise RecordError(
            f"{type(model).__name__} has a forward of its own, not torch.nn.{kind.__name__}'s; record its "
            "weights, gatecast.memory.cells_of_state_dict(model.state_dict()), with what enters them"
        )
    hooks = [
        hook
        for hook in model._forward_pre_hooks.values()
        if hasattr(hook, "compute_weight") or hasattr(hook, "apply_mask")
    ]
    if not hooks:
        return model
    same = copy.copy(model)
    same._flat_weights = list(model._flat_weights)  # a module keeps its weights there too
    same.training = False  # while training, spectral_norm would move on what it remembers
    with torch.no_grad():
        for hook in hooks:
            hook(same, ())
    return same


def _cell(model: nn.LSTM | nn.GRU | nn.RNN, suffix: str) -> Cell:
    """One layer's one direction."""
    W, U = _parameter(model, "weight_ih" + suffix), _parameter(model, "weight_hh" + suffix)
    if model.bias:
        b, d = _parameter(model, "bias_ih" + suffix), _parameter(model, "bias_hh" + suffix)
    else:
        b = d = W.new_zeros(len(W))
    if isinstance(model, nn.GRU):
        return GRUCell(W, U, b, d)
    if isinstance(model, nn.LSTM):
        return LSTMCell(W, U, b + d, _parameter(model, "weight_hr" + suffix) if model.proj_size else None)
    return ElmanCell(W, U, b + d, "relu" if model.nonlinearity == "relu" else "tanh")


def _parameter(model: nn.Module, name: str) -> Tensor:
    """A parameter by name, also where a parametrisation computes it."""
    value = getattr(model, name)
    if not isinstance(value, Tensor):
        raise RecordError(f"the model's {name} is a {type(value).__name__}, not a tensor")
    return value.detach()


def _check_stack(layers: Layers) -> None:
    """Each layer reads what the one before it shows."""
    for k, (before, layer) in enumerate(pairwise(layers)):
        shown = sum(cell.hidden for cell in before)
        if any(cell.inputs != shown for cell in layer):
            reads = ", ".join(str(cell.inputs) for cell in layer)
            raise RecordError(f"layer {k + 1} reads {reads} inputs but layer {k} shows {shown}")
    for k, layer in enumerate(layers):
        if len({(type(cell), cell.inputs, cell.units) for cell in layer}) > 1:
            raise RecordError(f"the two directions of layer {k} are cells of different kinds or sizes")


def _seen(model: object) -> str:
    """What was given, and where in it something that would do can be found."""
    kind = type(model).__name__
    if not isinstance(model, nn.Module):
        return kind
    inside = [name for name, part in model.named_modules() if isinstance(part, FUSED)]
    if not inside:
        return f"torch module {kind}"
    return f"{kind}, whose part {inside[0]!r} would do, with the input that part gets"
