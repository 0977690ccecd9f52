"""Small recurrent networks and their training, plain enough to be read whole.

One recurrent layer of PyTorch and a linear readout; Adam, clipped gradients, one cycle of the rate or a
steady one. RNN and LSTM are made and trained by the same lines, so what differs between them is the cell.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor, nn

from gatecast.memory import chrono_, forget_bias_

Kind = Literal["lstm", "rnn"]
Draw = Callable[[torch.Generator], Tensor]  # draws a batch and gives the loss on it
UNSEEN = 2**32 - 1  # a seed nobody can ask for: what is drawn with it is never trained on
WARM_UP = 0.15  # share of the steps over which the rate rises


class Net(nn.Module):
    """A recurrent layer and a linear readout at every step."""

    def __init__(self, layer: nn.LSTM | nn.RNN, outputs: int = 1) -> None:
        super().__init__()
        self.layer = layer
        self.readout = nn.Linear(layer.hidden_size, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """What is read out at every step. [batch, time, inputs] to [batch, time, outputs]"""
        states, _ = self.layer(x)
        read: Tensor = self.readout(states)
        return read

    def last(self, x: Tensor) -> Tensor:
        """The first number read out at the last step. [batch]"""
        states, _ = self.layer(x)
        read: Tensor = self.readout(states[:, -1])
        return read[:, 0]


@contextmanager
def seeded(seed: int) -> Iterator[torch.Generator]:
    """One thread, and chance that starts from a seed; PyTorch's own chance is left as it was."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield torch.Generator().manual_seed(seed)
    finally:
        torch.set_num_threads(threads)


def net(
    kind: Kind,
    inputs: int,
    units: int,
    *,
    longest: int | None = None,
    forget_bias: float | None = None,
    outputs: int = 1,
) -> Net:
    """A network as PyTorch starts it, but for the LSTM's forget gate where something else is asked of it.

    longest      chrono initialisation for memories of up to so many steps
    forget_bias  the same bias for every unit
    """
    if kind == "rnn":
        return Net(nn.RNN(inputs, units, batch_first=True), outputs)
    layer = nn.LSTM(inputs, units, batch_first=True)
    made = Net(layer, outputs)
    if longest is not None:
        chrono_(layer, longest)
    elif forget_bias is not None:
        forget_bias_(layer, forget_bias)
    return made


def train(
    network: nn.Module,
    draw: Draw,
    generator: torch.Generator,
    *,
    steps: int,
    rate: float = 1e-2,
    clip: float = 1.0,
    cycle: bool = True,
) -> list[float]:
    """Train, and give the loss of every step.

    cycle  one cycle of the rate, whose highest is `rate`; a steady rate if not
    """
    parameters = list(network.parameters())
    optimiser = torch.optim.Adam(parameters, lr=rate)
    if cycle:
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=WARM_UP)
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = draw(generator)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, clip)
        optimiser.step()
        if cycle:
            schedule.step()
        losses.append(float(loss.detach()))
    return losses
