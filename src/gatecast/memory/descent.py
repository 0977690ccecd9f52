"""Descent: AdamW with one cycle of the rate and clipped gradients, one step at a time, and every step back.

Loshchilov & Hutter (2019), arXiv 1711.05101; Smith & Topin (2018), arXiv 1708.07120.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from gatecast._types import IntArray
from gatecast.memory.loss import pinball
from gatecast.memory.network import Batch, Network
from gatecast.memory.options import Training

BETAS = (0.9, 0.98)
WARM_UP = 0.15


class Descended(NamedTuple):
    """One step: the pinball loss before it, and the norm of the gradient before it was clipped."""

    loss: float
    gradient: float

    @property
    def sound(self) -> bool:
        """Whether both are numbers; if not, the step was not taken."""
        return math.isfinite(self.loss) and math.isfinite(self.gradient)


@dataclass(frozen=True)
class Footing:
    """Everything a step of descent changes, as it stood after one.

    step      how many were taken
    rate      of the next one
    momentum  of the next one
    halved    how often the rate was halved
    weights   the network's, by name
    moments   AdamW's, by name of the moment, then of the weight
    chance    where numpy's generator stands, which draws batches
    dice      where PyTorch's generators stand, which silence units, by device
    """

    step: int
    rate: float
    momentum: float
    halved: int
    weights: dict[str, Tensor]
    moments: dict[str, dict[str, Tensor]]
    chance: dict[str, Any]
    dice: dict[str, Tensor]


class Descent:
    """A network on its way down: its optimiser, the schedule of the rate and the dice."""

    def __init__(self, network: Network, training: Training, seed: int) -> None:
        self.network, self._training = network, training
        self.place = next(network.parameters()).device
        self.levels = torch.tensor(network.shape.levels, device=self.place)
        self._optimiser = torch.optim.AdamW(
            network.parameters(), lr=training.rate, betas=BETAS, weight_decay=training.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, training.rate, total_steps=training.steps, pct_start=WARM_UP
        )
        self._draw = np.random.default_rng(seed)
        self.step, self.halved = 0, 0

    def draw(self, count: int) -> IntArray:
        """Which of so many windows to learn from next."""
        return self._draw.integers(count, size=self._training.windows)

    def take(self, batch: Batch) -> Descended:
        """Take one step, if its loss and its gradient are numbers."""
        taken = descend(self.network, batch, self.levels, self._optimiser, self._training)
        if taken.sound:
            self.step += 1
            if self.step < self._training.steps:
                self._schedule.step()
                if self.halved:
                    self._set_rate(self._group["lr"] * 0.5**self.halved)
        return taken

    @property
    def footing(self) -> Footing:
        """A copy of where it stands."""
        weights = {name: w.detach().cpu().clone() for name, w in self.network.state_dict().items()}
        moments: dict[str, dict[str, Tensor]] = {}
        for name, weight in self.network.named_parameters():
            for moment, value in self._optimiser.state.get(weight, {}).items():
                moments.setdefault(moment, {})[name] = value.detach().cpu().clone()
        dice = {"cpu": torch.get_rng_state()}
        if self.place.type == "cuda":
            dice["cuda"] = torch.cuda.get_rng_state(self.place)
        rate, momentum = self._group["lr"], self._group["betas"][0]
        chance = self._draw.bit_generator.state
        return Footing(self.step, rate, momentum, self.halved, weights, moments, dict(chance), dice)

    def stand(self, where: Footing) -> None:
        """Stand where it once stood, dice and all, so that what follows is what followed."""
        self._stand(where)
        self.halved = where.halved
        self._draw.bit_generator.state = where.chance
        torch.set_rng_state(where.dice["cpu"])
        if "cuda" in where.dice and self.place.type == "cuda":
            torch.cuda.set_rng_state(where.dice["cuda"], self.place)

    def retreat(self, where: Footing) -> None:
        """Go back there, to go on at half the rate and from other batches than those that led astray."""
        self._stand(where)
        self.halved += 1
        self._set_rate(where.rate * 0.5 ** (self.halved - where.halved))

    @property
    def rate(self) -> float:
        """Of the next step."""
        return float(self._group["lr"])

    @property
    def _group(self) -> dict[str, Any]:
        """The optimiser's only group of weights."""
        return self._optimiser.param_groups[0]

    def _set_rate(self, rate: float) -> None:
        self._group["lr"] = rate

    def _stand(self, where: Footing) -> None:
        self.network.load_state_dict(where.weights)
        names = [name for name, _ in self.network.named_parameters()]
        state = {
            number: {moment: values[name] for moment, values in where.moments.items()}
            for number, name in enumerate(names)
            if where.moments
        }
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": state, "param_groups": groups})
        self._group["betas"] = (where.momentum, *self._group["betas"][1:])
        self._set_rate(where.rate)
        self._schedule.last_epoch = where.step  # the schedule is a function of it alone
        self.step = where.step


def descend(
    network: Network, batch: Batch, levels: Tensor, optimiser: torch.optim.Optimizer, training: Training
) -> Descended:
    """One step of gradient descent, not taken where its loss or its gradient is no number."""
    network.train()
    optimiser.zero_grad(set_to_none=True)
    output = network(batch)
    loss = pinball(batch.target, output.quantiles, levels, batch.unit, batch.weight)
    price = training.restraint * toll(output.departure).mean() if network.shape.members else 0.0
    (loss + price).backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(network.parameters(), training.clip)
    taken = Descended(float(loss.detach()), float(norm))
    if taken.sound:
        optimiser.step()
    return taken


def toll(departure: Tensor) -> Tensor:
    """What departures cost, elementwise: as their square while small, as their size when large."""
    return (1 + departure.square()).sqrt() - 1
