"""What a record costs, beside a fused forward pass, a loop over single steps, and a step of training.

    python bench/record.py [--series 32] [--steps 336] [--units 64] [--inputs 8] [--rounds 30]

Processor time on one thread; every contender runs once in each round, and its fastest round counts. Single
precision, a `torch.nn.LSTM` of one layer.

    fused      model(x) without a graph: what `record` itself runs first
    training   model(x) with a graph, as a step of training runs it
    record     record(model, x): every gate, candidate and state
    cells      torch.nn.LSTMCell in a loop, without a graph: hidden and cell states, no gates
    gates      a loop over the equations, without a graph, that keeps the gates too: all that a record has

"With a graph" is the same loop as it runs unless `torch.no_grad()` is written around it.

The last line is a step of training of a layer that has been recorded beside one of a layer that never was:
nothing is hooked, so there is nothing to pay.
"""

import argparse
import platform
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from gatecast.memory import LSTMCell, record, unroll

Contender = Callable[[], object]


def fastest(contenders: dict[str, Contender], rounds: int) -> dict[str, float]:
    """Milliseconds of each at its fastest, run in turn after three rounds to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for k in range(rounds + 3):
        for name, run in contenders.items():
            begin = time.process_time()
            run()
            if k >= 3:
                taken[name].append(1e3 * (time.process_time() - begin))
    return {name: min(values) for name, values in taken.items()}


def cell_loop(cell: nn.LSTMCell, x: Tensor, units: int) -> tuple[Tensor, Tensor]:
    """What a person writes who wants every state of an LSTM."""
    h = c = x.new_zeros(len(x), units)
    hidden, kept = [], []
    for x_t in x.unbind(1):
        h, c = cell(x_t, (h, c))
        hidden.append(h)
        kept.append(c)
    return torch.stack(hidden, 1), torch.stack(kept, 1)


def without_graph(run: Contender) -> Contender:
    """The same, no graph kept."""

    def quiet() -> object:
        with torch.no_grad():
            return run()

    return quiet


def training_step(model: nn.LSTM, head: nn.Linear, x: Tensor, watched: bool) -> Contender:
    """A step of plain training; `watched` models have been recorded before, which leaves nothing behind."""
    optimiser = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-3)
    if watched:
        record(model, x)

    def step() -> None:
        optimiser.zero_grad()
        head(model(x)[0]).square().mean().backward()
        optimiser.step()

    return step


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in (("series", 32), ("steps", 336), ("units", 64), ("inputs", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.randn(given.series, given.steps, given.inputs)
    model = nn.LSTM(given.inputs, given.units, batch_first=True)
    cell = nn.LSTMCell(given.inputs, given.units)
    W, U, b, d = (parameter.detach() for parameter in model.parameters())
    step = LSTMCell(W, U, b + d)
    trained = LSTMCell(nn.Parameter(W), nn.Parameter(U), nn.Parameter(b + d))
    figures = fastest(
        {
            "fused": without_graph(lambda: model(x)),
            "training": lambda: model(x),
            "record": lambda: record(model, x),
            "cells": without_graph(lambda: cell_loop(cell, x, given.units)),
            "cells with a graph": lambda: cell_loop(cell, x, given.units),
            "gates": without_graph(lambda: unroll(step, x)),
            "gates with a graph": lambda: unroll(trained, x),
        },
        given.rounds,
    )
    print(f"{platform.processor() or platform.machine()}, one thread, torch {torch.__version__}")
    print(f"{given.series} series x {given.steps} steps x {given.units} units, {given.inputs} inputs")
    for name, value in figures.items():
        print(f"  {name:20s} {value:7.2f} ms {value / figures['record']:7.2f} x record")
    print(f"record / fused: {figures['record'] / figures['fused']:.2f}")
    plain, other = (nn.LSTM(given.inputs, given.units, batch_first=True) for _ in range(2))
    heads = [nn.Linear(given.units, 1) for _ in range(2)]
    steps = fastest(
        {
            "plain": training_step(plain, heads[0], x, watched=False),
            "recorded": training_step(other, heads[1], x, watched=True),
        },
        given.rounds,
    )
    print(f"training, recorded before / never: {steps['recorded'] / steps['plain']:.2f}")


if __name__ == "__main__":
    main()
