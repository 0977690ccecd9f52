"""`gatecast update`: a saved model takes in rows that came since."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import gatecast
from gatecast.cli import options, show
from gatecast.cli.predict import Model

EXAMPLES = """
Examples:

  gatecast update load.gatecast latest.csv --out load.gatecast

  gatecast update load.gatecast latest.csv --out newer.gatecast --json
"""

Rows = Annotated[
    Path,
    typer.Argument(
        help="CSV or Parquet of rows that came since: new, late, corrected or repeated.",
        metavar="TABLE",
        show_default=False,
    ),
]
Target = Annotated[
    Path,
    typer.Option(
        help="Write the model here, .gatecast; it may be MODEL itself.",
        rich_help_panel=options.OUTPUT,
        show_default=False,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on standard output.", rich_help_panel=options.OUTPUT),
]


def update(
    model: Model,
    table: Rows,
    out: Target,
    as_json: Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Take new rows into a saved model; nothing is learned."""
    jobs, console = gatecast.jobs, show.people(quiet)
    jobs.check_model(out)
    jobs.keep_inputs((table,), (out,))
    rows = gatecast.read_table(table)
    fitted = gatecast.load(model, show.progress(quiet))
    done = jobs.update(fitted, rows, out, show.progress(quiet))
    show.wrote(console, [done.path])
    if as_json:
        show.machine(show.as_json({**asdict(done.news), "model": fitted.name, "wrote": [str(done.path)]}))
