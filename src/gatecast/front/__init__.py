"""The front room: how any forecaster meets a table."""

from gatecast.front.current import Frame
from gatecast.front.door import TableDoor
from gatecast.front.replayed import Replayed
from gatecast.front.reporting import reports_of

__all__ = ["Frame", "Replayed", "TableDoor", "reports_of"]
