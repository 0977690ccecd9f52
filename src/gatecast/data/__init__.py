"""The data room: tables in, panels through, tables out."""

from gatecast.data.calendar import calendar_features, day_type
from gatecast.data.clock import LocalTime, local_time
from gatecast.data.covariates import Standardised, is_binary, standardise
from gatecast.data.frequency import Frequency
from gatecast.data.gaps import fill_causally, missing_mask
from gatecast.data.grid import continue_times
from gatecast.data.holiday import add_holidays
from gatecast.data.panel import Panel
from gatecast.data.samples import SAMPLES, Sample, load_sample, sample_info
from gatecast.data.scale import Scale, fit_scale
from gatecast.data.window import (
    actuals,
    every_origin,
    held_out_origins,
    held_out_start,
    inside,
    target_rows,
)

__all__ = [
    "SAMPLES",
    "Frequency",
    "LocalTime",
    "Panel",
    "Sample",
    "Scale",
    "Standardised",
    "actuals",
    "add_holidays",
    "calendar_features",
    "continue_times",
    "day_type",
    "every_origin",
    "fill_causally",
    "fit_scale",
    "held_out_origins",
    "held_out_start",
    "inside",
    "is_binary",
    "load_sample",
    "local_time",
    "missing_mask",
    "sample_info",
    "standardise",
    "target_rows",
]
