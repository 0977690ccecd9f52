"""A fitted model as a flat list of records and the arrays they name, and the model again.

A record may only speak of records before it, so that nothing is nested deeply and nothing goes in circles.
What stands in two places of a model stands once in the list and is one object again.
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any

import numpy as np

from gatecast.artifact.forms import Form, axes_fit, refuse
from gatecast.artifact.hints import forms_of
from gatecast.artifact.odd import Option
from gatecast.artifact.whitelist import KINDS, NAMES, is_model
from gatecast.front import Replayed, TableDoor
from gatecast.kept import Kept

Plain = dict[str, Any]
OPTION = Option()
TRANSPOSED = "'"  # behind the name of an array that lay column by column
SEVERAL = {"tuple": tuple, "list": list}


class Writer:
    """Takes a model apart."""

    def __init__(self, name: str, model: TableDoor) -> None:
        self.records: list[Plain] = []
        self.arrays: dict[str, np.ndarray] = {}
        self._seen: dict[int, tuple[object, Any]] = {}  # the object, too: so that no other takes its id
        self.records.append(self._taken_apart(model, name, ""))

    def array(self, values: np.ndarray, path: str) -> str:
        """Put an array by, under the path it is first met on."""

        def put() -> str:
            turned = values.ndim > 1 and values.flags.f_contiguous and not values.flags.c_contiguous
            self.arrays[path] = np.ascontiguousarray(values.T if turned else values)
            return path + TRANSPOSED * turned

        return str(self._once(values, put))

    def record(self, value: object, path: str) -> int:
        """Put a record by, behind those it speaks of."""
        name = NAMES.get(type(value))
        if name is None:
            raise refuse(path, value, "something gatecast can save: plain options, and its own classes")
        return self._number(value, lambda: self._taken_apart(value, name, path))

    def sequence(self, value: tuple[Any, ...] | list[Any], item: Form, path: str) -> int:
        """Put a sequence of records by."""

        def put() -> Plain:
            items = [item.write(one, self, f"{path}[{i}]") for i, one in enumerate(value)]
            return {"kind": type(value).__name__, "items": items}

        return self._number(value, put)

    def _number(self, value: object, put: Callable[[], Plain]) -> int:
        def added() -> int:
            record = put()
            self.records.append(record)
            return len(self.records) - 1

        return int(self._once(value, added))

    def _once(self, value: object, put: Callable[[], Any]) -> Any:
        if id(value) not in self._seen:
            self._seen[id(value)] = (value, put())
        return self._seen[id(value)][1]

    def _taken_apart(self, value: Any, name: str, path: str) -> Plain:
        kept = KINDS[name]
        if kept.through is not None:
            return {"kind": name, "through": self.record(kept.through[1](value), path)}
        options: Plain = {}
        if is_model(kept):
            given = value.get_params()
            options = {n: OPTION.write(given[n], self, _under(path, n)) for n in given}
        fields = {}
        forms = forms_of(name)
        for field, form in forms.items():
            if hasattr(value, field):
                fields[field] = form.write(_lasting(getattr(value, field)), self, _under(path, field))
            elif not is_model(kept):  # what was never fitted is not there
                raise refuse(
                    _under(path, field), None, "a value, which models of another version lack: fit again"
                )
        if kept.fields is not None:
            kept_in_passing = {own for own in vars(value) if own.startswith("_")}
            for extra in vars(value).keys() - forms.keys() - options.keys() - kept_in_passing:
                raise refuse(_under(path, extra), getattr(value, extra), "no attribute of that name")
        record: Plain = {"kind": name, "fields": fields}
        return record | {"options": options} if is_model(kept) else record


class Reader:
    """Puts a model together again.

    arrays  by name
    makers  classes of the model itself, by the names of `whitelist.MODELS`
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], makers: Mapping[str, type[TableDoor]]) -> None:
        self._arrays = arrays
        self._makers = makers
        self._read: list[Any] = []
        self._used: set[str] = set()
        self._turned: dict[str, np.ndarray] = {}  # so that what stood in two places is one array again

    def model(self, name: str, records: list[Any]) -> TableDoor:
        """The model that the last record is, made of the others.

        Raises ValueError, TypeError and their kin where the records do not fit together.
        """
        for record in records[:-1]:
            self._read.append(self._put_together(record, None))
        if not records or not isinstance(records[-1], dict) or records[-1].get("kind") != name:
            raise refuse("the last record", records[-1:], f"the model {name!r}")
        model = self._put_together(records[-1], self._makers[name])
        unused = sorted(self._arrays.keys() - self._used)
        if unused:
            raise refuse(unused[0], self._arrays[unused[0]], "no array of that name")
        if not isinstance(model, TableDoor) or not vars(model).keys() >= {"reading_", "panel_", "notes_"}:
            raise refuse("the last record", model, "a fitted model")
        return model

    def array(self, name: object, path: str) -> np.ndarray:
        """The array of a name."""
        bare = name.removesuffix(TRANSPOSED) if isinstance(name, str) else ""
        if bare not in self._arrays:
            raise refuse(path, name, "the name of an array")
        self._used.add(bare)
        values = self._arrays[bare]
        return values if name == bare else self._turned.setdefault(bare, values.T)

    def record(self, number: object, path: str) -> Any:
        """The record of a number, one that stands before."""
        if type(number) is not int or not 0 <= number < len(self._read):
            raise refuse(path, number, f"a record before number {len(self._read)}")
        return self._read[number]

    def _put_together(self, record: Any, maker: type[TableDoor] | None) -> Any:
        path = f"record {len(self._read)}"
        kind = record.get("kind") if isinstance(record, dict) else None
        if kind in SEVERAL and record.keys() == {"kind", "items"}:
            return SEVERAL[kind](self.record(number, path) for number in record["items"])
        kept = KINDS.get(kind) if isinstance(kind, str) else None
        if kept is None:
            raise refuse(path, kind, "a kind that gatecast knows")
        if kept.through is not None and not (kept.plainly and "fields" in record):
            stand_in = self.record(record["through"], path)
            if not isinstance(stand_in, kept.through[0]):
                raise refuse(path, stand_in, kept.through[0].__name__)
            return kept.through[2](stand_in)
        fields = self._fields(kept, forms_of(kind), record["fields"], f"{path}, {kind}")
        made = _made(kept, fields, lambda: self._options(record, path), maker)
        if kept.check is not None:
            kept.check(made)
        return made

    def _options(self, record: Plain, path: str) -> Plain:
        return {
            name: OPTION.read(plain, self, f"{path}, {name}") for name, plain in record["options"].items()
        }

    def _fields(self, kept: Kept, forms: dict[str, Form], plain: Plain, path: str) -> Plain:
        """Every field in its form, axes of one name of one length."""
        if not isinstance(plain, dict) or plain.keys() - forms.keys():
            raise refuse(path, plain, f"fields among {', '.join(forms)}")
        found: Plain = {}
        sizes: dict[str, int] = {}
        for name, form in forms.items():
            if name in plain:
                found[name] = form.read(plain[name], self, f"{path}.{name}")
                axes_fit(sizes, form, found[name], f"{path}.{name}")
            elif not (is_model(kept) or name in _with_default(kept)):
                raise refuse(f"{path}.{name}", None, "a value")
        return found


def _made(kept: Kept, fields: Plain, options: Callable[[], Plain], maker: type[TableDoor] | None) -> object:
    """An object of a whitelisted class with these fields."""
    if is_model(kept):
        made: Any = (maker or kept.kind)(**options())
        for name, value in fields.items():
            setattr(made, name, value)
        return made
    if kept.fields is None:
        return kept.kind(**fields)
    made = object.__new__(kept.kind)  # its attributes are all that it is
    vars(made).update(fields)
    return made


def _lasting(value: Any) -> Any:
    """What of a value is saved: a standing that is but the model and its panel is made again from them."""
    return None if isinstance(value, Replayed) else value


def _with_default(kept: Kept) -> set[str]:
    """Fields that may be absent: files from before there were such fields do not have them."""
    if kept.fields is not None:
        return set()
    given = signature(kept.kind).parameters.items()
    return {name for name, parameter in given if parameter.default is not Parameter.empty}


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
