"""Integrated gradients of what the memory says, from usual inputs to those of today.

    attribution_i = (x_i - x'_i) ∫₀¹ ∂F/∂x_i (x' + α(x - x')) dα        x' usual, x today

Sundararajan, Taly & Yan, Axiomatic Attribution for Deep Networks (2017), arXiv 1703.01365, eq. 1. The
integral by Gauss-Legendre, in double precision on a copy of the network; points are doubled until the
attributions add up to F(x) - F(x').
"""

import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gatecast._types import FloatArray
from gatecast.memory import Batch, Network, Output, Workings, one_thread

COMPLETE = 1e-3  # of the change: how far attributions may miss it
FIRST_POINTS, MOST_POINTS = 16, 256


class Inputs(NamedTuple):
    """What differs between two worlds of the network.

    history  [1, time, inputs]
    ahead    [1, 1, horizon, ahead]
    members  [1, 1, horizon, members]  linear forecasts
    prior    [1, 1, members]           their standing
    """

    history: Tensor
    ahead: Tensor
    members: Tensor
    prior: Tensor

    @classmethod
    def of(cls, batch: Batch) -> "Inputs":
        """These of a batch, in double precision."""
        return cls(
            *(part.double().cpu() for part in (batch.history, batch.ahead, batch.members, batch.prior))
        )


class Memory:
    """What the memory adds, scaled: the believed share of its departure, or all a network on its own says."""

    def __init__(self, workings: Workings) -> None:
        self._network: Network = copy.deepcopy(workings.network).cpu().double().eval()
        for weight in self._network.parameters():
            weight.requires_grad_(False)
        self._unit, self._at = workings.batch.unit.double().cpu(), workings.batch.at.cpu()
        self._share, self._alone = float(workings.share[0]), workings.linear is None

    def __call__(self, inputs: Inputs) -> Tensor:
        """Scaled, for each of some worlds. [worlds, horizon]"""
        count = len(inputs.history)
        spread = torch.zeros(count, 1, dtype=torch.float64)
        batch = Batch(
            inputs.history, self._at.expand(count, 1), inputs.ahead, inputs.members, inputs.prior,
            self._unit.expand(count, 1), spread, spread,
        )  # fmt: skip
        output: Output = self._network(batch)
        if self._alone:
            return output.quantiles[:, 0, :, self._network.shape.median]
        return self._share * output.departure[:, 0] * self._unit


@dataclass(frozen=True)
class Integrated:
    """The attributions of one target.

    inputs     shaped as the network's; they add up to `change` but for `missed`
    change     F(x) - F(x')
    missed     |sum of attributions - change| / |change|
    variation  how far F moves on the way, over |change|: 1 where it goes straight there
    points     of the integral
    """

    inputs: Inputs
    change: float
    missed: float
    variation: float
    points: int


def integrate(
    memory: Memory, usual: Inputs, today: Inputs, weights: FloatArray, points: int = FIRST_POINTS
) -> list[Integrated]:
    """Attribute weighted sums of the memory's steps to the network's inputs.

    weights  [targets, horizon]  of each step in each target
    points   of the integral to begin with
    """
    with one_thread():
        wanted = torch.from_numpy(np.ascontiguousarray(weights))
        done: list[Integrated] = []
        while len(done) < len(wanted):
            found = _at(memory, usual, today, wanted, points)
            good = all(one.missed <= COMPLETE or one.variation > VARIATION for one in found)
            if good or 2 * points > MOST_POINTS:
                done = found
            points *= 2
    return done


VARIATION = 1.5  # path variation over net change: beyond it no fair share can be given


def _at(memory: Memory, usual: Inputs, today: Inputs, weights: Tensor, points: int) -> list[Integrated]:
    """With so many points of the integral."""
    nodes, weight = np.polynomial.legendre.leggauss(points)
    alpha, share = torch.from_numpy((nodes + 1) / 2), torch.from_numpy(weight / 2)
    ends = memory(_worlds(usual, today, torch.tensor([0.0, 1.0], dtype=torch.float64))) @ weights.T
    way = _worlds(usual, today, alpha)
    for part in way:
        part.requires_grad_(True)
    values = memory(way) @ weights.T
    path = torch.cat([ends[:1], values.detach(), ends[1:]])
    found = []
    for j in range(len(weights)):
        gradients = torch.autograd.grad(
            values[:, j] @ share, tuple(way), retain_graph=j + 1 < len(weights), materialize_grads=True
        )
        parts = (
            (x - base) * gradient.sum(0, keepdim=True)
            for x, base, gradient in zip(today, usual, gradients, strict=True)
        )
        found.append(_checked(Inputs(*parts), path[:, j], points))
    return found


def _checked(inputs: Inputs, path: Tensor, points: int) -> Integrated:
    """With its errors measured."""
    change = float(path[-1] - path[0])
    size = max(abs(change), 1e-300)
    missed = abs(sum(float(part.sum()) for part in inputs) - change) / size
    return Integrated(inputs, change, missed, float(path.diff().abs().sum()) / size, points)


def _worlds(usual: Inputs, today: Inputs, alpha: Tensor) -> Inputs:
    """So far on the straight way from one world to the other. alpha: [worlds]"""
    return Inputs(
        *(
            base + alpha.reshape(-1, *[1] * (base.ndim - 1)) * (x - base)
            for base, x in zip(usual, today, strict=True)
        )
    )
