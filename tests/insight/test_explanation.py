"""The whole explanation: what it asks of its own accord it asks of what was known, and of every model."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gatecast.insight import Clamp, Holiday, Shift, Subject, explain, explanation
from planted_memory import HORIZON, PANEL, subject_of

LATE = 299 - HORIZON  # an origin with all its horizon known


def with_columns(subject: Subject, **columns: np.ndarray) -> Subject:
    """The subject with more known covariates, which its network does not read."""
    pieces = subject.workings()
    model = SimpleNamespace(horizon=HORIZON, workings=lambda *_: pieces)
    known = np.column_stack([subject.panel.known, *columns.values()]).astype(float)
    names = (*subject.panel.known_names, *columns)
    return Subject(model, replace(PANEL, known=known, known_names=names), subject.series, subject.position)


def holidays_on(*days: int) -> np.ndarray:
    """A 0/1 column of the first series' days, counted from its first. [rows]"""
    day = np.arange(len(PANEL.values)) // 24
    day[PANEL.rows(1)] = 99
    return np.isin(day, days)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN", "Hybrid"])
def test_every_kind_of_model_is_explained_whole(kind):
    found = explain(subject_of(kind))
    assert found.sentences
    assert (found.linear is not None) == (kind == "Hybrid")
    assert (found.ledger is not None) == (kind != "RNN")
    assert [one.name for one in found.reaches] == ["series", "temperature", "cloud"]
    clamped = any(isinstance(answer.changes[0], Clamp) for answer in found.what_ifs)
    assert clamped == (kind in ("LSTM", "Hybrid"))


def test_a_subject_makes_its_unchanged_forecast_once(monkeypatch):
    subject = subject_of("Hybrid")
    asked = []
    whole = type(subject.model).workings
    monkeypatch.setattr(
        type(subject.model), "workings", lambda self, *a: asked.append(a[0] is PANEL) or whole(self, *a)
    )
    explain(subject)
    origins_of_now = 1 + 1  # the workings, and those of the weeks before that say what is usual
    assert sum(asked) <= origins_of_now


def test_what_is_asked_by_itself_is_sized_by_what_was_known():
    """A heat wave behind the origin makes no larger what if: nobody knew of it."""
    subject = subject_of(position=LATE)
    known, past = PANEL.known.copy(), PANEL.past.copy()
    known[LATE + HORIZON + 1 : 300] = 500.0
    past[LATE + 1 : 300] = 500.0
    later = replace(subject, panel=replace(PANEL, known=known, past=past))
    assert explanation.usual_changes(later) == explanation.usual_changes(subject)
    assert isinstance(explanation.usual_changes(subject)[0], Shift)


def test_a_holiday_tomorrow_is_asked_by_itself_and_the_days_beside_it_are_not():
    columns = {"holiday": holidays_on(5), "holiday_before": holidays_on(4), "holiday_after": holidays_on(6)}
    changes = explanation.usual_changes(with_columns(subject_of(position=LATE), **columns))
    asked = [change for change in changes if isinstance(change, Holiday)]
    assert [str(change) for change in asked] == ["holiday@tomorrow"]


def test_a_holiday_is_asked_of_the_steps_ahead_where_none_is_tomorrows():
    subject = with_columns(subject_of(position=24 * 11 + 2), holiday=holidays_on(5))
    asked = [change for change in explanation.usual_changes(subject) if isinstance(change, Holiday)]
    assert [str(change) for change in asked] == ["holiday@ahead"]


def test_a_holiday_is_unmade_where_tomorrow_is_one():
    subject = with_columns(subject_of(position=24 * 11 + 15), holiday=holidays_on(5, 12))
    asked = [change for change in explanation.usual_changes(subject) if isinstance(change, Holiday)]
    assert [str(change) for change in asked] == ["holiday=0@tomorrow"]


def test_a_series_that_never_moved_is_explained_without_a_reach_of_its_own():
    values = PANEL.values.copy()
    values[PANEL.history(0)] = 7.0
    found = explain(replace(subject_of(), panel=replace(PANEL, values=values)))
    assert "series" not in [one.name for one in found.reaches]
    assert found.sentences
