"""The data room: tables in, panels through, tables out."""

from gatecast.data.clock import LocalTime, local_time
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel

__all__ = ["Frequency", "LocalTime", "Panel", "add_holidays", "calendar_features", "day_type", "local_time"]
