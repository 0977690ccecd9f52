"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.facts import facts
from gatecast.insight.figures import (
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    fan_chart,
    leaderboard_figure,
    parts_figure,
)

__all__ = [
    "covariates_figure",
    "coverage_figure",
    "errors_by_step_figure",
    "facts",
    "fan_chart",
    "leaderboard_figure",
    "parts_figure",
]
