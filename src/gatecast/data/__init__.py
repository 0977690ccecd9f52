"""The data room: tables in, panels through, tables out."""

from gatecast.data.calendar import calendar_features, calendar_of, day_type
from gatecast.data.clock import LocalTime, local_time
from gatecast.data.covariates import Standardised, is_binary, standardise
from gatecast.data.frames import in_polars, is_installed
from gatecast.data.frequency import Frequency, seasons
from gatecast.data.frequency import parse as parse_frequency
from gatecast.data.gaps import fill_causally, missing_mask
from gatecast.data.grid import continue_times, stamps_after, stamps_at
from gatecast.data.grid import written as written_times
from gatecast.data.holiday import add_holidays, holiday_columns
from gatecast.data.kept import KEPT
from gatecast.data.panel import Panel
from gatecast.data.part import in_portions, is_wide, part_of, portions, taught
from gatecast.data.recent import Recent, Taken, recent_of
from gatecast.data.revision import Revision, revised
from gatecast.data.rows import Rows
from gatecast.data.samples import SAMPLES, Sample, load_sample, sample_info
from gatecast.data.scale import LOG_CEILING, Scale, fit_scale, joined_scales
from gatecast.data.schema import Schema
from gatecast.data.solar import Site, Sites, Sky, add_sun, sites_of, sky_of, steps_per_day
from gatecast.data.table import Reading, extend, missing_future, panel_from, read_news, read_table
from gatecast.data.window import (
    actuals,
    every_origin,
    held_out_origins,
    held_out_start,
    inside,
    past_origins,
    target_rows,
)
from gatecast.data.writing import Layout, forecast_frame, make_future, record_frame, series_frame

__all__ = [
    "KEPT",
    "LOG_CEILING",
    "SAMPLES",
    "Frequency",
    "Layout",
    "LocalTime",
    "Panel",
    "Reading",
    "Recent",
    "Revision",
    "Rows",
    "Sample",
    "Scale",
    "Schema",
    "Site",
    "Sites",
    "Sky",
    "Standardised",
    "Taken",
    "actuals",
    "add_holidays",
    "add_sun",
    "calendar_features",
    "calendar_of",
    "continue_times",
    "day_type",
    "every_origin",
    "extend",
    "fill_causally",
    "fit_scale",
    "forecast_frame",
    "held_out_origins",
    "held_out_start",
    "holiday_columns",
    "in_polars",
    "in_portions",
    "inside",
    "is_binary",
    "is_installed",
    "is_wide",
    "joined_scales",
    "load_sample",
    "local_time",
    "make_future",
    "missing_future",
    "missing_mask",
    "panel_from",
    "parse_frequency",
    "part_of",
    "past_origins",
    "portions",
    "read_news",
    "read_table",
    "recent_of",
    "record_frame",
    "revised",
    "sample_info",
    "seasons",
    "series_frame",
    "sites_of",
    "sky_of",
    "stamps_after",
    "stamps_at",
    "standardise",
    "steps_per_day",
    "target_rows",
    "taught",
    "written_times",
]
