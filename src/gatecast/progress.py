"""One progress interface: long work reports to it and never prints.

with progress.task("training", total=200) as task:
    for ... in ...:
        task.advance(loss=f"{loss:.3f}")
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Task(Protocol):
    """One piece of work under way."""

    def advance(self, steps: int = 1, **detail: str) -> None:
        """Report `steps` more done, with words to show beside the bar."""


class Progress(Protocol):
    """Somewhere to report to."""

    def task(self, label: str, total: int) -> AbstractContextManager[Task]:
        """Open a task of `total` steps; it closes when the block is left, however it is left."""

    def note(self, message: str) -> None:
        """Say one sentence a person should read: a treatment, a fallback."""


class _SilentTask:
    def advance(self, steps: int = 1, **detail: str) -> None:
        """Say nothing."""


class Silent:
    """Reports nowhere."""

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Task]:
        """Run the work without a word."""
        del label, total
        yield _SilentTask()

    def note(self, message: str) -> None:
        """Say nothing."""
        del message


class Noting:
    """Reports on, and remembers every note, each once, in the order they came."""

    def __init__(self, reports: Progress) -> None:
        self._reports = reports
        self._said: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was said."""
        return tuple(self._said)

    def task(self, label: str, total: int) -> AbstractContextManager[Task]:
        """Open the task there."""
        return self._reports.task(label, total)

    def note(self, message: str) -> None:
        """Say it there, and keep it."""
        self._said[message] = None
        self._reports.note(message)
