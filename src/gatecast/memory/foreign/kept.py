"""Arrays out of Keras' HDF5 files, native and legacy, trusting nothing that the file says of itself.

A file may declare an array of any size without holding it, point to other files, or be cut short; all of
that is answered in words, before memory is taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatecast.errors import MissingExtraError, ModelFileError, listed
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
    """The same from a legacy .h5 file, where each top layer's group holds arrays under paths of names.

    Raises as `native_arrays` does.
    """
    top, *inner = layer.name.split("/")
    paths = [path.split("/") for path in _paths(source, file, f"model_weights/{top}")]
    mine = [path for path in paths if set(inner) <= set(path)]
    sides = ("forward_", "backward_") if len(layer.ways) == 2 else ("",)
    ways = []
    for way, side in zip(layer.ways, sides, strict=True):
        own = [path for path in mine if any(part.startswith(side) for part in path)]
        found = {path[-1].partition(":")[0]: "/".join(path) for path in own}
        wanted = VARIABLES[: way.variables]
        if set(found) != set(wanted) or len(own) != len(wanted):
            raise ModelFileError(
                f"{source}: {layer.name} should have {', '.join(wanted)}, and the file has "
                f"{listed(['/'.join(path) for path in own]) or 'none'}; save the model anew with "
                "model.save('name.keras')"
            )
        ways.append([_array(source, file, f"model_weights/{top}/{found[name]}") for name in wanted])
    return ways


def _paths(source: str, file: Any, group: str) -> list[str]:
    """Where under a group arrays lie. Keras lists them in an attribute as well, which is not needed."""
    paths: list[str] = []
    try:
        file[group].visit(paths.append)
        parents = {path.rpartition("/")[0] for path in paths}
        return [path for path in paths if path not in parents]
    except DAMAGE as error:
        raise ModelFileError(f"{source}: its weights at {group} cannot be read ({error})") from error


def legacy_configuration(source: str, file: Any) -> str:
    """What a legacy file says of its model, as JSON.

    Raises ModelFileError where a file holds weights only.
    """
    try:
        config = _words(file.attrs)
    except DAMAGE as error:
        raise ModelFileError(f"{source}: its configuration cannot be read ({error})") from error
    if config is None:
        raise ModelFileError(
            f"{source} holds weights only: not which layers they are of, nor their activations, nor which "
            "way they read; give the whole model, as model.save('name.keras') writes it"
        )
    return _text(config)


def _words(attributes: Any) -> Any:
    """The configuration, if it is there: a single string and nothing else, before it is followed."""
    from h5py import check_string_dtype

    if "model_config" not in attributes:
        return None
    held = attributes.get_id("model_config")
    if held.shape != () or check_string_dtype(held.dtype) is None:
        raise ValueError("it is no string")
    return attributes["model_config"]


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


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
