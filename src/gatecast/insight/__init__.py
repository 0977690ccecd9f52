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
    flow_figure,
    leaderboard_figure,
    ledger_figure,
    level_words,
    linear_figure,
    normality_figure,
    parts_figure,
    reasons_figure,
    residuals_figure,
    sorted_units,
    spectrum_figure,
    training_flow_figure,
    xray_figure,
)
from gatecast.insight.flow import Flow, flow, flows
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.labels import day_labels, event_labels, hour_labels
from gatecast.insight.ledger import Ledger, ledger
from gatecast.insight.normal import Normal, normal_of
from gatecast.insight.reasons import Reason, Reasons, reasons
from gatecast.insight.rerun import Change, World, change, edited, world
from gatecast.insight.skill import Skill, skill_of
from gatecast.insight.subject import Explainable, Subject, choose, find_position, find_series
from gatecast.insight.training_flow import FlowWatch, TrainingFlow, training_flow
from gatecast.insight.verdict import Verdict
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
    "Flow",
    "FlowWatch",
    "Inspection",
    "Ledger",
    "Normal",
    "Reason",
    "Reasons",
    "Skill",
    "Subject",
    "TrainingFlow",
    "Verdict",
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
    "day_labels",
    "edited",
    "errors_by_step_figure",
    "event_labels",
    "facts",
    "faithfulness",
    "fan_chart",
    "find_events",
    "find_position",
    "find_series",
    "flow",
    "flow_figure",
    "flows",
    "headline",
    "hour_labels",
    "inspect",
    "leaderboard_figure",
    "ledger",
    "ledger_figure",
    "level_words",
    "linear_figure",
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
    "spectrum_figure",
    "training_flow",
    "training_flow_figure",
    "world",
    "xray_figure",
]
