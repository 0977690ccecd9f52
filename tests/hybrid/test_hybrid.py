"""The two halves of a hybrid always add up, and it falls back to the linear one whenever it must."""

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gatecast import Hybrid, LinearHalf
from gatecast.data import Panel
from gatecast.errors import SeriesError
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid import linear_ledger
from gatecast.hybrid.joining import joined
from gatecast.interrupt import at_once
from gatecast.memory import (
    Inputs,
    Rows,
    Trained,
    Training,
    anchored_windows,
    learn_networks,
    own_width,
    plan_windows,
    read,
)
from gatecast.progress import Silent, Task
from synthetic_panels import hourly_panel, with_values

HORIZON, LEVELS = 12, (0.05, 0.5, 0.95)
TINY = Training(units=8, steps=20, windows=16, origins=4)
PANELS = {
    "logarithms": hourly_panel((300, 260), future=HORIZON),
    "raw": with_values(
        hourly_panel((300, 260), future=HORIZON), hourly_panel((300, 260), future=HORIZON).values - 115.0
    ),
    "short": hourly_panel((40, 30), future=HORIZON),
}
LEARNED: dict[str, Hybrid] = {}


def learned(kind: str) -> Hybrid:
    """Trained once per kind of panel; "broken" has lost its network while training."""
    if kind not in LEARNED:
        training = replace(TINY, rate=1e30) if kind == "broken" else TINY
        LEARNED[kind] = Hybrid(horizon=HORIZON, season=24, training=training).learn(panel_for(kind), Silent())
    return LEARNED[kind]


def panel_for(kind: str) -> Panel:
    return PANELS["logarithms" if kind == "broken" else kind]


def some_origins(panel: Panel) -> Origins:
    last = panel.last_origins()
    back = (0, 1, 5, 25)
    return Origins(np.tile(last.series, len(back)), np.concatenate([last.position - steps for steps in back]))


def believed(kind: str, share: float) -> Forecast:
    """What the hybrid says if this much of its memory is believed."""
    model, panel = learned(kind), panel_for(kind)
    before = model.shares_
    model.shares_ = np.full(len(panel), share)
    try:
        return model.forecast(panel, some_origins(panel), LEVELS)
    finally:
        model.shares_ = before


every_kind = pytest.mark.parametrize("kind", ["logarithms", "raw", "short", "broken"])
every_network = pytest.mark.parametrize("kind", ["logarithms", "raw"])


@every_kind
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_linear_part_and_memory_part_are_the_forecast_to_the_bit(kind: str, share: float) -> None:
    forecast = believed(kind, share)
    assert forecast.linear_part is not None
    assert forecast.memory_part is not None
    assert (forecast.linear_part + forecast.memory_part).tobytes() == forecast.point.tobytes()
    assert np.isfinite(forecast.quantiles).all()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    assert forecast.quantiles[..., 1].tobytes() == forecast.point.tobytes()


@pytest.mark.parametrize("kind", ["logarithms"])
def test_however_many_series_look_back_in_turn_the_panel_is_read_once(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, panel, read = copy.copy(learned(kind)), panel_for(kind), []
    model.unseen_ = np.array([200, 200])
    whole = model.forecast(panel, panel.last_origins(), LEVELS)

    def rows(self: Inputs, some: Panel) -> Rows:
        read.append(some)
        return once(self, some)

    once = Inputs.rows
    monkeypatch.setattr(Inputs, "rows", rows)
    monkeypatch.setattr("gatecast.interval.behind.MOST_STEPS", 1)
    in_turn = model.forecast(panel, panel.last_origins(), LEVELS)
    assert len(read) == 1
    np.testing.assert_allclose(in_turn.quantiles, whole.quantiles, rtol=1e-7)


@every_kind
def test_the_ledger_splits_the_linear_part_of_the_forecast(kind: str) -> None:
    model, panel, origins = learned(kind), panel_for(kind), some_origins(panel_for(kind))
    linear = model.forecast(panel, origins, LEVELS).linear_part
    assert linear is not None
    for series, position, said in zip(origins.series, origins.position, linear, strict=True):
        ledger = linear_ledger(model, panel, int(series), int(position))
        np.testing.assert_allclose(ledger.total(), said, rtol=1e-10)
        assert "temperature" in ledger.names


@every_kind
def test_the_linear_part_is_what_the_linear_half_says(kind: str) -> None:
    panel = panel_for(kind)
    alone = LinearHalf(horizon=HORIZON, season=24).learn(panel, Silent())
    expected = alone.forecast(panel, some_origins(panel), LEVELS).point
    np.testing.assert_allclose(believed(kind, 1.0).linear_part, expected, rtol=1e-9)


@every_network
def test_a_memory_that_is_not_believed_leaves_the_linear_half_to_the_bit(kind: str) -> None:
    forecast = believed(kind, 0.0)
    assert forecast.linear_part is not None
    assert forecast.linear_part.tobytes() == forecast.point.tobytes()
    assert not forecast.memory_part.any()


@every_network
def test_a_memory_that_is_believed_moves_the_forecast(kind: str) -> None:
    part, whole = believed(kind, 0.3).memory_part, believed(kind, 1.0).memory_part
    assert (whole != 0).all()
    assert (np.abs(part) < np.abs(whole)).all()
    assert (np.sign(part) == np.sign(whole)).all()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "short",
            "Hybrid: histories of 40 steps or fewer have too few values to train a memory; "
            "the forecast is the linear half's alone",
        ),
        ("broken", "stepping back 4 times did not help; train at a rate below 1e+30"),
        ("broken", "in the series and its covariates; the forecast is the linear half's alone"),
    ],
)
def test_it_says_when_it_falls_back(kind: str, said: str) -> None:
    reports = Listening()
    learned(kind).__class__(**learned(kind).get_params()).learn(panel_for(kind), reports)
    backs = ["training goes on from step" in note for note in reports.notes]
    assert backs == [*[True] * (4 if kind == "broken" else 0), False]
    assert said in reports.notes[-1]


@pytest.mark.parametrize("kind", ["short", "broken"])
def test_a_fallback_is_the_linear_half_in_all_it_says(kind: str) -> None:
    panel, model = panel_for(kind), learned(kind)
    alone = LinearHalf(horizon=HORIZON, season=24).learn(panel, Silent())
    expected = alone.forecast(panel, some_origins(panel), LEVELS)
    found = model.forecast(panel, some_origins(panel), LEVELS)
    assert found.quantiles.tobytes() == expected.quantiles.tobytes()
    assert found.memory_part is not None
    assert not found.memory_part.any()
    np.testing.assert_array_equal(model.shares_, 0.0)


def learns_with(panel: Panel, monkeypatch: pytest.MonkeyPatch, share: float) -> list[str]:
    """The trainings a hybrid goes through, by their labels, when so much of its memory is believed."""

    monkeypatch.setattr("gatecast.hybrid.model.choose_shares", lambda *_: np.full(len(panel) + 1, share))
    reports = Listening()
    Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, reports)
    return [label for label in reports.labels if label.endswith("training")]


def test_a_memory_that_is_believed_learns_from_the_latest_steps_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = learns_with(PANELS["raw"], monkeypatch, share=0.5)
    assert labels == ["Hybrid: training", "Hybrid: with the latest steps: training"]


def test_a_memory_that_is_not_believed_is_not_trained_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert learns_with(PANELS["raw"], monkeypatch, share=0.0) == ["Hybrid: training"]


def test_a_small_held_out_part_is_not_learned_from_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is little to gain for the time: of a long history most has been learned from already."""
    monkeypatch.setattr("gatecast.hybrid.again.NEWS", 2.0)
    assert learns_with(PANELS["raw"], monkeypatch, share=0.5) == ["Hybrid: training"]


def test_the_second_network_is_as_wide_as_the_first_on_what_calibrated_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first one's shifts are in widths of its own, on origins that it had not seen."""
    networks, panel = [], PANELS["raw"]

    def noting(*asked: Any) -> Trained:
        networks.append(learn_networks(*asked))
        return networks[-1]

    for file in ("model", "again"):
        monkeypatch.setattr(f"gatecast.hybrid.{file}.learn_networks", noting)
    monkeypatch.setattr("gatecast.hybrid.model.choose_shares", lambda *_: np.ones(len(panel) + 1))
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, Silent())
    plan = plan_windows(panel, HORIZON, TINY.origins, TINY.drawn, 0)
    assert plan is not None
    windows = anchored_windows(plan.calibrating, model.context_)
    cutter, seen = model._learned().cut(panel, model.inputs_.rows(panel), windows)
    first, second = (read(one.network, cutter)[0] for one in networks)
    share = model.shares_[plan.calibrating.series]
    widened = joined(second, seen.mix, share, model.widening_)
    assert own_width(widened).mean() == pytest.approx(own_width(first).mean(), rel=1e-9)
    assert model.widening_ != 1.0


def test_series_of_very_different_length_share_a_memory() -> None:
    """The short one has no window of its own to train on; it is forecast with the others' memory."""
    panel = hourly_panel((300, 20), future=HORIZON)
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, Silent())
    assert model.linear_ is None
    assert np.isfinite(model.forecast(panel, panel.last_origins(), LEVELS).quantiles).all()


def test_a_series_whose_history_is_missing_but_for_its_end_falls_back_in_words() -> None:
    """Nothing is known of what would be trained on."""
    panel = hourly_panel((300,), future=HORIZON)
    values = panel.values.copy()
    values[:262] = np.nan
    reports = Listening()
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(with_values(panel, values), reports)
    forecast = model.forecast(with_values(panel, values), panel.last_origins(), LEVELS)
    assert np.isfinite(forecast.quantiles).all()
    assert reports.notes == [
        "Hybrid: histories of 300 steps or fewer have too few values to train a memory; "
        "the forecast is the linear half's alone"
    ]


def test_a_series_of_two_steps_is_refused_by_name() -> None:
    with pytest.raises(SeriesError, match=r"needs at least 3 steps of each series, but 'meter 1' has 2"):
        Hybrid(horizon=HORIZON, season=24).learn(hourly_panel((300, 2)), Silent())


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    panel = panel_for("raw")
    bytes_of = []
    for seed, count in ((0, 1), (0, 2), (1, 1)):
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        model = Hybrid(horizon=HORIZON, season=24, training=TINY, seed=seed).learn(panel, Silent())
        model.shares_ = np.ones(len(panel))
        bytes_of.append(model.forecast(panel, some_origins(panel), LEVELS).quantiles.tobytes())
        assert torch.get_num_threads() == count
        torch.set_num_threads(before)
    assert bytes_of[0] == bytes_of[1]
    assert bytes_of[0] != bytes_of[2]


def test_missing_past_covariates_are_tolerated() -> None:
    panel = panel_for("logarithms")
    holes = np.random.default_rng(0).random(panel.past.shape) < 0.3
    gappy = replace(panel, past=np.where(holes, np.nan, panel.past))
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(gappy, Silent())
    assert np.isfinite(model.forecast(gappy, some_origins(gappy), LEVELS).quantiles).all()


def test_past_and_static_covariates_move_the_memory_and_not_the_linear_half() -> None:
    """Whatever tiny training made of them, the network reads them."""
    panel = panel_for("raw")
    panel = replace(panel, static=np.array([[0.0], [1.0]]), static_names=("kind",))
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, Silent())
    model.shares_ = np.ones(len(panel))
    origins = some_origins(panel)
    before = model.forecast(panel, origins, LEVELS)
    others = (replace(panel, past=-panel.past), replace(panel, static=panel.static[::-1]))
    for other in others:
        after = model.forecast(other, origins, LEVELS)
        assert (after.memory_part != before.memory_part).all()
        np.testing.assert_array_equal(after.linear_part, before.linear_part)


def test_ctrl_c_is_heard_while_training() -> None:
    threads, dice = torch.get_num_threads(), torch.get_rng_state()
    with at_once(), pytest.raises(KeyboardInterrupt):
        Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel_for("raw"), Interrupting())
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), dice)


class Listening(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.labels: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)

    def task(self, label: str, total: int) -> AbstractContextManager[Task]:
        self.labels.append(label)
        return super().task(label, total)


class Interrupting(Silent):
    """Presses Ctrl-C at the third step of training."""

    @contextmanager
    def task(self, label: str, total: int) -> Iterator["_Pressing"]:
        yield _Pressing(3 if "training" in label else total + 1)


class _Pressing:
    def __init__(self, after: int) -> None:
        self._left = after

    def advance(self, steps: int = 1, **detail: str) -> None:
        del detail
        self._left -= steps
        if self._left <= 0:
            raise KeyboardInterrupt
