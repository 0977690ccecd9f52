"""What of a class lasts: how a room says which of its objects may stand in a saved model.

Nothing is saved or loaded here; a room lists its classes, and the loader knows no others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kept:
    """A class whose objects may stand in a saved model.

    kind     the class; its annotations say its fields where it is a dataclass or a named tuple
    fields   attributes and their types, where it is neither; of a forecaster what `learn` finds
    check    raises ValueError, in words, where fields of the right types do not belong together
    through  a kept dataclass that stands in for its objects, and the ways there and back
    plainly  whether files of before have its own fields and nothing that stands in
    """

    kind: type
    fields: Mapping[str, Any] | None = None
    check: Callable[[Any], None] | None = None
    through: tuple[type, Callable[[Any], Any], Callable[[Any], Any]] | None = None
    plainly: bool = False


def demand(holds: object, what: str) -> None:
    """Raise ValueError with what should hold, unless it does.

    >>> demand(3 > 2, "three is more than two")
    """
    if not holds:
        raise ValueError(f"wanted: {what}")
