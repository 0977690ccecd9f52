"""Every Plotly figure of the project, built once, for pages and notebooks alike."""

from gatecast.insight.figures.comparison import coverage_figure, errors_by_step_figure, leaderboard_figure
from gatecast.insight.figures.covariates import covariates_figure
from gatecast.insight.figures.curves import Curve, Mark, Strip, bars_figure, curves_figure, strips_figure
from gatecast.insight.figures.fan import fan_chart
from gatecast.insight.figures.parts import parts_figure
from gatecast.insight.figures.residuals import autocorrelation_figure, normality_figure, residuals_figure
from gatecast.insight.figures.unrolled import unrolled_figure

__all__ = [
    "Curve",
    "Mark",
    "Strip",
    "autocorrelation_figure",
    "bars_figure",
    "covariates_figure",
    "coverage_figure",
    "curves_figure",
    "errors_by_step_figure",
    "fan_chart",
    "leaderboard_figure",
    "normality_figure",
    "parts_figure",
    "residuals_figure",
    "strips_figure",
    "unrolled_figure",
]
