"""Two numbers far apart are added: an LSTM learns it, a plain RNN does not.

Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735, with the inputs and the target of Le, Jaitly
& Hinton (2015), arXiv 1504.00941: at every step a number drawn from U(0, 1); one of the first half and one of
the second half are marked; the target is their sum. The variance of a sum of two is 2/12, so always saying 1
has a mean squared error of 1/6.
"""

import torch
from torch import Tensor

from gatecast.insight import Curve, Mark, curves_figure, number
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import UNSEEN, Net, net, seeded, train

NAME, TITLE = "adding", "Across a hundred steps an LSTM adds two numbers; a plain RNN cannot"
LENGTH, UNITS, BATCH, STEPS = 100, 32, 32, 1000
RATES = (1e-2, 1e-3)  # the RNN is tried at both, and the better one counts
BASELINE = 1 / 6
TESTS = 2000
SMOOTH = 25  # steps that a dot of the curve is the mean of


def measure(seed: int) -> Finding:
    """Train both on the same sums, and test both on others."""
    started = {"longest": LENGTH}, {"forget_bias": None}
    trained: dict[str, float] = {}
    curves: list[Curve] = []
    for name, start in zip(("LSTM, chrono", "LSTM, PyTorch's default"), started, strict=True):
        with seeded(seed) as chance:
            made = net("lstm", 2, UNITS, **start)  # type: ignore[arg-type]  # one of two options
            trained[name] = _learned(name, made, chance, RATES[0], curves)
    for rate in RATES:
        name = f"RNN, PyTorch's default, rate {rate:g}"
        with seeded(seed) as chance:
            trained[name] = _learned(name, net("rnn", 2, UNITS), chance, rate, curves)
    lstm, default, *plain = trained.values()
    return Finding(
        NAME,
        TITLE,
        told=(
            f"Each step of {LENGTH} brings a number between 0 and 1. Two of them are marked, one in each "
            f"half, and at the end their sum is asked for. Every network has {UNITS} units and sees the "
            f"same {STEPS:,} batches of {BATCH}; tested on {TESTS:,} sequences never trained on.",
            f"The LSTM's error is {number(lstm)}. Always answering 1 has an error of 1/6 = {BASELINE:.4f}, "
            f"and the RNN's, the better of two learning rates, is {number(min(plain))}.",
        ),
        shows=("So the RNN has learned no more than the mean, and the LSTM has learned to add.",),
        limits=(
            "The LSTM is started for memories of up to a hundred steps (chrono). At PyTorch's default "
            f"start, the same network's error after the same training is {number(default)}.",
            "An RNN that is started or built with care can learn this too; the claim is about the plain one, "
            "after this much training.",
        ),
        measures=(
            Measure("the LSTM's mean squared error", lstm, below=0.01),
            Measure("the RNN's, at the better of two rates", min(plain), above=0.15),
            Measure("that of always answering 1", BASELINE),
            Measure("that of the LSTM at PyTorch's default start", default),
        ),
        figures=(
            Drawn(
                curves_figure(
                    curves,
                    x="step of training",
                    y="mean squared error",
                    logarithmic=True,
                    marks=(Mark("always answering 1", BASELINE), Mark("wanted of the LSTM", 0.01)),
                ),
                f"Error while training, each point the mean over {SMOOTH} steps.",
            ),
        ),
        seed=seed,
    )


def draw(count: int, chance: torch.Generator, length: int = LENGTH) -> tuple[Tensor, Tensor]:
    """Sequences [count, length, 2], number and mark, and the sums of what is marked [count]."""
    x = torch.zeros(count, length, 2)
    x[..., 0] = torch.rand(count, length, generator=chance)
    half, rows = length // 2, torch.arange(count)
    first = torch.randint(0, half, (count,), generator=chance)
    second = torch.randint(half, length, (count,), generator=chance)
    x[rows, first, 1] = x[rows, second, 1] = 1.0
    return x, x[rows, first, 0] + x[rows, second, 0]


def _learned(name: str, made: Net, chance: torch.Generator, rate: float, curves: list[Curve]) -> float:
    """Train; the error on sequences never trained on."""

    def loss(generator: torch.Generator) -> Tensor:
        x, y = draw(BATCH, generator)
        return (made.last(x) - y).square().mean()

    losses = (
        torch.tensor(train(made, loss, chance, steps=STEPS, rate=rate, cycle=False)).view(-1, SMOOTH).mean(1)
    )
    curves.append(Curve(name, torch.arange(1, len(losses) + 1).numpy() * SMOOTH, losses.numpy()))
    x, y = draw(TESTS, torch.Generator().manual_seed(UNSEEN))
    with torch.no_grad():
        return float((made.last(x) - y).square().mean())
