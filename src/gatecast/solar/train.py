"""Train a solar network on random origins of every day, but for the blocks of days that judge it.

Two networks, each trained without a sixth of the days, blocks of four days in a row: what each says of the
days it has not seen calibrates their mean, which between them has seen every day of the year. Held-out
days at the end of the history would be of one season only.
"""

import math

import numpy as np
import torch
from torch import nn

from gatecast._types import FloatArray
from gatecast.errors import TrainingError
from gatecast.forecaster import Origins
from gatecast.memory import Training, one_thread
from gatecast.progress import Progress
from gatecast.solar.envelope import DAY
from gatecast.solar.head import KNOTS, clearness, pinball_of_power, said
from gatecast.solar.network import Plan, SolarNetwork
from gatecast.solar.rows import Rows
from gatecast.solar.sequences import BLOCK, Cut, Cutter, History, held

MEMBERS = 2  # networks, each without another sixth of the days
FEWEST_STEPS, MOST_STEPS, EPOCHS = 240, 900, 20
LEAK = 0.05
WARM_UP = 0.1
FLATTEST = 1e-3  # steps between the quantiles a network starts with
ALL = -1  # of the blocks: none is left out


def default_steps(days: int, windows: int) -> int:
    """How long to train on so many days: twenty times through them, within reason."""
    return int(np.clip(EPOCHS * days / windows, FEWEST_STEPS, MOST_STEPS))


def starting_bias(rows: Rows) -> torch.Tensor:
    """What to say of an ordinary step: the quantiles of all clearness there was. [knots]"""
    known = np.isfinite(rows.target)
    if known.any():  # by the brighter half: a faint envelope makes large quotients of small numbers
        known &= rows.envelope >= np.median(rows.envelope[known])
    shares = rows.target[known] / rows.envelope[known] if known.any() else np.array([0.0, 1.0])
    quantiles = np.quantile(shares, KNOTS)
    steps = np.maximum(np.diff(quantiles), FLATTEST)
    middle = KNOTS.index(0.5)
    ascending = np.concatenate([[0.0], np.cumsum(steps)])
    ascending += quantiles[middle] - ascending[middle]
    return said(torch.tensor(ascending, dtype=torch.float32))


def train(
    cutter: Cutter, history: History, left_out: int, plan: Plan, training: Training, seed: int,
    progress: Progress, label: str,
) -> SolarNetwork:  # fmt: skip
    """One network, trained on all days but those of the blocks left out.

    The same seed gives the same weights, to the byte, on the same machine's CPU.

    Raises TrainingError at the step whose loss is no number.
    """
    draw = np.random.default_rng(seed)
    with one_thread(), torch.random.fork_rng(devices=[]), progress.task(label, total=training.steps) as task:
        torch.manual_seed(seed)
        network = SolarNetwork(plan)
        with torch.no_grad():
            network.bias.copy_(starting_bias(cutter.rows))
        optimiser = torch.optim.AdamW(
            network.parameters(), lr=training.rate, weight_decay=training.weight_decay
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, training.rate, total_steps=training.steps, pct_start=WARM_UP
        )
        queue = Origins(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        for step in range(training.steps):
            if not len(queue):
                origins = history.draw(draw)
                queue = origins.where(draw.permutation(np.flatnonzero(held(history.block, left_out) == 0)))
            batch = cutter.cut(queue.where(slice(None, training.windows)))  # type: ignore[arg-type]
            queue = queue.where(slice(training.windows, None))  # type: ignore[arg-type]
            loss = _descend(network, batch, _targets(cutter, batch, left_out), optimiser, training.clip)
            schedule.step() if step + 1 < training.steps else None
            if not math.isfinite(loss):
                raise TrainingError(
                    f"{label}: the loss of step {step + 1} of {training.steps} is not a finite number; train "
                    f"at a rate below {training.rate:g}, and look for extreme values in the covariates"
                )
            task.advance(loss=f"{loss:.4f}")
    return network.eval()


def _targets(cutter: Cutter, batch: Cut, left_out: int) -> torch.Tensor:
    """What came, but on days left out, to which sequences of the day before reach."""
    block = cutter.panel.times[batch.rows] // DAY // BLOCK
    known = np.where(held(block, left_out), np.nan, batch.target)
    return torch.from_numpy(known.astype(np.float32))


def _descend(
    network: SolarNetwork, batch: Cut, target: torch.Tensor, optimiser: torch.optim.Optimizer, clip: float
) -> float:
    """One step of gradient descent; the loss before it."""
    network.train()
    optimiser.zero_grad(set_to_none=True)
    envelope = torch.from_numpy(batch.envelope.astype(np.float32))
    loss = pinball_of_power(target, network(batch.days), envelope, LEAK)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()
    return float(loss.detach())


def shares_said(networks: list[SolarNetwork], batch: Cut) -> FloatArray:
    """The mean of what networks say of a batch, within the bounds. [batch, steps, knots]"""
    total = np.zeros((*batch.lit.shape, len(KNOTS)))
    with one_thread(), torch.no_grad():
        for network in networks:
            said_of = clearness(network.eval()(batch.days)).double().numpy()
            total += np.clip(said_of * batch.envelope[..., None], 0.0, 1.0)
    mean: FloatArray = total / len(networks)
    return mean
