"""How far a model sees: reach by lag, the history its memory needs, and how long its units keep."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gatecast._types import FloatArray, IntArray
from gatecast.data import Frequency
from gatecast.insight.figures.palette import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILLION,
    dressed,
    quantity,
)
from gatecast.insight.sight.halflife import HalfLives
from gatecast.insight.sight.lags import duration, hours
from gatecast.insight.sight.reach import Part, Reach
from gatecast.insight.sight.washout import Washout

LINES: tuple[tuple[Part, str, str, str], ...] = (
    ("whole", "whole model", BLUE, "solid"),
    ("linear", "linear part", ORANGE, "dash"),
    ("pool", "pool part", PURPLE, "dashdot"),
    ("memory", "memory part", GREEN, "dot"),
    ("carried", "carried by the memory alone", VERMILLION, "solid"),
)
DECADES = 5  # of change shown below the largest
TICKS: dict[str, tuple[tuple[float, str], ...]] = {
    "hours": (
        (0.25, "15 min"), (1, "1 h"), (3, "3 h"), (6, "6 h"), (12, "12 h"), (24, "1 day"), (48, "2 days"),
        (168, "1 week"), (672, "4 weeks"), (2191, "3 months"), (8736, "1 year"), (43800, "5 years"),
        (175200, "20 years"),
    ),
    "steps": tuple((n, str(n)) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)),
}  # fmt: skip


def reach_figure(
    reach: Reach, parts: Sequence[Part] = ("whole", "linear", "pool", "memory", "carried"), *, unit: str = ""
) -> go.Figure:
    """The change of the forecast by the lag of a pulse, both scales logarithmic; where it goes out of sight.

    parts  those of them the model has are drawn
    unit   of the series
    """
    figure = go.Figure()
    measured = {"linear": reach.linear, "pool": reach.pool, "memory": reach.memory}
    there = {"whole", "carried"} | {part for part, change in measured.items() if change is not None}
    _, mean = reach.profile()
    top = max(float(np.nanmax(mean, initial=0.0)), float(np.nanmax(reach.profile("carried")[1], initial=0.0)))
    bottom = max(top, reach.rounding) * 10.0**-DECADES
    for part, name, color, dash in LINES:
        if part not in parts or part not in there:
            continue
        lags, size = reach.profile(part)
        figure.add_scatter(
            x=lags + 1, y=np.maximum(size, bottom), name=name, mode="lines+markers", marker={"size": 5},
            line={"color": color, "dash": dash, "width": 2},
            customdata=_pulsed(lags, size, reach.frequency, unit),
            hovertemplate=f"{name}, %{{customdata[0]}}: %{{customdata[1]}}<extra></extra>",
        )  # fmt: skip
    dressed(figure, x=f"lag of the pulse in {reach.what}", y=quantity("mean change of the forecast", unit))
    _threshold(figure, reach.floor(), "out of sight below")
    seen = reach.sees()
    if seen is not None:
        word = f"sees {duration(seen, reach.frequency)}" if seen else "sees the origin's own step"
        _mark(figure, seen + 1, word, BLUE)
    _decades(figure, bottom, max(top, reach.rounding))
    last = int(max(reach.lags[-1], reach.carried_lags[-1])) + 1
    values, words = ticks(last, reach.frequency)
    return figure.update_layout(hovermode="closest").update_xaxes(
        type="log", range=[-0.03, np.log10(last) + 0.05], tickvals=[1, *(v + 1 for v in values)],
        ticktext=["origin", *words], tickangle=0,
    )  # fmt: skip


def washout_figure(washout: Washout, *, unit: str = "") -> go.Figure:
    """The largest difference from the whole context's forecast by how many steps are read."""
    figure = go.Figure()
    size = washout.largest
    floor = max(float(size.max()), washout.tolerance, 1e-30) * 10.0**-DECADES
    said = [
        (duration(n, washout.frequency), _amount(s, unit)) for n, s in zip(washout.steps, size, strict=True)
    ]
    figure.add_scatter(
        x=washout.steps, y=np.maximum(size, floor), name="largest difference over the steps ahead",
        mode="lines+markers", line={"color": BLUE, "width": 2}, marker={"size": 5}, customdata=said,
        hovertemplate="from the last %{customdata[0]}: %{customdata[1]} off<extra></extra>",
    )  # fmt: skip
    dressed(
        figure, x="history the memory reads, from nothing", y=quantity("difference of the forecast", unit)
    )
    figure.update_layout(hovermode="closest", showlegend=False)
    _threshold(figure, washout.tolerance, f"tolerated: {_amount(washout.tolerance, unit)}")
    if washout.heard:
        _mark(figure, washout.needed, f"needs {duration(washout.needed, washout.frequency)}", VERMILLION)
    _decades(figure, floor, floor * 10.0**DECADES)
    values, words = ticks(washout.context, washout.frequency)
    ends = [-0.03, np.log10(washout.context) + 0.05]
    return figure.update_xaxes(type="log", tickvals=values, ticktext=words, range=ends, tickangle=0)


def half_life_figure(lives: HalfLives) -> go.Figure:
    """The measured half-life of every unit, the longest first; the gates' beside it where they agree."""
    figure = go.Figure()
    order = lives.order
    rank = np.arange(1, len(order) + 1)
    longest = float(lives.lags[-1])
    one = np.minimum(lives.measured_half_life[order], longest)
    full, dead = lives.saturated[order], lives.dead[order]
    for name, mine, marker in (
        ("measured unit", ~full & ~dead, {"color": BLUE, "size": 8}),
        ("measured, saturated unit", full & ~dead, {"color": BLUE, "size": 8, "symbol": "circle-open"}),
        ("measured, dead unit", dead, {"color": GREY, "size": 8, "symbol": "x-thin-open"}),
    ):
        if mine.any():
            said = [(u, _long(lives.measured_half_life[u], longest, lives.frequency)) for u in order[mine]]
            figure.add_scatter(
                x=rank[mine], y=one[mine], name=name, mode="markers", marker=marker, customdata=said,
                hovertemplate=f"{name} %{{customdata[0]}}: half at %{{customdata[1]}}<extra></extra>",
            )  # fmt: skip
    if lives.implied_half_life is not None and lives.show_implied:
        implied = lives.implied_half_life[order]
        figure.add_scatter(
            x=rank, y=np.minimum(implied, longest), name="implied by the gates", mode="markers",
            marker={"color": ORANGE, "size": 9, "symbol": "line-ew-open", "line": {"width": 2}},
            customdata=[_long(value, longest, lives.frequency) for value in implied],
            hovertemplate="by its gates at %{customdata}<extra></extra>",
        )  # fmt: skip
    dressed(figure, x="units, the longest memory first", y="half-life", height=380)
    figure.update_layout(hovermode="closest")
    values, words = ticks(int(longest), lives.frequency, fractions=True)
    known = one[np.isfinite(one)]
    ends = (known.min(), known.max()) if len(known) else (1.0, longest)
    figure.update_xaxes(range=[0, len(order) + 1])
    return figure.update_yaxes(
        type="log", tickvals=values, ticktext=words,
        range=[np.log10(max(ends[0], 1e-2)) - 0.15, np.log10(max(ends[1], 1e-2)) + 0.15],
    )  # fmt: skip


def _threshold(figure: go.Figure, at: float, word: str) -> None:
    """A level across a figure whose scales are logarithmic, with its meaning at the right end."""
    if at > 0:
        figure.add_hline(y=at, line={"color": GREY, "width": 1.2, "dash": "dash"})
        figure.add_annotation(
            text=word, xref="paper", x=1, y=np.log10(at), xanchor="right", yanchor="bottom", showarrow=False,
            font={"size": 12},
        )  # fmt: skip


def _mark(figure: go.Figure, at: float, word: str, color: str) -> None:
    """A moment of a figure whose scales are logarithmic; its meaning at the top, on the side with room."""
    furthest = max(float(np.max(np.asarray(trace.x, dtype=float))) for trace in figure.data)
    late = np.log10(at) > 0.7 * np.log10(furthest)
    figure.add_vline(x=at, line={"color": color, "width": 1.4, "dash": "dot"})
    figure.add_annotation(
        text=word, yref="paper", x=np.log10(at), y=1, yanchor="top", showarrow=False, font={"size": 12},
        xanchor="right" if late else "left", xshift=-4 if late else 4,
    )  # fmt: skip


def _decades(figure: go.Figure, bottom: float, top: float) -> None:
    """A logarithmic scale of sizes, one tick for each power of ten; what is smaller stands on its floor."""
    first, last = np.ceil(np.log10(bottom) + 0.3), np.log10(top)
    powers = np.arange(first, last + 1)
    figure.update_yaxes(
        type="log", range=[np.log10(bottom) - 0.1, last + 0.35], tickvals=[bottom, *10.0**powers],
        ticktext=["less", *(f"{10.0**power:,.10g}" for power in powers)],
    )  # fmt: skip


def ticks(longest: int, frequency: Frequency, *, fractions: bool = False) -> tuple[list[float], list[str]]:
    """Where on a scale of steps round lengths of time stand, up to the longest, and what they are called.

    fractions  also below one step

    >>> ticks(48, Frequency("microsecond", 1_800_000_000))
    ([2.0, 6.0, 12.0, 24.0, 48.0], ['1 h', '3 h', '6 h', '12 h', '1 day'])
    """
    each = hours(1, frequency)
    pairs = TICKS["steps"] if each is None else TICKS["hours"]
    at = [(value / (each or 1.0), word) for value, word in pairs]
    kept = [(value, word) for value, word in at if (0.0 if fractions else 1.0) <= value <= longest]
    return [value for value, _ in kept], [word for _, word in kept]


def _pulsed(lags: IntArray, size: FloatArray, frequency: Frequency, unit: str) -> list[tuple[str, str]]:
    """What a hover says of each lag: how long ago, and how much it moves."""
    ago = [f"{duration(int(lag), frequency)} before" if lag else "at the origin" for lag in lags]
    return [(when, _amount(value, unit)) for when, value in zip(ago, size, strict=True)]


def _amount(value: float, unit: str) -> str:
    """An amount in the unit of the series."""
    said = f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
    return f"{said} {unit}".strip()


def _long(value: float, longest: float, frequency: Frequency) -> str:
    """A half-life in words."""
    if np.isnan(value):
        return "nothing: its cell does not move"
    return duration(value, frequency) if np.isfinite(value) else f"more than {duration(longest, frequency)}"
