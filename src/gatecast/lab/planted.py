"""A series made by three gates of its own, so that what an LSTM's gates should do is known.

    store_t  = ρ (1 − front_t) store_{t-1} + .35 temperature_t (1 − cloud_t)
    demand_t = open_t store_t + noise

Steps of three hours. Warmth of sunny hours is stored and half gone after three days, unless a front passes,
every four days on average, and clears it: something to forget. Temperature and cloud of the hour are what
is written. People are there by day only: the store is full at night and shows nothing.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from gatecast.lab.nets import UNSEEN, Net, net, seeded, train

DAY = 8  # steps
DAYS = 20  # of a stretch
TIME = DAY * DAYS
KEPT = 0.5 ** (1 / (3 * DAY))
FRONT = 1 / (4 * DAY)  # chance of one at a step
WRITTEN, NOISE, PERSISTENCE = 0.35, 0.05, 0.8
OPENS, CLOSES = 3, 7  # steps of the day: 09:00 to 21:00
INPUTS = ("temperature", "cloud", "front", "open")
UNITS, STRETCHES, BATCH, STEPS, RATE, FORGET_BIAS = 16, 512, 32, 600, 2e-2, 2.0
TESTS = 200


@dataclass(frozen=True)
class Stretches:
    """Stretches of the series.

    x       [count, time, inputs]  temperature, cloud from -1 clear to 1 overcast, front 0/1, open -1/1
    store   [count, time]          what is kept
    demand  [count, time]          what shows, without noise
    """

    x: Tensor
    store: Tensor
    demand: Tensor

    @property
    def open(self) -> Tensor:
        """Whether people are there. [count, time]"""
        return self.x[..., INPUTS.index("open")] > 0


def draw(count: int, chance: torch.Generator) -> Stretches:
    """Stretches that begin at any step of the day."""
    start = torch.randint(0, DAY, (count, 1), generator=chance)
    step = (start + torch.arange(TIME)) % DAY
    temperature, cloud = _wandering(count, chance), torch.sigmoid(2 * _wandering(count, chance))
    front = (torch.rand(count, TIME, generator=chance) < FRONT).float()
    opened = ((step >= OPENS) & (step < CLOSES)).float()
    return truth(torch.stack([temperature, 2 * cloud - 1, front, 2 * opened - 1], dim=-1))


def truth(x: Tensor) -> Stretches:
    """What these inputs store and show."""
    temperature, overcast, front, opened = x.unbind(-1)
    sun = temperature * (1 - overcast) / 2
    store, kept = torch.zeros(len(x)), []
    for t in range(x.shape[1]):
        store = KEPT * (1 - front[:, t]) * store + WRITTEN * sun[:, t]
        kept.append(store)
    whole: Tensor = torch.stack(kept, dim=1)
    return Stretches(x, whole, whole * (opened > 0))


@lru_cache(maxsize=4)
def learned(seed: int) -> Net:
    """An LSTM trained on such stretches; it says the demand of every step from the inputs up to it."""
    with seeded(seed) as chance:
        made = net("lstm", len(INPUTS), UNITS, forget_bias=FORGET_BIAS)
        known = draw(STRETCHES, chance)
        target = known.demand + NOISE * torch.randn(known.demand.shape, generator=chance)

        def loss(generator: torch.Generator) -> Tensor:
            chosen = torch.randint(0, STRETCHES, (BATCH,), generator=generator)
            off: Tensor = made(known.x[chosen])[..., 0] - target[chosen]
            return off.square().mean()

        train(made, loss, chance, steps=STEPS, rate=RATE)
    return made


def unseen() -> Stretches:
    """Stretches nothing is trained on."""
    return draw(TESTS, torch.Generator().manual_seed(UNSEEN))


def _wandering(count: int, chance: torch.Generator) -> Tensor:
    """A first-order autoregression of variance 1. [count, time]"""
    news = torch.randn(count, TIME, generator=chance)
    value, values = news[:, 0], [news[:, 0]]
    for t in range(1, TIME):
        value = PERSISTENCE * value + math.sqrt(1 - PERSISTENCE**2) * news[:, t]
        values.append(value)
    return torch.stack(values, dim=1)
