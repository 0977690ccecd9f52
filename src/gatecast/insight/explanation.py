"""Everything that is known of one forecast: what it did, what it is made of, what would change it.

Each part is measured by itself and can be had by itself; this puts them together for one page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from torch import nn

from gatecast._types import FloatArray
from gatecast.data import Frequency, is_binary
from gatecast.forecaster import Forecast
from gatecast.hybrid import Hybrid, LinearLedger, linear_ledger
from gatecast.insight.account.labels import day_labels
from gatecast.insight.account.ledger import Ledger, ledger
from gatecast.insight.gradients.flow import Flow, flow
from gatecast.insight.gradients.training_flow import TrainingFlow, training_flow
from gatecast.insight.inspection import Inspection, inspect
from gatecast.insight.sight.ablation import Ablation, unit_ablation
from gatecast.insight.sight.halflife import HalfLives, half_lives
from gatecast.insight.sight.reach import Reach, reach
from gatecast.insight.sight.washout import Washout, washout
from gatecast.insight.subject import Subject
from gatecast.insight.whatif.changes import Change, Clamp, Holiday, Shift, is_beside
from gatecast.insight.whatif.whatif import WhatIf, what_if
from gatecast.insight.why.attribution import Attribution, attribute
from gatecast.insight.why.normal import is_clockwork, source_values
from gatecast.insight.why.reasons import Reasons, reasons
from gatecast.memory import ElmanRecord, Trained
from gatecast.progress import Progress, Silent

MOST_REACHES = 2  # covariates whose reach is measured, beside the series'
MOST_WHAT_IFS = 3  # covariates changed in thought
PARTS = 10

Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Explanation:
    """One forecast explained; see the functions of each part's name.

    linear    None for a network on its own
    training  None where no snapshots were kept
    ledger    None for a plain RNN, which keeps no account
    unit      of the series
    """

    inspection: Inspection
    linear: LinearLedger | None
    attribution: Attribution
    reasons: Reasons
    what_ifs: tuple[WhatIf, ...]
    reaches: tuple[Reach, ...]
    washout: Washout
    half_lives: HalfLives
    ablation: Ablation
    flow: Flow
    training: TrainingFlow | None
    ledger: Ledger | None
    unit: str = ""

    @property
    def subject(self) -> Subject:
        """Model, series and origin."""
        return self.inspection.subject

    @property
    def forecast(self) -> Forecast:
        """The forecast explained."""
        return self.inspection.forecast

    @property
    def sentences(self) -> tuple[str, ...]:
        """What survived its test, the largest effect first; one sentence that says why there is none else."""
        return self.reasons.sentences or (f"No reason is given: {self.reasons.silence}.",)


def explain(
    subject: Subject,
    *,
    changes: Sequence[Change] | None = None,
    unit: str = "",
    progress: Progress | None = None,
) -> Explanation:
    """Measure everything there is to say of one forecast; some seconds on a processor.

    changes  what to change in thought, each by itself; `usual_changes` when None
    unit     of the series, such as MW, for the sentences

    Raises SeriesError where the model has no memory, or too little history lies before the origin.
    """
    reports = progress or Silent()
    asked = usual_changes(subject) if changes is None else changes
    with reports.task(f"{subject.model.name}: explaining", total=PARTS) as task:

        def done(make: Callable[[], Part]) -> Part:
            part = make()
            task.advance()
            return part

        seen = done(lambda: inspect(subject))
        halves = seen.forecast.linear_part is not None
        return Explanation(
            inspection=seen,
            linear=done(lambda: _linear(subject) if halves else None),
            attribution=done(lambda: attribute(subject)),
            reasons=done(lambda: reasons(subject, unit=unit)),
            what_ifs=done(lambda: tuple(what_if(subject, change) for change in asked)),
            reaches=done(lambda: _reaches(subject)),
            washout=done(lambda: washout(subject)),
            half_lives=done(lambda: half_lives(subject)),
            ablation=done(lambda: unit_ablation(subject)),
            flow=(through := done(lambda: _through_time(seen)))[0],
            training=through[1],
            ledger=_account(seen),
            unit=unit,
        )


def usual_changes(subject: Subject) -> tuple[Change, ...]:
    """What anyone would ask of any forecast: each covariate ahead a standard deviation higher, a holiday made
    of tomorrow or unmade, the memory's forget gate shut.

    Covariates that follow from clock and calendar alone, such as clear-sky radiation, are left as they are.
    """
    panel, known_by_now = subject.panel, subject.past(subject.position + 1)
    changes: list[Change] = []
    for name, column in zip(panel.known_names, panel.known.T, strict=True):
        known = column[known_by_now]
        if is_clockwork(panel, name, known_by_now) or not np.nanstd(known) > 0:
            continue
        if not is_binary(known):
            changes.append(Shift(name, _round(float(np.nanstd(known)))))
        elif "holiday" in name.casefold() and not is_beside(name) and _has_days(panel.frequency):
            changes.append(_holiday(subject, name))
    gates = isinstance(subject.workings().encoder, nn.LSTM)
    return (*changes[:MOST_WHAT_IFS], *([Clamp("forget", 0.0)] if gates else []))


def _holiday(subject: Subject, name: str) -> Holiday:
    """Tomorrow made a holiday, or none if it is one; the steps ahead where none of them is tomorrow's."""
    day = subject.stamps(slice(subject.row, subject.future.stop)).astype("datetime64[D]")
    tomorrow = day[1:] == day[0] + 1
    chosen = tomorrow if tomorrow.any() else np.ones_like(tomorrow)
    free = not bool(source_values(subject.panel, name)[subject.future][chosen].any())
    return Holiday("tomorrow" if tomorrow.any() else "ahead", free, name)


def _has_days(frequency: Frequency) -> bool:
    """Whether a day can be made a holiday: steps are no longer than one, and have a date."""
    return frequency.unit == "microsecond" or (frequency.unit == "day" and frequency.count == 1)


def _linear(subject: Subject) -> LinearLedger | None:
    model: Any = subject.model
    if not isinstance(model, Hybrid):
        return None
    return linear_ledger(model, subject.panel, subject.series, subject.position)


def _reaches(subject: Subject) -> tuple[Reach, ...]:
    """Of the series and the first covariates that say more than the clock; at few lags, each takes time."""
    panel, known_by_now = subject.panel, subject.past(subject.position + 1)
    day, longest = panel.seasons[0], panel.seasons[-1]
    wanted = {0, 3, day, 2 * day, longest, 2 * longest}
    lags = sorted(lag for lag in wanted if lag <= subject.position)
    names = [
        name
        for name in (*panel.known_names, *panel.past_names)
        if not is_clockwork(panel, name, known_by_now) and _varies(source_values(panel, name)[known_by_now])
    ]
    own = [None] if _varies(panel.values[known_by_now]) else []
    return tuple(reach(subject, name, lags) for name in (*own, *names[:MOST_REACHES]))


def _varies(values: FloatArray) -> bool:
    """Whether there is anything to change: a series that never moved has no ordinary amount."""
    seen = values[np.isfinite(values)]
    return bool(len(seen) and seen.min() < seen.max())


def _through_time(seen: Inspection) -> tuple[Flow, TrainingFlow | None]:
    """The gradient of the trained network on this very window, and how it was while training."""
    encoder, x = seen.workings.encoder, seen.workings.batch.history
    trained: Trained | None = getattr(seen.subject.model, "trained_", None)
    course = training_flow(trained, x, encoder) if trained is not None and trained.snapshots else None
    return flow(encoder, x), course


def _account(seen: Inspection) -> Ledger | None:
    """What the cell holds at the origin, by the day it was written."""
    layer = seen.layers[0]
    if isinstance(layer, ElmanRecord):
        return None
    times = seen.times
    if times.dtype.kind == "M":
        days = day_labels(times)
    else:
        season = seen.subject.panel.seasons[0]
        ago = np.arange(len(times))[::-1] // season
        days = tuple(f"{k} to {k + 1} cycles of {season} ago" for k in ago)
    return ledger(layer, groups=days)


def _round(value: float) -> float:
    """A number to one significant digit.

    >>> _round(5.4), _round(0.0327), _round(342.0)
    (5.0, 0.03, 300.0)
    """
    return float(f"{value:.1g}")
