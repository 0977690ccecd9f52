"""The insight room: figures and facts that make a forecast understood."""

from gatecast.insight.facts import facts
from gatecast.insight.figures import (
    autocorrelation_figure,
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    fan_chart,
    flow_figure,
    leaderboard_figure,
    ledger_figure,
    normality_figure,
    parts_figure,
    residuals_figure,
    spectrum_figure,
    training_flow_figure,
)
from gatecast.insight.flow import Flow, flow, flows
from gatecast.insight.labels import day_labels, event_labels, hour_labels
from gatecast.insight.ledger import Ledger, ledger
from gatecast.insight.subject import Explainable, Subject, find_position, find_series
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
    "Explainable",
    "Flow",
    "FlowWatch",
    "Ledger",
    "Subject",
    "TrainingFlow",
    "Verdict",
    "autocorrelation_figure",
    "board_remarks",
    "board_rows",
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
    "headline",
    "hour_labels",
    "leaderboard_figure",
    "ledger",
    "ledger_figure",
    "normality_figure",
    "number",
    "parts_figure",
    "residuals_figure",
    "share",
    "spectrum_figure",
    "training_flow",
    "training_flow_figure",
]
