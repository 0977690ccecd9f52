"""The lab's page: every claim with its numbers, its figures, what it does not show, and how to repeat it."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from gatecast.lab.finding import Finding, Measure
from gatecast.report import (
    assembled,
    bullets,
    facts_table,
    paragraph,
    plot,
    preformatted,
    section,
    subheading,
    table,
    versions,
    written,
)

TITLE = "The lab: what an LSTM remembers, measured"
ABOUT = (
    "What is said of LSTMs, tried out. Each claim below was measured when this page was written, on a "
    "planted series whose truth is known or on data that comes with the package. A claim that fails says "
    "so."
)
HOLDS, FAILS = "holds", "does not hold"


def write_lab(path: str | Path, findings: Sequence[Finding], command: str) -> Path:
    """Write the page, wholly or not at all, and say where it is.

    command  the line that makes it again

    Raises OptionError when the file cannot be written.
    """
    return written(path, page(findings, command))


def page(findings: Sequence[Finding], command: str) -> str:
    """The page as text."""
    body = "".join([_head(findings), *map(_claim, findings), _repeat(findings, command)])
    return assembled(TITLE, [("repeat", "How to repeat")], body)


def _head(findings: Sequence[Finding]) -> str:
    """What the page is, and every claim in a line; the verdict stands where a narrow screen shows it."""
    failed = sum(not finding.holds for finding in findings)
    count = len(findings)
    result = f"All {count} hold." if not failed else f"{failed} of {count} do not hold with this seed."
    if count == 1:
        result = "It holds." if not failed else "It does not hold with this seed."
    rows = [(f.title, _word(f), f"{_first(f).what}: {_first(f).said}", _first(f).wanted) for f in findings]
    return (
        paragraph(ABOUT, "lead")
        + table(
            ("claim", f"seed {findings[0].seed}", "its number", "wanted"),
            rows,
            kinds=[_kind(f) for f in findings],
            links=[f.name for f in findings],
            words=(0, 2),
        )
        + paragraph(result, "fails" if failed else "holds")
    )


def _claim(finding: Finding) -> str:
    """One claim."""
    rows = [(m.what, m.said, m.wanted or "for comparison", _met(m)) for m in finding.measures]
    figures = [
        plot(f"{finding.name}-{i}", drawn.figure, drawn.caption) for i, drawn in enumerate(finding.figures)
    ]
    return section(
        finding.name,
        finding.title,
        paragraph(finding.verdict[0].upper() + finding.verdict[1:] + ".", _kind(finding)),
        *map(paragraph, finding.told),
        *figures,
        table(
            ("number", "measured", "wanted", ""),
            rows,
            kinds=["" if m.holds else "fails" for m in finding.measures],
            words=0,
        ),
        subheading("What this does not show"),
        bullets(finding.limits),
        preformatted(finding.command),
        paragraph(f"Measured in {finding.seconds:.1f} s on one core.", "quiet"),
    )


def _repeat(findings: Sequence[Finding], command: str) -> str:
    """The line that makes the page again, and on what it was made."""
    seconds = sum(finding.seconds for finding in findings)
    lines = (("work", f"{seconds:.0f} s of one core in all"), *versions())
    return section("repeat", "How to repeat", preformatted(command), facts_table(lines))


def command(names: Sequence[str], seed: int, out: str | Path) -> str:
    """The line that makes a page of these claims; of all, if none is named."""
    chosen = [word for name in names for word in ("--claim", name)]
    return shlex.join(["gatecast", "lab", *chosen, "--seed", str(seed), "--out", str(out)])


def _first(finding: Finding) -> Measure:
    return finding.measures[0]


def _kind(finding: Finding) -> str:
    return "holds" if finding.holds else "fails"


def _word(finding: Finding) -> str:
    return HOLDS if finding.holds else FAILS


def _met(measure: Measure) -> str:
    """Whether one number is what it must be, in a word; nothing where it need not be."""
    return "" if not measure.wanted else "yes" if measure.holds else "no"
