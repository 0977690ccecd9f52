"""Gradient flow while a network is trained: one flow a snapshot, of our own training or of anyone's loop."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from gatecast._types import FloatArray
from gatecast.errors import OptionError
from gatecast.insight.gradients.flow import Flow, Loss, Which, flow
from gatecast.memory import Recurrent, Snapshot, Trained


@dataclass(frozen=True, eq=False)
class TrainingFlow:
    """Flows of one model at several moments of its training, on the same inputs.

    steps   of training, or epochs
    losses  of training at each, NaN where unknown
    flows   without singular values
    """

    steps: tuple[int, ...]
    losses: tuple[float, ...]
    flows: tuple[Flow, ...]

    def relative(self, which: Which = "input") -> Float[FloatArray, "moments lags"]:
        """Each moment's gradients relative to lag 0, see `Flow.relative`. [moments, lags]"""
        return np.stack([one.relative(which) for one in self.flows])

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Vanishing, exploding or healthy at each moment."""
        return tuple(one.verdict for one in self.flows)


def training_flow(
    trained: Trained | Sequence[Snapshot],
    x: Tensor,
    module: nn.Module | None = None,
    *,
    loss: Loss | None = None,
    state: Any = None,
) -> TrainingFlow:
    """Gradient flow at every snapshot kept while a network was trained.

    trained  what `learn_network` gives, or its snapshots
    x        the recurrent layer's inputs, as it takes them; a few series are enough
    module   the recurrent layer the snapshots are of; the trained network's if not given

    Raises OptionError where there are no snapshots, or nobody says what they are of.
    """
    snapshots = trained.snapshots if isinstance(trained, Trained) else tuple(trained)
    if module is None and isinstance(trained, Trained):
        module = trained.network.encoder
    if module is None:
        raise OptionError("snapshots alone do not say what layer they are of; give it as module=")
    if not snapshots:
        raise OptionError(
            "there are no snapshots; train with learn_network, or use FlowWatch in your own loop"
        )
    watch = FlowWatch(copy.deepcopy(module).cpu(), x.cpu(), loss=loss, state=state)
    for snapshot in snapshots:
        watch.module.load_state_dict(snapshot.weights)
        watch.see(snapshot.step, snapshot.loss)
    return watch.curve


class FlowWatch:
    """Watch the gradient flow of a recurrent layer from within any training loop.

    module  torch.nn.LSTM, GRU or RNN, as it stands in the network
    x       inputs to look at it with, always the same; a few series are enough

    The layer is not touched: no hook, no gradient left behind, no random number drawn.

    >>> import torch
    >>> lstm = nn.LSTM(3, 8, batch_first=True)
    >>> watch = FlowWatch(lstm, torch.ones(1, 30, 3))
    >>> for epoch in range(2):
    ...     _ = watch.see(epoch)  # after the epoch's descent
    >>> watch.curve.steps, watch.curve.relative().shape
    ((0, 1), (2, 30))
    """

    def __init__(self, module: nn.Module, x: Tensor, *, loss: Loss | None = None, state: Any = None) -> None:
        self.module = module
        self._x, self._loss, self._state = x, loss, state
        self._seen: list[tuple[int, float, Flow]] = []

    def see(self, step: int, loss: float = float("nan")) -> Flow:
        """Look at the layer as it is now.

        step  of training, or the epoch
        loss  of training, to show beside the flow

        Raises what `flow` raises.
        """
        model: Recurrent = self.module  # type: ignore[assignment]  # refused by `flow` where it is none
        seen = flow(model, self._x, self._loss, self._state, spectrum=False)
        self._seen.append((step, float(loss), seen))
        return seen

    @property
    def curve(self) -> TrainingFlow:
        """All that was seen.

        Raises OptionError where nothing was.
        """
        if not self._seen:
            raise OptionError("nothing was seen yet; call see(epoch) within the training loop")
        steps, losses, flows = zip(*self._seen, strict=True)
        return TrainingFlow(steps, losses, flows)
