"""A recurrent cell unrolled in time: one set of weights, the same cell at every step, its own gates in it."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from gatecast.insight.figures.palette import BLUE, GREEN, GREY, GRID, ORANGE, dressed, faded

HALF, TOP, CARRIED, SHOWN = 0.42, 1.16, 1.08, 0.03  # of a cell: width, height, where c and h pass
SHELF, LID = 1.5, 1.82  # of the box of weights
COLORS = (GREEN, BLUE, ORANGE)


def unrolled_figure(gates: Mapping[str, np.ndarray], read: Sequence[str]) -> go.Figure:
    """Cells in a row, one a step, with a bar for each gate's value between 0 and 1.

    gates  name and values [steps] of each of up to three gates
    read   [steps]  what each step read, in a word or two
    """
    steps = np.arange(len(read))
    figure = go.Figure()
    width = 1.5 * HALF / len(gates)
    for index, (name, values) in enumerate(gates.items()):
        figure.add_bar(
            x=steps + (index - (len(gates) - 1) / 2) * width, y=values, width=0.8 * width,
            name=f"{name} gate",
            marker={"color": COLORS[index], "line": {"width": 0}}, hovertemplate="%{y:.3f}",
        )  # fmt: skip
    for step in range(len(read)):
        _add_cell(figure, step, last=step == len(read) - 1)
    box = {"type": "rect", "x0": -HALF, "x1": len(read) - 1 + HALF, "y0": SHELF, "y1": LID}
    figure.add_shape(**box, line={"color": GREY, "width": 1.4}, fillcolor=faded(GREY, 0.12))
    figure.add_annotation(
        x=(len(read) - 1) / 2, y=(SHELF + LID) / 2, text="the weights W, U, b, once", showarrow=False
    )
    dressed(figure, x="", y="gate", height=400)
    figure.update_layout(hovermode="closest", barmode="overlay")
    figure.update_yaxes(range=[-0.06, LID + 0.06], tickvals=[0, 0.5, 1], showgrid=False)
    return figure.update_xaxes(
        tickvals=steps, ticktext=[escape(word).replace("\n", "<br>") for word in read], showgrid=False,
        range=[-0.6, len(read) - 0.4],
    )  # fmt: skip


def _add_cell(figure: go.Figure, step: int, *, last: bool) -> None:
    """A cell's frame, the line to the weights, and the arrows to the next cell."""
    frame = {"type": "rect", "x0": step - HALF, "x1": step + HALF, "y0": -0.02, "y1": TOP}
    figure.add_shape(**frame, line={"color": GREY, "width": 1.4}, layer="below")
    figure.add_shape(
        type="line", x0=step, x1=step, y0=TOP, y1=SHELF, line={"color": GRID, "width": 1.4}, layer="below"
    )
    if last:
        return
    for name, at in (("c", CARRIED), ("h", SHOWN)):
        figure.add_annotation(
            x=step + 1 - HALF, ax=step + HALF, y=at, ay=at, xref="x", axref="x", yref="y", ayref="y",
            text="", arrowcolor=GREY, arrowwidth=1.4, arrowhead=2, showarrow=True,
        )  # fmt: skip
        if step == 0:
            figure.add_annotation(x=step + 0.5, y=at + 0.07, text=name, showarrow=False)
