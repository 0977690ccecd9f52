"""The ledger as a picture: what each unit holds by when it was written, and all units together."""

from html import escape
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast._types import FloatArray
from gatecast.insight.account.ledger import BEFORE, Ledger
from gatecast.insight.figures.palette import BLUE, GREY, ORANGE, dressed, faded
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
UNIT_HEIGHT, LEAST, MOST, BARS = 8, 160, 560, 150  # pixels


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
    height = int(np.clip(UNIT_HEIGHT * one.held.shape[1], LEAST, MOST))
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[height, BARS]
    )
    _add_units(figure, one, columns, names)
    _add_all(figure, np.array(list(one.share_by_group.values()))[columns], names)
    grouped = len(one.names) <= len(one.labels)
    when = "when it was written" if grouped else "step at which it was written"
    dressed(figure, x=when, y="units, short memory on top", height=height + BARS + 140)
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, row=1, col=1)
    figure.update_xaxes(ticks="", row=1, col=1)
    figure.update_xaxes(type="category", showgrid=False)
    if len(names) <= FEW:
        figure.update_xaxes(tickvals=names, ticktext=["<br>".join(wrap(n, 12)) for n in names], tickangle=0)
    return figure.update_layout(hovermode="closest", showlegend=False)


def _add_units(figure: go.Figure, one: Ledger, columns: list[int], names: list[str]) -> None:
    """What each unit holds of each group's writing, as a share of all it holds."""
    ages = one.half_age()[0]
    order = np.argsort(np.where(np.isnan(ages), np.inf, ages), kind="stable")[::-1]  # drawn from the bottom
    signed = _signed(one)[columns][:, order]
    bound = float(np.nanpercentile(np.abs(signed), 99.5)) if np.isfinite(signed).any() else 0.0
    figure.add_heatmap(
        x=names, y=np.arange(len(order)), z=signed.T, zmin=-(bound or 1), zmax=bound or 1,
        colorscale=[list(stop) for stop in DIVERGING], customdata=_hovers(one, columns, order),
        hovertemplate="%{customdata}<extra></extra>", hoverongaps=False, row=1, col=1,
        xgap=1 if len(names) <= 60 else 0,
        colorbar={"thickness": 12, "outlinewidth": 0, "tickformat": "+.0%", "len": 0.66, "y": 1,
                  "yanchor": "top", "title": {"text": "share of what<br>a unit holds"}},
    )  # fmt: skip


def _add_all(figure: go.Figure, shares: FloatArray, names: list[str]) -> None:
    """Each group's share of all that is held."""
    figure.add_bar(
        x=names, y=shares, marker={"color": GREY, "line": {"width": 0}}, name="all units", row=2, col=1,
        text=[share(part) for part in shares] if len(names) <= FEW else None, textposition="outside",
        cliponaxis=False, hovertemplate="%{x}: %{y:.1%} of all that is held<extra></extra>",
    )  # fmt: skip
    top = float(np.nanmax(shares, initial=0.0)) or 1.0
    figure.update_yaxes(tickformat=".0%", title_text="share of all", range=[0, 1.25 * top], row=2, col=1)


def _columns(one: Ledger) -> list[int]:
    """The groups in the order of time: what was there before first, where anything of it is left."""
    groups = list(range(len(one.names) - 1))
    return [len(groups), *groups] if np.abs(one.start).sum() > 0 else groups


def _signed(one: Ledger) -> FloatArray:
    """Each group's part of what a unit holds, as a share with its sign. [groups, units]"""
    whole = np.abs(one.written).sum(axis=1) + np.abs(one.start)
    signed: FloatArray = one.by_group[0] / np.where(whole > 0, whole, np.nan)
    return signed


def _hovers(one: Ledger, columns: list[int], order: np.ndarray) -> list[list[str]]:
    """What is said over each cell of the heat map, units by groups."""
    parts, ages, held = one.by_group[0], one.half_age()[0], one.held[0]
    rows = []
    for unit in order:
        when = f"written in the last {ages[unit]:g} steps" if np.isfinite(ages[unit]) else f"there {BEFORE}"
        head = f"unit {unit} holds {number(held[unit])}; half of it was {when}"
        if np.isnan(ages[unit]):
            head = f"unit {unit} holds nothing"
        rows.append([f"{head}<br>{escape(one.names[c])}: {number(parts[c, unit])} of it" for c in columns])
    return rows
