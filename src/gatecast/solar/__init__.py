"""The solar room: forecasts of what the sun gives, bounded by night and capacity."""

from gatecast.solar.kept import KEPT
from gatecast.solar.model import SolarHybrid, SolarLinear

__all__ = ["KEPT", "SolarHybrid", "SolarLinear"]
