"""`record` takes what was read from a file, and shows the gates of every layer."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import gatecast
from gatecast.errors import MissingExtraError, ModelFileError, RecordError
from gatecast.memory import cells_of, cells_of_state_dict, read_keras, read_onnx, record

FIXTURES = Path(__file__).parents[1] / "fixtures"
KERAS, ONNX = (np.load(FIXTURES / f"{name}.npz") for name in ("keras", "onnx"))


def test_a_keras_stack_is_recorded_layer_by_layer():
    """Each layer's output is what Keras gave it, from the first layer's input alone."""
    x = torch.from_numpy(KERAS["stack:low:in"])
    low, middle, top = record(read_keras(FIXTURES / "stack.keras"), x).layers
    for layer, name in ((low, "low"), (middle, "middle")):
        np.testing.assert_allclose(layer.hidden.numpy(), KERAS[f"stack:{name}:out"], atol=1e-6)
    np.testing.assert_allclose(top.hidden[:, -1].numpy(), KERAS["stack:top:out"], atol=1e-6)
    assert len(middle.directions) == 2
    rebuilt = low.forget_gate * low.previous().cell + low.input_gate * low.candidate
    assert torch.allclose(rebuilt, low.cell, atol=1e-6)


def test_an_exported_network_is_recorded_as_it_runs():
    shown = record(gatecast.read_onnx(FIXTURES / "exported.onnx"), torch.from_numpy(ONNX["exported:x"]))
    np.testing.assert_allclose(shown.output.numpy(), ONNX["exported:gru"], atol=1e-6)


def test_one_layer_is_recorded_with_both_its_directions():
    layer = read_keras(FIXTURES / "branches.keras", names=["both"])["both"]
    shown = record(layer, torch.from_numpy(KERAS["branches:both:in"]))
    assert len(shown.layers) == 1
    np.testing.assert_allclose(shown.output.numpy(), KERAS["branches:both:out"], atol=1e-6)


def test_layers_that_are_no_stack_are_refused_by_record_too():
    layers = read_keras(FIXTURES / "legacy.h5")
    with pytest.raises(ModelFileError, match="so they are no stack"):
        record(layers, torch.zeros(1, 6, 3))


def test_numbers_and_module_are_recorded_alike():
    module = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
    x = torch.randn(2, 5, 3)
    numbers, itself = record(cells_of_state_dict(module.state_dict()), x), record(module, x)
    for one, other in zip(numbers.layers, itself.layers, strict=True):
        assert torch.allclose(one.forget_gate, other.forget_gate, atol=1e-6)


def test_what_has_cells_of_another_kind_is_still_refused():
    class Cellular(torch.nn.Module):
        cells = "of plants"

    with pytest.raises(RecordError, match="a record was asked of"):
        cells_of(Cellular())


@pytest.mark.parametrize(
    ("read", "package", "extra", "file"),
    [(read_onnx, "onnx", "onnx", "exported.onnx"), (read_keras, "h5py", "keras", "stack.keras")],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(read, package, extra, file, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'gatecast\[{extra}\]'"):
        read(FIXTURES / file)
