"""With a member that bends a forecast has three parts: what is measured of it names and adds all three."""

import copy
from dataclasses import replace
from html import escape

import numpy as np
import pytest

from gatecast import Hybrid
from gatecast.insight import (
    Event,
    Reason,
    Reasons,
    Shift,
    Subject,
    explain,
    parts_words,
    reach,
    reasons_figure,
    washout,
    washout_figure,
    what_if,
)
from gatecast.insight.figures.reach import reach_figure
from gatecast.insight.why.sentence import sentence
from gatecast.insight.why.world import Effect, effect, world
from gatecast.progress import Silent
from gatecast.report import Around, write_explanation
from gatecast.report.explained import UNHEARD
from planted_memory import HORIZON, PANEL, SEASON, TINY

pytestmark = pytest.mark.usefixtures("bends_early")
PARTS = ["linear part", "pool part", "memory part"]
NOTHING = np.zeros(HORIZON)


@pytest.fixture(scope="module")
def subject(bends_early: None) -> Subject:  # noqa: ARG001  # asked for first
    model = Hybrid(horizon=HORIZON, season=SEASON, training=TINY).learn(PANEL, Silent())
    model.shares_ = np.ones_like(model.shares_)
    return Subject(model, PANEL, 0, int(PANEL.known_steps[0]) - 1)


def warmer(subject: Subject) -> Effect:
    """What three degrees more ahead do."""
    return effect(world(subject), world(replace(subject, panel=Shift("temperature", 3).made(subject).panel)))


def test_an_effect_is_the_sum_of_its_three_parts(subject):
    moved = warmer(subject)
    assert list(moved.parts) == PARTS
    np.testing.assert_allclose(sum(moved.parts.values()), moved.total, atol=1e-9)
    same = what_if(subject, Shift("temperature", 3))
    for part, expected in zip(moved.parts.values(), (same.linear, same.pool, same.memory), strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-9)
        assert np.abs(part).max() > 0


def test_a_change_is_no_larger_than_those_of_its_three_parts(subject):
    seen = reach(subject, lags=(0, SEASON))
    assert seen.pool is not None
    assert (seen.change <= seen.linear + seen.pool + seen.memory + 1e-9).all()
    assert seen.pool.max() > 0
    assert "its pool part" in seen.sentence("pool")
    assert "pool part" in [line.name for line in reach_figure(seen).data]


def test_an_effect_through_one_part_names_it_and_through_several_all(subject):
    def said(linear: float, pool: float, memory: float) -> str:
        total = linear + pool + memory
        moved = Effect(NOTHING + total, NOTHING + linear, NOTHING + memory, NOTHING, True, NOTHING + pool)
        event = Event("run", "temperature", slice(100, 102), "yesterday", 5.0, 2.0, NOTHING[:2])
        return sentence(subject, event, moved, 1, "MW")

    assert "It comes through the pool part." in said(1.0, 50.0, -3.0)
    assert "It comes through the linear part." in said(50.0, 1.0, -3.0)
    several = "Of this 50 MW higher through the linear part, 40 MW lower through the pool part, "
    assert several + "30 MW higher through the memory part." in said(50.0, -40.0, 30.0)
    assert said(50.0, -40.0, 0.0).endswith("40 MW lower through the pool part.")


def test_bars_of_parts_that_cancel_lie_side_by_side_and_end_where_they_should():
    moved = Effect(NOTHING + 40, NOTHING + 50, NOTHING + 30, NOTHING, True, NOTHING - 40)
    event = Event("run", "temperature", slice(100, 102), "yesterday", 5.0, 2.0, NOTHING[:2])
    reason = Reason(event, moved, 1, 1.0, 1.0, 1.0, "told", "Had it been so.")
    figure = reasons_figure(Reasons((reason,), (reason,), None, ""))
    bars = {
        bar.name: (bar.base[0], bar.x[0]) for bar in figure.data if (bar.name or "").startswith("through")
    }
    assert bars == {
        "through the linear part": (0, 50),
        "through the pool part": (0, -40),
        "through the memory part": (50, 30),
    }


def test_words_name_as_many_parts_as_there_are(subject):
    three = subject.forecast()
    assert "three parts" in parts_words(three)
    assert "two parts" in parts_words(replace(three, pool_part=None))


def test_a_page_says_that_a_memory_without_a_share_is_not_heard_and_draws_no_empty_figure(subject, tmp_path):
    def page(share: float) -> str:
        model = copy.copy(subject.model)
        model.shares_ = np.full_like(subject.model.shares_, share)
        found = explain(replace(subject, model=model), changes=())
        written = write_explanation(tmp_path / "page.html", found, Around(title="one"))
        return written.read_text(encoding="utf-8")

    heard, unheard = page(1.0), page(0.0)
    for said in (UNHEARD, "is not heard"):
        assert escape(said) in unheard
        assert escape(said) not in heard
    assert "The memory part of " in heard  # by input, or why not
    assert "The memory part of " not in unheard


def test_a_memory_without_a_share_is_not_drawn_as_needing_any_history(subject):
    need = washout(subject)
    drawn = [str(washout_figure(one).layout) for one in (need, replace(need, heard=False))]
    assert "needs " in drawn[0]
    assert "needs " not in drawn[1]
