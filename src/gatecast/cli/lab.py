"""`gatecast lab`: what is said of LSTMs, measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import gatecast
from gatecast.cli import options, show
from gatecast.errors import GatecastError

if TYPE_CHECKING:
    import gatecast.jobs
    import gatecast.lab

EXAMPLES = """
Examples:

  gatecast lab --out lab.html

  gatecast lab --claim adding --claim spike --seed 1 --out two.html

  gatecast lab --json --quiet > lab.json

Claims: gradient, spike, gates, unrolled, states, solar, holiday, halves, adding.
"""


def lab(
    claim: Annotated[
        list[str] | None,
        typer.Option(help="Claim to measure; repeat for more. Default: all.", metavar="NAME"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Page to write.")] = Path("lab.html"),
    seed: Annotated[int, typer.Option(help="Of whatever is left to chance.", min=0, max=2**31 - 1)] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the numbers as one JSON object on standard output.")
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure what is said of LSTMs, about a minute on two cores, and write a page about it."""
    room, console, named = gatecast.lab, show.people(quiet), options.names(claim)
    gatecast.jobs.check_targets(None, out)
    chosen = room.chosen_claims(named)
    findings = room.measure_claims(named, seed, show.progress(quiet))
    line = room.command(chosen if named else (), seed, out)
    show.findings(console, findings)
    show.wrote(console, [room.write_lab(out, findings, line)])
    if as_json:
        show.machine(show.as_json({"command": line, "seed": seed, "claims": [_told(f) for f in findings]}))
    broken = [f.name for f in findings if f.broken]
    if broken:
        raise GatecastError(f"could not be measured: {', '.join(broken)}; the page says what went wrong")


def _told(finding: "gatecast.lab.Finding") -> dict[str, Any]:
    """What a program is told of one claim."""
    return {
        "claim": finding.name,
        "title": finding.title,
        "holds": finding.holds,
        "verdict": finding.verdict,
        "broken": finding.broken or None,
        "seconds": finding.seconds,
        "numbers": [
            {
                "what": m.what,
                "value": m.value,
                "unit": m.unit,
                "above": m.above,
                "below": m.below,
                "holds": m.holds,
            }
            for m in finding.measures
        ],
    }
