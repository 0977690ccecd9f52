"""A small perceptron that learns how a series answers to what is known of a row: no memory, no recurrence.

    f(x) = w · silu(B silu(A x + a) + b) + c

It is trained on quasi-differences, d_t = e_t - ρ e_{t-day} with e = y - f(x): the errors of neighbouring days
are alike, and plain least squares would trust far too few of them. Huber (1964) bounds what a spike pulls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from gatecast._types import FloatArray, IntArray
from gatecast.memory.descent import BETAS, WARM_UP
from gatecast.memory.reading import one_thread

CLIP = 4.0  # standard deviations of an input: what lies beyond was hardly ever seen


@dataclass(frozen=True)
class Practice:
    """How a perceptron is trained.

    units    of both hidden layers
    dropout  share of units silenced while training
    steps    of gradient descent
    rows     in each batch, each with its row of the day before
    rate     highest learning rate
    decay    of the weights
    rho      of the quasi-difference
    """

    units: int = 64
    dropout: float = 0.2
    steps: int = 400
    rows: int = 2048
    rate: float = 1e-2
    decay: float = 0.01
    rho: float = 0.8


@dataclass(frozen=True)
class Response:
    """A trained perceptron.

    center, spread  [inputs]  of the rows it learned from; an input that never varied is silent
    layers          weights [outputs, inputs] and biases [outputs], from the first to the last
    unit            of what it says
    """

    center: Float[FloatArray, "inputs"]
    spread: Float[FloatArray, "inputs"]
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    unit: float

    def of(self, features: Float[FloatArray, "rows inputs"]) -> Float[FloatArray, "rows"]:
        """What it says of some rows. [rows]"""
        x = ordinary_rows(features, self.center, self.spread)
        for weight, bias in self.layers[:-1]:
            x = x @ weight.T + bias
            x = x / (1.0 + np.exp(-x))
        weight, bias = self.layers[-1]
        said: FloatArray = (x @ weight.T + bias)[:, 0] * self.unit
        return said


def responses(
    several: Sequence[Response],
) -> Callable[[Float[FloatArray, "rows inputs"]], Float[FloatArray, "rows"]]:
    """The mean of several perceptrons of one build, all asked at once."""
    center, spread = (
        np.stack([getattr(one, name) for one in several])[:, None] for name in ("center", "spread")
    )
    layers = [
        (np.stack([w.T for w, _ in own]), np.stack([b for _, b in own])[:, None])
        for own in zip(*(one.layers for one in several), strict=True)
    ]
    unit = np.array([one.unit for one in several])

    def mean(features: FloatArray) -> FloatArray:
        x = ordinary_rows(features, center, spread)
        for weight, bias in layers[:-1]:
            x = x @ weight + bias
            x /= 1.0 + np.exp(-x)
        weight, bias = layers[-1]
        said: FloatArray = unit @ (x @ weight + bias)[..., 0] / len(unit)
        return said

    return mean


def ordinary_rows(features: FloatArray, center: FloatArray, spread: FloatArray) -> FloatArray:
    """Features in standard deviations, none further than `CLIP`. [rows, inputs]"""
    ordinary: FloatArray = np.clip((features - center) / spread, -CLIP, CLIP)
    return ordinary


def learn_response(
    features: Float[FloatArray, "rows inputs"],
    target: Float[FloatArray, "rows"],
    chosen: Int[IntArray, "chosen"],
    day: int,
    seed: int,
    practice: Practice | None = None,
) -> Response:
    """Train on some rows; the same seed gives the same weights on one machine's CPU.

    features  [rows, inputs]
    target    [rows]    NaN where unknown
    chosen    [chosen]  rows to learn from, known like those `day` rows before them
    day       rows of a quasi-difference
    """
    practice = practice or Practice()
    center, spread = features[chosen].mean(axis=0), features[chosen].std(axis=0)
    # rounding leaves a constant column a spread of its own; anything this small says nothing
    spread = np.where(spread <= 1e-9 * np.abs(features[chosen]).max(axis=0), np.inf, spread)
    unit = float(np.abs(target[chosen]).mean()) or 1.0
    x = torch.from_numpy(ordinary_rows(features, center, spread).astype(np.float32))
    y = torch.from_numpy((np.nan_to_num(target) / unit).astype(np.float32))
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network(features.shape[1], practice)
        _descend(network, x, y, chosen, day, np.random.default_rng(seed), practice)
    layers = tuple(
        (layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy())
        for layer in network
        if isinstance(layer, nn.Linear)
    )
    return Response(center, spread, layers, unit)


def _network(inputs: int, practice: Practice) -> nn.Sequential:
    units, silenced = practice.units, practice.dropout
    last = nn.Linear(units, 1)
    network = nn.Sequential(
        nn.Linear(inputs, units),
        nn.SiLU(),
        nn.Dropout(silenced),
        nn.Linear(units, units),
        nn.SiLU(),
        nn.Dropout(silenced),
        last,
    )
    with torch.no_grad():
        last.weight.mul_(0.1)  # begin near saying nothing
    return network


def _descend(
    network: nn.Sequential,
    x: torch.Tensor,
    y: torch.Tensor,
    chosen: IntArray,
    day: int,
    draw: np.random.Generator,
    practice: Practice,
) -> None:
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=practice.rate, betas=BETAS, weight_decay=practice.decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, practice.rate, total_steps=practice.steps, pct_start=WARM_UP
    )
    for _ in range(practice.steps):
        rows = torch.from_numpy(chosen[draw.integers(len(chosen), size=practice.rows)])
        both = torch.cat([rows, rows - day])
        error = y[both] - network(x[both])[:, 0]
        moved = error[: len(rows)] - practice.rho * error[len(rows) :]
        optimiser.zero_grad(set_to_none=True)
        loss = nn.functional.huber_loss(moved, torch.zeros_like(moved))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    network.eval()
