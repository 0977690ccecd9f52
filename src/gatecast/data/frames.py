"""How a table was written, in words: a layout without its frame library, and the same layout under polars."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import narwhals as nw

from gatecast.data.schema import Schema
from gatecast.data.writing import Layout
from gatecast.errors import OptionError

# what tables of a model can be written with; each is its own kind of frame in memory
LIBRARIES = ("polars", "pandas", "pyarrow", "modin", "cudf")
_PLAIN = (
    "Boolean", "Categorical", "Date", "Float32", "Float64", "Int8", "Int16", "Int32", "Int64", "Int128",
    "Object", "String", "UInt8", "UInt16", "UInt32", "UInt64", "Unknown",
)  # fmt: skip
_BY_KIND = {str: "String", bool: "Boolean", int: "Int64", float: "Float64"}


@dataclass(frozen=True)
class WrittenLayout:
    """A `Layout` in words.

    library    of the table that came in
    has_ids    whether it had a column of ids
    id_type    name of a type of narwhals, with the zone and unit of stamps or the names of categories
    time_type  likewise
    """

    schema: Schema
    library: str
    has_ids: bool
    id_type: tuple[str, ...] | None
    time_type: tuple[str, ...]


def in_words(layout: Layout) -> WrittenLayout:
    """A layout that names its library and types.

    Raises OptionError for a library or a type that has no name here.
    """
    library = layout.backend.value
    if library not in LIBRARIES:
        raise OptionError(f"a table of {library} cannot be named; wanted one of {', '.join(LIBRARIES)}")
    id_type = None if layout.id_type is None else _spelled(layout.id_type)
    return WrittenLayout(layout.schema, library, layout.has_ids, id_type, _spelled(layout.time_type))


def from_words(written: WrittenLayout) -> Layout:
    """The layout that is named.

    Raises ValueError for a name that is not known.
    """
    if written.library not in LIBRARIES:
        raise ValueError(f"there is no frame library {written.library!r}")
    if written.has_ids != (written.id_type is not None):
        raise ValueError("ids and the type of ids come together")
    id_type = None if written.id_type is None else _type(written.id_type)
    backend = nw.Implementation.from_string(written.library)
    return Layout(written.schema, backend, written.has_ids, id_type, _type(written.time_type))


def is_installed(layout: Layout) -> bool:
    """Whether the library of the table that came in is here."""
    return find_spec(layout.backend.value) is not None


def in_polars(layout: Layout, ids: Sequence[object]) -> Layout:
    """The same columns in a polars table; types polars lacks become the nearest it has."""
    if layout.backend is nw.Implementation.POLARS:
        return layout
    id_type = layout.id_type
    if isinstance(id_type, nw.Object | nw.Unknown):
        kinds = {type(one) for one in ids}
        id_type = getattr(nw, _BY_KIND.get(kinds.pop(), "String") if len(kinds) == 1 else "String")()
    backend, time_type = nw.Implementation.POLARS, _in_polars(layout.time_type)
    return replace(layout, backend=backend, id_type=_in_polars(id_type), time_type=time_type)


def _in_polars(kind: Any) -> Any:
    coarse = isinstance(kind, nw.Datetime) and kind.time_unit == "s"
    return nw.Datetime("ms", kind.time_zone) if coarse else kind


def _spelled(kind: Any) -> tuple[str, ...]:
    """A type by its name and what belongs to it."""
    name = type(kind).__name__
    if isinstance(kind, nw.Datetime):
        return (name, kind.time_unit, *([kind.time_zone] if kind.time_zone else []))
    if isinstance(kind, nw.Enum):
        return (name, *kind.categories)
    if name not in _PLAIN:
        raise OptionError(f"a column of {kind} cannot be named; wanted text, numbers, dates or stamps")
    return (name,)


def _type(words: tuple[str, ...]) -> Any:
    name, *more = words or ("",)
    if name == "Datetime" and len(more) in (1, 2) and more[0] in ("s", "ms", "us", "ns"):
        return nw.Datetime(more[0], *more[1:])  # type: ignore[arg-type]  # a unit: just checked
    if name == "Enum":
        return nw.Enum(more)
    if name not in _PLAIN or more:
        raise ValueError(f"there is no type of columns {' '.join(words)!r}")
    return getattr(nw, name)()
