"""A change of regime: daily errors of what follows it and what does not."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from gatecast._types import FloatArray
from gatecast.insight.figures.palette import GREY, ORANGE, color_of, dash_of, dressed, faded


def regime_figure(
    days: np.ndarray,
    errors: Mapping[str, FloatArray],
    *,
    changed: object,
    noticed: Sequence[object] = (),
    unit: str = "",
) -> go.Figure:
    """Mean absolute error of each day, one line a policy, with the change and where it was noticed.

    days     [days]  dates or numbers
    errors   name of a policy, [days]
    changed  the first day of the new regime
    noticed  days on which drift was said
    """
    figure = go.Figure()
    new = {"x0": _placed(changed), "x1": _placed(days[-1])}
    figure.add_vrect(**new, fillcolor=faded(ORANGE, 0.09), line_width=0, layer="below")
    for index, (name, values) in enumerate(errors.items()):
        figure.add_scatter(
            x=days, y=values, name=name, mode="lines", hovertemplate="%{y:.3~g}",
            line={"color": color_of(index), "dash": dash_of(index), "width": 2},
        )  # fmt: skip
    marks = [(_placed(changed), "changed"), *((_placed(one), "drift said") for one in noticed)]
    for day, said in marks:
        figure.add_vline(x=day, line={"color": GREY, "width": 1.4, "dash": "dash"})
        figure.add_annotation(x=day, y=1, yref="paper", yanchor="top", xanchor="left", text=said,
                              showarrow=False, font={"color": GREY, "size": 12}, xshift=3,
                              yshift=0 if said == "changed" else -16)  # fmt: skip
    dressed(figure, x="", y=f"mean absolute error{f', {unit}' if unit else ''}", height=400)
    highest = max(float(np.nanmax(values)) for values in errors.values())
    return figure.update_yaxes(range=[0, 1.2 * highest])  # room for words above the lines


def _placed(day: object) -> object:
    """A date as the axis knows it, in a shape as in a line."""
    return str(day.astype("datetime64[s]")) if isinstance(day, np.datetime64) else day
