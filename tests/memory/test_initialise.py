"""What a layer keeps before it has learned: the biases set, and nothing else."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from gatecast.errors import OptionError, RecordError
from gatecast.memory import cells_of, chrono_, forget_bias_, implied_half_life, record

UNITS = 200
KEPT = slice(UNITS, 2 * UNITS)


def biases(layer: nn.RNNBase) -> list[torch.Tensor]:
    """The bias that acts, of every layer and direction."""
    found = []
    for cells in cells_of(layer):
        for cell in cells:
            extra = cell.recurrent_bias if hasattr(cell, "recurrent_bias") else 0.0
            found.append(cell.b + extra)
    return found


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_a_forget_bias_is_set_in_every_layer_and_direction_and_nothing_else_is(kind: Any) -> None:
    layer = kind(3, UNITS, num_layers=2, bidirectional=True)
    before = biases(layer)
    assert forget_bias_(layer, 2.5) is layer
    assert len(biases(layer)) == 4
    for now, then in zip(biases(layer), before, strict=True):
        assert torch.equal(now[KEPT], torch.full((UNITS,), 2.5))
        others = [k for k in range(len(now)) if not KEPT.start <= k < KEPT.stop]
        assert torch.equal(now[others], then[others])


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_chrono_time_constants_spread_over_all_that_was_asked_for(kind: Any) -> None:
    longest = 400
    layer = chrono_(
        kind(3, UNITS, num_layers=2, bidirectional=True), longest, torch.Generator().manual_seed(3)
    )
    drawn = torch.stack(biases(layer))[:, KEPT]
    steps = drawn.exp()
    assert (steps >= 1).all()
    assert (steps <= longest - 1).all()
    assert len(drawn.unique()) > 3 * UNITS, "each layer and direction is drawn anew"
    uniform = (steps.flatten().sort().values - 1) / (longest - 2)
    expected = (torch.arange(uniform.numel()) + 0.5) / uniform.numel()
    assert (uniform - expected).abs().max() < 0.06, "uniform by the Kolmogorov-Smirnov distance"
    constant = -1 / torch.log(torch.sigmoid(drawn.double()))
    assert ((constant - steps).abs() <= 0.5).all(), "a unit keeps its cell for about that many steps"


def test_chrono_shuts_the_input_gate_as_far_as_the_forget_gate_is_open() -> None:
    layer = chrono_(nn.LSTM(3, UNITS), 50, torch.Generator().manual_seed(1))
    (b,) = biases(layer)
    assert torch.equal(b[:UNITS], -b[KEPT])
    with torch.no_grad():
        layer.weight_ih_l0.zero_()
        layer.weight_hh_l0.zero_()
    seen = record(layer, torch.zeros(1, 1, 3)).layers[0]
    assert torch.allclose(seen.input_gate + seen.forget_gate, torch.ones(UNITS))


def test_chrono_repeats_itself_with_its_generator() -> None:
    one, other = (chrono_(nn.LSTM(3, 8), 50, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(biases(one)[0][:16], biases(other)[0][:16])


def test_a_gate_implies_how_fast_it_halves() -> None:
    """f^n = 1/2 after n steps, by multiplying."""
    gate = torch.tensor([0.5, 0.9, 0.99, 0.2], dtype=torch.float64)
    assert torch.allclose(gate ** implied_half_life(gate), torch.full((4,), 0.5, dtype=torch.float64))
    assert implied_half_life(torch.tensor([1.0, 0.0])).tolist() == [math.inf, 0.0]


@pytest.mark.parametrize("setting", [lambda layer: forget_bias_(layer, 1.0), lambda layer: chrono_(layer, 9)])
def test_a_layer_that_has_no_such_bias_is_refused(setting: Any) -> None:
    with pytest.raises(RecordError, match=r"torch.nn.RNN\) has no forget gate to set; take an LSTM or a GRU"):
        setting(nn.RNN(3, 5))
    with pytest.raises(RecordError, match="a Linear was given; this sets"):
        setting(nn.Linear(3, 5))
    with pytest.raises(RecordError, match="no biases to set; build it with bias=True"):
        setting(nn.LSTM(3, 5, bias=False))


def test_chrono_needs_more_than_two_steps() -> None:
    with pytest.raises(OptionError, match="longest is 2; chrono initialisation takes more than 2 steps"):
        chrono_(nn.LSTM(3, 5), 2)
