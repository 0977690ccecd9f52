"""An ONNX file, opened without running anything, and the constants in its main graph."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gatecast.errors import MissingExtraError, ModelFileError, listed

Array = NDArray[Any]
EXTRA = "reading ONNX files needs the onnx package; install it with: pip install 'gatecast[onnx]'"
RECURRENT = ("LSTM", "GRU", "RNN")
OURS = ("", "ai.onnx")  # operator domains: others may use these names for something else
# What may stand between two layers of a stack: it moves axes, and leaves the numbers as they are.
HARMLESS = ("Squeeze", "Reshape", "Identity", "Dropout")
BESIDE = [0, 2, 1, 3]  # a Transpose that brings directions beside units
DAMAGE = (ValueError, TypeError, KeyError, OSError, OverflowError, MemoryError, RuntimeError)
SWAP = [1, 0, 2]  # one that changes time with batch, and must come twice


class Graph:
    """The main graph of a model.

    source  what the file is called in errors
    folder  where files beside it may hold its weights; None when there is no file
    """

    def __init__(self, source: str | Path | bytes | Any) -> None:
        self.source = "the model" if isinstance(source, bytes) or _is_model(source) else str(source)
        self._folder = None if self.source == "the model" else Path(str(source)).parent
        self._graph = _model(source, self.source).graph
        self._made = {name: node for node in self._graph.node for name in node.output if name}
        self._stored = {tensor.name: tensor for tensor in self._graph.initializer}

    @cached_property
    def recurrent(self) -> dict[str, Any]:
        """The recurrent nodes by their names; one without a name is called after its operator and place.

        Raises ModelFileError if there are none.
        """
        named: dict[str, Any] = {}
        for node in self._graph.node:
            if node.op_type in RECURRENT and node.domain in OURS:
                name = node.name or node.op_type.lower()
                same = sum(known.partition("#")[0] == name for known in named)
                named[f"{name}#{same}" if same else name] = node
        if not named:
            seen = sorted({node.op_type for node in self._graph.node})
            raise ModelFileError(
                f"{self.source} has no LSTM, GRU or RNN node in its main graph"
                + (
                    f": its operators are {listed(seen)}"
                    if seen
                    else ", and no other: it is empty or no ONNX model"
                )
                + "; export the model so that its recurrent layers stay whole"
            )
        return named

    def constant(self, where: str, name: str) -> Array:
        """The value of a constant: an initializer, or what a Constant node holds.

        Raises ModelFileError where the value is computed or given from outside, and where it is damaged.
        """
        seen: set[str] = set()
        while name not in self._stored:
            node = self._made.get(name)
            if node is not None and node.op_type == "Identity" and node.input and name not in seen:
                seen.add(name)
                name = node.input[0]
            elif node is not None and node.op_type == "Constant" and _tensors(node):
                return self._array(where, name, _tensors(node)[0])
            else:
                how = f"computed by {node.op_type}" if node is not None else "an input of the model"
                raise ModelFileError(
                    f"{where}: its weights {name!r} are {how}, and we read constants; "
                    "export the model with constant folding"
                )
        return self._array(where, name, self._stored[name])

    def feeder(self, node: Any) -> str:
        """The recurrent node whose Y is this one's X, but for axes moved; "" if there is none."""
        names = {id(other): name for name, other in self.recurrent.items()}
        swaps = 0
        for before, through in self._back(node.input[0] if node.input else ""):
            if id(before) in names:
                return names[id(before)] if through == before.output[0] and swaps % 2 == 0 else ""
            perm = [list(a.ints) for a in before.attribute if a.name == "perm"]
            if before.op_type == "Transpose" and perm == [SWAP]:
                swaps += 1
            elif before.op_type not in HARMLESS and perm != [BESIDE]:
                return ""
        return ""

    def _back(self, name: str) -> Iterator[tuple[Any, str]]:
        """From a value to the node that makes it, and on through first inputs; a circle is left."""
        seen: set[str] = set()
        while name in self._made and name not in seen:
            seen.add(name)
            node = self._made[name]
            yield node, name
            name = node.input[0] if node.input else ""

    def _array(self, where: str, name: str, tensor: Any) -> Array:
        from onnx import TensorProto, numpy_helper

        try:
            if any(length < 0 for length in tensor.dims):
                raise ValueError("a length is negative")
            if tensor.data_location == TensorProto.EXTERNAL:
                stored = TensorProto(dims=tensor.dims, data_type=tensor.data_type)
                stored.raw_data = _beside(self._folder, {e.key: e.value for e in tensor.external_data})
                tensor = stored
            value: Array = numpy_helper.to_array(tensor)
        except DAMAGE as error:
            shape = " x ".join(map(str, tensor.dims))
            raise ModelFileError(
                f"{where}: its weights {name!r}, declared as {shape}, cannot be read ({error}); "
                "the file is damaged or not whole"
            ) from error
        return value


def _beside(folder: Path | None, entry: dict[str, str]) -> bytes:
    """What a tensor keeps in a second file, which must lie where the first does or below.

    entry  location, and offset and length where they are not the whole file

    Raises ValueError or OSError where it does not, or holds less.
    """
    location = entry["location"]
    if folder is None:
        raise ValueError(f"they lie in another file, {location}, beside an .onnx file whose path is wanted")
    path = (folder / location).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"they lie in {location}, outside the model's folder, where nothing is read")
    offset, size = int(entry.get("offset", 0)), path.stat().st_size
    length = int(entry.get("length", size - offset))
    if not path.is_file() or offset < 0 or length < 0 or offset + length > size:
        raise ValueError(f"bytes {offset} to {offset + length} of {location} are wanted, and it has {size}")
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


def _tensors(constant: Any) -> list[Any]:
    """The tensor of a Constant node; some hold plain numbers instead."""
    return [attribute.t for attribute in constant.attribute if attribute.name == "value"]


def _is_model(source: object) -> bool:
    return hasattr(source, "graph") and hasattr(source, "SerializeToString")


def _model(source: Any, called: str) -> Any:
    """The file as a ModelProto.

    Raises ModelFileError if it is none; MissingExtraError if onnx is not installed.
    """
    try:
        from google.protobuf.message import DecodeError
        from onnx import ModelProto
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    if _is_model(source):
        return source
    try:
        return ModelProto.FromString(source if isinstance(source, bytes) else Path(source).read_bytes())
    except OSError as error:
        raise ModelFileError(f"{called} cannot be read: {error.strerror or error}") from error
    except DecodeError as error:
        raise ModelFileError(
            f"{called} is no ONNX model, or not whole ({error}); give a file that onnx.save or an "
            "exporter wrote"
        ) from error
