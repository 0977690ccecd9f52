"""The front room: how any forecaster meets a table, and stays current."""

from gatecast.front.current import Frame
from gatecast.front.door import TableDoor
from gatecast.front.replayed import Replayed
from gatecast.front.reporting import reports_of
from gatecast.front.snapshot import Difference, Snapshot, compare
from gatecast.front.stream import Stream
from gatecast.front.told import News

__all__ = [
    "Difference",
    "Frame",
    "News",
    "Replayed",
    "Snapshot",
    "Stream",
    "TableDoor",
    "compare",
    "reports_of",
]
