"""What each command does, as functions: read a table, forecast it, compare models on it, save the result."""

from gatecast.forecaster import probabilities
from gatecast.jobs.explaining import explain_model, explain_table, sample_source
from gatecast.jobs.question import Question, Source, make, read
from gatecast.jobs.saving import (
    as_csv,
    check_checkpoint,
    check_folder,
    check_model,
    check_targets,
    keep_inputs,
    save,
)
from gatecast.jobs.updating import Update, remembered, update
from gatecast.jobs.work import Answer, Comparison, Prediction, compare, forecast, last_window, predict

__all__ = [
    "Answer",
    "Comparison",
    "Prediction",
    "Question",
    "Source",
    "Update",
    "as_csv",
    "check_checkpoint",
    "check_folder",
    "check_model",
    "check_targets",
    "compare",
    "explain_model",
    "explain_table",
    "forecast",
    "keep_inputs",
    "last_window",
    "make",
    "predict",
    "probabilities",
    "read",
    "remembered",
    "sample_source",
    "save",
    "update",
]
