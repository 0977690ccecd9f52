"""The state every layer sets out from: zeros, or what a person gives in the model's own form, checked."""

from typing import Any

from torch import Tensor, nn

from gatecast.errors import RecordError
from gatecast.memory.cells.modules import FUSED, Layers
from gatecast.memory.given import Given


def starts(model: object, layers: Layers, given: Given, state: Any) -> tuple[tuple[Any, ...], ...]:
    """The state of every layer and direction before the first step; zeros if none is given.

    For a torch module `state` is what the module itself takes: h_0, or (h_0, c_0) for an LSTM, each
    [layers × directions, batch, ...]. For a cell it is a state of that cell, for a tuple of cells
    one for each layer.

    Raises RecordError if its shapes are not those of the model and x.
    """
    batch = given.x.shape[1]
    zeros = tuple(tuple(cell.start(batch) for cell in layer) for layer in layers)
    if state is None:
        return zeros
    if isinstance(model, FUSED):
        return _of_module(model, zeros, state, given.batched)
    nested = ((state,),) if len(layers) == 1 and isinstance(state, type(zeros[0][0])) else state
    return _of_cells(zeros, nested, given.batched)


def _of_module(model: nn.Module, zeros: Any, state: Any, batched: bool) -> tuple[tuple[Any, ...], ...]:
    """A torch module's initial state, cut into layers and directions."""
    kind = type(zeros[0][0])
    parts = state if isinstance(model, nn.LSTM) else (state,)
    if not isinstance(parts, tuple | list) or len(parts) != len(kind._fields):
        raise RecordError(
            f"the state of a {type(model).__name__} is {'(h_0, c_0)' if len(kind._fields) == 2 else 'h_0'}, "
            f"a {type(state).__name__} was given"
        )
    flat = [start for layer in zeros for start in layer]
    for name, part, shape in zip(kind._fields, parts, map(list, (z.shape for z in flat[0])), strict=True):
        wanted = [len(flat), *(shape if batched else shape[1:])]
        _check_part(f"the state's {name} part", part, wanted, "layers × directions first", flat[0][0])
    cut = iter(zip(*(part if batched else part[:, None] for part in parts), strict=True))
    return tuple(tuple(kind(*next(cut)) for _ in layer) for layer in zeros)


def _of_cells(zeros: Any, state: Any, batched: bool) -> tuple[tuple[Any, ...], ...]:
    """The states given for a tuple of cells, one a layer, in which a layer of two directions has two."""
    if not isinstance(state, tuple | list) or len(state) != len(zeros):
        raise RecordError(f"the state of {len(zeros)} layers of cells is a tuple with one state for each")
    result = []
    for k, (layer, one) in enumerate(zip(zeros, state, strict=True)):
        given = (one,) if isinstance(one, type(layer[0])) else one
        if not isinstance(given, tuple | list) or not all(isinstance(s, type(layer[0])) for s in given):
            raise RecordError(f"the state of layer {k} is no {type(layer[0]).__name__}")
        if len(given) != len(layer):
            raise RecordError(f"layer {k} has {len(layer)} directions and {len(given)} states")
        for start, zero in zip(given, layer, strict=True):
            for name, part, shape in zip(zero._fields, start, (list(z.shape) for z in zero), strict=True):
                wanted = shape if batched else shape[1:]
                _check_part(f"the {name} part of layer {k}'s state", part, wanted, "batch first", zero[0])
        result.append(tuple(type(s)(*(p if batched else p[None] for p in s)) for s in given))
    return tuple(result)


def _check_part(name: str, part: object, wanted: list[int], axes: str, like: Tensor) -> None:
    if not isinstance(part, Tensor):
        raise RecordError(f"{name} is a {type(part).__name__}; it is a tensor {wanted}")
    if list(part.shape) != wanted:
        raise RecordError(f"{name} is {list(part.shape)}; this model and x take {wanted}, {axes}")
    if part.dtype != like.dtype or part.device != like.device:
        raise RecordError(
            f"{name} is {part.dtype} on {part.device}, the model is {like.dtype} on {like.device}"
        )
