"""The page of a forecast or a comparison: figures, numbers and how to repeat them."""

from pathlib import Path

from gatecast.report import sections
from gatecast.report.contents import Contents
from gatecast.report.shell import assembled, written

NAVIGATION = (
    ("forecast", "Forecast"), ("parts", "Parts"), ("comparison", "Comparison"), ("covariates", "Covariates"),
    ("read", "What was read"), ("repeat", "How to repeat"),
)  # fmt: skip


PARTS = (
    sections.headline_part,
    sections.forecast_section,
    sections.values_part,
    sections.parts_section,
    sections.comparison_section,
    sections.covariates_section,
    sections.read_section,
    sections.repeat_section,
)


def write_report(path: str | Path, contents: Contents) -> Path:
    """Write the page, wholly or not at all, and say where it is.

    Raises OptionError when the file cannot be written.
    """
    return written(path, page(contents))


def page(contents: Contents) -> str:
    """The page as text."""
    return assembled(contents.title, NAVIGATION, "".join(part(contents) for part in PARTS))
