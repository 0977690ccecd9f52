"""What cannot be recorded is refused in words: what was seen, what is wanted, how to put it right."""

from typing import Any

import numpy as np
import pytest
import torch
from random_cells import drawn, gru, lstm
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from gatecast.errors import RecordError
from gatecast.insight import flow
from gatecast.memory import HiddenState, LSTMState, cells_of, cells_of_state_dict, record

LSTM = nn.LSTM(3, 5, num_layers=2, batch_first=True)
X = torch.zeros(2, 7, 3)


class Forecaster(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(3, 5)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("LSTM", r"asked of str; it takes torch.nn.LSTM, GRU or RNN, a cell .*, a tuple of cells"),
        (nn.Linear(3, 5), "asked of torch module Linear; it takes"),
        (nn.LSTMCell(3, 5), "asked of torch module LSTMCell; it takes"),
        (Forecaster(), "asked of Forecaster, whose part 'encoder' would do, with the input that part gets"),
        ((), "asked of tuple"),
        ((lstm(drawn(1)), nn.LSTM(4, 4)), "asked of tuple"),
        ((lstm(drawn(1)), lstm(drawn(2))), "layer 1 reads 3 inputs but layer 0 shows 4"),
        (((lstm(drawn(1)), gru(drawn(2))),), "two directions of layer 0 are cells of different kinds"),
    ],
)
def test_another_kind_of_model_is_told_what_would_do(model: Any, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        record(model, X)
    with pytest.raises(RecordError, match=words):
        cells_of(model)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((2, 7, 3)), r"x is a ndarray; .* \(torch.from_numpy makes a tensor of an array\)"),
        (torch.zeros(7), r"x has 1 axes, \[7\]; it takes \[batch, time, 3\], or \[time, 3\] for one series"),
        (torch.zeros(2, 7, 4), r"x is \[2, 7, 4\]: 4 inputs a step; it takes \[batch, time, 3\]"),
        (torch.zeros(2, 0, 3), r"x is \[2, 0, 3\]: no steps"),
        (torch.zeros(0, 3), r"x is \[0, 3\]: no steps"),
        (torch.zeros(0, 7, 3), r"x is \[0, 7, 3\]: no series"),
        (X.double(), r"x is torch.float64, the model is torch.float32; give x.to\(torch.float32\)"),
        (X.long(), r"x is torch.int64, the model is torch.float32"),
        (X.to("meta"), r"x is on meta, the model is on cpu; give x.to\('cpu'\)"),
        (pack_sequence([torch.zeros(4, 2)]), "x has 2 inputs a step; the model takes 3"),
    ],
)
def test_an_input_that_does_not_fit_is_told_what_would(x: Any, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        record(LSTM, x)


def test_a_missing_value_is_told_where_it_is() -> None:
    x = X.clone()
    x[1, 4, 2] = torch.nan
    with pytest.raises(RecordError, match="x is nan at series 1, time 4, input 2; one such value spreads"):
        record(LSTM, x)
    x[0, 5, 0] = torch.inf
    with pytest.raises(RecordError, match="1, time 4, input 2, and 1 more are NaN or infinite; one such"):
        record(LSTM, x)
    with pytest.raises(RecordError, match="x is nan at time 4, input 2; one"):
        record(LSTM, x[1])


def test_large_values_are_not_mistaken_for_infinite_ones() -> None:
    assert record(LSTM, torch.full_like(X, 3e38)).output.isfinite().all()


def hidden(*shape: int) -> torch.Tensor:
    return torch.zeros(*shape)


@pytest.mark.parametrize(
    ("model", "x", "state", "words"),
    [
        (LSTM, X, hidden(2, 2, 5), r"the state of a LSTM is \(h_0, c_0\), a Tensor was given"),
        (nn.GRU(3, 5), X, (1.0,), r"hidden part is a tuple; it is a tensor \[1, 7, 5\]"),
        (LSTM, X, (hidden(2, 2, 5),), r"state of a LSTM is \(h_0, c_0\)"),
        (
            LSTM,
            X,
            (hidden(2, 2, 5), hidden(1, 2, 5)),
            r"cell part is \[1, 2, 5\]; this model and x take \[2, 2, 5\], layers × directions first",
        ),
        (LSTM, X[0], (hidden(2, 1, 5), hidden(2, 5)), r"hidden part is \[2, 1, 5\]; .* take \[2, 5\]"),
        (nn.GRU(3, 5), X, hidden(1, 2, 5), r"\[1, 2, 5\]; this model and x take \[1, 7, 5\]"),
        (LSTM, X, (hidden(2, 2, 5).double(), hidden(2, 2, 5)), "is torch.float64 on cpu, the model is"),
        (
            lstm(drawn(1, torch.float32)),
            X,
            LSTMState(hidden(2, 4), hidden(3, 4)),
            r"the cell part of layer 0's state is \[3, 4\]; this model and x take \[2, 4\], batch first",
        ),
        (lstm(drawn(1, torch.float32)), X, HiddenState(hidden(2, 4)), "the state of layer 0 is no LSTMState"),
        (
            cells_of(LSTM),
            X,
            (LSTMState(hidden(2, 5), hidden(2, 5)),),
            "2 layers of cells is a tuple with",
        ),
    ],
)
def test_a_state_that_does_not_fit_is_told_what_would(model: Any, x: Any, state: Any, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        record(model, x, state)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused_and_not_recorded_as_gates(value: float) -> None:
    model = nn.LSTM(3, 5, num_layers=2, batch_first=True)
    with torch.no_grad():
        model.weight_hh_l1[3, 2] = value
        model.bias_ih_l1[1] = value
    for look in (record, flow):
        with pytest.raises(
            RecordError, match="2 of the 220 weights of layer 1 are NaN or infinite, as after"
        ):
            look(model, X)


def test_a_model_without_numbers_is_refused() -> None:
    with pytest.raises(RecordError, match="on meta, where there are shapes and no numbers"):
        record(nn.LSTM(3, 5, device="meta"), X.to("meta"))


def test_a_subclass_that_computes_something_of_its_own_is_refused_and_told_the_way() -> None:
    class Doubled(nn.LSTM):
        def forward(self, x: Any, state: Any = None) -> Any:
            return super().forward(2 * x, state)

    class Named(nn.LSTM):
        pass

    model = Doubled(3, 5, batch_first=True)
    for look in (record, flow):
        with pytest.raises(RecordError, match=r"Doubled has a forward of its own, .*cells_of_state_dict"):
            look(model, X)
    seen = record(cells_of_state_dict(model.state_dict()), 2 * X + 2).output
    assert torch.allclose(seen, model(X + 1)[0], atol=1e-6)
    plain, named = nn.LSTM(3, 5, batch_first=True), Named(3, 5, batch_first=True)
    named.load_state_dict(plain.state_dict())
    assert torch.equal(record(named, X).output, record(plain, X).output)
    assert torch.allclose(record(named, X).output, named(X)[0], atol=1e-6)
