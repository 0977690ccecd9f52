"""Training gives the same bytes for the same seed, keeps the best weights, and never breaks in silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch
from small_training import HORIZON, TINY, Interrupting, Setting, cut, small_setting, trained

from gatecast import LSTM
from gatecast.errors import GatecastError, NotFittedError, OptionError, TrainingError
from gatecast.interrupt import at_once
from gatecast.memory import CellKind, Network, Trained, Training, anchored_windows, learn_network, read
from gatecast.memory.descent import descend
from gatecast.memory.loss import pinball
from gatecast.memory.reading import held_out_loss
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

LEVELS_TENSOR = torch.tensor(small_setting().windows.shape.levels)


def _table() -> pl.DataFrame:
    panel = hourly_panel((200,))
    return pl.DataFrame({"ds": np.arange(200), "y": panel.values})


@pytest.fixture(scope="module")
def setting() -> Setting:
    return small_setting()


@contextmanager
def threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def bytes_of(one: Trained, setting: Setting) -> tuple[bytes, bytes]:
    weights = b"".join(part.cpu().numpy().tobytes() for part in one.network.state_dict().values())
    return weights, read(one.network, setting.judged)[0].tobytes()


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mlp"])
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(
    cell: CellKind, setting: Setting
) -> None:
    results = []
    for count in (1, 2, 3):
        with threads(count):
            results.append(bytes_of(trained(setting, cell=cell), setting))
            assert torch.get_num_threads() == count, "training has to give the threads back"
    assert results[0] == results[1] == results[2]


def test_another_seed_gives_another_network(setting: Setting) -> None:
    first, second = (bytes_of(trained(setting, seed=seed), setting) for seed in (0, 1))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_nobody_elses_dice_are_touched(setting: Setting) -> None:
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002  # the global state is what must not move
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    trained(setting)
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


def test_nobody_elses_dice_are_heard(setting: Setting) -> None:
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        results.append(bytes_of(trained(setting), setting))
    assert results[0] == results[1]


def test_the_weights_kept_are_those_that_did_best_on_held_out_origins(setting: Setting) -> None:
    """A rate so high that the last weights are not the best ones."""
    one = trained(setting, seed=3, training=replace(TINY, rate=0.3, steps=40))
    again = held_out_loss(one.network, setting.judged, LEVELS_TENSOR)
    assert min(one.losses) < one.losses[-1], "this seed proves nothing: its last weights are the best"
    assert again == pytest.approx(min(one.losses), rel=1e-6)
    assert one.best == 20 + 5 * int(np.argmin(one.losses))


def test_training_to_a_given_step_is_a_longer_training_stopped_there(setting: Setting) -> None:
    """The step that held-out origins chose, given instead of them, leads to the same weights."""
    training = replace(TINY, rate=0.3, steps=40)
    chosen = trained(setting, seed=3, training=training)
    stopped = learn_network("lstm", setting.windows, chosen.best, training, 3, Silent(), "small")
    assert chosen.best < training.steps, "this seed proves nothing: its last weights are the best"
    assert (stopped.best, stopped.losses) == (chosen.best, ())
    assert bytes_of(stopped, setting) == bytes_of(chosen, setting)


def test_no_training_goes_beyond_its_steps(setting: Setting) -> None:
    one = learn_network("lstm", setting.windows, 50, TINY, 0, Silent(), "small")
    assert one.best == TINY.steps


def test_held_out_origins_are_asked_as_often_as_told(setting: Setting) -> None:
    one = trained(setting, training=replace(TINY, steps=24, checks=3))
    assert len(one.losses) == 3 + 1, "at half time and then three times"


def test_the_gradient_is_clipped_to_its_norm(setting: Setting) -> None:
    """One step of plain descent at rate 1 moves the weights by the clipped gradient, no further."""
    network = Network(setting.windows.shape, "lstm", 6, 0.0, 2.0)
    batch = setting.windows.batch(np.arange(8))
    loss = pinball(batch.target, network(batch).quantiles, LEVELS_TENSOR, batch.unit, batch.weight)
    gradient = torch.autograd.grad(loss, list(network.parameters()))
    whole = torch.cat([part.ravel() for part in gradient])
    clip = float(whole.norm()) / 10
    before = torch.nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    clipped = replace(TINY, clip=clip, restraint=0.0)
    descend(network, batch, LEVELS_TENSOR, torch.optim.SGD(network.parameters(), lr=1.0), clipped)
    moved = torch.nn.utils.parameters_to_vector(network.parameters()).detach() - before
    torch.testing.assert_close(moved, -whole / 10, rtol=1e-3, atol=1e-6)


def test_forecasting_drops_no_units(setting: Setting) -> None:
    one = trained(setting, training=replace(TINY, dropout=0.5))
    one.network.train()
    first, second = (read(one.network, setting.judged)[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_training_brings_the_held_out_loss_down(setting: Setting) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        fresh = Network(setting.windows.shape, "lstm", TINY.units, 0.0, 2.0)
    one = trained(setting, training=replace(TINY, steps=60))
    assert min(one.losses) < 0.7 * held_out_loss(fresh, setting.judged, LEVELS_TENSOR)


def test_a_training_that_breaks_down_names_the_step_and_the_remedy(setting: Setting) -> None:
    with pytest.raises(TrainingError) as broken:
        trained(setting, training=replace(TINY, rate=1e30))
    said = str(broken.value)
    assert said.startswith("small: training: the loss of step ")
    assert "of 20 is not a finite number" in said
    assert said.endswith(
        "stepping back 4 times did not help; train at a rate below 1e+30, "
        "and look for extreme values in the series and its covariates"
    )
    assert isinstance(broken.value, GatecastError)


def test_weights_that_were_never_judged_are_not_kept(setting: Setting) -> None:
    """All held-out losses are infinite: there is nothing to choose by."""
    single = anchored_windows(setting.plan.choosing, setting.plan.context)
    unjudgeable = replace(setting, judged=cut(setting.panel, single, unit=np.nan))
    with pytest.raises(TrainingError, match="the held-out loss of all 6 checks is not a finite number"):
        trained(unjudgeable)


def test_a_broken_training_leaves_threads_and_dice_alone(setting: Setting) -> None:
    state = torch.get_rng_state()
    with threads(2):
        with pytest.raises(TrainingError):
            trained(setting, training=replace(TINY, rate=1e30))
        assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), state)


def test_ctrl_c_leaves_nothing_half_done_where_nothing_may_be_kept(setting: Setting) -> None:
    state, model = torch.get_rng_state(), LSTM(horizon=HORIZON, season=24, training=TINY)
    with threads(2), at_once():
        with pytest.raises(KeyboardInterrupt):
            trained(setting, progress=Interrupting())
        with pytest.raises(KeyboardInterrupt):
            model.fit(_table(), progress=Interrupting())
        assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), state)
    with pytest.raises(NotFittedError, match="this LSTM is not fitted"):
        model.predict()
    assert np.isfinite(model.fit(_table(), progress=Silent()).predict(level=[])["LSTM"].to_numpy()).all()


@pytest.mark.parametrize(
    ("option", "wrong", "said"),
    [
        ("units", 0, "units is 0; give a whole number from 1"),
        ("steps", -5, "steps is -5; give a whole number from 1"),
        ("windows", 2.5, "windows is 2.5; give a whole number from 1"),
        ("checks", True, "checks is True; give a whole number from 1"),
        ("weight_decay", -0.1, "weight_decay is -0.1; give a number from 0"),
        ("forget_bias", float("inf"), "forget_bias is inf; give a finite number"),
        ("origins", "8", "origins is '8'; give a whole number from 1"),
        ("rate", float("nan"), "rate is nan; give a number above 0"),
        ("clip", 0.0, "clip is 0.0; give a number above 0"),
        ("dropout", 1.0, "dropout is 1.0; give a share of units from 0 up to, not including, 1"),
    ],
)
def test_an_option_outside_what_it_may_be_is_refused(option: str, wrong: object, said: str) -> None:
    with pytest.raises(OptionError) as refused:
        Training(**{option: wrong})
    assert str(refused.value) == said
