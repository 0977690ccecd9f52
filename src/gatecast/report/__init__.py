"""The report room: one page that shows a forecast, what it rests on and how it compares."""

from gatecast.report.contents import Contents, versions
from gatecast.report.explained import Around, write_explanation
from gatecast.report.markup import (
    bullets,
    facts_table,
    paragraph,
    plot,
    preformatted,
    section,
    subheading,
    table,
)
from gatecast.report.page import write_report
from gatecast.report.shell import assembled, written

__all__ = [
    "Around",
    "Contents",
    "assembled",
    "bullets",
    "facts_table",
    "paragraph",
    "plot",
    "preformatted",
    "section",
    "subheading",
    "table",
    "versions",
    "write_explanation",
    "write_report",
    "written",
]
