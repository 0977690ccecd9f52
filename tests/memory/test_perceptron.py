"""A perceptron looks at its window and carries nothing on."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gatecast import LSTM
from gatecast.errors import OptionError
from gatecast.memory import Training
from gatecast.memory.perceptron import Perceptron, look_back
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

INPUTS, UNITS, TIME = 3, 4, 40


def perceptron(lags: tuple[int, ...]) -> Perceptron:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Perceptron(INPUTS, UNITS, lags)


def window() -> torch.Tensor:
    return torch.randn(2, TIME, INPUTS, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("lags", [(), (1,), (1, 2, 3, 24)])
def test_a_state_depends_on_the_steps_at_its_lags_and_on_no_other(lags: tuple[int, ...]) -> None:
    x, at = window().requires_grad_(), 30
    states, carried = perceptron(lags)(x)
    (moved,) = torch.autograd.grad(states[:, at].sum(), x)
    read = {at - step for step in np.flatnonzero((moved.abs().sum((0, 2)) > 0).numpy())}
    assert read == {0, *lags}
    assert carried is None


def test_it_is_what_its_equation_says() -> None:
    """The slow way: one step at a time, steps before the first as zeros."""
    lags, x = (1, 5), window()
    layer = perceptron(lags)
    states, _ = layer(x)
    for t in range(TIME):
        seen = [x[:, t - lag] if t >= lag else torch.zeros(2, INPUTS) for lag in (0, *lags)]
        inner = torch.nn.functional.silu(layer.inner(torch.cat(seen, dim=-1)))
        torch.testing.assert_close(states[:, t], torch.tanh(layer.outer(inner)), rtol=1e-5, atol=1e-6)


@given(short=st.integers(1, 400), more=st.integers(1, 14), context=st.integers(2, 1008))
def test_no_lag_reaches_beyond_the_window(short: int, more: int, context: int) -> None:
    lags = look_back((short, short * more), context)
    assert list(lags) == sorted(set(lags))
    assert all(1 <= lag < context for lag in lags)
    assert 1 in lags


def test_a_network_on_its_own_has_a_cell_of_its_own() -> None:
    panel = hourly_panel((200,))
    with pytest.raises(OptionError, match="asks for cell='mlp', but LSTM has a cell of its own, 'lstm'"):
        LSTM(horizon=6, season=24, training=Training(cell="mlp")).learn(panel, Silent())


@pytest.mark.parametrize("cell", ["LSTM", "transformer", None])
def test_an_unknown_cell_is_refused_in_words(cell: object) -> None:
    with pytest.raises(OptionError, match="give one of lstm, gru, rnn, mlp"):
        Training(cell=cell)  # type: ignore[arg-type]  # on purpose
