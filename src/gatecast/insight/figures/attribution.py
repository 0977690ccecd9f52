"""Where the memory's word comes from, and which events moved a forecast."""

from html import escape

import numpy as np
import plotly.graph_objects as go

from gatecast._types import FloatArray
from gatecast.insight.figures.palette import (
    BLUE,
    GREEN,
    GREY,
    NUMBER,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    dressed,
    faded,
    quantity,
)
from gatecast.insight.why.attribution import Attribution
from gatecast.insight.why.reasons import Reason, Reasons
from gatecast.insight.words import number

# ages newest first, then what is known ahead
PAST = (BLUE, SKY, GREEN, PURPLE, GREY, faded(GREY, 0.6), faded(GREY, 0.35))
AHEAD_COLOR = ORANGE
ROW = 42  # pixels
COLORS = {"linear part": ORANGE, "pool part": PURPLE, "memory part": GREEN, "network": GREEN}
USUAL, REMAINDER = "usual at this hour", "remainder"
WRAP = 110  # characters of a line of words


def attribution_figure(attribution: Attribution, target: int = 0, *, unit: str = "") -> go.Figure:
    """Bars by input, each stacked by age; what is usual and what remains beside them, so that they add up.

    target  which of the attribution's
    unit    of the series
    """
    figure = go.Figure()
    if attribution.refused[target]:
        _say(figure, f"No attribution is given: {attribution.refused[target]}.")
        return dressed(figure, x="", height=200)
    table = attribution.table[target]
    shown = [i for i in np.argsort(-np.abs(table).sum(axis=1)) if np.abs(table[i]).sum() > 0]
    rows = [escape(attribution.inputs[i]) for i in shown]
    for b, age in enumerate(attribution.ages):
        color = AHEAD_COLOR if b + 1 == len(attribution.ages) else PAST[min(b, len(PAST) - 1)]
        _add(figure, age, rows, table[shown, b], color)
    alone = attribution.what == "forecast"
    ends = {} if alone else {USUAL: attribution.usual[target]}
    ends[REMAINDER] = attribution.remainder[target]
    if not alone:
        ends[attribution.what] = attribution.memory[target]
    _add(figure, "usual, remainder and sum", list(ends), np.array(list(ends.values())), faded(GREY, 0.75))
    order = [*([] if alone else [USUAL]), *rows, REMAINDER, *([] if alone else [attribution.what])]
    dressed(figure, x=quantity(_title(attribution, target), unit), height=ROW * len(order) + 170)
    figure.update_layout(barmode="relative", hovermode="closest", bargap=0.35)
    figure.update_yaxes(categoryorder="array", categoryarray=order[::-1], showgrid=False)
    figure.update_layout(margin={"b": 112})
    figure.add_annotation(
        text="<br>".join(_wrapped(_sum(attribution, target, unit), WRAP)), xref="paper", yref="paper",
        x=0, y=0, yshift=-68, xanchor="left", yanchor="top", showarrow=False, align="left",
    )  # fmt: skip
    return figure.add_vline(x=0, line={"color": GREY, "width": 1})


def _add(figure: go.Figure, name: str, rows: list[str], values: FloatArray, color: str) -> None:
    """One colour's share of every bar."""
    figure.add_bar(
        y=rows, x=values, name=name, orientation="h", marker={"color": color, "line": {"width": 0}},
        hovertemplate=f"%{{y}}, {escape(name)}: %{{x:{NUMBER}}}<extra></extra>",
    )  # fmt: skip


def _title(attribution: Attribution, target: int) -> str:
    """What the bars are of."""
    return f"{attribution.what}, {attribution.targets[target]}"


def _sum(attribution: Attribution, target: int, unit: str) -> str:
    """The addends in a line."""
    unit = f" {escape(unit)}" if unit else ""
    usual, total = attribution.usual[target], attribution.memory[target]
    inputs, remainder = attribution.table[target].sum(), attribution.remainder[target]
    said = (
        f"usual {number(usual)}{unit}, from these inputs {_signed(float(inputs))}{unit}, "
        f"remainder {_signed(float(remainder))}{unit}: {attribution.what} {number(total)}{unit}"
    )
    return said.replace(" -", " −")


def _signed(value: float) -> str:
    """A number with its sign.

    >>> _signed(3.0), _signed(-3.0)
    ('+3', '−3')
    """
    return f"{'+' if value >= 0 else '−'}{number(abs(value))}"


def reasons_figure(reasons: Reasons, *, unit: str = "") -> go.Figure:
    """What each event tested would change had it been normal, by parts, over what it has to exceed.

    Grey spans what counts as noise: the network's own spread, ordinary deviations, what is too small to
    matter, whichever is widest. Bars within it are told by no sentence and are drawn faint.

    unit  of the series
    """
    figure = go.Figure()
    if not reasons.tested:
        _say(figure, f"No event is shown: {reasons.silence}.")
        return dressed(figure, x="", height=200)
    labels = [_label(reason) for reason in reasons.tested]
    noise = np.array([threshold(reason) for reason in reasons.tested])
    figure.add_bar(
        y=labels, x=2 * noise, base=-noise, orientation="h", name="counts as noise", width=0.86,
        marker={"color": faded(GREY, 0.25), "line": {"width": 0}}, customdata=noise,
        hovertemplate=f"noise: up to %{{customdata:{NUMBER}}}<extra></extra>",
    )  # fmt: skip
    ends = np.zeros((2, len(labels)))  # of the bars so far, below and above 0
    for part in reasons.tested[0].change.parts:
        name, color = f"through the {part}", COLORS[part]
        values = np.array([reason.change.parts[part][reason.step - 1] for reason in reasons.tested])
        side = (values > 0).astype(np.int64), np.arange(len(labels))
        figure.add_bar(
            y=labels, x=values, base=ends[side], orientation="h", name=name, width=0.45,
            marker={
                "color": [color if reason.sentence else faded(color, 0.4) for reason in reasons.tested],
                "line": {"width": 0},
            },
            customdata=[[reason.event.when, reason.verdict] for reason in reasons.tested],
            hovertemplate=f"%{{y}}<br>{name}: %{{x:{NUMBER}}}<br>%{{customdata[1]}}<extra></extra>",
        )  # fmt: skip
        ends[side] += values
    _add_sums(figure, reasons, labels)
    title = quantity("change of the forecast had it been normal, where it is largest", unit)
    dressed(figure, x=title, height=ROW * len(labels) + 180)
    figure.update_layout(barmode="overlay", hovermode="closest", bargap=0.2)
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1], showgrid=False)
    return figure.add_vline(x=0, line={"color": GREY, "width": 1})


def threshold(reason: Reason) -> float:
    """What a reason's change has to exceed: the widest of its noise, its placebos and what matters."""
    return float(np.nanmax([reason.noise, reason.placebo, reason.floor]))


def _add_sums(figure: go.Figure, reasons: Reasons, labels: list[str]) -> None:
    """A mark at the whole change, where its parts may cancel."""
    figure.add_scatter(
        y=labels, x=[reason.size for reason in reasons.tested], mode="markers", name="whole forecast",
        marker={"symbol": "diamond", "size": 9, "color": VERMILLION},
        text=[escape(reason.verdict) for reason in reasons.tested],
        hovertemplate=f"whole forecast: %{{x:{NUMBER}}}<br>%{{text}}<extra></extra>",
    )  # fmt: skip


def _label(reason: Reason) -> str:
    """An event in two lines: what, and when."""
    event = reason.event
    what = event.source or "the series"
    kind = "" if event.kind == "run" else f", {event.kind}"
    return f"{escape(what)}{kind}<br>{escape(event.when)}"


def _say(figure: go.Figure, text: str) -> None:
    """Words instead of a figure."""
    figure.add_annotation(
        text="<br>".join(_wrapped(text, WRAP)), xref="paper", yref="paper", x=0, y=0.5, xanchor="left",
        showarrow=False, align="left",
    )  # fmt: skip
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)


def _wrapped(text: str, width: int) -> list[str]:
    """Words in lines no longer than so many characters, where words allow it."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
