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
CHOSEN = (
    "What was chosen by hand: the planted series are made to show what they show, and the networks' sizes, "
    "their training and the number wanted of each were settled with a few small seeds looked at. So a seed "
    "that nobody has tried, --seed with a number of your own, is the fairer test."
)
HOLDS, FAILS, BROKEN = "holds", "does not hold", "not measured"


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
    failed = any(not finding.holds for finding in findings)
    rows = [(f.title, _word(f), f.headline, _wanted(f)) for f in findings]
    return (
        paragraph(ABOUT, "lead")
        + table(
            ("claim", f"seed {findings[0].seed}", "its number", "wanted"),
            rows,
            kinds=[_kind(f) for f in findings],
            links=[f.name for f in findings],
            words=(0, 2),
        )
        + paragraph(_result(findings), "fails" if failed else "holds")
        + paragraph(CHOSEN)
    )


def _result(findings: Sequence[Finding]) -> str:
    """How many hold, in a sentence.

    >>> _result([])
    'All 0 hold.'
    """
    count, broken = len(findings), sum(bool(finding.broken) for finding in findings)
    failed = sum(not finding.holds for finding in findings) - broken
    if failed + broken == 0:
        return "It holds." if count == 1 else f"All {count} hold."
    if count == 1:
        return "It could not be measured." if broken else "It does not hold with this seed."
    said = [
        (failed, f"{failed} of {count} do not hold with this seed."),
        (broken, f"{broken} of {count} could not be measured."),
    ]
    return " ".join(words for number, words in said if number)


def _claim(finding: Finding) -> str:
    """One claim."""
    figures = [
        plot(f"{finding.name}-{i}", drawn.figure, drawn.caption) for i, drawn in enumerate(finding.figures)
    ]
    return section(
        finding.name,
        finding.title,
        paragraph(finding.verdict[0].upper() + finding.verdict[1:] + ".", _kind(finding)),
        *map(paragraph, finding.told),
        *map(paragraph, finding.shows if finding.holds else ()),
        *figures,
        _numbers(finding),
        *((subheading("What this does not show"), bullets(finding.limits)) if finding.limits else ()),
        preformatted(finding.command),
        paragraph(f"It took {finding.seconds:.1f} s of processor.", "quiet"),
    )


def _numbers(finding: Finding) -> str:
    """Every number, what it is held to, and whether it is that."""
    if not finding.measures:
        return ""
    return table(
        ("number", "measured", "wanted", ""),
        [(m.what, m.said, m.wanted or "for comparison", _met(m)) for m in finding.measures],
        kinds=["" if m.holds else "fails" for m in finding.measures],
        words=0,
    )


def _repeat(findings: Sequence[Finding], command: str) -> str:
    """The line that makes the page again, and on what it was made."""
    seconds = sum(finding.seconds for finding in findings)
    lines = (("work", f"{seconds:.0f} s of processor in all"), *versions())
    return section("repeat", "How to repeat", preformatted(command), facts_table(lines))


def command(names: Sequence[str], seed: int, out: str | Path) -> str:
    """The line that makes a page of these claims; of all, if none is named."""
    chosen = [word for name in names for word in ("--claim", name)]
    return shlex.join(["gatecast", "lab", *chosen, "--seed", str(seed), "--out", str(out)])


def _wanted(finding: Finding) -> str:
    """What the first number is held to."""
    return finding.measures[0].wanted if finding.measures else ""


def _kind(finding: Finding) -> str:
    return "holds" if finding.holds else "fails"


def _word(finding: Finding) -> str:
    return BROKEN if finding.broken else HOLDS if finding.holds else FAILS


def _met(measure: Measure) -> str:
    """Whether one number is what it must be, in a word; nothing where it need not be."""
    return "" if not measure.wanted else "yes" if measure.holds else "no"
