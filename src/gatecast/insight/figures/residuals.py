"""What a model leaves of a series: its errors over time, their memory, and how normal they are."""

from collections.abc import Sequence
from html import escape
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.insight.figures.palette import BLUE, GREY, VERMILLION, dressed, faded
from gatecast.insight.figures.stretch import axis_title, stamps

TWO_SIDED = 1.96  # standard deviations that hold 95 % of a normal distribution
MOST_STEPS = 2000  # shown unless asked for more: a browser draws so many at once
MOST_POINTS = 500  # of the normal plot; of more residuals the middle ones are thinned
UNIT = "standard deviations"


def residuals_figure(
    panel: Panel,
    residuals: Float[FloatArray, "time"],
    series: int = 0,
    *,
    history: int | None = None,
) -> go.Figure:
    """Standardised residuals of one series over local time, with the band that should hold 95 % of them.

    residuals  [time]  of the series' history, as `ARIMA.diagnosis` gives them; NaN where there is none
    series     which of the panel's
    history    steps of the past to show; the last 2,000 when None

    Raises OptionError where the residuals are not of this series' history, or nothing is to be shown.
    """
    rows = panel.history(series)
    count = rows.stop - rows.start
    if len(residuals) != count:
        raise OptionError(f"the series has {count} steps of history and there are {len(residuals)} residuals")
    if history is not None and history < 1:
        raise OptionError(f"history={history} steps would show nothing; give 1 or more")
    shown = min(count, MOST_STEPS if history is None else history)
    x = stamps(panel.times[rows][count - shown :], panel.zone, panel.frequency)
    figure = go.Figure()
    _add_band(figure, TWO_SIDED, "where 95 % should be")
    figure.add_scatter(
        x=x, y=residuals[count - shown :], name="residual", mode="lines+markers", connectgaps=False,
        line={"color": BLUE, "width": 1}, marker={"color": BLUE, "size": 3}, hovertemplate="%{y:.2f}",
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1})
    return dressed(figure, x=axis_title(panel), y=f"residual of {escape(str(panel.ids[series]))}, {UNIT}")


def autocorrelation_figure(
    autocorrelations: Float[FloatArray, "lags"], seen: int, seasons: Sequence[int] = ()
) -> go.Figure:
    """Autocorrelations of residuals with the band ±1.96 / √n; multiples of the first season stand out.

    autocorrelations  [lags]  from lag 1 on
    seen              residuals they were computed from
    seasons           lengths of the cycles in steps, as a panel has them

    >>> figure = autocorrelation_figure(np.array([0.1, -0.3, 0.0, 0.2]), 400, seasons=[2])
    >>> [trace.name for trace in figure.data]
    ['autocorrelation', 'at multiples of the season 2']
    """
    lag = np.arange(1, len(autocorrelations) + 1)
    season = next((length for length in sorted(seasons) if length > 1), 0)
    seasonal = lag % season == 0 if season else np.zeros(len(lag), dtype=bool)
    figure = go.Figure()
    _add_band(figure, TWO_SIDED / np.sqrt(max(seen, 1)), "where 95 % of noise's would be")
    parts = [
        ("autocorrelation", BLUE, ~seasonal),
        (f"at multiples of the season {season}", VERMILLION, seasonal),
    ]
    for name, color, chosen in parts:
        if chosen.any():
            figure.add_bar(
                x=lag[chosen], y=autocorrelations[chosen], name=name, hovertemplate="%{y:.3f}",
                marker={"color": color, "line": {"width": 0}}, width=0.6,
            )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1})
    dressed(figure, x="lag, steps", y="autocorrelation of residuals", height=340)
    if season % 4 == 0 and 8 <= season <= 2 * len(lag):
        figure.update_xaxes(tick0=0, dtick=season // 4)
    return figure.update_xaxes(hoverformat="d", range=[0.2, len(lag) + 0.8])


def normality_figure(residuals: Float[FloatArray, "time"]) -> go.Figure:
    """Residuals in order against the quantiles of a normal distribution; on the line they are normal.

    residuals  [time]  standardised; NaN where there is none

    Raises OptionError where there is none at all.
    """
    ordered = np.sort(residuals[np.isfinite(residuals)])
    count = len(ordered)
    if not count:
        raise OptionError(
            "there are no residuals to show; the series is flat or shorter than its differencing"
        )
    ranks = _thinned(count)
    normal = NormalDist()
    x = np.array([normal.inv_cdf((rank + 0.5) / count) for rank in ranks])
    ends = np.array([x[0], x[-1]])
    figure = go.Figure()
    figure.add_scatter(
        x=ends, y=ends, name="normal", mode="lines", line={"color": GREY, "width": 1.4, "dash": "dash"},
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=ordered[ranks], name="residuals", mode="markers", marker={"color": BLUE, "size": 5},
        hovertemplate="%{y:.2f} where a normal one is at %{x:.2f}<extra></extra>",
    )  # fmt: skip
    dressed(figure, x=f"normal quantile, {UNIT}", y=f"residual, {UNIT}")
    return figure.update_layout(hovermode="closest")


def _add_band(figure: go.Figure, bound: float, name: str) -> None:
    """A band around zero, beneath what is drawn, with its meaning in the legend."""
    figure.add_hrect(
        y0=-bound, y1=bound, fillcolor=faded(GREY, 0.16), line_width=0, layer="below", name=name,
        showlegend=True,
    )  # fmt: skip


def _thinned(count: int) -> np.ndarray:
    """Ranks to draw: all of few; of many, both ends whole and the middle evenly."""
    if count <= MOST_POINTS:
        return np.arange(count)
    tail = MOST_POINTS // 5
    middle = np.linspace(tail, count - tail - 1, MOST_POINTS - 2 * tail).astype(int)
    return np.concatenate([np.arange(tail), middle, np.arange(count - tail, count)])
