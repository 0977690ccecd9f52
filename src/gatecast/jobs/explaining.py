"""Explain one forecast: of a table, by a model that learned what was known then, or of a saved model."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gatecast.data import Panel, Schema, extend, load_sample, sample_info
from gatecast.errors import OptionError
from gatecast.front import TableDoor
from gatecast.insight import (
    Clamp,
    Explainable,
    Explanation,
    Subject,
    choose,
    explain,
    find_position,
    find_series,
    parse_change,
    stamps,
)
from gatecast.jobs.noted import warnings_noted
from gatecast.jobs.question import Question, Source, read, with_holidays
from gatecast.progress import Noting, Progress


def explain_table(
    source: Source,
    forecaster: Any,
    progress: Progress,
    *,
    series: object = None,
    at: Any = None,
    future: Any = None,
    changes: Sequence[str] | None = None,
    unit: str = "",
) -> tuple[Explanation, tuple[str, ...]]:
    """Learn from what the table knows at the origin and explain the forecast made there.

    series   id; the first unless given
    at       origin, the last step whose value may be known; the end of the table unless given
    future   table of the covariates known ahead, where the origin is the end
    changes  what to change in thought, as `parse_change` reads it; the usual ones when None
    returns  the explanation, and what there was to note

    Raises OptionError for a series or a time there is not, CovariateError where covariates lack ahead, and
    SeriesError where no memory could be trained.
    """
    asked = None if changes is None else tuple(parse_change(text) for text in changes)
    reports = Noting(progress)
    horizon, whole = source.question.horizon, source.panel
    index = find_series(whole, series)
    position = find_position(whole, index, at, horizon)
    beyond = position + horizon >= int(whole.known_steps[index])
    panel = whole
    if beyond:
        panel = extend(source.reading.panel, source.reading.layout, horizon, future, reports)
        panel = with_holidays(panel, source.question)
    for change in asked or ():
        if not isinstance(change, Clamp):  # what cannot be changed is refused before anything is learned
            change.made(Subject(forecaster, panel, index, position))
    learned = forecaster.learn(known_at(whole, index, position), reports)
    found = explain(Subject(learned, panel, index, position), changes=asked, unit=unit, progress=reports)
    return found, reports.notes


def sample_source(name: str, seed: int = 0) -> tuple[Source, str]:
    """A bundled sample, read for its day ahead, and the origin that leaves its last day to be seen.

    Raises OptionError if there is no such sample.
    """
    sample = sample_info(name)
    source = read(load_sample(name), Question(Schema(known=sample.known), sample.horizon, seed=seed))
    panel = source.panel
    row = panel.history(0).stop - 1 - sample.horizon
    at = stamps(panel.times[row : row + 1], panel.zone, panel.frequency)[0]
    return source, str(at)


def explain_model(
    model: TableDoor,
    progress: Progress,
    *,
    series: object = None,
    at: Any = None,
    future: Any = None,
    changes: Sequence[str] | None = None,
    unit: str = "",
) -> tuple[Explanation, tuple[str, ...]]:
    """Explain a forecast of a model fitted before; see `explain_table`. Nothing is learned.

    Raises OptionError, too, where the model has no memory to explain.
    """
    if not isinstance(model, Explainable):
        raise OptionError(f"{model.name} has no memory to explain; save a hybrid, lstm, gru or rnn")
    asked = None if changes is None else tuple(parse_change(text) for text in changes)
    reports = Noting(progress)
    with warnings_noted(reports):
        subject = choose(model, model.panel_, lambda: model.ahead(future), series, at)
    known = int(model.panel_.known_steps[subject.series])
    if subject.position + 1 < known:
        reports.note(
            f"the model had learned from the {known - subject.position - 1} steps behind this origin, too: "
            "a forecast made there and then would have been less sure"
        )
    return explain(subject, changes=asked, unit=unit, progress=reports), reports.notes


def known_at(panel: Panel, series: int, position: int) -> Panel:
    """The panel as it stood at one series' origin: what came later is blanked in every series."""
    moment = panel.times[int(panel.offsets[series]) + position]
    steps = [np.searchsorted(panel.times[panel.history(i)], moment, side="right") for i in range(len(panel))]
    return panel.seen_until(np.array(steps, dtype=np.int64))
