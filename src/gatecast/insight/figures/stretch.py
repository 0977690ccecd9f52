"""The stretch of one series that a figure shows: its rows, its local stamps and where the forecast begins."""

from dataclasses import dataclass
from html import escape

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel, continue_times
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast
from gatecast.insight.stamps import stamps as stamps

HORIZONS_OF_HISTORY = 4


@dataclass(frozen=True)
class Stretch:
    """What lies behind and before one origin.

    title           the series, fit for a figure (markup escaped)
    history_stamps  [history]  local time, or step numbers
    history         [history]  the target; NaN where missing
    future_stamps   [horizon]
    rows            where history and future lie among the panel's rows, as far as the panel has them
    axis            what the time axis says
    """

    title: str
    history_stamps: np.ndarray
    history: FloatArray
    future_stamps: np.ndarray
    rows: slice
    axis: str


def axis_title(panel: Panel) -> str:
    """What the time axis of the panel's figures says."""
    if panel.frequency.unit == "step":
        return "step"
    return f"local time, {panel.zone}" if panel.zone else "time as in the table"


def stretch(panel: Panel, forecast: Forecast, origin: int, history: int | None) -> Stretch:
    """The stretch around one origin of a forecast.

    Raises OptionError when the forecast has no such origin or no history is asked for.
    """
    if not 0 <= origin < len(forecast.origins):
        raise OptionError(
            f"the forecast has {len(forecast.origins)} origins and number {origin} is not among them"
        )
    horizon = forecast.point.shape[1]
    wanted = HORIZONS_OF_HISTORY * horizon if history is None else history
    if wanted < 1:
        raise OptionError(f"history={history} steps would show nothing; give 1 or more")
    series, position = int(forecast.origins.series[origin]), int(forecast.origins.position[origin])
    at = int(panel.offsets[series]) + position
    first = max(int(panel.offsets[series]), at - wanted + 1)
    zone, frequency = panel.zone, panel.frequency
    future = continue_times(panel.times[int(panel.offsets[series]) : at + 1], frequency, zone, horizon)
    return Stretch(
        title=escape(str(panel.ids[series])),
        history_stamps=stamps(panel.times[first : at + 1], zone, frequency),
        history=panel.values[first : at + 1],
        future_stamps=stamps(future, zone, frequency),
        rows=slice(first, min(at + horizon + 1, int(panel.offsets[series + 1]))),
        axis=axis_title(panel),
    )
