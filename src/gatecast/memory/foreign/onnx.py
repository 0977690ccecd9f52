"""Recurrent layers out of ONNX files: the LSTM, GRU and RNN nodes of the main graph, as cells."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gatecast.errors import MissingExtraError, ModelFileError
from gatecast.memory.foreign.graph import EXTRA, Graph
from gatecast.memory.foreign.imported import Imported, ImportedLayer, chosen
from gatecast.memory.foreign.operator import Operator, operator
from gatecast.memory.foreign.running import Entering, Leaving, run

Array = NDArray[Any]
PLACES = ("X", "W", "R", "B", "lengths", "hidden", "cell", "P")  # inputs in order; GRU and RNN stop at hidden
WEIGHTS = ("W", "R", "B", "P")


def read_onnx(source: str | Path | bytes | Any, names: Sequence[str] | None = None) -> Imported:
    """The recurrent layers of an ONNX model, for `record`.

    source  a file, its bytes, or a ModelProto
    names   the nodes to read; every LSTM, GRU and RNN node of the main graph if not given

    Nothing in the file is run. Our cells read batch before time, whatever the file's layout.

    Raises ModelFileError for a file that is no ONNX model or has no such node, and for a node that none of
    our cells computes; MissingExtraError if the onnx package is not installed.
    """
    graph = Graph(source)
    layers = []
    for name in chosen(graph.source, list(graph.recurrent), names):
        node = graph.recurrent[name]
        how = _operator(f"{graph.source}: {name}", node)
        given = {
            place: graph.constant(how.where, value)
            for place, value in zip(PLACES, node.input, strict=False)
            if value and place in WEIGHTS
        }
        cells = _cells(how, given)
        layers.append(
            ImportedLayer(graph.source, name, cells, how.directions == "reverse", graph.feeder(node))
        )
    return Imported(graph.source, tuple(layers))


def run_onnx(node: Any, inputs: Sequence[Array | None]) -> Leaving:
    """What an ONNX LSTM, GRU or RNN node gives, computed by our cells.

    node    a NodeProto
    inputs  by their place in the operator, weights too; None, or nothing at the end, where one is left out

    Raises ModelFileError as `read_onnx` does.
    """
    how = _operator(node.name or node.op_type, node)
    given = {place: value for place, value in zip(PLACES, inputs, strict=False) if value is not None}
    if "X" not in given:
        raise ModelFileError(f"{how.where}: X is not given; it is the operator's first input")
    return run(how, _cells(how, given), Entering(given["X"], *map(given.get, Entering._fields[1:])))


def _operator(where: str, node: Any) -> Operator:
    try:
        from onnx.helper import get_attribute_value
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    try:
        return operator(where, node.op_type, {a.name: get_attribute_value(a) for a in node.attribute})
    except (ValueError, TypeError) as error:
        raise ModelFileError(
            f"{where}: an attribute cannot be read ({error}); the file is damaged"
        ) from error


def _cells(how: Operator, given: dict[str, Array]) -> Any:
    missing = [name for name in ("W", "R") if name not in given]
    if missing:
        raise ModelFileError(f"{how.where}: its weights {' and '.join(missing)} are not given, and must be")
    return how.cells(given["W"], given["R"], given.get("B"), given.get("P"))
