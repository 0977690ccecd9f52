"""A sentence is written for what truly moves the forecast, with a rerun's number; for nothing else."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from known_model import KnownModel, true_rule
from planted import DAY, SOURCES, WEEK, panel_of_days, planted_days, random_days

from gatecast import LSTM, Hybrid
from gatecast.data import Panel
from gatecast.insight import Reasons, Subject, reasons, reasons_figure
from gatecast.insight.why.reasons import _silence
from gatecast.insight.why.skill import _why
from gatecast.insight.why.world import edited
from gatecast.insight.words import number
from gatecast.memory import Network, Training
from gatecast.progress import Silent

CAUSES = (*SOURCES, "")
LONG = 120  # days before an origin
TRAINING = Training(units=16, steps=400, windows=32, origins=8, forget_bias=3.0)
TRUE = KnownModel(true_rule)


def subject_of(model, cause: str, seed: int) -> Subject:
    panel = panel_of_days(planted_days(LONG, seed, cause), seed)
    return Subject(model, panel, 0, int(panel.known_steps[0]) - 1)


def mentioned(found: Reasons) -> set[str]:
    return {reason.event.source for reason in found.told}


def precision_and_recall(model, plantings: int) -> tuple[float, float]:
    """Over so many plantings of each cause, and as many of none."""
    right = wrong = lacking = 0
    for cause in CAUSES:
        wanted = {SOURCES[cause]} if cause else set()
        for seed in range(50, 50 + plantings):
            told = mentioned(reasons(subject_of(model, cause, seed)))
            right, wrong = right + len(told & wanted), wrong + len(told - wanted)
            lacking += len(wanted - told)
    return right / (right + wrong), right / (right + lacking)


def shuffled(panel: Panel, seed: int) -> Panel:
    """The same history in another order."""
    known = int(panel.known_steps[0])
    order = np.append(np.random.default_rng(seed).permutation(known), np.arange(known, len(panel.values)))
    return replace(panel, values=panel.values[order], past=panel.past[order], known=panel.known[order])


def test_planted_causes_are_found_and_no_others():
    precision, recall = precision_and_recall(TRUE, 7)  # 21 plantings, 7 of nothing
    assert precision >= 0.9
    assert recall >= 0.9


@pytest.mark.parametrize("cause", SOURCES)
def test_the_number_in_a_sentence_is_the_number_a_rerun_gives(cause):
    subject = subject_of(TRUE, cause, 3)
    (reason,) = reasons(subject, unit="MW").told
    event = reason.event
    panel = edited(subject, event.source, event.rows, event.usual)
    again = subject.forecast(panel).point[0] - subject.forecast().point[0]
    np.testing.assert_allclose(reason.change.total, again)
    side = "higher" if again[reason.step - 1] > 0 else "lower"
    assert f"would be {number(abs(again[reason.step - 1]))} MW {side}" in reason.sentence
    assert f"{number(abs(again.mean()))} MW {side} on average" in reason.sentence


def test_the_sentence_says_what_when_and_which_way():
    (holiday,) = reasons(subject_of(TRUE, "holiday", 3)).sentences
    assert holiday.startswith("Had all of tomorrow been no holiday, ")
    assert holiday.endswith("It comes through the network.")
    (cloud,) = reasons(subject_of(TRUE, "cloud", 3)).sentences
    assert cloud.startswith("Had cloud alone been normal all of today (it was ")
    assert "because" not in holiday + cloud


@pytest.mark.parametrize("cause", SOURCES)
def test_a_model_that_cannot_see_an_input_never_mentions_it(cause):
    """Its panel has the column, and the event is found: but no deletion of it moves the forecast."""

    def blind(panel: Panel, row: int) -> np.ndarray:
        names = {"heat": "temperature", "cloud": "cloud"}
        past, known = panel.past.copy(), panel.known.copy()
        if cause == "holiday":
            known[:] = 0.0
        else:
            past[:, panel.past_names.index(names[cause])] = 0.0
        return true_rule(replace(panel, past=past, known=known), row)

    for seed in range(4):
        found = reasons(subject_of(KnownModel(blind), cause, seed))
        assert SOURCES[cause] not in mentioned(found)


def test_a_holiday_gone_by_is_told_with_the_lag_that_brings_it_back():
    """It lies before what is read in one piece: only a value a whole number of weeks ago brings it back."""

    def weekly(panel: Panel, row: int) -> np.ndarray:
        ahead = np.arange(row + 1, row + 1 + DAY)
        return np.nan_to_num(panel.values[ahead - 2 * WEEK], nan=100.0) * 0.25 + 0.75 * true_rule(panel, row)

    days = planted_days(LONG, 3, "")
    days.holiday[-1 - 14] = True
    panel = panel_of_days(days, 3)
    found = reasons(Subject(KnownModel(weekly), panel, 0, int(panel.known_steps[0]) - 1))
    (sentence,) = found.sentences
    assert "been no holiday and the series as usual then" in sentence


def test_a_model_no_better_than_none_is_silent():
    def stubborn(panel: Panel, row: int) -> np.ndarray:
        return true_rule(panel, row) * 0.5 + 40 * np.cos(row)

    found = reasons(subject_of(KnownModel(stubborn), "cloud", 0))
    assert not found.tested
    assert "not clearly better than no model at all" in found.silence


@pytest.mark.parametrize("seed", range(4))
def test_a_shuffled_history_is_silent(seed):
    subject = subject_of(TRUE, "cloud", seed)
    found = reasons(replace(subject, panel=shuffled(subject.panel, seed)))
    assert not found.told
    assert found.silence


def test_silence_says_why():
    assert reasons(subject_of(TRUE, "", 0)).silence == "nothing in what the model has read is far from normal"
    short = panel_of_days(planted_days(16, 0, ""), 0)
    found = reasons(Subject(TRUE, short, 0, 10))
    assert "can be judged" in found.silence


def test_the_figure_shows_every_event_tested_with_what_it_had_to_exceed():
    found = reasons(subject_of(TRUE, "heat", 3))
    figure = reasons_figure(found, unit="MW")
    assert len(figure.data[0].y) == len(found.tested)
    assert (np.asarray(figure.data[-1].x) == [reason.size for reason in found.tested]).all()
    silent = reasons_figure(reasons(subject_of(TRUE, "", 0)))
    assert "nothing in what the model has read" in silent.layout.annotations[0].text


@pytest.fixture(scope="module")
def learned() -> LSTM:
    """An LSTM that learned the causes from 700 days of them."""
    panel = panel_of_days(random_days(700, 1), 1, history=700)
    return LSTM(horizon=DAY, season=(DAY, WEEK), training=TRAINING).learn(panel, Silent())


@pytest.mark.slow
def test_a_trained_memory_names_planted_causes_and_no_others(learned):
    precision, recall = precision_and_recall(learned, 20)
    assert precision >= 0.9
    assert recall >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("cause", SOURCES)
def test_a_trained_memory_denied_an_input_never_mentions_it(learned, cause):
    """The weights of one input are cut: it is read, and nothing comes of it."""
    denied = copy.deepcopy(learned)
    for seed in range(50, 60):
        subject = subject_of(denied, cause, seed)
        workings, network = subject.workings(), denied.trained_.network
        with torch.no_grad():
            for columns, weights in (
                (workings.history, network.encoder.weight_ih_l0),
                (workings.ahead, network.from_ahead.weight),
            ):
                mine = [j for j, column in enumerate(columns) if column.source == SOURCES[cause]]
                weights[:, mine] = 0.0
        assert SOURCES[cause] not in mentioned(reasons(subject))


@pytest.mark.slow
def test_randomised_weights_and_shuffled_histories_remove_the_sentences(learned):
    shape, random = learned.trained_.network.shape, copy.copy(learned)
    told = []
    for seed in range(12):
        subject = subject_of(learned, CAUSES[seed % 3], 50 + seed)
        told.append(bool(reasons(subject).told))
        torch.manual_seed(seed)
        random.trained_ = replace(learned.trained_, network=Network(shape, "lstm", 16, 0.1, 2.0).eval())
        assert not reasons(replace(subject, model=random)).told
        assert not reasons(replace(subject, panel=shuffled(subject.panel, seed))).told
    assert np.mean(told) >= 0.8


@pytest.mark.slow
def test_a_hybrid_names_the_half_an_effect_comes_through():
    panel = panel_of_days(random_days(700, 1), 1, history=700)
    model = Hybrid(horizon=DAY, season=(DAY, WEEK), training=TRAINING, mode="residual")
    model.learn(panel, Silent())
    found = [reasons(subject_of(model, cause, 50)) for cause in SOURCES]
    told = [reason for one in found for reason in one.told]
    assert {SOURCES["cloud"], SOURCES["holiday"]} <= {reason.event.source for reason in told}
    for reason in told:
        parts = reason.change.linear + reason.change.pool + reason.change.memory
        np.testing.assert_allclose(parts, reason.change.total, atol=1e-9)
        if reason.event.source == "cloud":  # known up to the origin only: the linear half cannot read it
            assert not reason.change.linear.any()
            assert reason.sentence.endswith("It comes through the memory part.")


def test_silence_counts_what_was_tested_and_says_what_would_have_been_enough():
    assert _silence(0, 0) == "nothing in what the model has read is far from normal"
    assert _silence(1, 1).startswith("the one event in what the model has read does not change the forecast")
    assert _silence(3, 3).startswith("none of the 3 events in what the model has read changes")
    assert _silence(6, 9).startswith("none of the 6 events that stand out most, of 9, in what")


def test_a_model_worse_than_none_is_said_to_err_more():
    worse, plain = np.full(8, 11.0), np.full(8, 10.0)
    assert "(10.0 % more; 10.0 % less is asked)" in _why(worse, None, plain)
    assert "(5.0 % less; 10.0 % less is asked)" in _why(np.full(8, 9.5), None, plain)
