"""The report room: a page of a forecast, what it rests on and how it compares; and what pages are made of."""

from gatecast.report.contents import Contents, versions
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
    "write_report",
    "written",
]
