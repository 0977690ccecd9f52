"""Small networks and random batches to ask them by."""

from collections.abc import Sequence

import torch

from gatecast.interval import LEVELS
from gatecast.memory import CellKind, Network, Shape
from gatecast.memory.network import Batch

CELLS: tuple[CellKind, ...] = ("lstm", "gru", "rnn", "mlp")
HORIZON, MEMBERS, INPUTS, AHEAD, UNITS = 4, 3, 5, 2, 6
LAGS = (1, 3, 7)  # of the perceptron, which looks no further
SHAPE = Shape(INPUTS, AHEAD, MEMBERS, HORIZON, LEVELS, LAGS)


def small_network(
    cell: CellKind = "lstm", members: int = MEMBERS, seed: int = 0, bias: float = 2.0
) -> Network:
    """A network of a few units, without dropout, ready to forecast."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(Shape(INPUTS, AHEAD, members, HORIZON, LEVELS, LAGS), cell, UNITS, 0.0, bias)
    return network.eval()


def random_batch(at: Sequence[int], time: int = 12, members: int = MEMBERS, seed: int = 0) -> Batch:
    """One window of normal numbers with origins at these steps."""
    draw = torch.Generator().manual_seed(seed)
    count = len(at)
    return Batch(
        history=torch.randn(1, time, INPUTS, generator=draw),
        at=torch.tensor([list(at)]),
        ahead=torch.randn(1, count, HORIZON, AHEAD, generator=draw),
        members=torch.randn(1, count, HORIZON, members, generator=draw),
        prior=torch.randn(1, count, members, generator=draw),
        unit=torch.rand(1, count, generator=draw) + 0.5,
        weight=torch.ones(1, count),
        target=torch.randn(1, count, HORIZON, generator=draw),
    )
