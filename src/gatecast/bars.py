"""Progress bars on a terminal, drawn by rich on the error stream."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class _Bar:
    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, steps: int = 1, **detail: str) -> None:
        """Move the bar and show the detail beside it."""
        said = " ".join(f"{word} {value}" for word, value in detail.items())
        self._bars.update(self._task, advance=steps, detail=said)


class Bars:
    """Draws one bar for each piece of work; what runs within another disappears when it is done.

    Where the error stream is no terminal no bar is drawn, and notes are plain lines.

    console  where to draw; the error stream unless given
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars: Progress | None = None

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[_Bar]:
        """Open a bar of `total` steps."""
        outermost = self._bars is None
        bars = self._bars = self._bars or self._drawn()
        if outermost:
            bars.start()
        task = bars.add_task(label, total=total, detail="")
        try:
            yield _Bar(bars, task)
        finally:
            if outermost:
                bars.stop()
                self._bars = None
            else:
                bars.remove_task(task)

    def note(self, message: str) -> None:
        """Print a sentence above the bars."""
        self._console.print(message, highlight=False, markup=False, soft_wrap=True)

    def _drawn(self) -> Progress:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        details = (TimeRemainingColumn(), TextColumn("{task.fields[detail]}", markup=False))
        return Progress(*columns, *details, console=self._console, disable=not self._console.is_terminal)
