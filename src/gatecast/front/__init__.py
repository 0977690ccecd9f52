"""The front room: how any forecaster meets a table."""

from gatecast.front.door import Frame, TableDoor
from gatecast.front.reporting import reports_of

__all__ = ["Frame", "TableDoor", "reports_of"]
