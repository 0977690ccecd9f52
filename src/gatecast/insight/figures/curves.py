"""Plain figures: curves over one axis, strips of curves above each other, and bars side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast.insight.figures.palette import GREY, color_of, dash_of, dressed

STRIP_HEIGHT = 150
SMALLEST = 1e-12  # drawn on a logarithmic axis: below it there is nothing left to see


@dataclass(frozen=True)
class Curve:
    """One line of a figure.

    name         in the legend; a curve without one is left out of it
    color, dash  from the palette's cycle unless given
    steps        drawn as a staircase: a value holds until the next
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    color: str = ""
    dash: str = ""
    steps: bool = False


@dataclass(frozen=True)
class Mark:
    """A level to compare with, drawn as a dashed line with its name."""

    name: str
    value: float


@dataclass(frozen=True)
class Strip:
    """Curves that share a vertical axis.

    between  the least and the most there can be, where there are such: the axis goes from one to the other
    """

    title: str
    curves: tuple[Curve, ...]
    between: tuple[float, float] | None = None


def curves_figure(
    curves: Sequence[Curve],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
    marks: Sequence[Mark] = (),
    height: int = 400,
) -> go.Figure:
    """Curves over one axis, each with a colour and a dash of its own.

    logarithmic  the vertical axis; what is below 1e-12, or is no number, is drawn at 1e-12
    marks        levels to compare with
    """
    figure = go.Figure()
    for index, curve in enumerate(curves):
        values = np.asarray(curve.y, dtype=float)
        shown = np.maximum(np.nan_to_num(values), SMALLEST) if logarithmic else values
        figure.add_scatter(x=curve.x, y=np.round(shown, 15), **_line(curve, index), hovertemplate="%{y:.3~g}")
    for mark in marks:
        _add_mark(figure, mark)
    dressed(figure, x=x, y=y, height=height)
    if logarithmic:
        figure.update_yaxes(type="log", exponentformat="power", dtick=_decades(figure))
    return figure


def strips_figure(strips: Sequence[Strip], *, x: str) -> go.Figure:
    """Strips of curves above each other over one axis."""
    figure = make_subplots(rows=len(strips), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    index = 0
    for row, strip in enumerate(strips, start=1):
        for curve in strip.curves:
            figure.add_scatter(
                x=curve.x, y=np.asarray(curve.y, dtype=float), **_line(curve, index), row=row, col=1,
                hovertemplate="%{y:.3~g}",
            )  # fmt: skip
            index += 1
    dressed(figure, x=x, height=110 + STRIP_HEIGHT * len(strips))
    for row, strip in enumerate(strips, start=1):
        figure.update_yaxes(title_text=strip.title, row=row, col=1)
        if strip.between:
            low, high = strip.between
            room = 0.04 * (high - low)
            figure.update_yaxes(
                range=[low - room, high + room], tickvals=[low, (low + high) / 2, high], row=row, col=1
            )
    return figure


def bars_figure(
    groups: Sequence[str],
    bars: Mapping[str, Sequence[float]],
    *,
    y: str,
    marks: Sequence[Mark] = (),
    logarithmic: bool = False,
    height: int = 360,
) -> go.Figure:
    """Groups of bars side by side, each with its number on top.

    bars  name of what is compared, with its value in each group
    """
    figure = go.Figure()
    for index, (name, values) in enumerate(bars.items()):
        figure.add_bar(
            x=[escape(group) for group in groups], y=list(values), name=name,
            text=[_short(value) for value in values], textposition="outside", cliponaxis=False,
            marker={"color": color_of(index), "line": {"width": 0}}, hovertemplate="%{y:.4~g}",
        )  # fmt: skip
    for mark in marks:
        _add_mark(figure, mark)
    dressed(figure, x="", y=y, height=height)
    figure.update_layout(hovermode="closest", showlegend=len(bars) > 1 or bool(marks), barmode="group")
    figure.update_layout(uniformtext={"minsize": 8, "mode": "hide"})  # a number that has no room is left out
    figure.update_traces(textangle=0).update_xaxes(showgrid=False)
    if logarithmic:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    return figure


def _line(curve: Curve, index: int) -> dict[str, object]:
    """How a curve is drawn."""
    return {
        "name": curve.name,
        "showlegend": bool(curve.name),
        "mode": "lines",
        "line": {
            "color": curve.color or color_of(index),
            "dash": curve.dash or dash_of(index),
            "width": 2,
            "shape": "hv" if curve.steps else "linear",
        },
    }


def _add_mark(figure: go.Figure, mark: Mark) -> None:
    """A dashed line across, named in the legend."""
    figure.add_hline(
        y=mark.value, line={"color": GREY, "width": 1.4, "dash": "dash"}, name=mark.name, showlegend=True
    )


def _decades(figure: go.Figure) -> int:
    """How many decades from one tick to the next, so that there are ten or fewer."""
    values = np.concatenate([np.asarray(trace.y, dtype=float) for trace in figure.data])
    span = float(np.log10(values.max() / values.min())) if values.min() > 0 else 1.0
    return max(1, round(span / 8))


def _short(value: float) -> str:
    """A number as it stands on its bar.

    >>> _short(0.0124), _short(231.7), _short(float("nan"))
    ('0.0124', '232', '–')
    """
    return f"{value:.3g}" if np.isfinite(value) else "–"
