"""Arrays out of Keras' HDF5 files, native and legacy, trusting nothing that the file says of itself.

A file may declare an array of any size without holding it, point to other files, or be cut short; all of
that is answered in words, before memory is taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatecast.errors import MissingExtraError, ModelFileError
from gatecast.memory.foreign.declared import Declared

Array = NDArray[Any]
EXTRA = "reading Keras files needs the h5py package; install it with: pip install 'gatecast[keras]'"
LARGEST_EXPANSION = 100  # of what is stored; Keras does not compress at all
# What h5py raises for a file that is not what it seems.
DAMAGE = (KeyError, OSError, RuntimeError, ValueError, TypeError, OverflowError, MemoryError)
VARIABLES = ("kernel", "recurrent_kernel", "bias")


@contextmanager
def opened(source: str, file: Path | BytesIO) -> Iterator[Any]:
    """An HDF5 file, open for reading.

    Raises ModelFileError if it is none; MissingExtraError if h5py is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    try:
        handle = h5py.File(file, "r")
    except DAMAGE as error:
        raise ModelFileError(
            f"{source} is neither a .keras archive nor an HDF5 file that can be opened ({error}); "
            "give what model.save('name.keras') wrote, whole"
        ) from error
    with handle:
        yield handle


def native_arrays(source: str, file: Any, layer: Declared) -> list[list[Array]]:
    """For each direction of a layer, its variables in Keras' order, from a .keras file's weights.

    Raises ModelFileError where they are not there.
    """
    return [
        [_array(source, file, f"{way.place}/vars/{k}") for k in range(way.variables)] for way in layer.ways
    ]


def legacy_arrays(source: str, file: Any, layer: Declared) -> list[list[Array]]:
    """The same from a legacy .h5 file, which lists the names of each top layer's weights.

    Raises as `native_arrays` does.
    """
    group = f"model_weights/{layer.name.partition('/')[0]}"
    inner = layer.name.split("/")[1:]
    listed_names = _attribute(file, group, "weight_names")
    names = [_text(name) for name in ([] if listed_names is None else listed_names)]
    mine = [name for name in names if all(part in name.split("/") for part in inner)]
    expected = [variable for way in layer.ways for variable in VARIABLES[: way.variables]]
    if [name.rpartition("/")[2].partition(":")[0] for name in mine] != expected:
        raise ModelFileError(
            f"{source}: {layer.name} should have the weights {', '.join(expected)}, and the file lists "
            f"{', '.join(mine) or 'none'}; save the model anew with model.save('name.keras')"
        )
    arrays = (_array(source, file, f"{group}/{name}") for name in mine)
    return [list(islice(arrays, way.variables)) for way in layer.ways]


def legacy_configuration(source: str, file: Any) -> str:
    """What a legacy file says of its model, as JSON.

    Raises ModelFileError where a file holds weights only.
    """
    config = _attribute(file, "/", "model_config")
    if config is None:
        raise ModelFileError(
            f"{source} holds weights only: not which layers they are of, nor their activations, nor which "
            "way "
            "they read; give the whole model, as model.save('name.keras') writes it"
        )
    return _text(config)


def _array(source: str, file: Any, path: str) -> Array:
    """One array, once it is known to be stored here and as large as it says."""
    from h5py import Dataset, HardLink

    try:
        parts = path.split("/")
        links = [file.get("/".join(parts[: k + 1]), getlink=True) for k in range(len(parts))]
        found = file[path] if all(isinstance(link, HardLink) for link in links) else None
        if not isinstance(found, Dataset) or found.is_virtual or found.external:
            raise ModelFileError(
                f"{source}: {path} is no array in this file; weights in other files are not read"
            )
        size, stored = found.size * found.dtype.itemsize, found.id.get_storage_size()
        if found.dtype.kind != "f" or size > LARGEST_EXPANSION * stored:
            raise ModelFileError(
                f"{source}: {path} is declared as {found.shape} of {found.dtype}, {size} bytes, and "
                f"{stored} bytes "
                "are stored; floating-point weights are wanted, whole"
            )
        return np.asarray(found[()])
    except DAMAGE as error:
        raise ModelFileError(
            f"{source}: its weights at {path} cannot be read ({error}); the file is damaged, not whole, "
            "or of a version of Keras that lays it out otherwise; save it anew with a recent Keras 3"
        ) from error


def _attribute(file: Any, path: str, name: str) -> Any:
    """An attribute of a group, None where either is missing or damaged."""
    try:
        return file[path].attrs.get(name)
    except DAMAGE:
        return None


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
