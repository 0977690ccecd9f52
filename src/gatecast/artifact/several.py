"""How fields of several values are written as plain JSON and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gatecast.artifact.forms import Form, Record, Sink, Source, refuse


@dataclass(frozen=True)
class Sequence(Form):
    """Any number of values of one form."""

    kind: Any
    item: Form

    @property
    def shared(self) -> bool:  # type: ignore[override]  # of a sequence, as its items are
        """A sequence of records is one thing wherever it stands."""
        return self.item.shared

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """A list, or the number of a sequence of records."""
        if type(value) is not self.kind:
            raise refuse(path, value, f"a {self.kind.__name__}")
        if self.shared:
            return sink.sequence(value, self.item, path)
        return [self.item.write(one, sink, f"{path}[{i}]") for i, one in enumerate(value)]

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The list, or the sequence of that number."""
        if self.shared:
            found = source.record(plain, path)
            self.check(found, path)
            return found
        if not isinstance(plain, list):
            raise refuse(path, plain, "a list")
        return self.kind(self.item.read(one, source, f"{path}[{i}]") for i, one in enumerate(plain))

    def check(self, found: Any, path: str) -> None:
        """Raise UnfitError where a sequence of records holds others."""
        if type(found) is not self.kind:
            raise refuse(path, found, f"a {self.kind.__name__}")
        for i, one in enumerate(found):
            if isinstance(self.item, Sequence):
                self.item.check(one, f"{path}[{i}]")
            elif not isinstance(one, cast(Record, self.item).kinds):
                raise refuse(f"{path}[{i}]", one, "another kind of record")


@dataclass(frozen=True)
class Row(Form):
    """A fixed number of values, each of its own form."""

    items: tuple[Form, ...]

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """A list."""
        if not isinstance(value, tuple) or len(value) != len(self.items):
            raise refuse(path, value, f"a tuple of {len(self.items)}")
        return [
            item.write(one, sink, f"{path}[{i}]")
            for i, (item, one) in enumerate(zip(self.items, value, strict=True))
        ]

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """A tuple."""
        if not isinstance(plain, list) or len(plain) != len(self.items):
            raise refuse(path, plain, f"a list of {len(self.items)}")
        pairs = enumerate(zip(self.items, plain, strict=True))
        return tuple(item.read(one, source, f"{path}[{i}]") for i, (item, one) in pairs)


@dataclass(frozen=True)
class Named(Form):
    """Values of one form by name."""

    item: Form

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """An object."""
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise refuse(path, value, "values by name")
        return {name: self.item.write(one, sink, f"{path}.{name}") for name, one in value.items()}

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """A dict."""
        if not isinstance(plain, dict):
            raise refuse(path, plain, "values by name")
        return {name: self.item.read(one, source, f"{path}.{name}") for name, one in plain.items()}
