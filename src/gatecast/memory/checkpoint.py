"""Where a training stands, so that one that was killed goes on as if it had not been.

Nothing is written here: whoever keeps checkpoints on disk is told of each milestone, and asked for the last.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from gatecast.memory.descent import Footing
from gatecast.memory.keeper import Findings, Snapshot

EVERY = 10  # steps from one milestone to the next


@dataclass(frozen=True)
class Purpose:
    """What one training is of; the same purpose leads to the same bytes. All in text.

    label     what it is called
    seed      of its dice
    training  its options
    cell      which network, and of which shape
    start     digest of the weights it goes on from, if it does
    made_by   the PyTorch whose rounding it has
    data      digest of all that it reads and is judged by
    """

    label: str
    seed: str
    training: str
    cell: str
    start: str
    made_by: str
    data: str


@dataclass(frozen=True)
class Milestone:
    """A training as it stood after a step that turned out well.

    largest   norm of any gradient on the way to it
    notes     what was noted on the way
    finished  whether no step is to follow
    """

    footing: Footing
    findings: Findings
    largest: float = 0.0
    notes: tuple[str, ...] = ()
    finished: bool = False


class Place(Protocol):
    """Where one training is kept."""

    @property
    def found(self) -> Milestone | None:
        """Where an earlier run of the same training got to."""

    def keep(self, milestone: Milestone) -> None:
        """Keep this instead."""

    def forget(self) -> None:
        """Keep nothing: the training broke down, and would again."""


class Vault(Protocol):
    """Keeps the trainings of one piece of work, in the order they are begun."""

    def place(self, purpose: Purpose) -> Place:
        """The place of the next training. Raises OptionError if another one is kept there."""


class Nowhere:
    """Keeps nothing."""

    found: Milestone | None = None

    def keep(self, milestone: Milestone) -> None:
        """Let it go."""

    def forget(self) -> None:
        """There is nothing to forget."""


_VAULT: ContextVar[Vault | None] = ContextVar("_VAULT", default=None)


def vault() -> Vault | None:
    """Where trainings are kept now, if anywhere."""
    return _VAULT.get()


@contextmanager
def kept_in(one: Vault) -> Iterator[None]:
    """Within, every training leaves its milestones there, and goes on from what it finds."""
    before = _VAULT.set(one)
    try:
        yield
    finally:
        _VAULT.reset(before)


def as_arrays(milestone: Milestone) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A milestone as what JSON can hold, numbers to the bit, and arrays by name."""
    footing, findings = milestone.footing, milestone.findings
    told = {
        "step": footing.step,
        "rate": footing.rate.hex(),
        "momentum": footing.momentum.hex(),
        "halved": footing.halved,
        "chance": footing.chance,
        "losses": [loss.hex() for loss in findings.losses],
        "best": findings.best,
        "snapshots": [[shot.step, shot.loss.hex()] for shot in findings.snapshots],
        "largest": milestone.largest.hex(),
        "notes": list(milestone.notes),
        "finished": milestone.finished,
    }
    groups = {
        "weights": footing.weights,
        "dice": footing.dice,
        **({"kept": findings.kept} if findings.kept is not None else {}),
        **{f"moments/{name}": values for name, values in footing.moments.items()},
        **{f"snapshots/{i}": shot.weights for i, shot in enumerate(findings.snapshots)},
    }
    arrays = {
        f"{group}/{name}": value.detach().cpu().numpy()
        for group, values in groups.items()
        for name, value in values.items()
    }
    return {**told, "names": list(arrays)}, arrays  # a container does not keep their order


def from_arrays(told: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Milestone:
    """A milestone as `as_arrays` gave it; raises ValueError, LookupError or TypeError for anything else."""
    tensors = {name: torch.from_numpy(arrays[name].copy()) for name in told["names"]}
    moments: dict[str, dict[str, Tensor]] = {}
    for name, tensor in _group(tensors, "moments").items():
        moment, _, weight = name.partition("/")
        moments.setdefault(moment, {})[weight] = tensor
    footing = Footing(
        step=int(told["step"]),
        rate=float.fromhex(told["rate"]),
        momentum=float.fromhex(told["momentum"]),
        halved=int(told["halved"]),
        weights=_group(tensors, "weights"),
        moments=moments,
        chance=dict(told["chance"]),
        dice=_group(tensors, "dice"),
    )
    shots = tuple(
        Snapshot(int(step), float.fromhex(loss), _group(tensors, f"snapshots/{i}"))
        for i, (step, loss) in enumerate(told["snapshots"])
    )
    losses = tuple(float.fromhex(loss) for loss in told["losses"])
    findings = Findings(losses, int(told["best"]), _group(tensors, "kept") or None, shots)
    notes, largest = tuple(map(str, told["notes"])), float.fromhex(told["largest"])
    return Milestone(footing, findings, largest, notes, bool(told["finished"]))


def _group(tensors: Mapping[str, Tensor], group: str) -> dict[str, Tensor]:
    return {n.removeprefix(f"{group}/"): t for n, t in tensors.items() if n.startswith(f"{group}/")}
