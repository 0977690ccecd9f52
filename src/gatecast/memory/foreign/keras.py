"""Recurrent layers out of Keras files, without Keras: LSTM, GRU, SimpleRNN, Bidirectional, RNN(cell).

    .keras   a zip archive: config.json, and model.weights.h5 with layers/<class>_<n>/cell/vars/<k>
    .h5      legacy: the configuration as an attribute, model_weights/<layer>/<names>

Kernels are [inputs, gates units], gates in the order i f c o (LSTM) or z r h (GRU). A GRU that resets
after the product has two biases [2, 3 units], the input's and the recurrent one.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from gatecast.errors import ModelFileError, listed
from gatecast.memory.cells import Cell
from gatecast.memory.foreign.declared import Declared, Way, declared_layers
from gatecast.memory.foreign.heaps import heaps_are_sound
from gatecast.memory.foreign.imported import Imported, ImportedLayer, chosen
from gatecast.memory.foreign.kept import (
    LARGEST_EXPANSION,
    legacy_arrays,
    legacy_configuration,
    native_arrays,
    opened,
)
from gatecast.memory.foreign.operator import tensor_of
from gatecast.memory.foreign.stacked import ELMAN, Stacked

Array = NDArray[Any]
Parts = list[list[Array]]  # arrays of each direction

CONFIGURATION, WEIGHTS = "config.json", "model.weights.h5"
ORDER = {"LSTM": "ifgo", "GRU": "zrn", "SimpleRNN": ELMAN}
SAID = ["units", "activation", "use_bias"]  # of every layer
ACTIVATIONS = {"LSTM": ("tanh",), "GRU": ("tanh",), "SimpleRNN": ("tanh", "relu")}


def read_keras(path: str | Path, names: Sequence[str] | None = None) -> Imported:
    """The recurrent layers of a Keras model, for `record`.

    path   a .keras file, or a legacy .h5 file that holds the whole model
    names  the layers to read; every recurrent one if not given. A layer of a nested model is "model/layer",
           a cell of RNN([...]) "layer/cell"

    Nothing in the file is run, so a file with Lambda layers may be read too. Dropout acts in training only,
    and is not in the cells.

    Raises ModelFileError for a file that is none of Keras', is damaged, or holds weights only, and for a
    layer that none of our cells computes; MissingExtraError if the h5py package is not installed.
    """
    source = str(path)
    if not Path(path).is_file():
        raise ModelFileError(f"there is no file {source}; give what model.save('name.keras') wrote")
    if zipfile.is_zipfile(path):
        configuration, weights = _unpacked(source, Path(path))
        with opened(source, BytesIO(weights)) as file:
            layers = _layers(source, configuration, names, partial(native_arrays, source, file))
    elif not heaps_are_sound(Path(path)):
        raise ModelFileError(f"{source} is damaged: what it keeps its words in leads nowhere")
    else:
        with opened(source, Path(path)) as file:
            legacy = legacy_configuration(source, file)
            layers = _layers(source, legacy, names, partial(legacy_arrays, source, file))
    return Imported(source, layers)


def _layers(
    source: str,
    configuration: str | bytes,
    names: Sequence[str] | None,
    arrays_of: Callable[[Declared], Parts],
) -> tuple[ImportedLayer, ...]:
    """The chosen layers, with the arrays that `arrays_of` finds for each."""
    try:
        model = json.loads(configuration)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{source}: its configuration is no JSON ({error}); the file is damaged"
        ) from error
    declared = {layer.name: layer for layer in declared_layers(source, model)}
    if not declared:
        raise ModelFileError(f"{source} has no recurrent layer: no LSTM, GRU, SimpleRNN or RNN")
    layers = []
    for name in chosen(source, list(declared), names):
        layer, where = declared[name], f"{source}: {name}"
        for way in layer.ways:
            _check(where, way)
        ways = zip(layer.ways, arrays_of(layer), strict=True)
        cells = tuple(_cell(where, way, arrays) for way, arrays in ways)
        layers.append(ImportedLayer(source, name, cells, layer.reverse, layer.follows))
    return tuple(layers)


def _unpacked(source: str, path: Path) -> tuple[bytes, bytes]:
    """Configuration and weights out of a .keras archive.

    Raises ModelFileError where they are not there, are damaged, or would unpack to far more than is stored.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(source, archive, CONFIGURATION), _member(source, archive, WEIGHTS)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, KeyError, ValueError) as error:
        raise ModelFileError(
            f"{source} is an archive without {CONFIGURATION} and {WEIGHTS} that can be read ({error}); "
            "give what model.save('name.keras') wrote, whole"
        ) from error


def _member(source: str, archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > LARGEST_EXPANSION * max(info.compress_size, 1):
        raise ModelFileError(
            f"{source}: {name} would unpack from {info.compress_size} to {info.file_size} bytes; Keras "
            "does not "
            "write such files"
        )
    return archive.read(name)


def _check(where: str, way: Way) -> None:
    """Refuse what none of our cells computes."""
    if way.kind not in ACTIVATIONS:
        raise ModelFileError(
            f"{where} is a {way.kind}, for which we have no cell; we have those of LSTM, GRU and SimpleRNN. "
            "Read the other layers by their names"
        )
    known = way.config if isinstance(way.config, Mapping) else {}
    missing = [name for name in SAID if name not in known]
    if missing or not isinstance(way.config["units"], int):
        raise ModelFileError(
            f"{where}: its configuration has no {listed(missing or ['number of units'])}, "
            "which Keras writes; save the model anew with model.save('name.keras')"
        )
    inner, outer = way.config["activation"], way.config.get("recurrent_activation", "sigmoid")
    if inner not in ACTIVATIONS[way.kind] or outer != "sigmoid":
        raise ModelFileError(
            f"{where} has the activation {inner!r} and the recurrent activation {outer!r}; our {way.kind} "
            f"cell computes with {' or '.join(ACTIVATIONS[way.kind])}, and sigmoid. Read the other layers by "
            "their names"
        )


def _cell(where: str, way: Way, arrays: Sequence[Array]) -> Cell:
    """One direction of a layer.

    arrays  kernel [inputs, gates units], recurrent kernel [units, gates units], and bias unless there is none
    """
    units, inputs = way.config["units"], arrays[0].shape[0] if arrays[0].ndim else 1
    rows = len(ORDER[way.kind]) * units
    after = way.kind == "GRU" and bool(way.config.get("reset_after", False))
    for array, shape in zip(
        arrays, ((inputs, rows), (units, rows), (2, rows) if after else (rows,)), strict=False
    ):
        if array.shape != shape:
            raise ModelFileError(
                f"{where}: among the weights of {units} {way.kind} units is one of shape {array.shape} where "
                f"{shape} is wanted; the file is damaged, or its two parts are not of one model"
            )
    kernel, recurrent_kernel, *bias = (tensor_of(where, array) for array in arrays)
    both = bias[0] if bias else kernel.new_zeros(rows)
    b, recurrent = both if after and bias else (both, torch.zeros_like(both))
    stacked = Stacked(where, ORDER[way.kind], kernel.T, recurrent_kernel.T, b, recurrent)
    if way.kind == "LSTM":
        return stacked.as_lstm()
    if way.kind == "GRU":
        return stacked.as_gru(after)
    return stacked.as_elman(way.config["activation"])
