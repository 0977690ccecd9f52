"""The parts of a forecast: the linear half, what the pool and the memory half add to it, and their sum."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast
from gatecast.insight.figures.palette import BLUE, GREEN, GREY, NUMBER, ORANGE, PURPLE, dressed, quantity
from gatecast.insight.figures.stretch import stretch


def parts_words(forecast: Forecast) -> str:
    """What the parts are and that they add up, in a sentence or two."""
    if forecast.pool_part is None:
        return "The two parts sum to the forecast exactly."
    return (
        "The three parts sum to the forecast exactly. The linear part is the word of the members that are "
        "linear; the pool part what the members that bend make of it; the memory part what the network adds."
    )


def parts_figure(panel: Panel, forecast: Forecast, origin: int = 0, *, unit: str = "") -> go.Figure:
    """Linear part and forecast above, what is added to it with its zero line below; all sum to the forecast.

    Raises OptionError when the forecast is not made of parts.
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
    added = [("pool part", forecast.pool_part, PURPLE), ("memory part", forecast.memory_part, GREEN)]
    there = [(name, part, color) for name, part, color in added if part is not None]
    for name, part, color in there:
        figure.add_bar(
            x=x, y=part[origin], name=name, hovertemplate=hover,
            marker={"color": color, "line": {"width": 0}}, row=2, col=1,
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1}, row=2, col=1)
    if len(x) == 1:  # a bar on its own would be as wide as its axis, and that a split second
        figure.update_xaxes(tickvals=x)
    dressed(figure, x=shown.axis, y=quantity(shown.title, unit), height=520)
    figure.update_layout(barmode="relative")
    below = "memory part" if len(there) == 1 else "added"  # more would be longer than the axis
    return figure.update_yaxes(title_text=quantity(below, unit), row=2, col=1)
