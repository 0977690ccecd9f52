"""What people read, on standard error; what programs read, on standard output."""

import json
import math
import shlex
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

import gatecast
from gatecast.bars import Bars
from gatecast.cli.wording import in_shell_words
from gatecast.errors import OptionError
from gatecast.progress import Progress, Silent

if TYPE_CHECKING:
    import gatecast.insight
    import gatecast.jobs
    import gatecast.lab


def people(quiet: bool = False) -> Console:
    """Where people read; nothing is shown to them when they want quiet."""
    return Console(stderr=True, quiet=quiet, highlight=False)


class _ShellBars(Bars):
    """Bars whose notes name options as they are typed."""

    def note(self, message: str) -> None:
        """Print a sentence above the bars."""
        super().note(in_shell_words(message))


def progress(quiet: bool) -> Progress:
    """Bars for people; nothing when they want quiet."""
    return Silent() if quiet else _ShellBars()


def command() -> str:
    """The command as it was typed, to be typed again."""
    return shlex.join(["gatecast", *sys.argv[1:]])


def facts(console: Console, title: str, lines: Iterable[tuple[str, str]], notes: Sequence[str]) -> None:
    """What was read, with what was done to it."""
    console.print(Text(title, style="bold"))
    grid = Table.grid(padding=(0, 2))
    for label, said in lines:
        grid.add_row(Text(label, style="dim"), Text(said))
    for note in notes:
        grid.add_row(Text("note", style="yellow"), Text(in_shell_words(note)))
    console.print(grid)
    console.print()


def board(console: Console, compared: "gatecast.jobs.Comparison") -> None:
    """The leaderboard, the best model set off, with what to know when reading it."""
    words, standing = gatecast.insight, compared.board
    first, *middle, last = words.BOARD_HEAD
    table = Table(header_style="dim", box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for column in middle:
        table.add_column(column, justify="right", max_width=7)
    table.add_column(last)
    for index, row in enumerate(words.board_rows(standing)):
        table.add_row(*(Text(cell) for cell in row), style="bold green" if index == 0 else "")
    console.print(Text(words.compared_over(compared.backtest)))
    console.print(table)
    for remark in words.board_remarks(standing):
        console.print(Text(remark, style="dim"))
    console.print()


def sentences(console: Console, said: Sequence[str]) -> None:
    """Sentences, each on its line."""
    for line in said:
        console.print(Text(line))
    console.print()


def day(console: Console, rows: Sequence[Sequence[str]]) -> None:
    """A forecast in a few rows; the first is the head."""
    table = Table(header_style="dim", box=None, pad_edge=False)
    for column, title in enumerate(rows[0]):
        table.add_column(title, justify="right" if column else "left")
    for row in rows[1:]:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    console.print()


def findings(console: Console, found: "Sequence[gatecast.lab.Finding]") -> None:
    """Every claim of the lab with its number and verdict; one that fails as plainly as one that holds."""
    table = Table(header_style="dim", box=None, pad_edge=False)
    for title in ("claim", "its number", "verdict"):
        table.add_column(title)
    for finding in found:
        style = "green" if finding.holds else "bold red"
        cells = (finding.name, finding.headline, finding.verdict)
        table.add_row(*(Text(cell) for cell in cells), style=style)
    console.print(table)
    console.print()


def wrote(console: Console, paths: Iterable[object]) -> None:
    """Where the results are."""
    for path in paths:
        console.print(f"[dim]wrote[/] {escape(str(path))}", soft_wrap=True)


def failed(message: str) -> None:
    """What went wrong and how to put it right, in red where there is colour."""
    people().print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def told(
    panel: "gatecast.Panel",
    notes: Sequence[str],
    answer: "gatecast.jobs.Answer | gatecast.jobs.Prediction",
    written: Sequence[object],
    *,
    rows: bool,
) -> str:
    """What a program is told: what was read, what was done, and the forecast or where it is."""
    said: dict[str, Any] = {
        "read": dict(gatecast.insight.facts(panel)),
        "notes": [in_shell_words(note) for note in notes],
        "model": answer.model,
        "wrote": [str(path) for path in written],
    }
    if rows:
        said["forecast"] = answer.frame.to_dicts()
    return as_json(said)


def as_json(told: dict[str, Any]) -> str:
    """One JSON object; a number that is missing is null."""
    return json.dumps(_plain(told), default=str, indent=2, allow_nan=False)


def _plain(value: object) -> object:
    """The same without NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def machine(text: str) -> None:
    """What a program reads: exactly this text."""
    if sys.stdout is None:
        raise OptionError("standard output is closed; open it, or name a file by --out")
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # a reader that has seen enough, such as head: click ends quietly
        raise
    except OSError as error:
        raise OptionError(
            f"cannot write to standard output: {error.strerror}; name a file by --out"
        ) from None
