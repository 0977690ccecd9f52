"""Running one model of bench/energy.py on one set, and holding it against the halves."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from energy_scores import (
    Worst,
    hits,
    paired_by_day,
    paired_by_series,
    percentage_errors,
    share_undercovered,
    worst_coverage,
)
from energy_sets import Held
from gatecast.backtest import mase, owa, smape
from gatecast.backtest.paired import Paired
from gatecast.backtest.scores import mean_known
from gatecast.data import Panel, target_rows
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.progress import Progress, Silent

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
NONE = Worst(np.nan, -1)


@dataclass(frozen=True)
class Outcome:
    """What one model did on one set.

    losses    [origins, horizon] in percent, or [series, 1]: each series' share of OWA
    scores    MAPE %, or sMAPE %, MASE
    inside    by level [origins, horizon]
    seconds   to learn and to forecast
    """

    losses: np.ndarray
    scores: tuple[float, ...]
    inside: dict[int, np.ndarray]
    seconds: tuple[float, float]


@dataclass(frozen=True)
class Others:
    """Whom a model is held against: the linear half, the better half and rivals by name."""

    linear: Outcome
    best: Outcome
    rivals: Mapping[str, Outcome]


@dataclass(frozen=True)
class Line:
    """A line of the table; `worst_*` are of 80 % and 95 %, `rivals` errors relative to theirs, and tests."""

    set: str
    model: str
    error: float
    scores: tuple[float, ...]
    against_linear: Paired
    relative: float
    against_best: Paired
    rivals: dict[str, tuple[float, Paired]]
    coverage: tuple[float, float]
    worst_step: tuple[Worst, Worst]
    worst_hour: tuple[Worst, Worst]
    below_60: float
    seconds: tuple[float, float]


class Column:
    """Someone else's forecast, read off a given column: a number for each step and no intervals."""

    def __init__(self, horizon: int, column: str) -> None:
        self.horizon = horizon
        self.column = column

    @property
    def name(self) -> str:
        """The column's."""
        return self.column

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Nothing is to be learned."""
        del panel, progress
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """The column on the steps ahead."""
        rows = target_rows(panel, origins, self.horizon)
        point = panel.given[rows, panel.given_names.index(self.column)]
        unsaid = np.full((*point.shape, len(levels)), np.nan)
        return Forecast(origins, np.asarray(levels), unsaid, point)


class Aloud(Silent):
    """No bars, but what a model has to note, such as a fall back, is printed."""

    def note(self, message: str) -> None:
        """Print it."""
        print(f"  note: {message}", flush=True)


def run(model: Forecaster, held: Held) -> Outcome:
    """Learn once, forecast from every origin, score. A missing forecast of a known value is not forgiven."""
    begun = time.perf_counter()
    learned = model.learn(held.learn, Aloud())
    ready = time.perf_counter()
    forecast = learned.forecast(held.panel, held.origins, LEVELS)
    seconds = ready - begun, time.perf_counter() - ready
    losses, scores = scored(held, forecast.point)
    inside = {level: hits(held.actual, *forecast.interval(level)) for level in (80, 95)}
    return Outcome(losses, scores, inside, seconds)


def scored(held: Held, point: np.ndarray) -> tuple[np.ndarray, tuple[float, ...]]:
    """Losses whose mean is the error, and the scores it is made of."""
    point = np.where(np.isnan(point), np.inf, point)
    if held.scaling is None:
        losses = percentage_errors(held.actual, point)
        return losses, (float(mean_known(losses)),)
    percent = 200 * smape(held.actual, point)
    scaled = mase(held.actual, point, held.scaling.scale)
    naive = held.scaling.reference
    parts = np.array([owa(p, s, *naive) for p, s in zip(percent, scaled, strict=True)])
    return parts[:, None], (float(mean_known(percent)), float(mean_known(scaled)))


def compared(
    model: str, outcome: Outcome, held: Held, halves: Sequence[Outcome], rivals: Mapping[str, Outcome]
) -> list[Line]:
    """The line of a model, and one of each series where they are few and have days to be paired by.

    halves  the linear half, and others
    rivals  whom it is held against beside them, by name
    """
    best = min(halves, key=lambda half: float(mean_known(half.losses)))
    others = Others(halves[0], best, rivals)
    lines = [line_of(held.name, model, outcome, held, others, np.ones(len(held.origins), dtype=bool))]
    if held.day is not None and len(held.learn) > 1:
        for i, name in enumerate(held.learn.ids):
            mine = held.origins.series == i
            lines.append(line_of(f"{held.name} {name}", model, outcome, held, others, mine))
    return lines


def against(outcome: Outcome, other: Outcome, held: Held, mine: np.ndarray) -> tuple[float, Paired]:
    """The error relative to another's, less 1, and the paired test."""
    losses, others = outcome.losses[mine], other.losses[mine]
    relative = float(mean_known(losses)) / float(mean_known(others)) - 1
    if held.day is None:
        return relative, paired_by_series(losses[:, 0], others[:, 0])
    return relative, paired_by_day(losses, others, held.day[mine], held.horizon)


def line_of(name: str, model: str, outcome: Outcome, held: Held, others: Others, mine: np.ndarray) -> Line:
    """A line over some of the origins."""
    losses = outcome.losses[mine]
    relative, against_linear = against(outcome, others.linear, held, mine)
    inside = {level: hit[mine] for level, hit in outcome.inside.items()}
    step = np.broadcast_to(np.arange(1, held.horizon + 1), (*losses.shape[:1], held.horizon))
    error = float(mean_known(losses))
    return Line(
        set=name,
        model=model,
        error=error,
        scores=outcome.scores if held.day is None else (error,),
        against_linear=against_linear,
        relative=relative,
        against_best=against(outcome, others.best, held, mine)[1],
        rivals={key: against(outcome, rival, held, mine) for key, rival in others.rivals.items()},
        coverage=(float(mean_known(inside[80])), float(mean_known(inside[95]))),
        worst_step=(worst_coverage(inside[80], step, 80), worst_coverage(inside[95], step, 95)),
        worst_hour=worst_hours(inside, held, mine),
        below_60=np.nan if held.day is not None else share_undercovered(inside[80], held.origins.series),
        seconds=outcome.seconds,
    )


def worst_hours(inside: dict[int, np.ndarray], held: Held, mine: np.ndarray) -> tuple[Worst, Worst]:
    """Of 80 % and 95 %, none without a clock."""
    if held.hour is None:
        return NONE, NONE
    hour = held.hour[mine]
    return worst_coverage(inside[80], hour, 80), worst_coverage(inside[95], hour, 95)
