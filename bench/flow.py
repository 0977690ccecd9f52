"""What following a gradient costs: 336 steps of a layer of 64 units, on one core.

    python bench/flow.py

One series of 8 inputs through each cell; medians of five, after one that does not count, in seconds of one
thread's own processor time, which a busy machine stretches less than the clock. The first column is the
gradient alone, as `FlowWatch` looks at it each epoch; the second has the largest singular value of every
step's Jacobian and the norm of their product too. The limit for the LSTM's second is one second.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import torch

from gatecast.insight import flow, ledger
from gatecast.memory import (
    CoupledLSTMCell,
    LayerNormLSTMCell,
    PeepholeLSTMCell,
    Recurrent,
    SLSTMCell,
    record,
)

STEPS, UNITS, INPUTS, LIMIT = 336, 64, 8, 1.0


def cells() -> dict[str, Recurrent]:
    """Every cell, as PyTorch draws it where it has it, else from the same distribution."""
    torch.manual_seed(0)
    bound = UNITS**-0.5

    def draw(*shape: int) -> torch.Tensor:
        return torch.empty(*shape).uniform_(-bound, bound)

    def gated(rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return draw(rows * UNITS, INPUTS), draw(rows * UNITS, UNITS), draw(rows * UNITS)

    ones, zeros = torch.ones(4 * UNITS), torch.zeros(4 * UNITS)
    return {
        "RNN": torch.nn.RNN(INPUTS, UNITS, batch_first=True),
        "GRU": torch.nn.GRU(INPUTS, UNITS, batch_first=True),
        "LSTM": torch.nn.LSTM(INPUTS, UNITS, batch_first=True),
        "LSTM, two layers": torch.nn.LSTM(INPUTS, UNITS, num_layers=2, batch_first=True),
        "LSTM with peepholes": PeepholeLSTMCell(*gated(4), draw(UNITS), draw(UNITS), draw(UNITS)),
        "LSTM, coupled": CoupledLSTMCell(*gated(3)),
        "LSTM, layer norm": LayerNormLSTMCell(
            *gated(4), ones, zeros, ones, zeros, ones[:UNITS], zeros[:UNITS]
        ),
        "sLSTM": SLSTMCell(*gated(4)),
    }


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """The median processor time of a call, behind one that does not count."""
    call()
    taken = []
    for _ in range(times):
        begin = time.process_time()
        call()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def processor() -> str:
    """The machine's processor by name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, one thread"


def main() -> None:
    """Print the table."""
    x = torch.randn(1, STEPS, INPUTS)
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    print(f"{processor()}; {versions}; processor seconds, medians\n")
    print("| cell | gradient | with singular values | ledger |")
    print("|---|---|---|---|", flush=True)
    for name, cell in cells().items():
        alone = seconds(partial(flow, cell, x, spectrum=False))
        whole = seconds(partial(flow, cell, x))
        layer = record(cell, x).layers[0]
        kept = "–" if name == "RNN" else f"{seconds(partial(ledger, layer)):.4f}"
        beyond = f"  (above {LIMIT:g})" if name == "LSTM" and whole > LIMIT else ""
        print(f"| {name} | {alone:.3f} | {whole:.3f}{beyond} | {kept} |", flush=True)


if __name__ == "__main__":
    main()
