"""How a field of each type is written as plain JSON and read back: the type decides, never the file.

What an annotation says is the form its values take; a value of another type is refused on both ways.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from gatecast._types import FloatArray

NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
LEAST, MOST = -(2**63), 2**63 - 1


class UnfitError(ValueError):
    """A value that has no place where it stands; says where and why."""


class Sink(Protocol):
    """Where arrays and records go when a value is written."""

    def array(self, values: np.ndarray, path: str) -> str:
        """Put an array by; the name it goes by."""

    def record(self, value: object, path: str) -> int:
        """Put a record by; its number."""

    def sequence(self, value: tuple[Any, ...] | list[Any], item: "Form", path: str) -> int:
        """Put a sequence of records by; its number."""


class Source(Protocol):
    """Where arrays and records come from when a value is read."""

    def array(self, name: object, path: str) -> np.ndarray:
        """The array of a name."""

    def record(self, number: object, path: str) -> Any:
        """The record of a number."""


class Form(ABC):
    """How values of one type are written and read."""

    shared = False  # whether a value that stands in two places is one and the same there

    @abstractmethod
    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """The value as plain JSON. Raises UnfitError for another type."""

    @abstractmethod
    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The value again. Raises UnfitError for anything but what `write` gives."""


def refuse(path: str, seen: object, wanted: str) -> UnfitError:
    """What is wrong with a value, in words."""
    return UnfitError(f"{path or 'it'} holds {_told(seen)}; wanted {wanted}")


def _told(seen: object) -> str:
    if isinstance(seen, np.ndarray):
        return f"an array of {seen.dtype} {seen.shape}"
    known = seen is None or isinstance(seen, bool | int | float | str)
    return repr(seen)[:60] if known else f"a {type(seen).__name__}"


@dataclass(frozen=True)
class Scalar(Form):
    """True or false, a whole number, a number or text."""

    kind: Any

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """Plain, numpy's own numbers as Python's, infinities and NaN by name."""
        del sink
        truth = isinstance(value, bool | np.bool_)
        if self.kind is bool and truth:
            return bool(value)
        if self.kind is int and isinstance(value, int | np.integer) and not truth:
            return self._whole(int(value), path)
        if self.kind is float and isinstance(value, int | float | np.float64) and not truth:
            number = float(value)
            return number if math.isfinite(number) else str(number)
        if self.kind is str and isinstance(value, str):
            return str(value)
        raise refuse(path, value, self.kind.__name__)

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """Of exactly this type."""
        del source
        if self.kind is float and isinstance(plain, str) and plain in NOT_FINITE:
            return NOT_FINITE[plain]
        if type(plain) is not self.kind:
            raise refuse(path, plain, self.kind.__name__)
        return self._whole(plain, path) if self.kind is int else plain

    @staticmethod
    def _whole(value: int, path: str) -> int:
        if not LEAST <= value <= MOST:
            raise refuse(path, value, "a whole number of 64 bits")
        return value


@dataclass(frozen=True)
class Choice(Form):
    """One of some words."""

    words: tuple[object, ...]

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """The word."""
        del sink
        if value not in self.words:
            raise refuse(path, value, f"one of {self.words}")
        return value

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The word."""
        del source
        if not isinstance(plain, str) or plain not in self.words:
            raise refuse(path, plain, f"one of {self.words}")
        return plain


@dataclass(frozen=True)
class Maybe(Form):
    """A value or none."""

    inner: Form

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """Null for none."""
        return None if value is None else self.inner.write(value, sink, path)

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """None for null."""
        return None if plain is None else self.inner.read(plain, source, path)


@dataclass(frozen=True)
class Arrays(Form):
    """An array of numbers. axes are their names, None where there is none or their number is open."""

    dtype: np.dtype[Any]
    axes: tuple[str | None, ...] | None

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """The name of the array."""
        if not isinstance(value, np.ndarray) or value.dtype != self.dtype:
            raise refuse(path, value, f"an array of {self.dtype}")
        return sink.array(value, path)

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The array of that name, of the right type and as many axes."""
        values = source.array(plain, path)
        if values.dtype != self.dtype or (self.axes is not None and values.ndim != len(self.axes)):
            axes = "" if self.axes is None else f" with {len(self.axes)} axes"
            raise refuse(path, values, f"an array of {self.dtype}{axes}")
        return values


@dataclass(frozen=True)
class Weights(Form):
    """A tensor of single precision."""

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """The name of its array."""
        if not isinstance(value, torch.Tensor) or value.dtype != torch.float32:
            raise refuse(path, value, "a tensor of float32")
        return sink.array(value.detach().cpu().contiguous().numpy(), path)

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """A tensor of its own, in memory as PyTorch lays it out."""
        values = source.array(plain, path)
        if values.dtype != np.float32:
            raise refuse(path, values, "an array of float32")
        return torch.from_numpy(values).clone()


@dataclass(frozen=True)
class Record(Form):
    """An object of one of some whitelisted classes."""

    kinds: tuple[type, ...]
    shared = True

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """Its number among the records."""
        self._check(value, path)
        return sink.record(value, path)

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The record of that number."""
        value = source.record(plain, path)
        self._check(value, path)
        return value

    def _check(self, value: Any, path: str) -> None:
        if not isinstance(value, self.kinds):
            raise refuse(path, value, " or ".join(kind.__name__ for kind in self.kinds))


def axes_fit(sizes: dict[str, int], form: Form, value: Any, path: str) -> None:
    """Raise UnfitError where an axis is not as long as in the fields before that name it, too."""
    if not isinstance(form, Arrays) or form.axes is None:
        return
    array: FloatArray = value
    for name, size in zip(form.axes, array.shape, strict=True):
        if name is not None and sizes.setdefault(name, size) != size:
            raise refuse(path, array, f"{sizes[name]} {name}")
