"""Move a saved model on by rows that came since, and look at what it remembers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatecast.front import Difference, News, Snapshot, TableDoor, compare
from gatecast.jobs.noted import warnings_noted
from gatecast.models import save
from gatecast.progress import Noting, Progress


@dataclass(frozen=True)
class Update:
    """A model that has taken in a table.

    news   what came
    path   where the model is now
    notes  a sentence each
    """

    news: News
    path: Path
    notes: tuple[str, ...]


def update(model: TableDoor, table: Any, out: Path, progress: Progress) -> Update:
    """Take in the rows of a table and write the model, whole or not at all; nothing is learned.

    Raises TableError for rows that cannot belong to the model's table; no file is touched then.
    """
    reports = Noting(progress)
    with warnings_noted(reports):
        model.update(table, reports)
    news = model.news_
    if news is None:  # a table always has rows: an empty file is refused when it is read
        raise AssertionError("an update says what it did")
    return Update(news, save(model, out), reports.notes)


def remembered(model: TableDoor, other: TableDoor | None) -> tuple[Snapshot, Difference | None]:
    """What a model remembers, and what has changed until another one, where there is one."""
    mine = model.snapshot()
    return mine, None if other is None else compare(mine, other.snapshot())
