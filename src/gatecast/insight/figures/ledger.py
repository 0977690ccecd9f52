"""The ledger as a picture: what each unit holds by when it was written, and all units together."""

from html import escape
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast._types import FloatArray
from gatecast.insight.figures.palette import BLUE, GREY, ORANGE, dressed, faded
from gatecast.insight.ledger import BEFORE, Ledger
from gatecast.insight.words import number, share

# Diverging, and nothing in the middle: zero is the paper itself, light or dark.
DIVERGING = (
    (0.0, ORANGE),
    (0.25, faded(ORANGE, 0.6)),
    (0.5, faded(ORANGE, 0.0)),
    (0.5, faded(BLUE, 0.0)),
    (0.75, faded(BLUE, 0.6)),
    (1.0, BLUE),
)
FEW = 12  # groups whose names are written in lines and whose bars bear numbers
UNIT_HEIGHT, LEAST, MOST = 8, 160, 560  # pixels


def ledger_figure(account: Ledger, series: int = 0) -> go.Figure:
    """What a layer holds, by when it was written: units from short memory to long, and their sum beneath.

    account  of `ledger`, its columns the groups it was given
    series   which of the batch

    Colours are shares of what the unit holds: blue was written up, orange down. It is an account of memory:
    what is held need not be used.
    """
    one = account.of(series)
    columns = _columns(one)
    names = ["before" if one.names[c] == BEFORE else escape(one.names[c]) for c in columns]
    ages = one.half_age()[0]
    order = np.argsort(np.where(np.isnan(ages), np.inf, ages), kind="stable")[
        ::-1
    ]  # drawn from the bottom up
    parts, signed = one.by_group[0][columns][:, order], _signed(one)[columns][:, order]
    height = int(np.clip(UNIT_HEIGHT * len(order), LEAST, MOST))
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[height, 150]
    )
    bound = max(float(np.nanpercentile(np.abs(signed), 99.5)), 1e-12)
    figure.add_heatmap(
        x=names, y=np.arange(len(order)), z=signed.T, zmin=-bound, zmax=bound, hoverongaps=False,
        colorscale=[list(stop) for stop in DIVERGING], customdata=_hovers(one, parts, order),
        hovertemplate="%{customdata}<extra></extra>", row=1, col=1, xgap=1 if len(names) <= 60 else 0,
        colorbar={"thickness": 12, "outlinewidth": 0, "tickformat": "+.0%", "len": 0.66, "y": 1,
                  "yanchor": "top", "title": {"text": "share of what<br>a unit holds"}},
    )  # fmt: skip
    shares = np.array(list(one.share_by_group.values()))[columns]
    figure.add_bar(
        x=names, y=shares, marker={"color": GREY, "line": {"width": 0}}, name="all units", row=2, col=1,
        text=[share(part) for part in shares] if len(names) <= FEW else None, textposition="outside",
        cliponaxis=False, hovertemplate="%{x}: %{y:.1%} of all that is held<extra></extra>",
    )  # fmt: skip
    grouped = len(one.names) <= len(one.labels)
    dressed(
        figure,
        x="when it was written" if grouped else "step at which it was written",
        y="units, short memory on top",
        height=height + 150 + 140,
    )
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, row=1, col=1)
    figure.update_xaxes(ticks="", row=1, col=1)
    top = float(np.nanmax(shares, initial=0.0)) or 1.0
    figure.update_yaxes(tickformat=".0%", title_text="share of all", range=[0, 1.25 * top], row=2, col=1)
    figure.update_xaxes(type="category", showgrid=False)
    if len(names) <= FEW:
        figure.update_xaxes(tickvals=names, ticktext=["<br>".join(wrap(n, 12)) for n in names], tickangle=0)
    return figure.update_layout(hovermode="closest", showlegend=False)


def _columns(one: Ledger) -> list[int]:
    """The groups in the order of time: what was there before first, where anything of it is left."""
    groups = list(range(len(one.names) - 1))
    return [len(groups), *groups] if np.abs(one.start).sum() > 0 else groups


def _signed(one: Ledger) -> FloatArray:
    """Each group's part of what a unit holds, as a share with its sign. [groups, units]"""
    whole = np.abs(one.written).sum(axis=1) + np.abs(one.start)
    signed: FloatArray = one.by_group[0] / np.where(whole > 0, whole, np.nan)
    return signed


def _hovers(one: Ledger, parts: FloatArray, order: np.ndarray) -> list[list[str]]:
    """What is said over each cell of the heat map, units by groups."""
    ages, held = one.half_age()[0][order], one.held[0][order]
    names = [one.names[column] for column in _columns(one)]
    rows = []
    for unit, age, value, row in zip(order, ages, held, parts.T, strict=True):
        when = (
            f"half of it was written in the last {age:g} steps"
            if np.isfinite(age)
            else f"half of it was there {BEFORE}"
        )
        head = f"unit {unit} holds {number(value)}; {when}"
        rows.append(
            [f"{head}<br>{escape(name)}: {number(part)} of it" for name, part in zip(names, row, strict=True)]
        )
    return rows
