"""The data room: tables in, panels through, tables out."""

from gatecast.data.covariates import Standardised, is_binary, standardise
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel

__all__ = ["Frequency", "Panel", "Standardised", "is_binary", "standardise"]
