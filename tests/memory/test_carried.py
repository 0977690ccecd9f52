"""A state carried along is the state that a window from its anchor leaves; a head in arrays says the same."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.errors import RecordError
from gatecast.interval import LEVELS
from gatecast.memory import Batch, CellKind, Network, Shape
from gatecast.memory.anchors import anchors
from gatecast.memory.carried import carry, recurrence_of
from gatecast.memory.chains import tanh
from gatecast.memory.heads import Beside

HORIZON, INPUTS, AHEAD, MEMBERS = 5, 3, 4, 2
CLOSE = {"rtol": 2e-5, "atol": 2e-6}


def network(cell: CellKind, members: int = MEMBERS) -> Network:
    torch.manual_seed(3)
    made = Network(Shape(INPUTS, AHEAD, members, HORIZON, LEVELS, (1, 2)), cell, 7, 0.1, 1.0).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return made


def slow(net: Network, rows: np.ndarray, at: int, context: int, batch: Batch) -> np.ndarray:
    """The whole network over the window of one origin. [horizon, levels]"""
    first = int(anchors(np.array([at]), context)[0])
    window = torch.from_numpy(rows[first : at + 1])[None]
    with torch.no_grad():
        asked = batch._replace(history=window, at=torch.tensor([[at - first]]))
        said: np.ndarray = net(asked).quantiles[0, 0].double().numpy()
    return said


def asked(rng: np.random.Generator, members: int) -> Batch:
    shapes = [(HORIZON, AHEAD), (HORIZON, members), (members,), (), (), (HORIZON,)]
    parts = [torch.from_numpy(rng.random((1, 1, *shape)).astype(np.float32)) for shape in shapes]
    return Batch(torch.empty(0), torch.empty(0), *parts)


def beside(batch: Batch, rows: int) -> Beside:
    """What stands beside one origin, at so many steps."""
    members, prior, unit = (part.numpy()[0, 0] for part in (batch.members, batch.prior, batch.unit))
    return Beside(members[:rows], np.tile(prior, (rows, 1)), np.full(rows, unit, dtype=np.float32))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@given(
    context=st.integers(2, 21),
    lengths=st.lists(st.integers(1, 70), min_size=2, max_size=2),
    more=st.integers(0, 40),
    members=st.sampled_from([0, MEMBERS]),
)
@settings(max_examples=12, deadline=None)
def test_carried_or_read_again_the_word_is_the_same(
    cell: CellKind, context: int, lengths: list[int], more: int, members: int
) -> None:
    net, rng = network(cell, members), np.random.default_rng(0)
    series = [rng.normal(size=(length + more, INPUTS)).astype(np.float32) for length in lengths]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in series])])
    carried = carry(net, context, np.concatenate(series), offsets, np.array(lengths) - 1)
    batches = [asked(rng, members) for _ in series]
    for t in range(more):
        carried.advance(
            np.arange(2), np.stack([one[length + t] for one, length in zip(series, lengths, strict=True)])
        )
    every = [beside(batch, HORIZON) for batch in batches]
    both = Beside(*(np.concatenate([getattr(b, f) for b in every]) for f in ("members", "prior", "unit")))
    ahead = np.concatenate([batch.ahead.numpy()[0] for batch in batches])
    said = carried.ahead(ahead, both)
    for i, (rows, batch) in enumerate(zip(series, batches, strict=True)):
        np.testing.assert_allclose(said[i], slow(net, rows, len(rows) - 1, context, batch), **CLOSE)
        for step in range(min(HORIZON, len(rows))):
            own = beside(batch, HORIZON)
            at = Beside(own.members[[step]], own.prior[[step]], own.unit[[step]])
            back = carried.look_back(np.array([i]), np.array([step]), ahead[i, [step]], at)
            np.testing.assert_allclose(
                back[0], slow(net, rows, len(rows) - 1 - step, context, batch)[step], **CLOSE
            )


def test_what_carries_nothing_on_is_refused() -> None:
    with pytest.raises(RecordError, match="Perceptron carries no state from step to step; wanted LSTM"):
        recurrence_of(network("mlp").encoder)


def test_the_rational_tanh_is_tanh() -> None:
    x = np.linspace(-12, 12, 4001).astype(np.float32)
    np.testing.assert_allclose([tanh(one) for one in x], np.tanh(x), atol=4e-7)
