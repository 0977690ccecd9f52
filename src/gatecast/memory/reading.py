"""A network asked, not taught: its word at origins, and what that costs on held-out ones."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from gatecast.memory.cutter import Cutter
from gatecast.memory.loss import pinball
from gatecast.memory.network import Network

JUDGED_AT_ONCE = 128


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
    said = torch.from_numpy(read(network, held_out)[0]).float()
    total, count = 0.0, len(said)
    for start in range(0, count, JUDGED_AT_ONCE):  # each of as much weight, whoever its origins are
        some = np.arange(start, min(start + JUDGED_AT_ONCE, count))
        asked = held_out.asked(some)
        loss = pinball(asked.target[:, 0], said[some], levels.cpu(), asked.unit[:, 0], asked.weight[:, 0])
        total += float(loss) * len(some)
    return total / max(count, 1) if math.isfinite(total) else math.inf


def read(network: Network, windows: Cutter) -> tuple[np.ndarray, np.ndarray]:
    """The network's word at every origin of some windows.

    returns  quantiles [origins, horizon, levels] and member weights [origins, horizon, members], scaled
    """
    place = next(network.parameters()).device
    order, quantiles, weights = [], [], []
    network.eval()
    with one_thread(), torch.no_grad():
        for one in windows.passes():
            states, _ = network.encoder(one.history.to(place))
            mine = states[one.window.to(place), one.asked.at[:, 0].to(place)]
            said = network.head(mine[:, None], one.asked.to(place))
            order.append(one.origins)
            quantiles.append(said.quantiles[:, 0].double().cpu().numpy())
            weights.append(said.weights[:, 0].double().cpu().numpy())
    back = np.argsort(np.concatenate(order))
    return np.concatenate(quantiles)[back], np.concatenate(weights)[back]
