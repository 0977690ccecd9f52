"""`gatecast refit`: a saved model is fitted again on what it has read by now, or on a table."""

from pathlib import Path
from typing import Annotated

import typer

import gatecast
from gatecast.cli import options, show
from gatecast.cli.predict import Model

EXAMPLES = """
Examples:

  gatecast refit load.gatecast --out load.gatecast

  gatecast refit load.gatecast --warm-start --out newer.gatecast

  gatecast refit load.gatecast history.csv --out load.gatecast
"""

Instead = Annotated[
    Path | None,
    typer.Argument(
        help="CSV or Parquet file to fit on instead of what the model has read, of the same columns.",
        metavar="[TABLE]",
        show_default=False,
    ),
]
Target = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Write the model here, .gatecast; it may be MODEL itself.",
        rich_help_panel=options.OUTPUT,
        show_default=False,
    ),
]
WarmStart = Annotated[
    bool,
    typer.Option(
        "--warm-start",
        help="Let networks go on from their old weights: shorter. The rest is learned anew.",
        rich_help_panel=options.MODEL,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on standard output.", rich_help_panel=options.OUTPUT),
]


def refit(
    model: Model,
    out: Target,
    table: Instead = None,
    warm_start: WarmStart = False,
    as_json: Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Fit a saved model again, with the options it had."""
    jobs, console = gatecast.jobs, show.people(quiet)
    jobs.check_model(out)
    jobs.keep_inputs((table,), (out,))
    rows = None if table is None else gatecast.read_table(table)
    fitted = gatecast.load(model, show.progress(quiet))
    drifted = jobs.refit(fitted, rows, out, show.progress(quiet), warm_start=warm_start)
    source = model if table is None else table
    show.facts(console, f"Fitted again on {source}", gatecast.insight.facts(fitted.panel_), fitted.notes_)
    show.wrote(console, [out])
    if as_json:
        said = {"model": fitted.name, "read": dict(gatecast.insight.facts(fitted.panel_))}
        more = {"notes": list(fitted.notes_), "drifted_before": list(drifted), "wrote": [str(out)]}
        show.machine(show.as_json(said | more))
