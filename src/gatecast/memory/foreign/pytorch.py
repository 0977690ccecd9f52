"""Recurrent layers out of a PyTorch state_dict: the numbers alone, without the module that held them."""

import re
from collections.abc import Mapping
from typing import Literal

from torch import Tensor

from gatecast.errors import ModelFileError, listed
from gatecast.memory.cells import Cell
from gatecast.memory.foreign.stacked import ELMAN, GRU, LSTM, Stacked

KEY = re.compile(r"(.*?)weight_ih_l(\d+)(_reverse)?")
ORDERS = {4: LSTM, 3: GRU, 1: ELMAN}  # by rows of weight_hh a unit


def cells_of_state_dict(
    state: Mapping[str, Tensor], prefix: str | None = None, nonlinearity: Literal["tanh", "relu"] = "tanh"
) -> tuple[tuple[Cell, ...], ...]:
    """The cells of one torch.nn.LSTM, GRU or RNN, layers x directions, from its state_dict.

    state         names such as "encoder.weight_ih_l0" and their values, from wherever: `module.state_dict()`,
                  `torch.load(path, weights_only=True)`, `safetensors.torch.load_file(path)`
    prefix        what stands before weight_ih_l0, such as "encoder."; found if there is only one
    nonlinearity  of an RNN, which its numbers do not tell

    Raises ModelFileError where there is no such layer, or more than one and no prefix.
    """
    found = [match for match in map(KEY.fullmatch, state) if match]
    prefixes = sorted({match[1] for match in found})
    if prefix is None and len(prefixes) == 1:
        prefix = prefixes[0]
    if prefix is None or prefix not in prefixes:
        there = (
            f"there are {listed([repr(p) for p in prefixes])}" if prefixes else "no name ends in weight_ih_l0"
        )
        raise ModelFileError(
            f"{'the prefix is not given' if prefix is None else f'the prefix is {prefix!r}'} and {there}; "
            "give what stands before weight_ih_l0 of one torch.nn.LSTM, GRU or RNN"
        )
    layers = 1 + max(int(match[2]) for match in found if match[1] == prefix)
    ways = ("", "_reverse") if f"{prefix}weight_ih_l0_reverse" in state else ("",)
    return tuple(
        tuple(_cell(state, prefix, f"_l{layer}{way}", nonlinearity) for way in ways)
        for layer in range(layers)
    )


def _cell(state: Mapping[str, Tensor], prefix: str, end: str, nonlinearity: Literal["tanh", "relu"]) -> Cell:
    missing = [name for name in ("weight_ih", "weight_hh") if f"{prefix}{name}{end}" not in state]
    if missing:
        raise ModelFileError(
            f"{listed([f'{prefix}{name}{end}' for name in missing])} missing beside the other weights"
        )
    W, U = (state[f"{prefix}{name}{end}"].detach() for name in ("weight_ih", "weight_hh"))
    projection = state.get(f"{prefix}weight_hr{end}")
    units = U.shape[-1] if projection is None else projection.shape[-1]
    order = ORDERS.get(U.shape[0] // units)
    if order is None:
        raise ModelFileError(
            f"{prefix}weight_hh{end} is {list(U.shape)}; a row a unit for an RNN, three for a GRU, four "
            "for an LSTM "
            "are wanted"
        )
    b, recurrent = (
        state.get(f"{prefix}{name}{end}", W.new_zeros(len(W))).detach() for name in ("bias_ih", "bias_hh")
    )
    stacked = Stacked(f"{prefix}weight_ih{end}", order, W, U, b, recurrent, projection=projection)
    if order == LSTM:
        return stacked.as_lstm()
    return stacked.as_gru(reset_after=True) if order == GRU else stacked.as_elman(nonlinearity)
