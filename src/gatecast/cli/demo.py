"""`gatecast demo`: the main job on real data that comes with the package."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import gatecast
from gatecast.cli import options, show

if TYPE_CHECKING:
    import gatecast.demo
    import gatecast.insight

EXAMPLES = """
Examples:

  gatecast demo

  gatecast demo --set solar --out out
"""


def demo(
    which: Annotated[
        str, typer.Option("--set", help="Which data: demand or solar.", metavar="NAME")
    ] = "demand",
    out: Annotated[Path, typer.Option(help="Folder for forecast, leaderboard and page.")] = Path("out"),
    seed: Annotated[int, typer.Option(help="Of whatever is left to chance.", min=0, max=2**63 - 1)] = 0,
    quiet: options.Quiet = False,
) -> None:
    """Compare models on real data, forecast its last day, and write a page about it."""
    console = show.people(quiet)

    def read(title: str, source: "gatecast.jobs.Source") -> None:
        show.facts(console, title, gatecast.insight.facts(source.panel), source.notes)

    done = gatecast.demo.run(which, out, show.progress(quiet), seed=seed, on_read=read)
    show.board(console, done.comparison)
    show.sentences(console, done.sentences)
    show.day(console, done.day)
    show.wrote(console, done.written)
