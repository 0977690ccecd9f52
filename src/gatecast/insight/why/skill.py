"""Has the memory earned a hearing? Its error of late, on what was known at the origin.

What a model says of its inputs is worth telling only where its forecasts are worth having: the memory part
must have lowered the linear half's error on the forecasts last judged, and the whole must have beaten what
takes no model at all.
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import actuals
from gatecast.forecaster import Origins
from gatecast.insight.subject import LEVELS, Subject
from gatecast.insight.why.normal import cycle, normal_of_rows
from gatecast.insight.words import number, share

JUDGED = 40  # forecasts, one behind the other
FEWEST = 6
# by how much the error must be lower, and by how many standard errors of the mean
WORTH, SURE = 0.005, 1.64  # than the linear half's: it is good itself, and chance must be ruled out
BETTER, LIKELY = 0.1, 0.5  # than with no model: a wide margin, because what a model is good for may be rare


@dataclass(frozen=True)
class Skill:
    """Errors of late.

    count   forecasts judged
    error   mean absolute error of the forecast, unit of the series
    linear  of what the memory part is added to; NaN for a network on its own
    plain   of the best of what takes no model: a season before, the usual of the hour, one value for all
    why     why the model is not heard; empty where it is
    """

    count: int
    error: float
    linear: float
    plain: float
    why: str

    @property
    def earned(self) -> bool:
        """Whether it is heard."""
        return not self.why


def skill_of(subject: Subject) -> Skill:
    """Judge the forecasts made before the origin whose every step was known at it."""
    horizon, length = subject.horizon, cycle(subject.panel)
    last = subject.position - horizon
    position = last - horizon * np.arange(JUDGED)
    position = position[position >= max(length, horizon)]
    if len(position) < FEWEST:
        why = f"only {len(position)} forecasts before the origin can be judged, and {FEWEST} are the fewest"
        return Skill(len(position), np.nan, np.nan, np.nan, why)
    origins = Origins(np.full(len(position), subject.series), position)
    panel = subject.panel
    forecast = subject.model.forecast(panel, origins, LEVELS)
    actual = actuals(panel, origins, horizon)
    errors = _errors(forecast.point, actual)
    plain = min((_errors(guess, actual) for guess in _plain(subject, origins)), key=np.nanmean)
    linear = np.full(len(errors), np.nan)
    if forecast.without_memory is not None:
        linear = _errors(forecast.without_memory, actual)
    speaks = forecast.memory_part is not None and bool(forecast.memory_part.any())
    why = _why(errors, linear if speaks else None, plain)
    return Skill(len(errors), _mean(errors), _mean(linear), _mean(plain), why)


def _errors(point: FloatArray, actual: FloatArray) -> FloatArray:
    """Mean absolute error of each forecast, NaN where nothing of it is known. [origins]"""
    size = np.abs(point - actual)
    known = np.isfinite(size)
    total = np.where(known, size, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _mean(errors: FloatArray) -> float:
    return float(np.nanmean(errors)) if np.isfinite(errors).any() else float("nan")


def _plain(subject: Subject, origins: Origins) -> list[FloatArray]:
    """What takes no model: each season before, the usual of the hour, one value. [origins, horizon]"""
    panel, start = subject.panel, int(subject.panel.offsets[subject.series])
    steps = np.arange(1, subject.horizon + 1)
    found = []
    for season in {*panel.seasons, cycle(panel)}:
        back = origins.position[:, None] + steps - season * -(-steps // season)
        found.append(panel.values[start + np.maximum(back, 0)])
    first = int(origins.position.min())
    known = slice(max(start, start + first - 8 * cycle(panel)), start + first + 1)
    rows = slice(known.stop, start + int(origins.position.max()) + subject.horizon + 1)
    usual = normal_of_rows(panel, "", known, rows)
    found.append(usual[origins.position[:, None] + steps - (first + 1)])
    history = panel.values[start : start + first + 1]
    found.append(np.full_like(usual[origins.position[:, None] + steps - (first + 1)], np.nanmedian(history)))
    return found


def _why(errors: FloatArray, linear: FloatArray | None, plain: FloatArray) -> str:
    """Why the model is not heard; empty where it is."""
    if linear is not None and not _beats(errors, linear, WORTH, SURE):
        return (
            f"over the last {len(errors)} forecasts whose outcome was known, the memory part did not clearly "
            f"lower the error: {number(_mean(errors))} with it, {number(_mean(linear))} without"
        )
    if not _beats(errors, plain, BETTER, LIKELY):
        gain = 1 - _mean(errors) / _mean(plain) if _mean(plain) > 0 else 0.0
        apart = f"{share(abs(gain))} {'less' if gain >= 0 else 'more'}"
        return (
            f"over the last {len(errors)} forecasts whose outcome was known, this model was not clearly "
            f"better than no model at all: its error was {number(_mean(errors))} against "
            f"{number(_mean(plain))} ({apart}; {share(BETTER)} less is asked)"
        )
    return ""


def _beats(errors: FloatArray, others: FloatArray, by: float, errors_of_mean: float) -> bool:
    """Whether errors are lower by so much of the others, and by so many standard errors of the mean."""
    wins = others - errors
    wins = wins[np.isfinite(wins)]
    if len(wins) < FEWEST:
        return False
    sure = errors_of_mean * float(wins.std(ddof=1)) / len(wins) ** 0.5
    return bool(wins.mean() > max(sure, by * _mean(others)))
