"""A network asked, not taught: its word at origins, and what that costs on held-out ones."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from gatecast.memory.loss import pinball
from gatecast.memory.network import Network
from gatecast.memory.windows import Cutter

FORECAST_BATCH = 128


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
    network.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for chosen in _portions(len(held_out)):
            batch = held_out.batch(chosen).to(levels.device)
            loss = float(pinball(batch.target, network(batch).quantiles, levels, batch.unit, batch.weight))
            total, count = total + loss * len(chosen), count + len(chosen)
    return total / max(count, 1) if math.isfinite(total) else math.inf


def read(network: Network, windows: Cutter) -> tuple[np.ndarray, np.ndarray]:
    """The network's word at the origins of single-origin windows.

    returns  quantiles [origins, horizon, levels] and member weights [origins, horizon, members], scaled
    """
    place = next(network.parameters()).device
    network.eval()
    quantiles, weights = [], []
    with one_thread(), torch.no_grad():
        for chosen in _portions(len(windows)):
            output = network(windows.batch(chosen).to(place))
            quantiles.append(output.quantiles[:, 0].double().cpu().numpy())
            weights.append(output.weights[:, 0].double().cpu().numpy())
    return np.concatenate(quantiles), np.concatenate(weights)


def _portions(count: int) -> list[np.ndarray]:
    return [np.arange(i, min(i + FORECAST_BATCH, count)) for i in range(0, count, FORECAST_BATCH)]
