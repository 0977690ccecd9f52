"""A saved model, fitted again."""

from pathlib import Path
from typing import Any

from gatecast.front import TableDoor
from gatecast.models import save
from gatecast.progress import Progress


def refit(
    model: TableDoor, table: Any, out: Path, progress: Progress, *, warm_start: bool = False
) -> tuple[str, ...]:
    """Fit a model again, in place, and save it; say what had drifted before, a sentence each.

    table  to fit on instead of what it has read, None for that

    An old file at `out` stays whole until all is done. Raises what `TableDoor.refit` and `save` raise.
    """
    drifted = model.drifted
    model.refit(table, warm_start=warm_start, progress=progress)
    save(model, out)
    return drifted
