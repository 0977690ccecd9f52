"""What training keeps of a network on its way: the weights that did best, and a few snapshots to look at."""

import copy
import math
from dataclasses import dataclass

from torch import Tensor

from gatecast.memory.cutter import Cutter
from gatecast.memory.network import Network
from gatecast.memory.options import Training
from gatecast.memory.reading import held_out_loss

SNAPSHOTS = 12  # of the encoder while training: some 100 kB each


@dataclass(frozen=True)
class Snapshot:
    """The recurrent weights at one step of training, kept so that gradients can be looked at afterwards.

    loss     of the batch before that step; NaN before training
    weights  the encoder's, by name
    """

    step: int
    loss: float
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Findings:
    """What a keeper has found up to a step.

    losses     held-out loss at each check
    best       step whose weights are kept
    kept       these weights, by name; None before there is a best
    snapshots  of the encoder
    """

    losses: tuple[float, ...] = ()
    best: int = 0
    kept: dict[str, Tensor] | None = None
    snapshots: tuple[Snapshot, ...] = ()


class Keeper:
    """Keeps the weights that did best on held-out windows, asked over the second half of the steps.

    Where a step is given instead of windows, its weights are kept and no step follows it.
    """

    def __init__(self, network: Network, held_out: Cutter | int, training: Training, levels: Tensor) -> None:
        self._network, self._held_out, self._levels = network, held_out, levels
        self._first = training.steps // 2
        self._every = max(1, (training.steps - self._first) // training.checks)
        self.until = min(held_out, training.steps) if isinstance(held_out, int) else training.steps
        self.found = Findings(snapshots=(snapshot(network, 0, math.nan),))

    @property
    def judges(self) -> bool:
        """Whether there is anything to judge weights by."""
        return not isinstance(self._held_out, int)

    @property
    def word(self) -> str:
        """The newest held-out loss, as progress shows it."""
        return f"{self.found.losses[-1]:.3f}" if self.found.losses else "-"

    def begin(self) -> None:
        """The network as it is comes into question, too."""
        if self.judges:
            self.ask(0)
        elif self.until == 0:
            self._keep(0, ())

    def see(self, step: int, loss: float) -> None:
        """Look at the network after a step: take a snapshot, ask and keep, if it is time to."""
        if step % max(1, self.until // SNAPSHOTS) == 0 or step == self.until:
            shots = (*self.found.snapshots, snapshot(self._network, step, loss))
            self.found = Findings(self.found.losses, self.found.best, self.found.kept, shots)
        if not self.judges:
            if step == self.until:
                self._keep(step, self.found.losses)
        elif step >= self._first and (step - self._first) % self._every == 0:
            self.ask(step)

    def ask(self, step: int) -> None:
        """Judge the network as it is, and keep it if none was better."""
        assert not isinstance(self._held_out, int)
        held, before = held_out_loss(self._network, self._held_out, self._levels), self.found.losses
        if held < min(before, default=math.inf):
            self._keep(step, (*before, held))
        else:
            self.found = Findings((*before, held), self.found.best, self.found.kept, self.found.snapshots)

    def _keep(self, step: int, losses: tuple[float, ...]) -> None:
        weights = copy.deepcopy(self._network.state_dict())
        self.found = Findings(losses, step, weights, self.found.snapshots)


def snapshot(network: Network, step: int, loss: float) -> Snapshot:
    """A copy of the encoder's weights as they are."""
    weights = {name: w.detach().cpu().clone() for name, w in network.encoder.state_dict().items()}
    return Snapshot(step, loss, weights)
