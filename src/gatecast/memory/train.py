"""Train a network on windows, and read its forecasts off again.

AdamW with one cycle of the rate and clipped gradients; the weights kept are those that did best on
origins held out of training. Loshchilov & Hutter (2019), arXiv 1711.05101; Smith & Topin (2018),
arXiv 1708.07120.
"""

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from gatecast.errors import OptionError, TrainingError
from gatecast.memory.loss import pinball
from gatecast.memory.network import CELLS, Batch, CellKind, Network
from gatecast.memory.windows import Cutter
from gatecast.progress import Progress

BETAS = (0.9, 0.98)
WARM_UP = 0.15
FORECAST_BATCH = 128
MOST_WINDOWS = 8000
SNAPSHOTS = 12  # of the encoder while training: some 100 kB each

# what each option of training may be, in code and in words
_Rule: TypeAlias = tuple[Callable[[float], bool], str]
_COUNT: _Rule = (lambda v: isinstance(v, int | np.integer) and v >= 1, "a whole number from 1")
_SIZE: _Rule = (lambda v: v > 0, "a number above 0")
_NONE_OR_MORE: _Rule = (lambda v: v >= 0, "a number from 0")
_FITTING: dict[str, _Rule] = {
    **dict.fromkeys(("units", "steps", "windows", "origins", "checks", "networks"), _COUNT),
    **dict.fromkeys(("rate", "clip"), _SIZE),
    "dropout": (lambda v: 0 <= v < 1, "a share of units from 0 up to, not including, 1"),
    **dict.fromkeys(("weight_decay", "restraint"), _NONE_OR_MORE),
    "forget_bias": (lambda _: True, "a finite number"),
}


@dataclass(frozen=True)
class Training:
    """How a network is built and trained.

    units         size of the cell, of the hidden state and of the head
    dropout       share of units silenced while training, in [0, 1)
    forget_bias   where the forget gate starts: 1 forgets 27 % of the cell at each step, 3 forgets 5 %
    steps         of gradient descent, at most
    windows       in each batch
    origins       in each window
    rate          highest learning rate
    weight_decay  of AdamW
    clip          largest norm of the gradient
    restraint     price of departing from the linear half, added to the loss: for each unit of an ordinary
                  error when large, less when small; a network on its own has nothing to depart from
    checks        how often the held-out origins are asked, evenly over the second half of the steps
    cell          of the hybrid's network: lstm, gru, rnn, or mlp, which looks at a fixed window and carries
                  nothing on; a network on its own has its own
    networks      how many are trained, each with a seed of its own; their quantiles are averaged
    """

    units: int = 64
    dropout: float = 0.1
    forget_bias: float = 2.0
    steps: int = 240
    windows: int = 32
    origins: int = 8
    rate: float = 1e-2
    weight_decay: float = 0.01
    clip: float = 1.0
    restraint: float = 0.1
    checks: int = 6
    cell: CellKind = "lstm"
    networks: int = 1

    @property
    def drawn(self) -> int:
        """How many windows to draw in all: no more than are needed, nor than memory holds."""
        return min(self.steps * self.windows, MOST_WINDOWS)

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise OptionError(f"cell is {self.cell!r}; give one of {', '.join(CELLS)}")
        for name, (fits, wanted) in _FITTING.items():
            value = getattr(self, name)
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and fits(value)):
                raise OptionError(f"{name} is {value!r}; give {wanted}")


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
class Trained:
    """A trained network and how it got there.

    losses     held-out loss at each check
    best       step whose weights were kept
    snapshots  of the encoder, from before the first step to after the last
    others     networks of other seeds, whose quantiles are averaged with this one's; none unless asked for
    """

    network: Network
    losses: tuple[float, ...]
    best: int
    snapshots: tuple[Snapshot, ...] = ()
    others: tuple[Network, ...] = ()


def device() -> torch.device:
    """The GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def one_thread() -> Iterator[None]:
    """Run PyTorch on one thread: nets this small lose time to sharing, and bytes would depend on cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def learn_network(
    cell: CellKind,
    windows: Cutter,
    judged: Cutter | int,
    training: Training,
    seed: int,
    progress: Progress,
    label: str,
) -> Trained:
    """Build a network for these windows and train it.

    judged  windows of held-out origins that choose among weights, or the step whose weights are kept
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(windows.shape, cell, training.units, training.dropout, training.forget_bias)
        return train(network, windows, judged, training, seed, progress, f"{label}: training")


def train(
    network: Network,
    windows: Cutter,
    held_out: Cutter | int,
    training: Training,
    seed: int,
    progress: Progress,
    label: str,
) -> Trained:
    """Train, keeping the weights that did best on the held-out windows, or those of the step given instead.

    The same seed gives the same weights, to the byte, on the same machine's CPU.

    Raises TrainingError at the step whose loss is no number, or if the held-out loss never is one.
    """
    place = device()
    network = network.to(place)
    levels = torch.tensor(network.shape.levels, device=place)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=training.rate, betas=BETAS, weight_decay=training.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, training.rate, total_steps=training.steps, pct_start=WARM_UP
    )
    draw, keeper = np.random.default_rng(seed), _Keeper(network, held_out, training)
    snapshots = [snapshot(network, 0, math.nan)]
    with progress.task(label, total=keeper.until) as task:
        for step in range(1, keeper.until + 1):
            batch = windows.batch(draw.integers(len(windows), size=training.windows)).to(place)
            loss = _descend(network, batch, levels, optimiser, training)
            if not math.isfinite(loss):
                raise TrainingError(_broken(label, f"the loss of step {step} of {training.steps}", training))
            if step < training.steps:
                schedule.step()
            if step % max(1, keeper.until // SNAPSHOTS) == 0 or step == keeper.until:
                snapshots.append(snapshot(network, step, loss))
            keeper.see(step, levels)
            task.advance(loss=f"{loss:.3f}", held_out=keeper.word)
    if keeper.best == 0:
        why = f"the held-out loss of all {len(keeper.losses)} checks"
        raise TrainingError(_broken(label, why, training))
    network.load_state_dict(keeper.kept)
    return Trained(network.eval(), tuple(keeper.losses), keeper.best, tuple(snapshots))


def snapshot(network: Network, step: int, loss: float) -> Snapshot:
    """A copy of the encoder's weights as they are."""
    weights = {name: w.detach().cpu().clone() for name, w in network.encoder.state_dict().items()}
    return Snapshot(step, loss, weights)


class _Keeper:
    """Keeps the weights that did best on held-out windows, asked over the second half of the steps.

    Where a step is given instead of windows, its weights are kept and no step follows it.
    """

    def __init__(self, network: Network, held_out: Cutter | int, training: Training) -> None:
        self._network, self._held_out = network, held_out
        self._first = training.steps // 2
        self._every = max(1, (training.steps - self._first) // training.checks)
        self.until = min(held_out, training.steps) if isinstance(held_out, int) else training.steps
        self.losses: list[float] = []
        self.best = 0
        self.kept: dict[str, Tensor] = {}

    @property
    def word(self) -> str:
        """The newest held-out loss, as progress shows it."""
        return f"{self.losses[-1]:.3f}" if self.losses else "-"

    def see(self, step: int, levels: Tensor) -> None:
        """Ask and keep, if it is time to."""
        if isinstance(self._held_out, int):
            better = step == self.until
        elif step >= self._first and (step - self._first) % self._every == 0:
            held = held_out_loss(self._network, self._held_out, levels)
            better = held < min(self.losses, default=math.inf)
            self.losses.append(held)
        else:
            return
        if better:
            self.best, self.kept = step, copy.deepcopy(self._network.state_dict())


def _broken(label: str, what: str, training: Training) -> str:
    return (
        f"{label}: {what} is not a finite number; train at a rate below {training.rate:g}, "
        "and look for extreme values in the series and its covariates"
    )


def _descend(
    network: Network, batch: Batch, levels: Tensor, optimiser: torch.optim.Optimizer, training: Training
) -> float:
    """One step of gradient descent; the pinball loss before it."""
    network.train()
    optimiser.zero_grad(set_to_none=True)
    output = network(batch)
    loss = pinball(batch.target, output.quantiles, levels, batch.unit, batch.weight)
    price = training.restraint * toll(output.departure).mean() if network.shape.members else 0.0
    (loss + price).backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), training.clip)
    optimiser.step()
    return float(loss.detach())


def toll(departure: Tensor) -> Tensor:
    """What departures cost, elementwise: as their square while small, as their size when large."""
    return (1 + departure.square()).sqrt() - 1


def held_out_loss(network: Network, held_out: Cutter, levels: Tensor) -> float:
    """Mean loss over windows that are not trained on; infinite if the network has broken down."""
    network.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for chosen in _portions(len(held_out)):
            batch = held_out.batch(chosen).to(levels.device)
            loss = float(pinball(batch.target, network(batch).quantiles, levels, batch.unit, batch.weight))
            total, count = total + loss * len(chosen), count + len(chosen)
    return total / max(count, 1) if math.isfinite(total) else math.inf


def read(network: Network, windows: Cutter) -> tuple[np.ndarray, np.ndarray]:
    """The network's word at the origins of single-origin windows.

    returns  quantiles [origins, horizon, levels] and member weights [origins, horizon, members], scaled
    """
    place = next(network.parameters()).device
    network.eval()
    quantiles, weights = [], []
    with one_thread(), torch.no_grad():
        for chosen in _portions(len(windows)):
            output = network(windows.batch(chosen).to(place))
            quantiles.append(output.quantiles[:, 0].double().cpu().numpy())
            weights.append(output.weights[:, 0].double().cpu().numpy())
    return np.concatenate(quantiles), np.concatenate(weights)


def _portions(count: int) -> list[np.ndarray]:
    return [np.arange(i, min(i + FORECAST_BATCH, count)) for i in range(0, count, FORECAST_BATCH)]
