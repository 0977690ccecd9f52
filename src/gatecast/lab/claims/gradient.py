"""How far back a gradient reaches: it vanishes, explodes or survives, and what decides which.

Bengio, Simard & Frasconi (1994), doi:10.1109/72.279181; Pascanu, Mikolov & Bengio (2013), arXiv 1211.5063,
who clip it; Gers, Schmidhuber & Cummins (2000), whose forget gate the LSTM's reach hangs on.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from gatecast.insight import Curve, Mark, curves_figure, number
from gatecast.lab.claims.adding import BASELINE, draw
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import Net, seeded
from gatecast.memory import chrono_, forget_bias_

NAME, TITLE = "gradient", "A gradient vanishes, explodes or survives; in the LSTM the forget bias decides"
STEPS, UNITS, INPUTS, BATCH, BACK = 200, 64, 8, 8, 100
GAIN = 1.6  # of the orthogonal recurrent weights that make gradients explode
PLAIN, EXPLODING, DEFAULT = "RNN, tanh, default", f"RNN, ReLU, {GAIN} × orthogonal", "LSTM, default"
ONE, THREE, CHRONO = "LSTM, forget bias 1", "LSTM, forget bias 3", f"LSTM, chrono({STEPS})"
STYLE = {  # colour and dash: the RNNs dashed, the LSTMs not
    PLAIN: ("#D55E00", "dash"), EXPLODING: ("#E69F00", "dash"), DEFAULT: ("#0072B2", "dot"),
    ONE: ("#7A828C", "solid"), THREE: ("#009E73", "solid"), CHRONO: ("#CC79A7", "solid"),
}  # fmt: skip
SHOWN = 100  # steps of training
STARTS, LENGTH, RATE, TRAINED, LEAP, LAST = 5, 50, 0.05, 200, 10.0, 50


def measure(seed: int) -> Finding:
    """Follow gradients back through untrained networks; train the exploding one with and without clipping."""
    sizes = {name: _sizes(name, seed) for name in (PLAIN, EXPLODING, DEFAULT, ONE, THREE, CHRONO)}
    at = {name: float(size[BACK]) for name, size in sizes.items()}
    starts = range(STARTS * seed, STARTS * (seed + 1))
    free, clipped = ([_losses(start, clip) for start in starts] for clip in (math.inf, 1.0))
    broken = sum(any(not loss < LEAP * losses[0] for loss in losses) for losses in free)
    calm = max(float(np.median(losses[-LAST:])) for losses in clipped)
    return Finding(
        NAME,
        TITLE,
        told=(
            f"The loss is at the last of {STEPS} steps. How much it would change with an input {BACK} steps "
            "before, relative to the last input, in networks of the same size as they are before any "
            f"training: {_power(at[PLAIN])} for a plain RNN; {_power(at[EXPLODING])} for one whose recurrent "
            "weights stretch.",
            f"For the LSTM as PyTorch starts it, it is {_power(at[DEFAULT])}. With the same weights and a "
            f"forget bias of 3 it is {_power(at[THREE])}, with forget biases for memories of up to {STEPS} "
            f"steps (chrono) {_power(at[CHRONO])}.",
            f"The exploding RNN is trained by plain gradient descent from {STARTS} starts. Without clipping "
            f"the loss breaks or leaps tenfold in {broken} of them; with the gradient clipped to a norm of "
            f"1 it ends at {number(calm)} at worst, the median of the last {LAST} steps.",
        ),
        shows=(
            "A network cannot learn what it cannot feel. “The LSTM solves vanishing gradients” is false as "
            "PyTorch starts it: the forget bias is what keeps them.",
        ),
        limits=(
            "All but the clipping is before training, which can change it for better or worse. Chrono sets "
            "the input gates' biases too.",
            "Clipping keeps the training whole and no more. On these sums over "
            f"{LENGTH} steps always answering 1 has a loss of 1/6 = {BASELINE:.3f}, and the worst of the "
            f"clipped trainings ends at {number(calm)}: it brings back nothing that has vanished.",
        ),
        measures=(
            Measure(f"gradient {BACK} steps back, relative: {PLAIN}", at[PLAIN], below=1e-6),
            Measure(f"the same: {EXPLODING}", at[EXPLODING], above=100),
            Measure(f"the same: {DEFAULT}", at[DEFAULT], below=1e-6),
            Measure(f"the same: {ONE}", at[ONE]),
            Measure(f"the same: {THREE}", at[THREE], above=0.01, below=100),
            Measure(f"the same: {CHRONO}", at[CHRONO], above=0.01, below=100),
            Measure(
                f"starts of {STARTS} in which the loss breaks or leaps tenfold without clipping",
                broken,
                above=STARTS / 2,
            ),
            Measure("with clipping, the worst loss in the end", calm, below=1.5 * BASELINE),
        ),
        figures=(_reach_figure(sizes), _clipping_figure(free, clipped)),
        seed=seed,
    )


def _layer(name: str) -> nn.RNNBase:
    """A layer as it is started; LSTMs of one seed have the same weights."""
    layer: nn.RNNBase
    if name in (PLAIN, EXPLODING):
        kind = "tanh" if name == PLAIN else "relu"
        layer = nn.RNN(INPUTS, UNITS, nonlinearity=kind, batch_first=True)
        if name == EXPLODING:
            _stretch(layer)
        return layer.double()
    layer = nn.LSTM(INPUTS, UNITS, batch_first=True)
    if name in (ONE, THREE):
        forget_bias_(layer, 1.0 if name == ONE else 3.0)
    elif name == CHRONO:
        chrono_(layer, STEPS)
    return layer.double()


def _stretch(layer: nn.RNNBase) -> None:
    """Recurrent weights that turn and lengthen."""
    recurrent = dict(layer.named_parameters())["weight_hh_l0"]
    nn.init.orthogonal_(recurrent)
    with torch.no_grad():
        recurrent.mul_(GAIN)


def _sizes(name: str, seed: int) -> np.ndarray:
    """Norm of the gradient of a random reading of the last state by the input k steps back. [steps]"""
    with seeded(seed) as chance:
        layer = _layer(name)
        x = torch.randn(BATCH, STEPS, INPUTS, generator=chance, dtype=torch.float64, requires_grad=True)
        reading = torch.randn(UNITS, generator=chance, dtype=torch.float64)
        states, _ = layer(x)
        (gradient,) = torch.autograd.grad((states[:, -1] @ reading).sum(), x)
    size = gradient.norm(dim=(0, 2)).flip(0)
    relative: np.ndarray = (size / size[0]).numpy()
    return relative


def _losses(seed: int, clip: float) -> list[float]:
    """Losses of plain gradient descent on the adding problem, until they are no numbers any more."""
    losses = []
    with seeded(seed) as chance:
        layer = nn.RNN(2, 32, nonlinearity="relu", batch_first=True)
        _stretch(layer)
        network = Net(layer)
        optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
        for _ in range(TRAINED):
            x, y = draw(32, chance, LENGTH)
            optimiser.zero_grad()
            loss: Tensor = (network.last(x) - y).square().mean()
            losses.append(float(loss.detach()))
            if not math.isfinite(losses[-1]):
                break
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), clip)
            optimiser.step()
    return losses


def _reach_figure(sizes: dict[str, np.ndarray]) -> Drawn:
    """Gradients by how far back."""
    figure = curves_figure(
        [Curve(name, np.arange(STEPS), size, *STYLE[name]) for name, size in sizes.items()],
        x="steps back from the loss",
        y="gradient, relative to the last step",
        logarithmic=True,
        height=460,
    )
    return Drawn(
        figure, "Gradient of a loss at the last step by the input at each step before it; the floor is 1e-12."
    )


def _clipping_figure(free: list[list[float]], clipped: list[list[float]]) -> Drawn:
    """Losses with and without clipping; a broken one ends off the top."""
    top = 1e9
    curves = [
        Curve(
            name if start == 0 else "",
            np.arange(len(losses[:SHOWN])),
            np.minimum(np.nan_to_num(losses[:SHOWN], nan=top, posinf=top), top),
            color=color,
            dash=dash,
        )
        for name, runs, color, dash in (
            ("clipped to norm 1", clipped, "#0072B2", "solid"),
            ("not clipped", free, "#D55E00", "dash"),
        )
        for start, losses in enumerate(runs)
    ]
    figure = curves_figure(
        curves,
        x="step of training",
        y="mean squared error",
        logarithmic=True,
        marks=(Mark("always answering 1", BASELINE),),
    )
    said = (
        f"The RNN whose gradient explodes, trained on sums from {STARTS} starts. A dashed line that ends "
        "has no loss any more."
    )
    return Drawn(figure, said)


def _power(value: float) -> str:
    """A very large or small number in powers of ten.

    >>> _power(3.2e-14), _power(770.2)
    ('3e-14', '770.2')
    """
    return (
        f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
        if not 1e-3 < value < 1e5
        else number(value)
    )
