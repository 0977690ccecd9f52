"""How much a recurrent layer keeps before it has learned anything: the forget gate's bias.

A forget gate f keeps a share f of the cell at every step, so an input is half gone after ln ½ / ln f steps.
At PyTorch's default, a bias near 0, that is one step: the layer forgets at once, and gradients vanish.
A GRU's update gate z keeps the old state, so its bias does the same.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gatecast.errors import OptionError, RecordError


def forget_bias_(layer: nn.LSTM | nn.GRU, bias: float) -> nn.LSTM | nn.GRU:
    """Set the bias of every forget gate of an LSTM, or update gate of a GRU, in place.

    PyTorch adds two biases; the first becomes `bias`, the second 0. Every layer and direction is set.

    Raises RecordError if the layer has no such gate or no biases.

    >>> layer = forget_bias_(nn.LSTM(3, 2), 1.0)
    >>> (layer.bias_ih_l0 + layer.bias_hh_l0)[2:4].tolist()
    [1.0, 1.0]
    """
    _refuse_without_gate(layer)
    with torch.no_grad():
        for first, second in _biases(layer):
            kept = slice(layer.hidden_size, 2 * layer.hidden_size)
            first[kept] = bias
            second[kept] = 0.0
    return layer


def chrono_(
    layer: nn.LSTM | nn.GRU, longest: float, generator: torch.Generator | None = None
) -> nn.LSTM | nn.GRU:
    """Spread the units' time constants evenly over 1 to `longest` steps, in place.

        b_f = log u with u ~ U[1, longest − 1];  b_i = −b_f

    A unit whose forget bias is log u keeps u/(1 + u) of its cell at a step, a time constant of about u + ½
    steps. A GRU's update bias is drawn like the forget bias; it has no other gate to set. Every layer and
    direction is drawn anew.

    longest    steps that dependencies in the data reach back, above 2

    Raises OptionError if `longest` is not above 2, RecordError if the layer has no such gate or no biases.
    Source: Tallec & Ollivier, Can Recurrent Neural Networks Warp Time? (2018), arXiv 1804.11188, section 2.
    """
    _refuse_without_gate(layer)
    if not longest > 2:
        raise OptionError(f"longest is {longest}; chrono initialisation takes more than 2 steps")
    units = layer.hidden_size
    with torch.no_grad():
        for first, second in _biases(layer):
            drawn = torch.empty_like(first[:units]).uniform_(1.0, longest - 1.0, generator=generator)
            first[units : 2 * units] = drawn.log()
            second[units : 2 * units] = 0.0
            if isinstance(layer, nn.LSTM):
                first[:units] = -drawn.log()
                second[:units] = 0.0
    return layer


def implied_half_life(gate: Float[Tensor, "*axes units"]) -> Float[Tensor, "*axes units"]:
    """Steps after which a forget gate that stayed as it is has halved the cell: ln ½ / ln f.

    What the gate implies, not what was measured: see `gatecast.insight` for how far an input still acts.

    >>> implied_half_life(torch.tensor([0.5, 0.25, 0.0, 1.0])).tolist()
    [1.0, 0.5, 0.0, inf]
    """
    return torch.log(torch.tensor(2.0, dtype=gate.dtype, device=gate.device)) / gate.log().abs()


def _refuse_without_gate(layer: object) -> None:
    if isinstance(layer, nn.RNN):
        raise RecordError("an Elman layer (torch.nn.RNN) has no forget gate to set; take an LSTM or a GRU")
    if not isinstance(layer, nn.LSTM | nn.GRU):
        raise RecordError(f"a {type(layer).__name__} was given; this sets torch.nn.LSTM and torch.nn.GRU")
    if not layer.bias:
        raise RecordError("the layer has no biases to set; build it with bias=True")


def _biases(layer: nn.LSTM | nn.GRU) -> Iterator[tuple[Tensor, Tensor]]:
    """The two biases of every layer and direction."""
    for k in range(layer.num_layers):
        for direction in ("", "_reverse") if layer.bidirectional else ("",):
            yield (
                layer.get_parameter(f"bias_ih_l{k}{direction}"),
                layer.get_parameter(f"bias_hh_l{k}{direction}"),
            )
