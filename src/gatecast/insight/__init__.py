"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.facts import facts
from gatecast.insight.figures import (
    autocorrelation_figure,
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    fan_chart,
    leaderboard_figure,
    normality_figure,
    parts_figure,
    residuals_figure,
    sorted_units,
    xray_figure,
)
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.subject import Explainable, Subject, choose, find_position, find_series
from gatecast.insight.words import (
    BOARD_HEAD,
    board_remarks,
    board_rows,
    compared_over,
    headline,
    number,
    share,
)

__all__ = [
    "BOARD_HEAD",
    "Explainable",
    "Inspection",
    "Subject",
    "autocorrelation_figure",
    "board_remarks",
    "board_rows",
    "choose",
    "compared_over",
    "covariates_figure",
    "coverage_figure",
    "errors_by_step_figure",
    "facts",
    "fan_chart",
    "find_position",
    "find_series",
    "headline",
    "inspect",
    "leaderboard_figure",
    "normality_figure",
    "number",
    "parts_figure",
    "residuals_figure",
    "share",
    "sorted_units",
    "xray_figure",
]
