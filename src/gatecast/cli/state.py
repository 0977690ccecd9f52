"""`gatecast state`: what a saved model remembers, or what has changed between two."""

from pathlib import Path
from typing import Annotated

import typer

import gatecast
from gatecast.cli import options, show
from gatecast.cli.predict import Model
from gatecast.cli.update import Json

EXAMPLES = """
Examples:

  gatecast state load.gatecast

  gatecast state yesterday.gatecast today.gatecast

  gatecast state yesterday.gatecast today.gatecast --json
"""

Other = Annotated[
    Path | None,
    typer.Argument(help="A later model to hold beside it.", metavar="[OTHER]", show_default=False),
]


def state(model: Model, other: Other = None, as_json: Json = False, quiet: options.Quiet = False) -> None:
    """Print what a saved model remembers, or what changed between two."""
    reports = show.progress(quiet)
    first = gatecast.load(model, reports, always_polars=True)
    second = None if other is None else gatecast.load(other, reports, always_polars=True)
    mine, difference = gatecast.jobs.remembered(first, second)
    if not as_json:
        show.machine(str(mine if difference is None else difference))
        return
    said = {"model": mine.model, "clock": mine.clock.tolist()}
    if difference is None:
        said |= {"state": {name: values.tolist() for name, values in mine.arrays.items()}}
    else:
        said |= {"changes": difference.frame().to_dicts()}
    show.machine(show.as_json(said))
