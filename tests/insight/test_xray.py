"""The X-ray draws the record's own numbers, units by how long they keep what they hold."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from gatecast.data import parse_frequency
from gatecast.errors import OptionError
from gatecast.insight import sorted_units, xray_figure
from gatecast.memory import record

MAPS = {
    nn.LSTM: ["input gate", "forget gate", "output gate", "cell state", "hidden state"],
    nn.GRU: ["reset gate", "update gate", "hidden state"],
    nn.RNN: ["hidden state"],
}


def recorded(kind: type[nn.RNNBase], batch: int = 2, time: int = 30, **options):
    torch.manual_seed(3)
    module = kind(2, 4, batch_first=True, **options)
    return record(module, torch.randn(batch, time, 2))


@pytest.mark.parametrize("kind", MAPS)
def test_every_gate_and_state_has_a_map_of_its_own(kind):
    figure = xray_figure(recorded(kind))
    assert [trace.name for trace in figure.data] == MAPS[kind]


def test_a_map_holds_the_record_of_the_series_asked_for_by_unit():
    whole = recorded(nn.LSTM)
    figure, (order, _) = xray_figure(whole, series=1), sorted_units(whole.layers[0], 1)
    gate = whole.layers[0].forget_gate[1].numpy()
    np.testing.assert_allclose(figure.data[1].z, gate.T[order], atol=6e-4)  # drawn to three decimals
    assert [label.split(",")[0] for label in figure.data[1].y] == [f"unit {unit}" for unit in order]


def test_units_are_sorted_by_the_half_life_of_their_own_gate():
    module = nn.LSTM(1, 3, batch_first=True)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
        module.bias_ih_l0[3:6] = torch.tensor([4.0, 0.0, 2.0])  # forget biases; nothing else acts
    layer = record(module, torch.zeros(1, 20, 1)).layers[0]
    order, half = sorted_units(layer)
    assert order.tolist() == [1, 2, 0]
    expected = [math.log(0.5) / math.log(1 / (1 + math.exp(-bias))) for bias in (4.0, 0.0, 2.0)]
    np.testing.assert_allclose(half, expected, rtol=1e-5)


def test_half_lives_are_told_in_time_where_the_frequency_is_known():
    figure = xray_figure(recorded(nn.LSTM), frequency=parse_frequency("h"))
    assert "half-life" in figure.data[0].y[0]
    assert figure.data[0].y[0].endswith(("minutes", "hours", "hour"))


def test_hovering_says_in_plain_words_what_a_gate_does():
    figure = xray_figure(recorded(nn.LSTM))
    assert "keeps %{z:.0%} of what it holds" in figure.data[1].hovertemplate


def test_gates_have_the_same_colours_from_nought_to_one_whatever_they_are():
    for trace in xray_figure(recorded(nn.LSTM)).data[:3]:
        assert (trace.zmin, trace.zmax) == (0, 1)


def test_padding_behind_a_packed_sequence_is_not_drawn():
    module = nn.GRU(2, 4, batch_first=True)
    packed = nn.utils.rnn.pack_padded_sequence(torch.randn(2, 9, 2), torch.tensor([9, 5]), batch_first=True)
    figure = xray_figure(record(module, packed), series=1)
    assert list(figure.data[0].x) == [1, 2, 3, 4, 5]


def test_only_the_last_steps_are_drawn_when_fewer_are_asked_for():
    figure = xray_figure(recorded(nn.LSTM), history=7)
    assert list(figure.data[0].x) == list(range(24, 31))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layer": 1}, "has 1 layers and number 1"),
        ({"series": 2}, "has 2 series and number 2"),
        ({"times": np.arange(5)}, "has 30 steps and there are 5 times"),
    ],
)
def test_what_the_record_does_not_have_is_refused(asked, said):
    with pytest.raises(OptionError, match=said):
        xray_figure(recorded(nn.LSTM), **asked)


def test_a_bidirectional_layer_and_a_projection_are_drawn():
    both = recorded(nn.LSTM, bidirectional=True)
    assert len(xray_figure(both).data[0].y) == 8
    projected = recorded(nn.LSTM, proj_size=2)
    hidden = xray_figure(projected).data[4]
    assert list(hidden.y) == ["output 0", "output 1"]


def test_a_large_layer_makes_no_large_page():
    """Four bytes a square in base 64, not eight: 100 units on 672 steps, five maps."""
    gates = record(nn.LSTM(2, 100, batch_first=True), torch.zeros(1, 672, 2))
    assert len(xray_figure(gates).to_json()) < 2_500_000
