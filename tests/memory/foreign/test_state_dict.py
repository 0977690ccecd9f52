"""Numbers of a PyTorch layer without its module make the same cells as the module does."""

import pytest
import torch

from gatecast.errors import ModelFileError
from gatecast.memory.cells import unroll
from gatecast.memory.foreign import cells_of_state_dict

KINDS = {
    "lstm": lambda **more: torch.nn.LSTM(3, 4, batch_first=True, **more),
    "gru": lambda **more: torch.nn.GRU(3, 4, batch_first=True, **more),
    "rnn": lambda **more: torch.nn.RNN(3, 4, batch_first=True, **more),
    "relu": lambda **more: torch.nn.RNN(3, 4, batch_first=True, nonlinearity="relu", **more),
    "projected": lambda **more: torch.nn.LSTM(3, 4, batch_first=True, proj_size=2, **more),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [True, False])
def test_it_computes_what_the_module_computes(kind, bias):
    torch.manual_seed(0)
    module = KINDS[kind](num_layers=2, bidirectional=True, bias=bias)
    layers = cells_of_state_dict(
        torch.nn.ModuleDict({"encoder": module}).state_dict(),
        nonlinearity="relu" if kind == "relu" else "tanh",
    )
    x = wanted = torch.randn(2, 6, 3)
    for forward, backward in layers:
        ways = unroll(forward, x)[1].hidden, unroll(backward, x.flip(1))[1].hidden.flip(1)
        x = torch.cat(ways, dim=-1)
    assert torch.allclose(x, module(wanted)[0], atol=1e-6, rtol=0)


def test_one_of_several_is_named_by_its_prefix():
    state = torch.nn.ModuleDict({"a": torch.nn.LSTM(3, 4), "b": torch.nn.GRU(3, 5)}).state_dict()
    assert cells_of_state_dict(state, prefix="b.")[0][0].units == 5
    with pytest.raises(ModelFileError, match=r"the prefix is not given and there are 'a\.', 'b\.'"):
        cells_of_state_dict(state)
    with pytest.raises(ModelFileError, match=r"the prefix is 'c\.' and there are"):
        cells_of_state_dict(state, prefix="c.")


def test_what_is_missing_or_of_another_shape_is_refused():
    with pytest.raises(ModelFileError, match="no name ends in weight_ih_l0"):
        cells_of_state_dict({"weight": torch.zeros(3)})
    state = torch.nn.LSTM(3, 4).state_dict()
    del state["weight_hh_l0"]
    with pytest.raises(ModelFileError, match="weight_hh_l0 missing"):
        cells_of_state_dict(state)
    with pytest.raises(ModelFileError, match=r"weight_hh_l0 is \[20, 4\]; a row a unit"):
        cells_of_state_dict({"weight_ih_l0": torch.zeros(20, 3), "weight_hh_l0": torch.zeros(20, 4)})
    with pytest.raises(ModelFileError, match="weight_ih_l0, weight_hh_l0 missing"):
        cells_of_state_dict({"weight_ih_l1": torch.zeros(16, 3), "weight_hh_l1": torch.zeros(16, 4)})
