"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.attribution import Attribution, attribute
from gatecast.insight.events import Event, find_events
from gatecast.insight.facts import facts
from gatecast.insight.faithful import Faithfulness, faithfulness
from gatecast.insight.figures import (
    attribution_figure,
    autocorrelation_figure,
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    fan_chart,
    leaderboard_figure,
    normality_figure,
    parts_figure,
    reasons_figure,
    residuals_figure,
    sorted_units,
    xray_figure,
)
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.normal import Normal, normal_of
from gatecast.insight.reasons import Reason, Reasons, reasons
from gatecast.insight.rerun import Change, World, change, edited, world
from gatecast.insight.skill import Skill, skill_of
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
    "Attribution",
    "Change",
    "Event",
    "Explainable",
    "Faithfulness",
    "Inspection",
    "Normal",
    "Reason",
    "Reasons",
    "Skill",
    "Subject",
    "World",
    "attribute",
    "attribution_figure",
    "autocorrelation_figure",
    "board_remarks",
    "board_rows",
    "change",
    "choose",
    "compared_over",
    "covariates_figure",
    "coverage_figure",
    "edited",
    "errors_by_step_figure",
    "facts",
    "faithfulness",
    "fan_chart",
    "find_events",
    "find_position",
    "find_series",
    "headline",
    "inspect",
    "leaderboard_figure",
    "normal_of",
    "normality_figure",
    "number",
    "parts_figure",
    "reasons",
    "reasons_figure",
    "residuals_figure",
    "share",
    "skill_of",
    "sorted_units",
    "world",
    "xray_figure",
]
