"""`gatecast predict`: what follows the table of a model that was fitted and saved before."""

from pathlib import Path
from typing import Annotated

import typer

import gatecast
from gatecast.cli import options, show
from gatecast.cli.forecast import Future, Parts

EXAMPLES = """
Examples:

  gatecast predict load.gatecast > forecast.csv

  gatecast predict load.gatecast --future weather.csv --level 50 --level 90 --out forecast.parquet
"""

Model = Annotated[
    Path,
    typer.Argument(help="File that forecast --save has written.", metavar="MODEL", show_default=False),
]


def predict(
    model: Model,
    future: Future = None,
    level: options.Level = None,
    parts: Parts = False,
    out: options.Out = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Forecast with a saved model, with intervals; nothing is learned."""
    jobs, console, widths = gatecast.jobs, show.people(quiet), tuple(dict.fromkeys(level or (80.0, 95.0)))
    jobs.check_targets(out, None)
    jobs.keep_inputs((model, future), (out,))
    jobs.probabilities(widths)
    ahead = None if future is None else gatecast.read_table(future)
    fitted = gatecast.load(model, always_polars=True)
    show.facts(console, f"Read {model}: {fitted!r}", gatecast.insight.facts(fitted.panel_), fitted.notes_)
    answer = jobs.predict(fitted, show.progress(quiet), level=widths, future=ahead, parts=parts)
    written = [] if out is None else [jobs.save(answer.frame, out)]
    show.wrote(console, written)
    if as_json:
        notes = (*fitted.notes_, *answer.notes)
        show.machine(show.told(fitted.panel_, notes, answer, written, rows=out is None))
    elif out is None:
        show.machine(jobs.as_csv(answer.frame))
