"""ONNX files: what they hold comes out under its own names, and what cannot be read is answered in words."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper
from onnx.external_data_helper import set_external_data
from onnx_nodes import UNITS, stored_model

from gatecast.errors import GatecastError, ModelFileError, OptionError
from gatecast.memory.cells import LSTMCell, unroll
from gatecast.memory.foreign import Imported, read_onnx

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXPORTED = FIXTURES / "exported.onnx"


def ahead(stack: Imported, x: torch.Tensor) -> torch.Tensor:
    """What the last of stacked layers shows, by the slow loop."""
    for layer in stack.cells:
        shown = [unroll(cell, x.flip(1) if d else x)[1].hidden for d, cell in enumerate(layer)]
        x = torch.cat([way.flip(1) if d else way for d, way in enumerate(shown)], dim=-1)
    return x


def test_a_network_as_pytorch_exports_it_comes_out_as_a_stack():
    """Two bidirectional LSTM layers and a GRU, whose weights lie in a second file."""
    stack = read_onnx(EXPORTED)
    assert [layer.follows for layer in stack.layers] == ["", *(layer.name for layer in stack.layers[:2])]
    assert [len(layer) for layer in stack.cells] == [2, 2, 1]
    answers = np.load(FIXTURES / "onnx.npz")
    shown = ahead(stack, torch.from_numpy(answers["exported:x"]))
    np.testing.assert_allclose(shown.numpy(), answers["exported:gru"], atol=1e-6)


def test_a_path_its_bytes_and_a_model_are_the_same(tmp_path):
    model = stored_model()
    path = tmp_path / "one.onnx"
    path.write_bytes(model.SerializeToString())
    read = [read_onnx(source)["layer"].ways[0] for source in (path, str(path), path.read_bytes(), model)]
    assert all(isinstance(cell, LSTMCell) and torch.equal(cell.W, read[0].W) for cell in read)


def two_layers(*between: tuple[str, dict[str, object]], output: int = 0) -> ModelProto:
    """A layer, other operators, and the same layer again."""
    model = stored_model()
    first = model.graph.node[0]
    second = helper.make_node("LSTM", ["v0", "W", "R", "B"], ["Z"], name="upper", hidden_size=UNITS)
    names = [first.output[output], *(f"v{k}" for k in range(len(between) - 1, -1, -1))]
    for k, (kind, attributes) in enumerate(between):
        model.graph.node.append(helper.make_node(kind, [names[k], "c"], [names[k + 1]], **attributes))
    if not between:
        second.input[0] = first.output[output]
    model.graph.node.append(second)
    return model


SQUEEZE, TANH = ("Squeeze", {}), ("Tanh", {})
BESIDE, SWAP = ("Transpose", {"perm": [0, 2, 1, 3]}), ("Transpose", {"perm": [1, 0, 2]})


@pytest.mark.parametrize("between", [(SQUEEZE,), (BESIDE, ("Reshape", {})), (SQUEEZE, SWAP, SWAP)])
def test_operators_that_only_move_axes_do_not_break_a_stack(between):
    assert read_onnx(two_layers(*between))["upper"].follows == "layer"


@pytest.mark.parametrize("between", [(TANH,), (SQUEEZE, TANH), (SQUEEZE, SWAP), (("Transpose", {}),)])
def test_operators_that_compute_or_swap_time_with_batch_do(between):
    read = read_onnx(two_layers(*between))
    assert read["upper"].follows == ""
    with pytest.raises(ModelFileError, match=r"upper is not fed by layer alone.*take one layer by its name"):
        _ = read.cells


def test_a_last_state_handed_on_is_no_stack():
    assert read_onnx(two_layers(SQUEEZE, output=1))["upper"].follows == ""


def test_layers_are_chosen_by_name_and_unknown_names_answered_with_the_known():
    model = two_layers(SQUEEZE)
    model.graph.node[-1].attribute.append(helper.make_attribute("clip", 1.0))
    assert [layer.name for layer in read_onnx(model, names=["layer"]).layers] == ["layer"]
    with pytest.raises(ModelFileError, match="upper: it sets clip"):
        read_onnx(model)
    with pytest.raises(OptionError, match="no recurrent layer lower; it has layer, upper"):
        read_onnx(model, names=["lower"])
    with pytest.raises(OptionError, match="no recurrent layer nothing; it has layer"):
        _ = read_onnx(model, names=["layer"])["nothing"]


def test_nodes_without_names_get_some():
    model = two_layers(SQUEEZE)
    for node in model.graph.node:
        node.name = ""
    assert [layer.name for layer in read_onnx(model).layers] == ["lstm", "lstm#1"]


def test_a_layer_that_only_reads_backward_says_how_to_record_it():
    layer = read_onnx(stored_model("GRU", direction="reverse"))["layer"]
    assert layer.reverse
    with pytest.raises(ModelFileError, match=r"reads from the end of time only.*x\.flip\(1\)"):
        _ = layer.cells


def test_weights_from_constant_nodes_and_through_identities_are_found():
    model = stored_model()
    kept = next(tensor for tensor in model.graph.initializer if tensor.name == "W")
    constant = helper.make_node("Constant", [], ["held"], value=kept)
    wanted = read_onnx(model)["layer"].ways[0].W
    model.graph.initializer.remove(kept)
    model.graph.node.extend([constant, helper.make_node("Identity", ["held"], ["W"])])
    assert torch.equal(read_onnx(model)["layer"].ways[0].W, wanted)


def changed(name: str, **fields: object) -> ModelProto:
    """A model with an initializer's fields set otherwise."""
    model = stored_model()
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    for field, value in fields.items():
        if isinstance(value, list):
            del getattr(tensor, field)[:]
            getattr(tensor, field).extend(value)
        else:
            setattr(tensor, field, value)
    return model


def without_weights(*nodes: object) -> ModelProto:
    model = stored_model()
    model.graph.initializer.remove(next(tensor for tensor in model.graph.initializer if tensor.name == "W"))
    model.graph.node.extend(nodes)
    return model


def elsewhere(location: str) -> ModelProto:
    """A model whose first weights lie in another file."""
    model = stored_model()
    set_external_data(model.graph.initializer[0], location)
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    return model


CIRCLE = [helper.make_node("Identity", [a], [b]) for a, b in (("a", "W"), ("W", "a"))]
DAMAGED = {
    "declared far larger than it is": (
        changed("W", dims=[1, 2**40, 2**20]),
        "declared as 1 x 1099511627776 x",
    ),
    "of a negative length": (changed("W", dims=[-1, 12, 2]), "a length is negative"),
    "short of a byte": (changed("W", raw_data=b"123"), "declared as 1 x 12 x 2, cannot be read"),
    "of no known type": (changed("W", data_type=99), "cannot be read"),
    "computed": (
        without_weights(helper.make_node("Mul", ["a", "a"], ["W"])),
        "are computed by Mul, and we read",
    ),
    "an input": (without_weights(), "are an input of the model, and we read constants"),
    "a circle": (without_weights(*CIRCLE), "are computed by Identity"),
    "in a file that is not there": (elsewhere("absent.bin"), "No such file|lie in another file"),
    "in a file outside its folder": (
        elsewhere("../../../../../../etc/passwd"),
        "outside the model's folder|lie in another",
    ),
}


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize("stored", [False, True])
def test_weights_that_cannot_be_read_are_spoken_of(how, stored, tmp_path):
    model, words = DAMAGED[how]
    path = tmp_path / "damaged.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelFileError, match=words):
        read_onnx(path if stored else model)


@pytest.mark.parametrize(("offset", "length"), [(0, 2817), (2**70, 10), (-5, 10), (2816, 1), (0, -1)])
def test_bytes_that_a_second_file_has_not_are_not_read(offset, length, tmp_path):
    path = tmp_path / "one.onnx"
    (tmp_path / "one.bin").write_bytes(bytes(2816))
    model = elsewhere("one.bin")
    set_external_data(model.graph.initializer[0], "one.bin", offset=offset, length=length)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelFileError, match=r"of one\.bin are wanted, and it has 2816"):
        read_onnx(path)


def test_what_is_no_model_is_spoken_of(tmp_path):
    path = tmp_path / "other.onnx"
    with pytest.raises(ModelFileError, match=r"other\.onnx cannot be read: No such file"):
        read_onnx(path)
    with pytest.raises(ModelFileError, match="cannot be read: Is a directory"):
        read_onnx(tmp_path)
    path.write_text("PK\x03\x04 this is a table, not a model")
    with pytest.raises(ModelFileError, match=r"other\.onnx is no ONNX model, or not whole"):
        read_onnx(path)
    path.write_bytes(b"")
    with pytest.raises(ModelFileError, match="no LSTM, GRU or RNN node in its main graph, and no other"):
        read_onnx(path)
    plain = helper.make_graph([helper.make_node("Gemm", ["a", "b"], ["c"])], "g", [], [])
    with pytest.raises(ModelFileError, match="its operators are Gemm"):
        read_onnx(helper.make_model(plain))


def test_operators_of_other_domains_are_left_alone():
    model = stored_model()
    model.graph.node[0].domain = "com.example"
    with pytest.raises(ModelFileError, match="no LSTM, GRU or RNN node"):
        read_onnx(model)


WHOLE = stored_model().SerializeToString()


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.booleans())
@settings(max_examples=150)
def test_a_damaged_file_is_read_or_refused_in_words(place, value, cut):
    """Wherever it is cut or a byte is another: an error of ours, or none."""
    damaged = WHOLE[:place] if cut else WHOLE[:place] + bytes([value]) + WHOLE[place + 1 :]
    with suppress(GatecastError):
        assert read_onnx(damaged).layers
