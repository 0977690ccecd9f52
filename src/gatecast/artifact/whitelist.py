"""Everything that may stand in a saved model: a file that names anything else is refused.

Names are the file's own and stay when classes are renamed or moved.
"""

from typing import Any, get_type_hints

from gatecast.data import KEPT as DATA
from gatecast.data import Panel, Reading
from gatecast.front import TableDoor
from gatecast.hybrid import KEPT as HYBRID
from gatecast.interval import KEPT as INTERVAL
from gatecast.kept import Kept
from gatecast.linear import KEPT as LINEAR
from gatecast.memory import KEPT as MEMORY
from gatecast.solar import KEPT as SOLAR

KINDS: dict[str, Kept] = {
    **DATA,
    **INTERVAL,
    **LINEAR,
    **MEMORY,
    **SOLAR,
    **HYBRID,
}
NAMES: dict[type, str] = {kept.kind: name for name, kept in KINDS.items()}

# The models, by the names the catalogue gives them.
MODELS: dict[str, type[TableDoor]] = {
    name: kept.kind for name, kept in KINDS.items() if issubclass(kept.kind, TableDoor)
}
FITTED: dict[str, Any] = {"reading_": Reading, "panel_": Panel, "notes_": tuple[str, ...]}


def is_model(kept: Kept) -> bool:
    """Whether a kept class is a forecaster, whose options are its constructor's."""
    return issubclass(kept.kind, TableDoor)


def fields_of(kept: Kept) -> dict[str, Any]:
    """The types of a kept class's fields by their names, in order."""
    if is_model(kept):
        return {**FITTED, **(kept.fields or {})}
    return dict(kept.fields) if kept.fields is not None else get_type_hints(kept.kind)
