"""The comparison: who errs how much, how far ahead, and whose intervals hold what they promise."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gatecast._types import FloatArray
from gatecast.backtest import Backtest, Leaderboard, coverage_by_step, errors_by_step
from gatecast.insight.figures.palette import BLUE, GREY, color_of, dash_of, dressed, faded

BAR_HEIGHT = 46


def leaderboard_figure(board: Leaderboard) -> go.Figure:
    """MASE of every model, the best on top, with the paired verdict in words."""
    rows = board.rows[::-1]  # plotly draws the first bar lowest
    words = [
        "what the others are compared with"
        if row.verdict == "reference"
        else f"{row.verdict} than {board.reference} (p = {row.p_value:.3f})"
        if row.verdict in ("better", "worse")
        else f"{row.verdict} against {board.reference}"
        for row in rows
    ]
    colors = [BLUE if row is board.rows[0] else faded(GREY, 0.75) for row in rows]
    figure = go.Figure(
        go.Bar(
            x=[row.mase for row in rows],
            y=[row.model for row in rows],
            orientation="h",
            marker={"color": colors},
            customdata=words,
            text=[f"{row.mase:.3f}" for row in rows],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="MASE %{x:.3f}, %{customdata}<extra></extra>",
        )
    )
    dressed(figure, x="MASE, lower is better", height=90 + BAR_HEIGHT * len(rows))
    longest = max((row.mase for row in rows if row.mase == row.mase), default=1.0)
    figure.update_xaxes(range=[0, 1.2 * longest])  # room for the number behind the longest bar
    return figure.update_layout(hovermode="closest", showlegend=False)


def errors_by_step_figure(backtest: Backtest) -> go.Figure:
    """Mean scaled absolute error of every model at each step ahead."""
    figure = go.Figure()
    steps = np.arange(1, backtest.horizon + 1)
    for index, (name, errors) in enumerate(_best_first(backtest, errors_by_step(backtest))):
        figure.add_scatter(
            x=steps, y=errors, name=name, mode=_mode(backtest.horizon), hovertemplate="%{y:.3f}",
            line={"color": color_of(index), "dash": dash_of(index), "width": 2},
        )  # fmt: skip
    dressed(figure, x=_ahead(backtest), y="scaled absolute error")
    return figure.update_yaxes(rangemode="tozero").update_xaxes(hoverformat="d")


def coverage_figure(backtest: Backtest, level: Sequence[float] = (80, 95)) -> go.Figure:
    """Share of actuals inside each interval at each step ahead, with the share promised.

    level  [intervals]  widths in percent, one row of the figure each

    Raises OptionError if the backtest lacks an interval's quantiles.
    """
    figure = make_subplots(
        rows=len(level), cols=1, shared_xaxes=True, vertical_spacing=0.08,
        subplot_titles=[f"{width:g} % interval" for width in level],
    )  # fmt: skip
    steps = np.arange(1, backtest.horizon + 1)
    for row, width in enumerate(level, start=1):
        for index, (name, inside) in enumerate(_best_first(backtest, coverage_by_step(backtest, width))):
            figure.add_scatter(
                x=steps, y=inside, name=name, legendgroup=name, showlegend=row == 1, hovertemplate="%{y:.0%}",
                mode=_mode(backtest.horizon), row=row, col=1,
                line={"color": color_of(index), "dash": dash_of(index), "width": 2},
            )  # fmt: skip
        figure.add_hline(y=width / 100, line={"color": GREY, "width": 1.4, "dash": "dash"}, row=row, col=1)
    dressed(figure, x=_ahead(backtest), y="actuals inside", height=110 + 240 * len(level))
    figure.update_layout(legend={"y": 1.01 + 0.07})
    lowest = min((float(np.nanmin(t.y)) for t in figure.data if np.isfinite(t.y).any()), default=0.5)
    bottom = min(lowest, 0.5) - 0.03
    return figure.update_yaxes(tickformat=".0%", title_text="actuals inside", range=[bottom, 1.03])


def _best_first(backtest: Backtest, curves: dict[str, FloatArray]) -> list[tuple[str, FloatArray]]:
    """One curve per model, in the order of their errors: a model has the same colour in every figure."""
    errors = {
        name: float(np.nan_to_num(e, nan=np.inf).mean()) for name, e in errors_by_step(backtest).items()
    }
    return [(name, curves[name]) for name in sorted(curves, key=errors.__getitem__)]


def _ahead(backtest: Backtest) -> str:
    """What the horizon's axis says."""
    frequency = backtest.panel.frequency
    return "steps ahead" if frequency.unit == "step" else f"steps ahead, each {frequency.describe()}"


def _mode(horizon: int) -> str:
    """A line; with dots where there are so few steps that a line alone would say little."""
    return "lines" if horizon > 12 else "lines+markers"
