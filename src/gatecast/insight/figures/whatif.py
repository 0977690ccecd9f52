"""What if: the forecast before and after a change, and how each half moved."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast.data import Panel
from gatecast.insight.figures.palette import (
    BLUE,
    GREEN,
    GREY,
    NUMBER,
    ORANGE,
    PURPLE,
    VERMILLION,
    dressed,
    faded,
    quantity,
)
from gatecast.insight.figures.stretch import stretch
from gatecast.insight.whatif.whatif import WhatIf

LONGEST = 60  # characters that a legend has room for
CHANGED = f"%{{y:+{NUMBER}}}"


def whatif_figure(whatif: WhatIf, panel: Panel, *, history: int | None = None, unit: str = "") -> go.Figure:
    """The two forecasts above, with the 80 % interval of the first; below, the parts of their difference.

    panel    the one the forecast was made from
    history  steps of the past to show; one horizon when None
    """
    shown = stretch(panel, whatif.before, 0, whatif.before.point.shape[1] if history is None else history)
    x, hover = shown.future_stamps, f"%{{y:{NUMBER}}}"
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.62, 0.38], vertical_spacing=0.07)
    lower, upper = whatif.before.interval(80)
    edge = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "row": 1, "col": 1}
    figure.add_scatter(y=lower[0], showlegend=False, **edge)
    figure.add_scatter(y=upper[0], name="80 % interval", fill="tonexty", fillcolor=faded(BLUE, 0.18), **edge)
    figure.add_scatter(
        x=shown.history_stamps, y=shown.history, name="history", line={"color": GREY, "width": 1.6},
        hovertemplate=hover, row=1, col=1,
    )  # fmt: skip
    for forecast, name, color, dash in (
        (whatif.before, "forecast", BLUE, "solid"),
        (whatif.after, _changed(whatif), VERMILLION, "dash"),
    ):
        figure.add_scatter(
            x=x, y=forecast.point[0], name=name, line={"color": color, "width": 2.2, "dash": dash},
            mode="lines" if len(x) > 1 else "markers", hovertemplate=hover, row=1, col=1,
        )  # fmt: skip
    _add_difference(figure, whatif, shown.future_stamps)
    figure.add_hline(y=0, line={"color": GREY, "width": 1}, row=2, col=1)
    dressed(figure, x=shown.axis, y=quantity(shown.title, unit), height=540)
    figure.update_layout(barmode="relative", legend={"traceorder": "normal"})
    return figure.update_yaxes(title_text=quantity("difference", unit), row=2, col=1)


def _changed(whatif: WhatIf) -> str:
    """What the legend calls the changed forecast: the change itself where it is short."""
    return whatif.words() if len(whatif.words()) <= LONGEST else "forecast with the changes"


def _add_difference(figure: go.Figure, whatif: WhatIf, x: object) -> None:
    """The parts of the difference as bars and their sum as a line; the difference alone where it has none."""
    parts = [
        ("linear part", whatif.linear, ORANGE),
        ("pool part", whatif.pool, PURPLE),
        ("memory part", whatif.memory, GREEN),
    ]
    there = [(name, values, color) for name, values, color in parts if values is not None]
    for name, values, color in there or [("difference", whatif.difference, BLUE)]:
        figure.add_bar(
            x=x, y=values, name=name, marker={"color": color, "line": {"width": 0}}, hovertemplate=CHANGED,
            row=2, col=1,
        )  # fmt: skip
    if there:
        figure.add_scatter(
            x=x, y=whatif.difference, name="difference", mode="lines", showlegend=False,
            hovertemplate=CHANGED, line={"color": VERMILLION, "width": 1.6}, row=2, col=1,
        )  # fmt: skip
