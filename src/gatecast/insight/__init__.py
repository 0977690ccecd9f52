"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.ablation import Ablation, unit_ablation
from gatecast.insight.changes import Change, Clamp, Holiday, Set, Shift, parse_change
from gatecast.insight.facts import facts
from gatecast.insight.figures import (
    autocorrelation_figure,
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    fan_chart,
    flow_figure,
    half_life_figure,
    leaderboard_figure,
    ledger_figure,
    level_words,
    linear_figure,
    normality_figure,
    parts_figure,
    reach_figure,
    residuals_figure,
    sorted_units,
    spectrum_figure,
    training_flow_figure,
    washout_figure,
    whatif_figure,
    xray_figure,
)
from gatecast.insight.flow import Flow, flow, flows
from gatecast.insight.halflife import HalfLives, half_lives
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.labels import day_labels, event_labels, hour_labels
from gatecast.insight.ledger import Ledger, ledger
from gatecast.insight.reach import Reach, reach
from gatecast.insight.subject import Explainable, Subject, choose, find_position, find_series
from gatecast.insight.training_flow import FlowWatch, TrainingFlow, training_flow
from gatecast.insight.verdict import Verdict
from gatecast.insight.washout import Washout, washout
from gatecast.insight.whatif import WhatIf, what_if
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
    "Ablation",
    "Change",
    "Clamp",
    "Explainable",
    "Flow",
    "FlowWatch",
    "HalfLives",
    "Holiday",
    "Inspection",
    "Ledger",
    "Reach",
    "Set",
    "Shift",
    "Subject",
    "TrainingFlow",
    "Verdict",
    "Washout",
    "WhatIf",
    "autocorrelation_figure",
    "board_remarks",
    "board_rows",
    "choose",
    "compared_over",
    "covariates_figure",
    "coverage_figure",
    "day_labels",
    "errors_by_step_figure",
    "event_labels",
    "facts",
    "fan_chart",
    "find_position",
    "find_series",
    "flow",
    "flow_figure",
    "flows",
    "half_life_figure",
    "half_lives",
    "headline",
    "hour_labels",
    "inspect",
    "leaderboard_figure",
    "ledger",
    "ledger_figure",
    "level_words",
    "linear_figure",
    "normality_figure",
    "number",
    "parse_change",
    "parts_figure",
    "reach",
    "reach_figure",
    "residuals_figure",
    "share",
    "sorted_units",
    "spectrum_figure",
    "training_flow",
    "training_flow_figure",
    "unit_ablation",
    "washout",
    "washout_figure",
    "what_if",
    "whatif_figure",
    "xray_figure",
]
