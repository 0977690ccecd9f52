"""ONNX's recurrent operators run through our cells give what ONNX, onnxruntime and PyTorch give."""

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import onnx.backend.test.case.node
import onnx.backend.test.case.node.gru
import onnx.backend.test.case.node.lstm
import onnx.backend.test.case.node.rnn
import pytest
from onnx import NodeProto
from onnx.reference import ReferenceEvaluator
from onnx_nodes import NAMES, ROWS, combinations, drawn, model_of, node_of

from gatecast.errors import ModelFileError
from gatecast.memory.foreign import operator, run_onnx

# What `onnx.backend.test.loader.load_model_tests(kind="node")` gives for these three: loading all of them
# takes four seconds.
PUBLISHED = [
    test for test in onnx.backend.test.case.node._NodeTestCases if test.model.graph.node[0].op_type in ROWS
]
ORT = np.load(Path(__file__).parents[1] / "fixtures" / "onnx.npz")
CASES = sorted({key.rpartition(":")[0] for key in ORT if key.count(":") == 3})
COMBINATIONS = list(combinations())


def test_there_are_as_many_published_tests_as_onnx_has():
    assert len(PUBLISHED) == 18


@pytest.mark.parametrize("published", PUBLISHED, ids=[test.name for test in PUBLISHED])
def test_the_published_node_tests_pass(published):
    node, names = published.model.graph.node[0], [value.name for value in published.model.graph.input]
    for inputs, outputs in published.data_sets:
        given = dict(zip(names, inputs, strict=True))
        left = run_onnx(node, [given.get(name) for name in node.input])
        wanted = dict(zip(filter(None, node.output), outputs, strict=True))
        for name, got in zip(node.output, left, strict=False):
            if name:
                assert got.shape == wanted[name].shape
                assert got.dtype == wanted[name].dtype
                np.testing.assert_allclose(got, wanted[name], rtol=published.rtol, atol=published.atol)


def distance(node: NodeProto, inputs: list[Any], wanted: list[Any]) -> float:
    """How far our outputs are from those of another."""
    left = [part for part in run_onnx(node, inputs) if part is not None]
    return max(float(np.abs(got - one).max()) for got, one in zip(left, wanted, strict=True))


def reference(node: NodeProto, inputs: list[Any]) -> list[Any]:
    """What ONNX's own evaluator gives."""
    feed = {name: value for name, value in zip(NAMES, inputs, strict=True) if value is not None}
    return ReferenceEvaluator(model_of(node, inputs)).run(None, feed)


@pytest.mark.parametrize("kind", ROWS)
def test_random_weights_give_what_the_reference_gives_whatever_is_set(kind):
    """Directions x layout x bias x peepholes x initial states x where the reset gate acts."""
    tried = [one for one in COMBINATIONS if one[0] == kind]
    for seed, (_, attributes, given) in enumerate(tried):
        inputs = drawn(kind, attributes, given, seed)
        node = node_of(kind, attributes, inputs)
        assert distance(node, inputs, reference(node, inputs)) < 2e-6, (attributes, given)
    assert len(tried) == {"LSTM": 96, "GRU": 48, "RNN": 24}[kind]


def ort(case: str) -> tuple[NodeProto, list[Any], list[Any]]:
    """A node as the fixture's script made it, its inputs, and what onnxruntime gave."""
    kind, direction, flag = case.split(":")
    name, _, value = flag.partition("=")
    ways = 1 + (direction == "bidirectional")
    extra = {name: int(value)} if value else {"activations": ["Relu"] * ways} if flag == "relu" else {}
    inputs = [ORT.get(f"{case}:{name}") for name in NAMES]
    node = node_of(kind, {"direction": direction, "hidden_size": 3} | extra, inputs)
    return node, inputs, [ORT[f"{case}:{name}"] for name in node.output]


@pytest.mark.parametrize("case", CASES)
def test_sequences_that_end_early_and_coupled_gates_are_as_in_onnxruntime(case):
    assert distance(*ort(case)) < 2e-6


def test_the_fixture_has_every_operator_and_direction():
    assert len(CASES) == 18


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_gates_in_any_other_order_would_be_noticed(kind, monkeypatch):
    """The comparison above has eyes: no permutation of the gates passes it."""
    node, inputs, wanted = ort(next(case for case in CASES if case.startswith(kind)))
    order = operator.ORDER[kind]
    for other in map("".join, permutations(order)):
        monkeypatch.setitem(operator.ORDER, kind, other)
        assert (distance(node, inputs, wanted) < 2e-6) == (other == order)


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("iof")])
def test_peepholes_in_any_other_order_would_be_noticed(order, monkeypatch):
    node, inputs, wanted = ort("LSTM:forward:plain")
    monkeypatch.setattr(operator, "PEEPHOLE_ORDER", order)
    assert (distance(node, inputs, wanted) < 2e-6) == (order == "iof")


def test_double_precision_stays_double_and_half_is_answered_in_half():
    inputs = drawn("LSTM", {}, frozenset({"B"}), 0)
    for kind, close in ((np.float64, 1e-6), (np.float16, 1e-2)):
        cast = [None if value is None else value.astype(kind) for value in inputs]
        node = node_of("LSTM", {}, inputs)
        left = run_onnx(node, cast)
        assert left.Y.dtype == kind
        assert np.abs(left.Y - run_onnx(node, inputs).Y).max() < close


def test_an_rnn_with_two_nonlinearities_has_one_a_direction():
    attributes = {"direction": "bidirectional", "activations": ["Relu", "Tanh"]}
    inputs = drawn("RNN", attributes, frozenset({"B"}), 3)
    together = run_onnx(node_of("RNN", attributes, inputs), inputs).Y
    for d, (way, name) in enumerate((("forward", "Relu"), ("reverse", "Tanh"))):
        single = [inputs[0], *(None if value is None else value[d : d + 1] for value in inputs[1:])]
        node = node_of("RNN", {"direction": way, "activations": [name]}, single)
        np.testing.assert_allclose(run_onnx(node, single).Y[:, 0], together[:, d], atol=1e-6)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"clip": 3.0}, "sets clip, which none of our cells has"),
        (
            {"activations": ["HardSigmoid", "Tanh", "Tanh"]},
            "its activations are hardsigmoid, tanh, tanh, and",
        ),
        ({"direction": "sideways"}, "direction is 'sideways'; it should be one of forward, reverse"),
        ({"hidden_size": 7}, r"hidden_size is 7 and R is \[1, 12, 3\]"),
        ({"direction": "bidirectional"}, r"W is \[1, 12, 2\]; with direction bidirectional .* of length 2"),
        ({"output_gate_twice": 1}, "sets output_gate_twice"),
        ({"hidden_size": "many"}, "layer: an attribute cannot be read"),
    ],
)
def test_what_no_cell_computes_is_refused_in_words(attributes, words):
    inputs = drawn("LSTM", {}, frozenset(), 0)
    with pytest.raises(ModelFileError, match=words):
        run_onnx(node_of("LSTM", attributes, inputs), inputs)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, np.zeros((5, 3), np.float32), r"X is \[5, 3\]; it should have three axes"),
        (0, np.zeros((5, 3, 4), np.float32), r"X is \[5, 3, 4\]; .* the last of length 2"),
        (0, None, "X is not given"),
        (1, None, "its weights W are not given"),
        (1, np.zeros((1, 12, 2), np.int8), "the input weights are torch.int8, and we read"),
        (
            2,
            np.zeros((1, 9, 3), np.float32),
            r"the recurrent weights are \[9, 3\]; beside .* \[12, 2\] with 4 gates \[12, 3\]",
        ),
        (3, np.zeros((1, 23), np.float32), "B has 23 values"),
        (3, np.zeros((1, 6), np.float32), r"the input bias is \[3\]; beside"),
        (4, np.array([1, 2, 9], np.int32), r"sequence_lens is \[1, 2, 9\]; .* 3 numbers from 1 to 5"),
        (5, np.zeros((1, 4, 3), np.float32), r"the hidden state is \[1, 4, 3\]; it should be \[1, 3, 3\]"),
        (7, np.zeros((1, 4), np.float32), r"the peepholes are \[4\]"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(place, value, words):
    inputs = drawn("LSTM", {}, frozenset(), 0)
    inputs[place] = value
    with pytest.raises(ModelFileError, match=words):
        run_onnx(node_of("LSTM", {"hidden_size": 3}, inputs), inputs)
