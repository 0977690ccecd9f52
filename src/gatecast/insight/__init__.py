"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.account.labels import day_labels, event_labels, hour_labels
from gatecast.insight.account.ledger import Ledger, ledger
from gatecast.insight.explanation import Explanation, explain
from gatecast.insight.facts import facts
from gatecast.insight.figures import (
    Curve,
    Mark,
    Strip,
    attribution_figure,
    autocorrelation_figure,
    bars_figure,
    covariates_figure,
    coverage_figure,
    curves_figure,
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
    parts_words,
    reach_figure,
    reasons_figure,
    regime_figure,
    residuals_figure,
    sorted_units,
    spectrum_figure,
    strips_figure,
    training_flow_figure,
    unrolled_figure,
    washout_figure,
    whatif_figure,
    xray_figure,
)
from gatecast.insight.gradients.flow import Flow, flow, flows
from gatecast.insight.gradients.training_flow import FlowWatch, TrainingFlow, training_flow
from gatecast.insight.gradients.verdict import Verdict
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.sight.ablation import Ablation, unit_ablation
from gatecast.insight.sight.halflife import HalfLives, half_lives
from gatecast.insight.sight.reach import Reach, reach
from gatecast.insight.sight.washout import Washout, washout
from gatecast.insight.stamps import said_stamp, stamps
from gatecast.insight.subject import Explainable, Subject, choose, find_position, find_series
from gatecast.insight.whatif.changes import Change, Clamp, Holiday, Set, Shift, parse_change
from gatecast.insight.whatif.whatif import WhatIf, what_if
from gatecast.insight.why.attribution import Attribution, attribute
from gatecast.insight.why.events import Event, find_events
from gatecast.insight.why.faithful import Faithfulness, faithfulness
from gatecast.insight.why.normal import Normal, normal_of
from gatecast.insight.why.reasons import Reason, Reasons, reasons
from gatecast.insight.why.skill import Skill, skill_of
from gatecast.insight.why.world import Effect
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
    "Attribution",
    "Change",
    "Clamp",
    "Curve",
    "Effect",
    "Event",
    "Explainable",
    "Explanation",
    "Faithfulness",
    "Flow",
    "FlowWatch",
    "HalfLives",
    "Holiday",
    "Inspection",
    "Ledger",
    "Mark",
    "Normal",
    "Reach",
    "Reason",
    "Reasons",
    "Set",
    "Shift",
    "Skill",
    "Strip",
    "Subject",
    "TrainingFlow",
    "Verdict",
    "Washout",
    "WhatIf",
    "attribute",
    "attribution_figure",
    "autocorrelation_figure",
    "bars_figure",
    "board_remarks",
    "board_rows",
    "choose",
    "compared_over",
    "covariates_figure",
    "coverage_figure",
    "curves_figure",
    "day_labels",
    "errors_by_step_figure",
    "event_labels",
    "explain",
    "facts",
    "faithfulness",
    "fan_chart",
    "find_events",
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
    "normal_of",
    "normality_figure",
    "number",
    "parse_change",
    "parts_figure",
    "parts_words",
    "reach",
    "reach_figure",
    "reasons",
    "reasons_figure",
    "regime_figure",
    "residuals_figure",
    "said_stamp",
    "share",
    "skill_of",
    "sorted_units",
    "spectrum_figure",
    "stamps",
    "strips_figure",
    "training_flow",
    "training_flow_figure",
    "unit_ablation",
    "unrolled_figure",
    "washout",
    "washout_figure",
    "what_if",
    "whatif_figure",
    "xray_figure",
]
