"""The work itself: forecast what follows a table, or compare models on its past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gatecast.backtest import LEVELS, Backtest, Leaderboard, cross_validate, leaderboard
from gatecast.data import Panel, extend, forecast_frame
from gatecast.forecaster import Forecast, Forecaster, probabilities
from gatecast.front import TableDoor
from gatecast.jobs.noted import warnings_noted
from gatecast.jobs.question import Source, with_holidays
from gatecast.progress import Noting, Progress

LINEAR_HALF = "LinearHalf"  # what a hybrid must be held against


@dataclass(frozen=True)
class Answer:
    """The forecast of what follows a table.

    frame     as rows, the kind of table that came in
    forecast  as a record, made from `panel`: the history with the steps ahead
    model     its maker's name
    notes     what fell back or was left out on the way, a sentence each
    """

    frame: Any
    forecast: Forecast
    panel: Panel
    model: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Prediction:
    """The forecast of a model that was fitted before.

    frame  as rows, the kind of table the model gives
    model  its maker's name
    notes  what was left out on the way, a sentence each
    """

    frame: Any
    model: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Models over rolling origins.

    notes  what fell back or was left out on the way, a sentence each
    """

    backtest: Backtest
    board: Leaderboard
    notes: tuple[str, ...]


def forecast(
    source: Source,
    forecaster: Forecaster,
    progress: Progress,
    *,
    level: Sequence[float],
    future: Any = None,
    parts: bool = False,
) -> Answer:
    """Learn from the whole table and forecast what follows it.

    level   widths of the intervals in percent
    future  table of the covariates known ahead, where there are any
    parts   add the linear and the memory part to the frame

    Raises CovariateError, before anything is learned, when a known covariate lacks for a step ahead.
    """
    question, layout, reports = source.question, source.reading.layout, Noting(progress)
    panel = extend(source.reading.panel, layout, question.horizon, future, reports)
    panel = with_holidays(panel, question)
    quantiles = probabilities(level)
    learning = Noting(reports)
    learned = forecaster.learn(source.panel, learning)
    if isinstance(learned, TableDoor):  # so that it can be saved
        learned.keep(source.reading, source.panel, tuple(dict.fromkeys((*source.notes, *learning.notes))))
    found = learned.forecast(panel, panel.last_origins(), quantiles)
    frame = forecast_frame(found, panel, layout, learned.name, level, parts=parts)
    return Answer(frame, found, panel, learned.name, reports.notes)


def predict(
    model: TableDoor, progress: Progress, *, level: Sequence[float], future: Any = None, parts: bool = False
) -> Prediction:
    """Forecast what follows the table that a model was fitted on; nothing is learned.

    Raises CovariateError when a known covariate lacks for a step ahead.
    """
    reports = Noting(progress)
    with warnings_noted(reports):
        frame = model.predict(level, future, parts=parts)
    return Prediction(frame, model.name, reports.notes)


def compare(
    source: Source,
    forecasters: Sequence[Forecaster],
    progress: Progress,
    *,
    windows: int,
    step: int | None = None,
    refit: bool = False,
) -> Comparison:
    """Run models over rolling origins of the table and rank them, the linear half for a reference.

    Raises SeriesError when a series is too short for the windows.
    """
    reports = Noting(progress)
    backtest = cross_validate(
        forecasters, source.panel, n_windows=windows, step=step, levels=LEVELS, refit=refit, progress=reports
    )
    reference = LINEAR_HALF if LINEAR_HALF in backtest.names else None
    return Comparison(backtest, leaderboard(backtest, reference), reports.notes)


def last_window(source: Source, comparison: Comparison, name: str, *, level: Sequence[float]) -> Answer:
    """One model's forecast from the last origin of a comparison, where what came is known; with its parts.

    level  widths of intervals in percent, among those that were compared

    Raises OptionError for an interval whose quantiles were not.
    """
    backtest, whole = comparison.backtest, comparison.backtest.forecasts[name]
    chosen = backtest.window == backtest.n_windows - 1
    found = Forecast(
        origins=whole.origins.where(chosen),
        levels=whole.levels,
        quantiles=whole.quantiles[chosen],
        point=whole.point[chosen],
        linear_part=None if whole.linear_part is None else whole.linear_part[chosen],
        memory_part=None if whole.memory_part is None else whole.memory_part[chosen],
        pool_part=None if whole.pool_part is None else whole.pool_part[chosen],
    )
    frame = forecast_frame(found, source.panel, source.reading.layout, name, level, parts=True)
    return Answer(frame, found, source.panel, name, comparison.notes)
