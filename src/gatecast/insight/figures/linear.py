"""The linear part of a forecast, taken apart: what lifts it above the level and what lowers it."""

from html import escape

import numpy as np
import plotly.graph_objects as go

from gatecast.hybrid import LinearLedger
from gatecast.insight.figures.palette import GREY, NUMBER, color_of, dressed, quantity
from gatecast.insight.words import number

MOST_PARTS = 6  # named; the smaller ones are drawn together
LEVEL = "level"


def linear_figure(ledger: LinearLedger, stamps: np.ndarray, *, unit: str = "", axis: str = "") -> go.Figure:
    """Every addend of the linear part at each step ahead, stacked about the level; the line is their sum.

    stamps  [horizon]  of the steps ahead
    axis    what the time axis says
    """
    named = [i for i, kind in enumerate(ledger.kinds) if kind != LEVEL]
    named.sort(key=lambda i: -float(np.abs(ledger.parts[i]).mean()))
    shown = [(ledger.names[i], ledger.parts[i]) for i in named[:MOST_PARTS]]
    rest = named[MOST_PARTS:]
    if rest:
        shown.append((f"{len(rest)} smaller ones", ledger.parts[rest].sum(axis=0)))
    level = sum(part for part, kind in zip(ledger.parts, ledger.kinds, strict=True) if kind == LEVEL)
    figure = go.Figure()
    for index, (name, part) in enumerate(shown):
        figure.add_bar(
            x=stamps, y=part, name=escape(name), marker={"color": color_of(index), "line": {"width": 0}},
            hovertemplate=f"%{{y:+{NUMBER}}}",
        )  # fmt: skip
    figure.add_scatter(
        x=stamps, y=ledger.total() - level, name="their sum", mode="lines+markers",
        line={"color": GREY, "width": 2}, marker={"color": GREY, "size": 4},
        hovertemplate=f"%{{y:+{NUMBER}}}",
    )  # fmt: skip
    dressed(figure, x=axis, y=quantity("above or below the level", unit), height=460)
    figure.add_hline(y=0, line={"color": GREY, "width": 1})
    return figure.update_layout(barmode="relative", bargap=0.15)


def level_words(ledger: LinearLedger, unit: str = "") -> str:
    """The level the addends stand on, in words."""
    level = sum(part for part, kind in zip(ledger.parts, ledger.kinds, strict=True) if kind == LEVEL)
    mean = number(float(np.mean(level)))
    return f"The level all else is added to is {mean}{f' {unit}' if unit else ''} on average."
