"""The covariates beside the target, one row each, before the origin and behind it."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast._types import FloatArray
from gatecast.data import Panel, is_binary
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast
from gatecast.insight.figures.palette import GREY, NUMBER, color_of, dressed, faded, quantity
from gatecast.insight.figures.stretch import stamps, stretch

ROW_HEIGHT, MOST_ROWS = 130, 8


def covariates_figure(
    panel: Panel,
    forecast: Forecast,
    origin: int = 0,
    *,
    names: Sequence[str] | None = None,
    history: int | None = None,
    units: Mapping[str, str] | None = None,
) -> go.Figure:
    """The target and the covariates the model saw around one origin; the future is shaded.

    names    which covariates, the first eight when None
    history  steps of the past to show; four horizons when None
    units    unit by covariate name, for the axes

    Raises OptionError for a name the panel does not have, and for a panel without covariates.
    """
    chosen = _columns(panel, names)
    shown = stretch(panel, forecast, origin, history)
    x = stamps(panel.times[shown.rows], panel.zone, panel.frequency)
    rows = len(chosen) + 1
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.28 / (4 + rows))
    figure.add_scatter(
        x=shown.history_stamps, y=shown.history, name=shown.title, line={"color": GREY, "width": 1.6},
        hovertemplate=f"%{{y:{NUMBER}}}", row=1, col=1,
    )  # fmt: skip
    for row, (name, values) in enumerate(chosen.items(), start=2):
        flag = is_binary(values)
        steps = {"shape": "hv"} if flag else {}
        figure.add_scatter(
            x=x, y=values[shown.rows], name=name, line={"color": color_of(row - 2), "width": 1.6, **steps},
            hovertemplate=f"%{{y:{NUMBER}}}", row=row, col=1,
        )  # fmt: skip
        if flag:
            figure.update_yaxes(range=[-0.08, 1.08], tickvals=[0, 1], row=row, col=1)
    dressed(figure, x=shown.axis, height=ROW_HEIGHT * rows + 80)
    _name_axes(figure, [shown.title, *chosen], units or {})
    _shade(figure, shown.history_stamps[-1], shown.future_stamps[-1])
    return figure.update_layout(showlegend=False)


def _columns(panel: Panel, names: Sequence[str] | None) -> dict[str, FloatArray]:
    """The covariates asked for, by name, as columns over the panel's rows."""
    known = dict(zip(panel.known_names, panel.known.T, strict=True))
    columns = known | dict(zip(panel.past_names, panel.past.T, strict=True))
    if not columns:
        raise OptionError("the panel has no covariates to show; name some with known= or past= when fitting")
    wanted = list(columns)[:MOST_ROWS] if names is None else list(names)
    absent = [name for name in wanted if name not in columns]
    if absent:
        raise OptionError(f"no covariate is called {', '.join(absent)}; the panel has {', '.join(columns)}")
    return {name: columns[name] for name in wanted}


def _name_axes(figure: go.Figure, names: Sequence[str], units: Mapping[str, str]) -> None:
    """Write what each row shows above it, where a long name has room."""
    for row, name in enumerate(names, start=1):
        figure.add_annotation(
            text=quantity(name, units.get(name, "")), xref="x domain", yref="y domain", x=0, y=1,
            xanchor="left", yanchor="bottom", showarrow=False, font={"size": 12}, row=row, col=1,
        )  # fmt: skip


def _shade(figure: go.Figure, start: object, stop: object) -> None:
    """Shade the future of every row."""
    ends = [str(at) if isinstance(at, np.datetime64) else at for at in (start, stop)]
    figure.add_vrect(x0=ends[0], x1=ends[1], fillcolor=faded(GREY, 0.12), line_width=0, row="all", col=1)
