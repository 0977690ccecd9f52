"""The fan: what was, what is expected, and how far it may stray."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast
from gatecast.insight.figures.palette import BLUE, GREY, NUMBER, VERMILLION, dressed, faded, quantity
from gatecast.insight.figures.stretch import stretch

BAR = 18  # pixels, where one step is forecast


def fan_chart(
    panel: Panel,
    forecast: Forecast,
    origin: int = 0,
    *,
    level: Sequence[float] = (80, 95),
    history: int | None = None,
    actual: FloatArray | None = None,
    unit: str = "",
) -> go.Figure:
    """History, forecast and intervals around one origin, on local time.

    panel     the panel the forecast was made from
    origin    which of the forecast's origins
    level     [intervals]  widths in percent
    history   steps of the past to show; four horizons when None
    actual    [horizon]  what came, where it is known by now

    Raises OptionError for an origin or an interval the forecast does not have.

    >>> from gatecast import SeasonalNaive, load_sample
    >>> model = SeasonalNaive(horizon=48).fit(load_sample("demand").tail(480))
    >>> forecast = model.forecast(model.panel_, model.panel_.last_origins(), levels=(0.1, 0.5, 0.9))
    >>> fan_chart(model.panel_, forecast, level=[80], unit="MW").layout.yaxis.title.text
    'Victoria, MW'
    """
    shown = stretch(panel, forecast, origin, history)
    figure = go.Figure()
    for width in sorted(level, reverse=True):
        _add_band(figure, shown.future_stamps, _bounds(forecast, origin, width), width)
    figure.add_scatter(
        x=shown.history_stamps, y=shown.history, name="history", line={"color": GREY, "width": 1.6},
        hovertemplate=f"%{{y:{NUMBER}}}",
    )  # fmt: skip
    if actual is not None:
        figure.add_scatter(
            x=shown.future_stamps, y=actual, name="what came",
            line={"color": VERMILLION, "width": 1.8, "dash": "dot"}, hovertemplate=f"%{{y:{NUMBER}}}",
        )  # fmt: skip
    figure.add_scatter(
        x=shown.future_stamps, y=forecast.point[origin], name="forecast", line={"color": BLUE, "width": 2.4},
        hovertemplate=f"%{{y:{NUMBER}}}",
    )  # fmt: skip
    _mark_origin(figure, shown.history_stamps[-1])
    return dressed(figure, x=shown.axis, y=quantity(shown.title, unit))


def _add_band(figure: go.Figure, x: np.ndarray, bounds: tuple[FloatArray, FloatArray], width: float) -> None:
    """One interval, as a band whose hover says both bounds."""
    lower, upper = bounds
    name, color = f"{width:g} % interval", faded(BLUE, 0.34 if width <= 80 else 0.18)
    said = f"%{{customdata[0]:{NUMBER}}} to %{{customdata[1]:{NUMBER}}}"
    if len(x) == 1:  # no area lies between two points: a bar from one to the other
        figure.add_scatter(
            x=np.repeat(x, 2), y=np.concatenate([lower, upper]), name=name, mode="lines",
            line={"color": color, "width": BAR}, customdata=[[*lower, *upper]] * 2, hovertemplate=said,
        )  # fmt: skip
        return
    edge = {"x": x, "mode": "lines", "line": {"width": 0}, "legendgroup": name}
    figure.add_scatter(y=lower, showlegend=False, hoverinfo="skip", **edge)
    figure.add_scatter(
        y=upper, name=name, fill="tonexty", fillcolor=color, customdata=np.column_stack([lower, upper]),
        hovertemplate=said, **edge,
    )  # fmt: skip


def _mark_origin(figure: go.Figure, at: object) -> None:
    """A line where the known ends."""
    x = str(at) if isinstance(at, np.datetime64) else at
    figure.add_vline(x=x, line={"color": GREY, "width": 1, "dash": "dash"})


def _bounds(forecast: Forecast, origin: int, width: float) -> tuple[FloatArray, FloatArray]:
    lower, upper = forecast.interval(width)
    return lower[origin], upper[origin]
