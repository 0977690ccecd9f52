"""Gradient flow: how much of a gradient arrives so many steps back, of nets or moments of training."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from gatecast._types import FloatArray
from gatecast.errors import OptionError
from gatecast.insight.figures.palette import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    color_of,
    dash_of,
    dressed,
    faded,
)
from gatecast.insight.gradients.flow import Flow, Which
from gatecast.insight.gradients.training_flow import TrainingFlow
from gatecast.insight.gradients.verdict import EXPLODING, VANISHING

FLOOR, CEILING = 1e-12, 1e6  # what lies beyond is drawn on the edge, dotted, with its value in the hover
RELATIVE = "relative to the last step's"
NAMED = {"hidden": "hidden state", "cell": "cell state"}
EARLY_TO_LATE = ((0.0, ORANGE), (0.5, PURPLE), (1.0, BLUE))
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def flow_figure(flows: Mapping[str, Flow], which: Which = "input") -> go.Figure:
    """How much gradient arrives at each lag, one line a net, with its verdict in the legend.

    flows  by the names to show
    which  gradient of the input, of the hidden state, of the cell state, or of all the state

    Raises OptionError where there is none, or a net's state has no such part.
    """
    if not flows:
        raise OptionError("there is no flow to draw; give at least one, by name")
    figure = go.Figure()
    for index, (name, flow) in enumerate(flows.items()):
        look = {"color": color_of(index), "dash": dash_of(index), "width": 2}
        _add_course(figure, flow.relative(which), f"{escape(name)}: {flow.verdict}", look)
    dressed(figure, x="steps back from the last", y=_gradient(which), height=440)
    values = np.concatenate([flow.relative(which) for flow in flows.values()])
    _dress_log(figure, values, bands=True)
    last = max(flow.lags for flow in flows.values()) - 1
    return figure.update_xaxes(hoverformat="d", range=[0, last + 0.5])


def training_flow_figure(
    curve: TrainingFlow, which: Which = "input", lags: Sequence[int] | None = None
) -> go.Figure:
    """How the flow changed in training: its course at each moment, and beneath it some lags over time.

    curve  of `training_flow` or a `FlowWatch`
    which  gradient of the input, of the hidden state, of the cell state, or of all the state
    lags   to follow in the lower row; three over the series if not given

    Raises OptionError for a lag beyond the series.
    """
    relative = curve.relative(which)
    last = relative.shape[1] - 1
    followed = sorted({max(1, last // 10), max(1, last // 3), last}) if lags is None else list(lags)
    absent = [lag for lag in followed if not 0 <= lag <= last]
    if absent:
        raise OptionError(f"the series has no lag {absent[0]}; give 0 to {last}")
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.22, row_heights=[0.6, 0.4])
    steps = np.array(curve.steps, dtype=float)
    span = max(float(np.ptp(steps)), 1.0)
    for step, loss, row in zip(curve.steps, curve.losses, relative, strict=True):
        color = sample_colorscale([list(stop) for stop in EARLY_TO_LATE], [(step - steps.min()) / span])[0]
        name = f"step {step}" + ("" if np.isnan(loss) else f", loss {loss:.3f}")
        _add_course(figure, row, name, {"color": color, "width": 1.6}, legend=False, row=1)
    for index, lag in enumerate(followed):
        look = {"color": color_of(index + 2), "dash": dash_of(index), "width": 2}
        _add_course(figure, relative[:, lag], f"{lag} steps back", look, x=steps, row=2)
    dressed(figure, x="step of training", y=_gradient(which), height=660)
    figure.update_xaxes(title_text="steps back from the last", row=1, col=1)
    _dress_log(figure, relative.ravel(), bands=False)
    _add_time_scale(figure, steps)
    return figure.update_xaxes(hoverformat="d").update_layout(hovermode="closest", legend={"y": 0.32})


def spectrum_figure(flows: Mapping[str, Flow]) -> go.Figure:
    """The largest singular value of each step's Jacobian, and the norm of their product, one line a net.

    Raises OptionError for a flow computed without them.
    """
    without = [name for name, flow in flows.items() if not len(flow.singular)]
    if without or not flows:
        raise OptionError(
            f"the flow {without[0]!r} has no singular values; compute it with spectrum=True"
            if without
            else "there is no flow to draw; give at least one, by name"
        )
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.09, row_heights=[0.4, 0.6])
    for index, (name, flow) in enumerate(flows.items()):
        look = {"color": color_of(index), "dash": dash_of(index), "width": 2}
        figure.add_scatter(
            x=np.arange(flow.lags), y=flow.singular, name=escape(name), legendgroup=name, mode="lines",
            line=look, showlegend=False, hovertemplate="%{y:.3f}", row=1, col=1,
        )  # fmt: skip
        _add_course(figure, flow.product, escape(name), look, row=2)
    figure.add_hline(y=1, line={"color": GREY, "width": 1, "dash": "dash"}, row=1, col=1)
    dressed(figure, x="steps back from the last", y="largest singular<br>value of a step", height=560)
    _dress_log(figure, np.concatenate([flow.product for flow in flows.values()]), bands=False, row=2)
    figure.update_yaxes(title_text="norm of the product<br>of all steps since", row=2, col=1)
    return figure.update_xaxes(hoverformat="d").update_yaxes(rangemode="tozero", row=1, col=1)


def _add_course(
    figure: go.Figure,
    values: FloatArray,
    name: str,
    look: dict[str, object],
    *,
    x: FloatArray | None = None,
    legend: bool = True,
    row: int | None = None,
) -> None:
    """A line on a logarithmic axis; where it leaves the axis it goes on along the edge, dotted."""
    x = np.arange(len(values), dtype=float) if x is None else x
    place = {} if row is None else {"row": row, "col": 1}
    clipped = np.clip(values, FLOOR, CEILING)
    beyond = clipped != values
    words = [_power(value) for value in values]
    template = "%{customdata}" if legend else f"{name}, %{{x}} steps back: %{{customdata}}<extra></extra>"
    edges = np.flatnonzero(beyond & ~np.r_[False, beyond[:-1]])  # where it leaves
    returns = np.flatnonzero(beyond & ~np.r_[beyond[1:], True])  # the last point before it comes back
    inside = np.where(beyond & ~np.isin(np.arange(len(x)), [*edges, *returns]), np.nan, clipped)
    figure.add_scatter(
        x=x, y=inside, name=name, legendgroup=name, mode="lines", line=look, connectgaps=False,
        customdata=words, hovertemplate=template, showlegend=legend, **place,
    )  # fmt: skip
    if beyond.any():
        symbols = ["triangle-down" if values[edge] < FLOOR else "triangle-up" for edge in edges]
        figure.add_scatter(
            x=x, y=np.where(beyond, clipped, np.nan), name=name, legendgroup=name, mode="lines",
            line={**look, "dash": "1px,5px", "width": 1.4}, customdata=words, hovertemplate=template,
            showlegend=False, **place,
        )  # fmt: skip
        figure.add_scatter(
            x=x[edges], y=clipped[edges], name=name, legendgroup=name, mode="markers", hoverinfo="skip",
            marker={"color": look["color"], "symbol": symbols, "size": 9}, showlegend=False, **place,
        )  # fmt: skip


def _dress_log(figure: go.Figure, values: FloatArray, *, bands: bool, row: int | None = None) -> None:
    """A logarithmic axis with powers of ten, as far as the values go; bands where the verdicts lie."""
    seen = np.clip(values[np.isfinite(values)], FLOOR, CEILING)
    low, high = float(seen.min(initial=VANISHING / 10)), float(seen.max(initial=EXPLODING * 10))
    bottom, top = np.floor(np.log10(low) + 1e-9), np.ceil(np.log10(high) - 1e-9)
    ticks = np.arange(bottom, top + 1, 2 if top - bottom > 9 else 1)
    only = {} if row is None else {"row": row, "col": 1}
    figure.update_yaxes(
        type="log", range=[bottom - 0.3, top + 0.3], tickvals=10.0**ticks,
        ticktext=[_power_of_ten(int(tick)) for tick in ticks], **only,
    )  # fmt: skip
    if bands:
        _add_band(figure, np.log10(VANISHING), bottom - 0.3, "vanishing", "top")
        _add_band(figure, np.log10(EXPLODING), top + 0.3, "exploding", "bottom")


def _add_band(figure: go.Figure, threshold: float, edge: float, word: str, anchor: str) -> None:
    """The band of a verdict from its threshold to the edge, powers of ten both, its word at the threshold."""
    figure.add_hrect(y0=10**threshold, y1=10**edge, fillcolor=faded(GREY, 0.12), line_width=0, layer="below")
    figure.add_annotation(
        text=word, xref="paper", x=1, xanchor="right", yref="y", y=threshold, yanchor=anchor,
        showarrow=False, font={"size": 12, "color": GREY},
    )  # fmt: skip


def _add_time_scale(figure: go.Figure, steps: FloatArray) -> None:
    """A scale of colours from the first moment to the last."""
    figure.add_scatter(
        x=[None], y=[None], mode="markers", showlegend=False, hoverinfo="skip", row=1, col=1,
        marker={
            "color": [steps.min()], "cmin": steps.min(), "cmax": steps.max(), "showscale": True,
            "colorscale": [list(stop) for stop in EARLY_TO_LATE],
            "colorbar": {"title": {"text": "step of training"}, "thickness": 12, "len": 0.55, "y": 1,
                         "yanchor": "top", "outlinewidth": 0},
        },
    )  # fmt: skip


def _gradient(which: str) -> str:
    """What the axis of gradients says."""
    return f"gradient at the {NAMED.get(which, which)},<br>{RELATIVE}"


def _power_of_ten(exponent: int) -> str:
    """A tick of a logarithmic axis.

    >>> _power_of_ten(-12), _power_of_ten(0)
    ('10⁻¹²', '1')
    """
    return "1" if exponent == 0 else f"10{str(exponent).translate(SUPERSCRIPTS)}"


def _power(value: float) -> str:
    """A gradient, as a hover says it.

    >>> _power(0.0123), _power(1.6e-65), _power(0.0)
    ('0.0123', '1.6e-65', '0')
    """
    return f"{value:.3g}" if value == 0 or 1e-3 <= value < 1e5 else f"{value:.1e}"
