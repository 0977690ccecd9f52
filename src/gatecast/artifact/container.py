"""The file itself: a safetensors container, the document in its metadata, one checksum over both.

    8 bytes     length of the header, little-endian
    header      JSON: under `__metadata__` the document, as text under `gatecast`; shape and place of arrays
    arrays      their bytes, one behind the other, nothing between

The document is one JSON object that begins with its checksum: SHA-256 of the document with that left empty,
then of every array's name, type, shape and bytes, by name.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as unpacked
from safetensors.numpy import save as packed

from gatecast.errors import ArtifactError

KEY = "gatecast"
SCHEMA = 1
BEGINNING = b'{"__metadata__":{"gatecast":"{\\"checksum\\":\\"'
DIGEST = slice(13, 13 + 64)  # of the document: where its checksum stands
MOST_HEADER = 100_000_000  # bytes, of any safetensors file

# Whatever a file may do to code that takes it for one of ours.
BROKEN = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)

Arrays = Mapping[str, np.ndarray]


def pack(document: Mapping[str, Any], arrays: Arrays) -> bytes:
    """The bytes of a file: the same document and arrays give the same ones.

    Raises ArtifactError for more arrays than a file can list.
    """
    body = {"checksum": "", "schema": SCHEMA, **document}
    text = json.dumps(body, allow_nan=False, separators=(",", ":"))
    sealed = text[: DIGEST.start] + _checksum(text, arrays) + text[DIGEST.start :]
    raw = packed(dict(arrays), {KEY: sealed})
    header = int.from_bytes(raw[:8], "little")
    if header > MOST_HEADER:
        raise ArtifactError(
            f"this model has {len(arrays)} arrays, more than one file can list ({header} bytes of header, at "
            f"most {MOST_HEADER}); fit the series in several models of fewer each"
        )
    return raw


def is_artifact(path: str | Path) -> bool:
    """Whether a file begins as a saved model does; its end is not looked at."""
    try:
        with Path(path).open("rb") as file:
            return file.read(8 + len(BEGINNING))[8:] == BEGINNING
    except OSError:
        return False


def unpack(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The document and the arrays of a file, once both are known to be whole.

    Raises ArtifactError for a file that is none of ours, of a newer schema, cut short or altered.
    """
    if not path.is_file():
        seen = "is no file" if path.exists() else "is not there"
        raise ArtifactError(f"{str(path)!r} {seen}; wanted a model saved by gatecast")
    try:
        with path.open("rb") as file:
            raw, text = _whole(file, path.name)
        document = json.loads(text, parse_constant=_no_constant)
        _refuse_newer(document, path.name)
        arrays = {name: _aligned(values) for name, values in unpacked(raw).items()}
    except OSError as error:
        raise ArtifactError(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
    except (SafetensorError, *BROKEN) as error:
        raise altered(path.name, "is not laid out as a saved model") from error
    if text[DIGEST] != _checksum(text[: DIGEST.start] + text[DIGEST.stop :], arrays):
        raise altered(path.name, "differs from what was saved: its checksum is another one")
    return document, arrays


def altered(name: str, what: str) -> ArtifactError:
    """What is said of a file that begins as ours does and goes wrong."""
    return ArtifactError(f"{name!r} {what}; it is damaged or was altered: take another copy, or save again")


def _whole(file: BinaryIO, name: str) -> tuple[bytes, str]:
    """Every byte of a file of ours, and its document, before anything else is made of it."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(8 + len(BEGINNING))
    length = int.from_bytes(start[:8], "little")
    if start[8:] != BEGINNING[: len(start[8:])] or (len(start) > 8 and length > MOST_HEADER):
        raise ArtifactError(f"{name!r} is no model saved by gatecast; wanted a file that `save` has written")
    if size < 8 + length or len(start) < 8 + len(BEGINNING):
        raise altered(name, f"is cut short: it has {size} bytes, not all of its header")
    header = start[8:] + file.read(8 + length - len(start))
    told = json.loads(header, parse_constant=_no_constant)
    text = told.pop("__metadata__")[KEY]
    ends = [int(one["data_offsets"][1]) for one in told.values()]
    wanted = 8 + length + max(ends, default=0)
    if size != wanted:
        raise altered(name, f"has {size} bytes, but its header speaks of {wanted}")
    return start[:8] + header + file.read(size), text


def _refuse_newer(document: Any, name: str) -> None:
    schema = document["schema"] if isinstance(document, dict) else None
    if type(schema) is not int:
        raise ValueError("no schema")
    if schema != SCHEMA:
        maker = str(document.get("gatecast"))[:20]
        raise ArtifactError(
            f"{name!r} was saved by gatecast {maker} in schema {schema}; this one reads schema {SCHEMA}: "
            "upgrade gatecast, or fit the model and save it with this one"
        )


def _checksum(text: str, arrays: Arrays) -> str:
    """SHA-256 of a document without checksum and of its arrays, in 64 hexadecimal digits."""
    digest = hashlib.sha256(text.encode("ascii"))
    for name in sorted(arrays):
        values = arrays[name]
        digest.update(f"\n{name!a} {values.dtype.name} {values.shape}\n".encode("ascii"))
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _aligned(values: np.ndarray) -> np.ndarray:
    """An array as kernels want it: writeable, where numbers of its size may lie, of this machine's bytes."""
    return np.require(values, requirements=["A", "W"])


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
