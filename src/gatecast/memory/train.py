"""Train a network on windows: the weights kept are those that did best on origins held out of training.

Training survives. Ctrl-C ends it between two steps, with the best weights so far. Where a loss or a gradient
is no number it goes back to where all was well and on at half the rate. Within `checkpointing` it leaves its
state on disk, and a training that was killed goes on to the same bytes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gatecast.errors import OptionError
from gatecast.memory.checkpoint import Nowhere, Place, Purpose, vault
from gatecast.memory.course import Course
from gatecast.memory.cutter import Cutter
from gatecast.memory.keeper import Snapshot
from gatecast.memory.network import CellKind, Network
from gatecast.memory.options import Training
from gatecast.memory.reading import one_thread
from gatecast.progress import Progress


@dataclass(frozen=True)
class Trained:
    """A trained network and how it got there.

    losses     held-out loss at each check
    best       step whose weights were kept; 0 for those it went on from
    snapshots  of the encoder, from before the first step to after the last
    stopped    step at which Ctrl-C ended it; 0 if nothing did
    others     networks of other seeds, whose quantiles are averaged with this one's; none unless asked for
    """

    network: Network
    losses: tuple[float, ...]
    best: int
    snapshots: tuple[Snapshot, ...] = ()
    stopped: int = 0
    others: tuple[Network, ...] = ()


def learn_network(
    cell: CellKind,
    windows: Cutter,
    judged: Cutter | int,
    training: Training,
    seed: int,
    progress: Progress,
    label: str,
    start: Network | None = None,
) -> Trained:
    """Build a network for these windows and train it.

    judged  windows of held-out origins that choose among weights, or the step whose weights are kept
    start   network to go on from, of the same shape; `training.continued()` suits it. Where judged, its own
            weights are the first candidate: what comes out did no worse on the held-out origins

    The same seed gives the same weights, to the byte, on the same machine's CPU.

    Raises TrainingError at a step whose loss is no number even after stepping back, if the held-out loss
    never is one, or if Ctrl-C ends a training that nothing can judge; KeyboardInterrupt before any step;
    OptionError for a start of another shape, or a checkpoint of another training.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(windows.shape, cell, training.units, training.dropout, training.forget_bias)
        if start is not None:
            network.load_state_dict(_fitting(start, network))
        called = f"{label}: training"
        place = _place(called, cell, windows, judged, training, seed, start)
        course = Course(network, windows, judged, training, seed, progress, called)
        stopped = course.run(place, start is not None)
        found = course.keeper.found
        return Trained(network.eval(), found.losses, found.best, found.snapshots, stopped)


def _fitting(start: Network, network: Network) -> Mapping[str, Tensor]:
    """The weights to go on from, if they are weights of such a network."""
    old, new = start.state_dict(), network.state_dict()
    odd = sorted(n for n in old.keys() | new.keys() if _size(old, n) != _size(new, n))
    if odd:
        seen = ", ".join(f"{name} {_size(old, name)}, wanted {_size(new, name)}" for name in odd[:3])
        raise OptionError(
            f"these weights are of a network of another shape ({seen}); go on from one that was trained with "
            "the same cell, units, horizon, seasons and covariates, or train anew"
        )
    return old


def _size(weights: Mapping[str, Tensor], name: str) -> tuple[int, ...] | None:
    return tuple(weights[name].shape) if name in weights else None


def _place(
    label: str,
    cell: CellKind,
    windows: Cutter,
    judged: Cutter | int,
    training: Training,
    seed: int,
    start: Network | None,
) -> Place:
    """Where this training is kept, if trainings are."""
    one = vault()
    if one is None:
        return Nowhere()
    by = f"until step {judged}" if isinstance(judged, int) else judged.digest()
    return one.place(
        Purpose(
            label=label,
            seed=str(seed),
            training=str(training),
            cell=f"{cell} of {windows.shape}",
            start="" if start is None else _digest(start),
            made_by=f"PyTorch {torch.__version__}",
            data=f"{windows.digest()} {by}",
        )
    )


def _digest(network: Network) -> str:
    found = hashlib.sha256()
    for name, weight in network.state_dict().items():
        found.update(name.encode())
        found.update(weight.detach().cpu().contiguous().numpy().data)
    return found.hexdigest()
