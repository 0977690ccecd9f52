"""Every Plotly figure of the project, built once, for pages and notebooks alike."""

from gatecast.insight.figures.attribution import attribution_figure, reasons_figure
from gatecast.insight.figures.comparison import coverage_figure, errors_by_step_figure, leaderboard_figure
from gatecast.insight.figures.covariates import covariates_figure
from gatecast.insight.figures.curves import Curve, Mark, Strip, bars_figure, curves_figure, strips_figure
from gatecast.insight.figures.fan import fan_chart
from gatecast.insight.figures.flow import flow_figure, spectrum_figure, training_flow_figure
from gatecast.insight.figures.ledger import ledger_figure
from gatecast.insight.figures.linear import level_words, linear_figure
from gatecast.insight.figures.parts import parts_figure, parts_words
from gatecast.insight.figures.reach import half_life_figure, reach_figure, washout_figure
from gatecast.insight.figures.regime import regime_figure
from gatecast.insight.figures.residuals import autocorrelation_figure, normality_figure, residuals_figure
from gatecast.insight.figures.unrolled import unrolled_figure
from gatecast.insight.figures.whatif import whatif_figure
from gatecast.insight.figures.xray import Lines, sorted_units, xray_figure

__all__ = [
    "Curve",
    "Lines",
    "Mark",
    "Strip",
    "attribution_figure",
    "autocorrelation_figure",
    "bars_figure",
    "covariates_figure",
    "coverage_figure",
    "curves_figure",
    "errors_by_step_figure",
    "fan_chart",
    "flow_figure",
    "half_life_figure",
    "leaderboard_figure",
    "ledger_figure",
    "level_words",
    "linear_figure",
    "normality_figure",
    "parts_figure",
    "parts_words",
    "reach_figure",
    "reasons_figure",
    "regime_figure",
    "residuals_figure",
    "sorted_units",
    "spectrum_figure",
    "strips_figure",
    "training_flow_figure",
    "unrolled_figure",
    "washout_figure",
    "whatif_figure",
    "xray_figure",
]
