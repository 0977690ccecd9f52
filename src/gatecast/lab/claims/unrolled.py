"""Unrolled in time, an LSTM is one cell used again and again: the same weights, gate values of their own.

What can be measured of that: with a copy of the weights for each step, the gradient of the one set of weights
is the sum of the copies' gradients, and a longer sequence needs no more numbers.
"""

from typing import cast

import torch
from torch import Tensor

from gatecast.insight import number, unrolled_figure
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import seeded
from gatecast.lab.planted import DAY, INPUTS, learned, unseen
from gatecast.memory import LSTMCell, LSTMRecord, cells_of, record, unroll

NAME, TITLE = "unrolled", "Every step is the same cell: one set of weights, gate values of its own"
STEPS, SEQUENCES = 2 * DAY, 8
SHOWN = DAY
LIMITS = (
    "Sharing is how the network is built and not a finding: the first two numbers check that it is built so, "
    "and could fail by a fault alone. What could have been otherwise is how far apart the gates are.",
)


def measure(seed: int) -> Finding:
    """Give every step its own copy of the weights, and compare."""
    made, test = learned(seed), unseen()
    cell = _double(cast(LSTMCell, cells_of(made.layer)[0][0]))
    x = test.x[:SEQUENCES, :STEPS].double()
    with seeded(seed) as chance:
        reading = torch.randn(cell.hidden, generator=chance, dtype=torch.float64)
    shared = _gradient([cell] * STEPS, x, reading)
    copies = [_copy(cell) for _ in range(STEPS)]
    summed = [torch.stack(parts).sum(0) for parts in zip(*_each(copies, x, reading), strict=True)]
    off = max(_relative(a, b) for a, b in zip(shared, summed, strict=True))
    numbers = sum(parameter.numel() for parameter in made.layer.parameters())
    moved = _moved(cell, x)
    gates = record(made.layer, test.x[:1]).layers[0]
    forget = gates.forget_gate[0].mean(-1)
    return Finding(
        NAME,
        TITLE,
        told=(
            f"The LSTM of the gates has {numbers:,} weights, however long the series. Set to work in the "
            "middle of a stretch, with the state it had there, it makes the gates it made on its way "
            f"(largest difference {moved:.1g}).",
            f"Given {STEPS} steps with a copy of the weights each, the gradients of the {STEPS} copies sum "
            f"to the gradient of the one shared set, to {off:.0e} of its size.",
            "What differs from step to step are the gates: the mean of the forget gates runs from "
            f"{number(float(forget.min()))} to {number(float(forget.max()))} over one stretch of the series.",
        ),
        shows=("No step has weights of its own: training adds up what every step asks of the same weights.",),
        limits=LIMITS,
        measures=(
            Measure("sum of the steps' gradients less the shared one, relative", off, below=1e-10),
            Measure(
                "gates of the second half, started anew from the state in the middle, difference",
                moved,
                below=1e-10,
            ),
            Measure(
                "spread of the forget gate over the steps, mean of units",
                float(forget.max() - forget.min()),
                above=0.1,
            ),
        ),
        figures=(_figure(gates, test.x[0]),),
        seed=seed,
    )


def _figure(gates: LSTMRecord, x: Tensor) -> Drawn:
    """One cell at eight steps around a front."""
    begin = _around_a_front(x)
    shown = slice(begin, begin + SHOWN)
    values = {"input": gates.input_gate, "forget": gates.forget_gate, "output": gates.output_gate}
    figure = unrolled_figure(
        {name: gate[0, shown].mean(-1).numpy() for name, gate in values.items()}, list(map(_words, x[shown]))
    )
    said = (
        "One cell at eight steps. Bars: each step's own gates, mean of the units. Below, what it read: "
        "temperature, sky and time of day."
    )
    return Drawn(figure, said)


def _double(cell: LSTMCell) -> LSTMCell:
    """The cell in double precision, its weights fit for gradients."""
    return LSTMCell(*(part.detach().double().requires_grad_() for part in (cell.W, cell.U, cell.b)))


def _copy(cell: LSTMCell) -> LSTMCell:
    """The same numbers, once more."""
    return LSTMCell(*(part.detach().clone().requires_grad_() for part in (cell.W, cell.U, cell.b)))


def _loss(cells: list[LSTMCell], x: Tensor, reading: Tensor) -> Tensor:
    """A reading of the last hidden state after one cell per step."""
    state = cells[0].start(len(x))
    for cell, x_t in zip(cells, x.unbind(1), strict=True):
        state, _ = cell.step(x_t, state)
    return (state.hidden @ reading).square().sum()


def _gradient(cells: list[LSTMCell], x: Tensor, reading: Tensor) -> tuple[Tensor, ...]:
    """Gradient by the weights that all steps share."""
    cell = cells[0]
    return torch.autograd.grad(_loss(cells, x, reading), (cell.W, cell.U, cell.b))


def _each(copies: list[LSTMCell], x: Tensor, reading: Tensor) -> list[tuple[Tensor, ...]]:
    """Gradient by each step's own copy."""
    weights = [part for cell in copies for part in (cell.W, cell.U, cell.b)]
    found = torch.autograd.grad(_loss(copies, x, reading), weights)
    return [found[3 * i : 3 * i + 3] for i in range(len(copies))]


def _relative(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max() / a.abs().max())


def _moved(cell: LSTMCell, x: Tensor) -> float:
    """How far the second half's gates are from those of the same cell started in the middle."""
    middle = x.shape[1] // 2
    with torch.no_grad():
        _, whole = unroll(cell, x)
        state, _ = unroll(cell, x[:, :middle])
        _, half = unroll(cell, x[:, middle:], state)
    late, again = cast(LSTMRecord, whole), cast(LSTMRecord, half)
    pairs = (
        (late.input_gate, again.input_gate),
        (late.forget_gate, again.forget_gate),
        (late.output_gate, again.output_gate),
    )
    return max(float((one[:, middle:] - other).abs().max()) for one, other in pairs)


def _around_a_front(x: Tensor) -> int:
    """A step from which eight hold a front in their middle: the first such, else the beginning."""
    fronts = torch.nonzero(x[:-SHOWN, INPUTS.index("front")])[:, 0] - SHOWN // 2
    return int(next((at for at in fronts if at >= 0), 0))


def _words(row: Tensor) -> str:
    """What a step read, in a word or two."""
    temperature, cloud, front, opened = row.tolist()
    sky = "overcast" if cloud > 0.3 else "clear" if cloud < -0.3 else "cloudy"
    return "\n".join(
        [f"{temperature:+.1f}", sky, "day" if opened > 0 else "night", *(["front"] if front else [])]
    )
