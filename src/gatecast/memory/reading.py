"""A network asked, not taught: its word at origins, and what that costs on held-out ones."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from gatecast.memory.cutter import Cutter, Pass
from gatecast.memory.loss import pinball
from gatecast.memory.network import Network, Output


def device() -> torch.device:
    """The GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def one_thread() -> Iterator[None]:
    """Run PyTorch on one thread: nets this small lose time to sharing, and bytes would depend on cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def held_out_loss(network: Network, held_out: Cutter, levels: Tensor) -> float:
    """Mean loss over windows that are not trained on; infinite if the network has broken down."""
    total, count = 0.0, 0
    for one, said in _passes(network, held_out):
        asked = one.asked.to(levels.device)
        loss = float(pinball(asked.target, said.quantiles, levels, asked.unit, asked.weight))
        total, count = total + loss * len(one.origins), count + len(one.origins)
    return total / max(count, 1) if math.isfinite(total) else math.inf


def read(network: Network, windows: Cutter) -> tuple[np.ndarray, np.ndarray]:
    """The network's word at every origin of some windows.

    returns  quantiles [origins, horizon, levels] and member weights [origins, horizon, members], scaled
    """
    order, quantiles, weights = [], [], []
    for one, said in _passes(network, windows):
        order.append(one.origins)
        quantiles.append(said.quantiles[:, 0].double().cpu().numpy())
        weights.append(said.weights[:, 0].double().cpu().numpy())
    back = np.argsort(np.concatenate(order))
    return np.concatenate(quantiles)[back], np.concatenate(weights)[back]


def _passes(network: Network, windows: Cutter) -> Iterator[tuple[Pass, Output]]:
    """The network's word, pass by pass. [origins, 1, ...]"""
    place = next(network.parameters()).device
    network.eval()
    with one_thread(), torch.no_grad():
        for one in windows.passes():
            states, _ = network.encoder(one.history.to(place))
            mine = states[one.window.to(place), one.asked.at[:, 0].to(place)]
            yield one, network.head(mine[:, None], one.asked.to(place))
