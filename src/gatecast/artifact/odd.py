"""Values whose annotation leaves their type open: what a user gives as an option, and ids as they stood."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gatecast.artifact.forms import NOT_FINITE, Form, Sink, Source, refuse

DEEPEST = 3  # lists within lists
_IDS = "text, whole numbers, numbers, dates or stamps as ids"


@dataclass(frozen=True)
class Id(Form):
    """An id of a series."""

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """Plain; what JSON lacks says its kind."""
        del sink
        if isinstance(value, datetime):
            zone = value.tzinfo
            if zone is not None and getattr(zone, "key", None) is None:
                raise refuse(path, value, "stamps with an IANA zone, or none")
            bare = value.replace(tzinfo=None).isoformat()
            return {"stamp": bare, "fold": value.fold, "zone": getattr(zone, "key", None)}
        if isinstance(value, date):
            return {"date": value.isoformat()}
        if isinstance(value, float) and not math.isfinite(value):
            return {"number": str(value)}
        if type(value) in (str, int, float, bool):
            return value
        raise refuse(path, value, f"{_IDS}: name the series so in the table, and fit again")

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The id as it stood."""
        del source
        if type(plain) in (str, int, float, bool):
            return plain
        match plain:
            case {"date": str(day), **nothing} if not nothing:
                return date.fromisoformat(day)
            case {"number": str(word), **nothing} if not nothing and word in NOT_FINITE:
                return NOT_FINITE[word]
            case {"stamp": str(stamp), "fold": 0 | 1 as fold, "zone": str() | None as zone}:
                bare = datetime.fromisoformat(stamp).replace(fold=fold)
                return bare if zone is None else bare.replace(tzinfo=ZoneInfo(zone))
        raise refuse(path, plain, _IDS)


@dataclass(frozen=True)
class Option(Form):
    """What was given as an option: plain values, lists of them or some by id, or a frozen record."""

    depth: int = 0

    def write(self, value: Any, sink: Sink, path: str) -> Any:
        """Plain values as they are; what is not plain says its kind."""
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, float) and not math.isfinite(value):
            return {"number": str(value)}
        if value is None or type(value) in (bool, int, float, str):
            return value
        if type(value) in (list, tuple) and self.depth < DEEPEST:
            inner = Option(self.depth + 1)
            items = [inner.write(one, sink, f"{path}[{i}]") for i, one in enumerate(value)]
            return items if type(value) is list else {"tuple": items}
        if isinstance(value, Mapping) and self.depth < DEEPEST:
            inner, name = Option(self.depth + 1), Id()
            pairs = [
                [name.write(key, sink, path), inner.write(one, sink, f"{path}[{key!r}]")]
                for key, one in value.items()
            ]
            return {"mapping": pairs}
        return {"record": sink.record(value, path)}

    def read(self, plain: Any, source: Source, path: str) -> Any:
        """The option as it was given."""
        inner = Option(self.depth + 1)
        if plain is None or type(plain) in (bool, int, float, str):
            return plain
        match plain:
            case {"number": str(word), **nothing} if not nothing and word in NOT_FINITE:
                return NOT_FINITE[word]
            case {"record": number, **nothing} if not nothing:
                return source.record(number, path)
            case {"tuple": list(items), **nothing} if not nothing and self.depth < DEEPEST:
                return tuple(inner.read(one, source, path) for one in items)
            case {"mapping": list(pairs), **nothing} if not nothing and self.depth < DEEPEST:
                if all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
                    name = Id()
                    return {name.read(key, source, path): inner.read(one, source, path) for key, one in pairs}
            case list(items) if self.depth < DEEPEST:
                return [inner.read(one, source, path) for one in items]
        raise refuse(path, plain, "an option")
