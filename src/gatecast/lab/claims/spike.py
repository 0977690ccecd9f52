"""A heat spike three days before: planted in an endless hourly series, so the truth is known.

    demand_t = .3 sin(2π (hour_t − 9)/24) + Σ_s spike_s · exp(−((t − s − 72)/6)² / 2) + noise

A spike of the temperature, rare and an hour long, acts around 72 hours later and at no other time. Networks
read 96 hours of temperature and clock and forecast the next hour's demand.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gatecast.insight import Curve, curves_figure, share
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import UNSEEN, Kind, Net, net, seeded, train

NAME, TITLE = "spike", "A heat spike three days ago: the RNN's forecast ignores it, the LSTM's carries it"
HOURS, LAG, WIDTH, HEIGHT, EVERY = 96, 72, 6.0, 2.0, 96
UNITS, BATCH, STEPS, RATE = 32, 32, 800, 1e-2
RUNS = 3
PLAIN_RATES = (1e-2, 2e-3)  # of the RNN's runs, whose steps take longer
WINDOWS = 200
LAGS = range(4, HOURS + 1, 4)
LIMITS = (
    "One cause, always of the same size and delay, and little noise: real heat is not like that, and a "
    "real network's reach has to be measured on the real series.",
    f"The LSTM is started for memories of up to {HOURS} hours (chrono), the RNN as PyTorch starts it.",
)


class Windows(NamedTuple):
    """Stretches of the series: inputs [count, hours, 3], spikes [count, hours], the next demand [count]."""

    x: Tensor
    spikes: Tensor
    y: Tensor


def measure(seed: int) -> Finding:
    """Train both kinds a few times, and delete a spike of three days ago."""
    planted = [math.exp(-(((lag - LAG) / WIDTH) ** 2) / 2) for lag in LAGS]
    first = RUNS * seed  # so that no two seeds share a run
    lstm = [_moved("lstm", first + run, RATE, longest=HOURS) for run in range(RUNS)]
    plain = [_moved("rnn", first + run, rate) for run, rate in enumerate(PLAIN_RATES)]
    here = LAGS.index(LAG)
    carried, ignored = [moved[here] for moved in lstm], [moved[here] for moved in plain]
    most = max(ignored, key=abs)
    figure = curves_figure(
        [
            *(
                Curve("LSTM, each run" if run == 0 else "", np.array(LAGS), moved, color="#E69F00")
                for run, moved in enumerate(lstm)
            ),
            *(
                Curve(
                    "RNN, each run" if run == 0 else "", np.array(LAGS), moved, color="#009E73", dash="dash"
                )
                for run, moved in enumerate(plain)
            ),
            Curve("planted", np.array(LAGS), np.array(planted), color="#0072B2", dash="dot"),
        ],
        x="hours between the spike and the hour forecast",
        y="effect, share of the planted",
    )
    return Finding(
        NAME,
        TITLE,
        told=(
            "The series is made so that a spike of the temperature moves demand around 72 hours later and "
            f"never else. Both kinds of network have {UNITS} units and see the same {STEPS} batches of "
            f"{BATCH} windows of {HOURS} hours. Then, in windows with no other, a spike {LAG} hours "
            "before the forecast is deleted, and nothing else is changed.",
            f"The LSTM's forecast moves by {share(min(carried))} to {share(max(carried))} of the planted "
            f"effect over {RUNS} runs; the RNN's by {share(abs(most))} at most, over a run at the same "
            "learning rate and one at a fifth of it.",
        ),
        limits=LIMITS,
        measures=(
            Measure(
                "share of the planted effect in the LSTM's forecast, its worst run", min(carried), above=0.8
            ),
            Measure("the same, its best run", max(carried), below=1.2),
            Measure("the same of the RNN, its best run", abs(most), below=0.1),
        ),
        figures=(
            Drawn(
                figure,
                "How much a spike moves the forecast, by how long ago it was. Dotted: what was planted.",
            ),
        ),
        seed=seed,
    )


def draw(count: int, chance: torch.Generator) -> Windows:
    """Stretches of the endless series."""
    start = torch.randint(0, 24, (count, 1), generator=chance)
    hour = (start + torch.arange(HOURS + 1)) % 24
    spikes = (torch.rand(count, HOURS, generator=chance) < 1 / EVERY).float()
    weather = 0.5 * torch.sin(2 * math.pi * (hour[:, :-1] - 9) / 24)
    noise = 0.2 * torch.randn(count, HOURS, generator=chance)
    phase = 2 * math.pi * hour[:, :-1] / 24
    x = torch.stack([weather + noise + HEIGHT * spikes, phase.sin(), phase.cos()], dim=-1)
    lag = HOURS - torch.arange(HOURS)
    effect = (spikes * torch.exp(-(((lag - LAG) / WIDTH) ** 2) / 2)).sum(1)
    daily = 0.3 * torch.sin(2 * math.pi * (hour[:, -1] - 9) / 24)
    return Windows(x, spikes, daily + effect + 0.1 * torch.randn(count, generator=chance))


def _moved(kind: Kind, seed: int, rate: float, longest: int | None = None) -> np.ndarray:
    """Train; how much one spike moves the forecast, by its lag. [lags]"""
    with seeded(seed) as chance:
        made = net(kind, 3, UNITS, longest=longest)

        def loss(generator: torch.Generator) -> Tensor:
            windows = draw(BATCH, generator)
            return (made.last(windows.x) - windows.y).square().mean()

        train(made, loss, chance, steps=STEPS, rate=rate)
        return _effect(made)


def _effect(made: Net) -> np.ndarray:
    """Mean difference between forecasts with a spike and with it deleted. [lags]"""
    windows = draw(WINDOWS, torch.Generator().manual_seed(UNSEEN))
    without = windows.x.clone()
    without[..., 0] -= HEIGHT * windows.spikes
    with torch.no_grad():
        base, moved = made.last(without), []
        for lag in LAGS:
            spiked = without.clone()
            spiked[:, HOURS - lag, 0] += HEIGHT
            moved.append(float((made.last(spiked) - base).mean()))
    return np.array(moved)
