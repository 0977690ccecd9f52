"""The report room: one page that shows a forecast, what it rests on and how it compares."""

from gatecast.report.contents import Contents
from gatecast.report.explained import Around, write_explanation
from gatecast.report.page import write_report

__all__ = ["Around", "Contents", "write_explanation", "write_report"]
