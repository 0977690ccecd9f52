"""Several networks that differ in their seed alone: what they agree on, by the mean of their quantiles.

Means of non-crossing quantiles do not cross. Each network chooses its own weights on the held-out origins.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.errors import SeriesError
from gatecast.memory.cutter import Cutter
from gatecast.memory.network import CellKind
from gatecast.memory.options import Training
from gatecast.memory.perceptron import Perceptron
from gatecast.memory.reading import read
from gatecast.memory.train import Trained, learn_network
from gatecast.progress import Progress

APART = 1_000_003  # between the seeds of networks: models of neighbouring seeds share none


def learn_networks(
    cell: CellKind,
    windows: Cutter,
    judged: Cutter | int,
    training: Training,
    seed: int,
    progress: Progress,
    label: str,
    start: Trained | None = None,
) -> Trained:
    """Train as many networks as asked for, each from a seed of its own; all but the first as its `others`.

    judged  windows of held-out origins that choose among weights, or the step whose weights are kept
    start   networks to go on from; those beyond what there are begin anew

    Ctrl-C ends the one in training; those after it are not begun. Raises TrainingError where one breaks down.
    """
    count = training.networks
    labels = [label] if count == 1 else [f"{label}: network {k + 1} of {count}" for k in range(count)]
    old = () if start is None else (start.network, *start.others)
    starts = [*old[:count], *[None] * (count - len(old))]
    seeds = [(seed + k * APART) % 2**63 for k in range(count)]
    found: list[Trained] = []
    for own, one, before in zip(seeds, labels, starts, strict=True):
        found.append(learn_network(cell, windows, judged, training, own, progress, one, before))
        if found[-1].stopped:
            break
    first, *others = found
    return replace(first, stopped=found[-1].stopped, others=tuple(one.network for one in others))


def read_mean(trained: Trained, windows: Cutter) -> Float[FloatArray, "origins horizon levels"]:
    """The mean of the networks' quantiles at every origin of some windows, scaled."""
    said = [read(network, windows)[0] for network in (trained.network, *trained.others)]
    mean: FloatArray = said[0] if len(said) == 1 else np.mean(said, axis=0)
    return mean


def require_inside(trained: Trained, name: str) -> None:
    """Raise SeriesError unless there is one network, with a state that is carried on, to look into.

    name  of the model
    """
    if trained.others:
        raise SeriesError(
            f"this {name} averages {1 + len(trained.others)} networks, and no one of them is its memory; "
            "fit with Training(networks=1) to look inside"
        )
    if isinstance(trained.network.encoder, Perceptron):
        raise SeriesError(
            f"this {name} has a perceptron (cell='mlp') in place of a memory: no gates to look at, and "
            "nothing is carried on; fit with Training(cell='lstm') to look inside"
        )
