"""Training survives Ctrl-C and numbers that are none, and goes on from old weights; it says what it did."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_training import HORIZON, TINY, Setting, cut, small_setting, trained

from gatecast import LSTM, Hybrid, cross_validate
from gatecast.errors import OptionError, TrainingError
from gatecast.interrupt import at_once, listening
from gatecast.memory import Network, Trained, learn_network, read
from gatecast.memory.descent import Descended, Descent
from gatecast.memory.fault import causes
from gatecast.memory.reading import held_out_loss
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

LEVELS_TENSOR = torch.tensor(small_setting().windows.shape.levels)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return small_setting()


class Pressing(Silent):
    """Keeps notes, and presses Ctrl-C behind given steps of any task that trains, as a terminal does."""

    def __init__(self, *steps: int, only: str = "training") -> None:
        self.notes: list[str] = []
        self._steps, self._only = steps, only

    def note(self, message: str) -> None:
        self.notes.append(message)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator["_Counting"]:
        del total
        yield _Counting(self._steps if self._only in label else ())


class _Counting:
    def __init__(self, steps: tuple[int, ...]) -> None:
        self._steps, self._done = steps, 0

    def advance(self, steps: int = 1, **detail: str) -> None:
        del detail
        self._done += steps
        for _ in range(self._steps.count(self._done)):
            os.kill(os.getpid(), signal.SIGINT)


def weights_of(one: Trained) -> bytes:
    return b"".join(part.numpy().tobytes() for part in one.network.state_dict().values())


def test_ctrl_c_keeps_the_best_weights_so_far(setting: Setting) -> None:
    """The checks are at 10, 12, ... of 20 steps: stopped behind the 15th, it is a training of 15 steps."""
    progress = Pressing(15)
    one = trained(setting, progress=progress)
    whole = trained(setting)
    assert (one.stopped, whole.stopped) == (15, 0)
    assert one.losses == whole.losses[: len(one.losses)]
    assert one.best == 10 + 2 * int(np.argmin(one.losses))
    assert progress.notes == [
        f"small: training: stopped at step 15 of 20; the weights of step {one.best} are kept"
    ]
    until = learn_network("lstm", setting.windows, one.best, TINY, 0, Silent(), "small")
    assert weights_of(one) == weights_of(until)


def test_ctrl_c_before_any_check_keeps_the_network_as_it_is_once_judged(setting: Setting) -> None:
    progress = Pressing(4)
    one = trained(setting, progress=progress)
    assert (one.stopped, one.best, len(one.losses)) == (4, 4, 1)
    assert one.losses[0] == held_out_loss(one.network, setting.judged, LEVELS_TENSOR)
    assert progress.notes == ["small: training: stopped at step 4 of 20; the weights of step 4 are kept"]


def test_a_second_ctrl_c_ends_it(setting: Setting) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        trained(setting, progress=Pressing(4, 4))
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_that_nothing_judges_is_not_kept_half_done(setting: Setting) -> None:
    with pytest.raises(TrainingError, match="stopped at step 5 of 15, before there was anything to keep"):
        learn_network("lstm", setting.windows, 15, TINY, 0, Pressing(5), "small")


def test_ctrl_c_before_the_first_step_is_an_interruption(setting: Setting) -> None:
    class Sudden(Silent):
        @contextmanager
        def task(self, label: str, total: int) -> Iterator[_Counting]:
            del label, total
            os.kill(os.getpid(), signal.SIGINT)
            yield _Counting(())

    with pytest.raises(KeyboardInterrupt):
        trained(setting, progress=Sudden())


def test_where_nothing_may_be_cut_short_the_first_ctrl_c_ends_it(setting: Setting) -> None:
    with at_once(), pytest.raises(KeyboardInterrupt):
        trained(setting, progress=Pressing(12))


def test_a_comparison_is_not_made_with_a_model_cut_short() -> None:
    model = LSTM(horizon=HORIZON, season=24, training=TINY)
    with pytest.raises(KeyboardInterrupt):
        cross_validate([model], hourly_panel((300,)), n_windows=1, progress=Pressing(12))


def test_someone_elses_handler_of_ctrl_c_is_left_alone() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with listening() as ear:
            os.kill(os.getpid(), signal.SIGINT)
        assert (heard, ear.pressed) == ([signal.SIGINT], False)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_stopped_hybrid_forecasts_and_is_not_trained_again() -> None:
    panel, progress = hourly_panel((420,)), Pressing(12)
    model = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, progress)
    assert model.trained_.stopped == 12
    assert np.isfinite(model.forecast(panel, panel.last_origins(), [0.1, 0.5, 0.9]).quantiles).all()
    assert [note for note in progress.notes if "stopped at step 12 of 20" in note]


def breaking(monkeypatch: pytest.MonkeyPatch, broken: Callable[[int, int], bool]) -> list[tuple[int, float]]:
    """Let steps break as count of tries and number of the step say; gives step and rate of every try."""
    take, tries = Descent.take, []

    def sometimes(self: Descent, batch: object) -> Descended:
        tries.append((self.step + 1, self.rate))
        if broken(len(tries), self.step + 1):
            return Descended(float("nan"), 1.0)
        return take(self, batch)

    monkeypatch.setattr(Descent, "take", sometimes)
    return tries


def test_a_loss_that_is_no_number_leads_back_and_on_at_half_the_rate(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = breaking(monkeypatch, lambda *_: False)
    trained(setting)
    rates = dict(plain)
    monkeypatch.undo()
    tries, progress = breaking(monkeypatch, lambda tried, _: tried == 15), Pressing()
    one = trained(setting, progress=progress)
    assert [step for step, _ in tries] == [*range(1, 16), *range(11, 21)], (
        "back to step 10, and on to the end"
    )
    for step, rate in tries[15:]:
        assert rate == pytest.approx(rates[step] / 2)
    (note,) = progress.notes
    assert note.startswith(
        "small: training: the loss of step 15 of 20 is not a finite number (the largest gradient"
    )
    assert note.endswith("; training goes on from step 10 at 1/2 of the rate")
    assert len(one.losses) == 6
    assert [shot.step for shot in one.snapshots] == list(range(21)), "what was taken back is not kept twice"


def test_a_broken_training_gives_the_same_bytes_again(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for _ in range(2):
        with monkeypatch.context() as patch:
            breaking(patch, lambda tried, _: tried in (3, 15, 17))
            results.append(weights_of(trained(setting)))
    assert results[0] == results[1] != weights_of(trained(setting))


def test_stepping_back_has_an_end(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = breaking(monkeypatch, lambda _, step: step == 13)
    with pytest.raises(
        TrainingError, match=r"the loss of step 13 of 20 .* stepping back 4 times did not help; train at"
    ):
        trained(setting)
    assert len(tries) == 13 + 4 * 3


def test_a_gradient_that_is_no_number_is_not_followed(setting: Setting) -> None:
    """An infinite restraint: the loss is a number, what is followed is not."""
    network = Network(setting.windows.shape, "lstm", 6, 0.0, 2.0)
    descent = Descent(network, TINY, 0)
    before = descent.footing
    for weight in network.parameters():
        weight.register_hook(lambda gradient: gradient * float("inf"))
    taken = descent.take(setting.windows.batch(np.arange(4)))
    assert (taken.sound, np.isfinite(taken.loss), descent.step) == (False, True, 0)
    assert all(torch.equal(w, before.weights[name]) for name, w in network.state_dict().items())


def test_the_series_and_the_covariate_that_are_far_out_are_named(setting: Setting) -> None:
    panel = replace(setting.panel)
    values, known = panel.values.copy(), panel.known.copy()
    row = int(panel.offsets[1]) + 40
    values[row] = 1e9
    names = panel.known_names or ("temperature",)
    if not panel.known_names:
        known = np.random.default_rng(0).normal(size=(len(values), 1))
    known[row - 1, 0] = -3e7
    spoiled = replace(panel, values=values, known=known, known_names=names)
    windows = cut(spoiled, setting.plan.training)
    chosen = np.arange(len(windows))
    said = causes(windows, chosen, windows.batch(chosen[:4]))
    assert len(said) == 2
    assert said[0].startswith(f"series {panel.ids[1]} is 1e+09 at ")
    assert said[1].startswith(f"covariate {names[0]} is -3e+07 at ")
    assert not causes(setting.windows, chosen, setting.windows.batch(chosen[:4])), (
        "an ordinary series is no cause"
    )


def test_inputs_that_are_no_numbers_are_named(setting: Setting) -> None:
    batch = setting.windows.batch(np.arange(4))
    spoiled = batch._replace(unit=batch.unit * float("nan"), target=batch.target * float("inf"))
    said = causes(setting.windows, np.arange(4), spoiled)
    assert said == (
        "the sizes of ordinary errors are not all finite numbers",
        "the values to forecast are not all finite numbers",
    )


def test_going_on_from_old_weights_does_no_worse_than_they_did(setting: Setting) -> None:
    old = trained(setting, training=replace(TINY, steps=60))
    before = held_out_loss(old.network, setting.judged, LEVELS_TENSOR)
    spoiling = replace(TINY, rate=3.0)
    ways = [
        learn_network("lstm", setting.windows, setting.judged, t, 1, Silent(), "small", start=old.network)
        for t in (TINY.continued(), spoiling)
    ]
    for one in ways:
        assert one.losses[0] == before
        assert min(one.losses) == held_out_loss(one.network, setting.judged, LEVELS_TENSOR) <= before
    assert ways[1].best == 0, "a rate that spoils them leaves the old weights"
    assert weights_of(ways[1]) == weights_of(old)


def test_going_on_needs_fewer_steps_than_beginning(setting: Setting) -> None:
    """A third of the steps from old weights of other windows beat as many from none."""
    old = trained(small_setting(seed=3), training=replace(TINY, steps=60))
    few = replace(TINY, steps=60).continued()
    warm = learn_network(
        "lstm", setting.windows, setting.judged, few, 0, Silent(), "small", start=old.network
    )
    cold = trained(setting, training=replace(few, rate=TINY.rate))
    assert few == replace(TINY, steps=20, rate=TINY.rate / 4)
    assert min(warm.losses) < min(cold.losses)


def test_old_weights_are_gone_on_from_to_a_given_step(setting: Setting) -> None:
    old = trained(setting)
    none, some = (
        learn_network("lstm", setting.windows, until, TINY, 0, Silent(), "small", start=old.network)
        for until in (0, 3)
    )
    assert (weights_of(none), none.best) == (weights_of(old), 0)
    assert weights_of(some) != weights_of(old)
    assert read(old.network, setting.judged)[0].tobytes() == read(none.network, setting.judged)[0].tobytes()


def test_the_network_gone_on_from_stays_as_it_was(setting: Setting) -> None:
    old = trained(setting)
    before = weights_of(old)
    learn_network("lstm", setting.windows, setting.judged, TINY, 0, Silent(), "small", start=old.network)
    assert weights_of(old) == before


def test_weights_of_another_shape_are_refused(setting: Setting) -> None:
    other = Network(setting.windows.shape, "lstm", 7, 0.0, 2.0)
    with pytest.raises(OptionError, match=r"another shape \(encoder.bias_hh_l0 \(28,\), wanted \(24,\)"):
        learn_network("lstm", setting.windows, setting.judged, TINY, 0, Silent(), "small", start=other)
