"""Recurrent layers out of ONNX files: the LSTM, GRU and RNN nodes of the main graph, as cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gatecast.errors import MissingExtraError, ModelFileError, listed
from gatecast.memory.foreign.imported import Imported, ImportedLayer
from gatecast.memory.foreign.operator import UNDERSTOOD, Operator, operator
from gatecast.memory.foreign.running import Entering, Leaving, run

Array = NDArray[Any]
OURS = ("", "ai.onnx")  # operator domains: others may use these names for something else
WEIGHTS = ("W", "R", "B", "P")
PLACES = {  # inputs by their place
    "LSTM": ("X", "W", "R", "B", "lengths", "hidden", "cell", "P"),
    "GRU": ("X", "W", "R", "B", "lengths", "hidden"),
    "RNN": ("X", "W", "R", "B", "lengths", "hidden"),
}
# What may stand between two layers of a stack: it moves axes, and leaves the numbers as they are.
HARMLESS = {"Squeeze", "Reshape", "Identity", "Dropout", "Transpose"}
SWAPS = ((0, 2, 1, 3), (1, 0, 2))  # directions beside units; time with batch, which must come twice


def read_onnx(source: str | Path | bytes | Any, names: Sequence[str] | None = None) -> Imported:
    """The recurrent layers of an ONNX model.

    source  a file, its bytes, or a ModelProto
    names   the nodes to read; all LSTM, GRU and RNN nodes of the main graph if not given

    Nothing in the file is run. Its nodes keep their names; one without is called after its operator.

    Raises ModelFileError for a file that is no ONNX model or has no such node, and for a node that none of
    our cells computes; MissingExtraError if the onnx package is not installed.
    """
    graph = _Graph(*_opened(source))
    layers: list[ImportedLayer] = []
    for name, node in graph.recurrent.items():
        if names is not None and name not in names:
            continue
        how, given = _inputs(graph, name, node)
        cells = how.cells(given["W"], given["R"], given.get("B"), given.get("P"))
        layers.append(ImportedLayer(name, cells, how.directions == "reverse", graph.feeder(node)))
    missing = set(names or ()) - set(graph.recurrent)
    if missing:
        raise ModelFileError(
            f"{graph.source} has no recurrent node {listed(sorted(missing))}; it has {listed(list(graph.recurrent))}"
        )
    return Imported(graph.source, tuple(layers))


def run_onnx(node: Any, inputs: Sequence[Array | None]) -> Leaving:
    """What an ONNX LSTM, GRU or RNN node gives, computed by our cells.

    node    a NodeProto
    inputs  by their place in the operator; None, or nothing at the end, where one is left out

    Raises as `read_onnx` does.
    """
    where = node.name or node.op_type
    how = operator(where, node.op_type, _attributes(node))
    given = {place: value for place, value in zip(PLACES[node.op_type], inputs, strict=False) if value is not None}
    _wanted(where, given)
    cells = how.cells(given["W"], given["R"], given.get("B"), given.get("P"))
    return run(how, cells, Entering(given["X"], *(given.get(place) for place in Entering._fields[1:])))
