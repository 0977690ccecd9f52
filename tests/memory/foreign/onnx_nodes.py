"""ONNX recurrent nodes with random asymmetric weights, as the tests draw them."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper

Array = NDArray[Any]
ROWS = {"LSTM": 4, "GRU": 3, "RNN": 1}
NAMES = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
BATCH, TIME, INPUTS, UNITS = 3, 5, 2, 3


def combinations() -> Iterator[tuple[str, dict[str, Any], frozenset[str]]]:
    """Every operator, its attributes, and which optional inputs it is given."""
    for kind, direction, layout in product(ROWS, ("forward", "reverse", "bidirectional"), (0, 1)):
        attributes = {"direction": direction, "layout": layout, "hidden_size": UNITS}
        optional = ["B", "initial_h", *(["initial_c", "P"] if kind == "LSTM" else [])]
        for chosen in product((False, True), repeat=len(optional)):
            given = frozenset(name for name, taken in zip(optional, chosen, strict=True) if taken)
            for flag in (0, 1) if kind == "GRU" else (None,):
                extra = {} if flag is None else {"linear_before_reset": flag}
                yield kind, attributes | extra, given


def drawn(kind: str, attributes: dict[str, Any], given: frozenset[str], seed: int) -> list[Array | None]:
    """Inputs by their place, None where one is left out."""
    rng = np.random.default_rng(seed)
    ways, rows = 1 + (attributes.get("direction") == "bidirectional"), ROWS[kind] * UNITS
    state = (BATCH, ways, UNITS) if attributes.get("layout") else (ways, BATCH, UNITS)
    shapes = {
        "X": (BATCH, TIME, INPUTS) if attributes.get("layout") else (TIME, BATCH, INPUTS),
        "W": (ways, rows, INPUTS),
        "R": (ways, rows, UNITS),
        "B": (ways, 2 * rows),
        "initial_h": state,
        "initial_c": state,
        "P": (ways, 3 * UNITS),
    }
    wanted = given | {"X", "W", "R"}
    return [rng.normal(0, 0.7, shapes[name]).astype(np.float32) if name in wanted else None for name in NAMES]


def node_of(kind: str, attributes: dict[str, Any], inputs: list[Array | None]) -> NodeProto:
    """The node that takes these inputs."""
    names = [name if value is not None else "" for name, value in zip(NAMES, inputs, strict=False)]
    while not names[-1]:
        names.pop()
    outputs = ["Y", "Y_h", "Y_c"][: 3 if kind == "LSTM" else 2]
    return helper.make_node(kind, names, outputs, name="layer", **attributes)


def model_of(node: NodeProto, inputs: list[Array | None], stored: tuple[str, ...] = ()) -> ModelProto:
    """A model of that node alone; inputs named in `stored` are kept in it."""
    pairs = [(name, value) for name, value in zip(NAMES, inputs, strict=False) if value is not None]
    given = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape)
        for name, value in pairs
        if name not in stored
    ]
    kept = [
        helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.tobytes(), raw=True)
        for name, value in pairs
        if name in stored
    ]
    taken = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output]
    graph = helper.make_graph([node], "one", given, taken, kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


WEIGHTS = ("W", "R", "B", "P")


def stored_model(kind: str = "LSTM", seed: int = 0, **attributes: Any) -> ModelProto:
    """A model as a file holds it: one node, its weights inside."""
    attributes = {"hidden_size": UNITS} | attributes
    inputs = drawn(kind, attributes, frozenset({"B"}), seed)
    return model_of(node_of(kind, attributes, inputs), inputs, WEIGHTS)
