"""The report room: a page of a forecast, what it rests on and how it compares; and what pages are made of."""

from gatecast.report.contents import Contents, versions
from gatecast.report.document import document, write_page
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

__all__ = [
    "Contents",
    "bullets",
    "document",
    "facts_table",
    "paragraph",
    "plot",
    "preformatted",
    "section",
    "subheading",
    "table",
    "versions",
    "write_page",
    "write_report",
]
