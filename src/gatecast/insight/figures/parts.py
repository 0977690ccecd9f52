"""The parts of a forecast: the linear half, what the memory half adds to it, and their sum."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast
from gatecast.insight.figures.palette import BLUE, GREEN, GREY, NUMBER, ORANGE, dressed, quantity
from gatecast.insight.figures.stretch import stretch


def parts_figure(panel: Panel, forecast: Forecast, origin: int = 0, *, unit: str = "") -> go.Figure:
    """Linear part and forecast above, memory part with its zero line below; the parts sum to the forecast.

    Raises OptionError when the forecast is not made of two parts.
    """
    if forecast.linear_part is None or forecast.memory_part is None:
        raise OptionError("this forecast has no linear and memory part; the hybrid's forecasts do")
    shown = stretch(panel, forecast, origin, None)
    x, hover = shown.future_stamps, f"%{{y:{NUMBER}}}"
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.62, 0.38], vertical_spacing=0.06)
    figure.add_scatter(
        x=x, y=forecast.linear_part[origin], name="linear part", hovertemplate=hover,
        line={"color": ORANGE, "width": 2, "dash": "dash"}, row=1, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=forecast.point[origin], name="forecast, the sum", hovertemplate=hover,
        line={"color": BLUE, "width": 2.4}, row=1, col=1,
    )  # fmt: skip
    figure.add_bar(
        x=x, y=forecast.memory_part[origin], name="memory part", hovertemplate=hover,
        marker={"color": GREEN, "line": {"width": 0}}, row=2, col=1,
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1}, row=2, col=1)
    if len(x) == 1:  # a bar on its own would be as wide as its axis, and that a split second
        figure.update_xaxes(tickvals=x)
    dressed(figure, x=shown.axis, y=quantity(shown.title, unit), height=520)
    return figure.update_yaxes(title_text=quantity("memory part", unit), row=2, col=1)
