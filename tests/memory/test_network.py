"""The network reads what it should and nothing else; its quantiles cannot cross; it begins as the prior."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_batches import CELLS, HORIZON, INPUTS, SHAPE, UNITS, random_batch, small_network

from gatecast.interval import LEVELS
from gatecast.memory import CellKind
from gatecast.memory.network import FIRST_SPREAD

every_cell = pytest.mark.parametrize("cell", CELLS)


def of_origin(part: torch.Tensor, origin: int) -> torch.Tensor:
    return part[:, origin : origin + 1]


@every_cell
def test_every_step_reads_the_last_observation_and_nothing_after_its_origin(cell: CellKind) -> None:
    """The Jacobian with respect to the window: not zero at the origin, exactly zero behind it."""
    network, at = small_network(cell), 7
    batch = random_batch([at])
    history = batch.history.clone().requires_grad_()
    quantiles = network(batch._replace(history=history)).quantiles
    for step in range(HORIZON):
        for level in range(len(LEVELS)):
            (moved,) = torch.autograd.grad(quantiles[0, 0, step, level], history, retain_graph=True)
            assert (moved[0, at].abs() > 0).all(), f"step {step + 1} does not read its origin"
            assert (moved[0, 0].abs() > 0).any(), "the window's first row is forgotten altogether"
            assert (moved[0, at + 1 :] == 0).all()


@every_cell
def test_what_is_known_of_a_step_moves_that_step_alone(cell: CellKind) -> None:
    network, batch = small_network(cell), random_batch([7])
    ahead = batch.ahead.clone().requires_grad_()
    members = batch.members.clone().requires_grad_()
    quantiles = network(batch._replace(ahead=ahead, members=members)).quantiles
    for step in range(HORIZON):
        moved = torch.autograd.grad(quantiles[0, 0, step].sum(), [ahead, members], retain_graph=True)
        others = [k for k in range(HORIZON) if k != step]
        for one in moved:
            assert (one[0, 0, step].abs() > 0).all()
            assert (one[0, 0, others] == 0).all()


@every_cell
def test_a_window_with_many_origins_says_what_windows_ended_at_each_would(cell: CellKind) -> None:
    network, at = small_network(cell), [3, 6, 6, 11]
    forked = random_batch(at)
    together = network(forked)
    for i, position in enumerate(at):
        alone = forked._replace(
            history=forked.history[:, : position + 1],
            **{
                name: of_origin(getattr(forked, name), i)
                for name in ("at", "ahead", "members", "prior", "unit", "weight", "target")
            },
        )
        single = network(alone)
        torch.testing.assert_close(of_origin(together.quantiles, i), single.quantiles, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(of_origin(together.weights, i), single.weights, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("asked", [1.0, 2.0, 3.5])
def test_the_forget_gate_starts_where_it_was_asked_to(asked: float) -> None:
    biases = dict(small_network("lstm", bias=asked).encoder.named_parameters())
    whole = biases["bias_ih_l0"] + biases["bias_hh_l0"]
    torch.testing.assert_close(whole[UNITS : 2 * UNITS], torch.full((UNITS,), asked))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_larger_forget_bias_keeps_more_of_the_past(cell: CellKind) -> None:
    """With nothing to read and weights at 0, the gate alone decides what share of the state stays.

    The LSTM's cell and the GRU's hidden state shrink by sigmoid(bias) at every step.
    """
    encoder = small_network(cell, bias=2.0).encoder
    with torch.no_grad():
        for name, weights in encoder.named_parameters():
            if name.startswith("weight"):
                weights.zero_()
            else:  # the gates besides the one that forgets
                weights[:UNITS], weights[2 * UNITS :] = 0.0, 0.0
        first = torch.ones(1, 1, UNITS)
        nothing = torch.zeros(1, 5, INPUTS)
        if cell == "lstm":
            _, (_, kept) = encoder(nothing, (torch.zeros(1, 1, UNITS), first))
        else:
            _, kept = encoder(nothing, first)
    torch.testing.assert_close(kept, torch.sigmoid(torch.tensor(2.0)) ** 5 * first)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    size=st.sampled_from([0.1, 1.0, 10.0, 1000.0]),
    members=st.sampled_from([0, 1, 3]),
    cell=st.sampled_from(CELLS),
)
def test_quantiles_never_cross(seed: int, size: float, members: int, cell: CellKind) -> None:
    """Whatever the weights are and whatever is read."""
    network = small_network(cell, members=members, seed=seed)
    batch = random_batch([2, 9], members=members, seed=seed)
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(0.0, min(size, 10.0), generator=torch.Generator().manual_seed(seed))
        network.step_scale.clamp_(-2.0, 2.0)
        output = network(batch._replace(history=batch.history * size, ahead=batch.ahead * size))
    assert torch.isfinite(output.quantiles).all()
    assert (output.quantiles.diff(dim=-1) >= 0).all()
    if members:
        torch.testing.assert_close(output.weights.sum(-1), torch.ones(output.weights.shape[:-1]))


@every_cell
def test_training_begins_at_the_prior_mixture(cell: CellKind) -> None:
    """With nothing read, the median is the mixture and the others a normal distribution's around it."""
    network, batch = small_network(cell), random_batch([4, 11])
    with torch.no_grad():
        network.out.weight.zero_()
        output = network(batch)
    prior = torch.softmax(batch.prior, dim=-1)[:, :, None]
    mixture = (prior * batch.members).sum(-1)
    torch.testing.assert_close(output.quantiles[..., SHAPE.median], mixture)
    normal = torch.distributions.Normal(0.0, FIRST_SPREAD).icdf(torch.tensor(LEVELS))
    around = (output.quantiles - mixture[..., None]) / batch.unit[..., None, None]
    torch.testing.assert_close(around, normal.expand_as(around), rtol=1e-4, atol=1e-5)


@every_cell
def test_a_network_stands_alone_without_members(cell: CellKind) -> None:
    output = small_network(cell, members=0)(random_batch([4, 11], members=0))
    assert output.quantiles.shape == (1, 2, HORIZON, len(LEVELS))
    assert output.weights.shape == (1, 2, HORIZON, 0)
    assert torch.isfinite(output.quantiles).all()
