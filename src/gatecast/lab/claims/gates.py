"""The three gates, each held at 0 or 1 to see what it was doing, on a series that three gates made."""

import copy
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from gatecast.insight import Curve, Strip, bars_figure, number, share, strips_figure
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import Net
from gatecast.lab.planted import DAY, INPUTS, TIME, Stretches, learned, truth, unseen
from gatecast.memory import record

NAME = "gates"
TITLE = "Forget gate: the weather of two weeks ago is dropped; input: today's is written; output: it shows"
Gate = Literal["input", "forget", "output"]
ROW: dict[Gate, int] = {"input": 0, "forget": 1, "output": 3}  # blocks of PyTorch's rows i, f, g, o
HELD = 200.0  # before the sigmoid: exactly 0 or 1 in single precision
WARM_UP = 2 * DAY  # steps left out of errors: the store begins empty
WARMER = 1.0
SHOWN = 7 * DAY
LIMITS = (
    "A gate held is a network that was never trained so: the numbers say what the gate was needed for, not "
    "how good a network without one would be.",
    "On real series no gate has one job; read a gate's values as what is kept, never as why.",
)


def measure(seed: int) -> Finding:
    """Train on the planted series; hold each gate, and watch error and forecast."""
    made, test = learned(seed), unseen()
    held = {(gate, at): hold(made, gate, at) for gate in ROW for at in (0, 1)}
    error = _error(made, test)
    errors = {key: _error(net, test) for key, net in held.items()}
    old = _warmer(test, slice(TIME - 15 * DAY, TIME - 14 * DAY))
    today, grey = (edit(test, slice(TIME - DAY, TIME)) for edit in (_warmer, _overcast))
    dropped, kept = _moved(made, test, old), _moved(held["forget", 1], test, old)
    planted, written = _planted(test, today), _moved(made, test, today)
    clouded = _moved(made, test, grey) / _planted(test, grey)
    unwritten = max(_moved(held["input", 0], test, x) for x in (today, grey))
    night, open_night = _error(made, test, ~test.open), _error(held["output", 1], test, ~test.open)
    silent = _moved(held["output", 0], test, today)
    return Finding(
        NAME,
        TITLE,
        told=(
            "The series stores the warmth of sunny hours, a passing front clears the store, and what is "
            "stored shows by day only. So the truth of each gate is known: when to forget, what to write, "
            "when to show.",
            f"Forget: a day that was 1 warmer two weeks ago moves today's forecast by {number(dropped)}. "
            f"With the forget gate held at 1, so that nothing is dropped, it moves it by {number(kept)}, "
            f"and the error grows from {number(error)} to {number(errors['forget', 1])}; held at 0 to "
            f"{number(errors['forget', 0])}.",
            f"Input: a warmer today moves the forecast by {number(written)}, the truth by "
            f"{number(planted)}; an overcast one moves it by {share(clouded)} of the truth. With the input "
            f"gate held at 0 nothing is written: {number(unwritten)}.",
            "Output: with the gate held at 1 the store shows at night too, and the night's error grows "
            f"from {number(night)} to {number(open_night)}; held at 0 nothing reaches the forecast: "
            f"{number(silent)}.",
        ),
        limits=LIMITS,
        measures=(
            Measure("effect of a warmer day two weeks ago, share of today's", dropped / written, below=0.02),
            Measure("the same with the forget gate held at 1, times as much", kept / dropped, above=10),
            Measure(
                "today 1 warmer: the forecast moves, share of the truth",
                written / planted,
                above=0.8,
                below=1.2,
            ),
            Measure("today overcast: the forecast moves, share of the truth", clouded, above=0.8, below=1.2),
            Measure(
                "either, with the input gate held at 0: share of the truth", unwritten / planted, below=0.01
            ),
            Measure(
                "error at night with the output gate held at 1, times the error as it is",
                open_night / night,
                above=5,
            ),
            Measure(
                "today 1 warmer, output gate held at 0: share of the truth", silent / planted, below=0.01
            ),
        ),
        figures=(_errors_figure(error, errors), _gates_figure(made, test)),
        seed=seed,
    )


def hold(made: Net, gate: Gate, at: int) -> Net:
    """The same network with one gate held at 0 or 1: it no longer reads input or state."""
    held = copy.deepcopy(made)
    units = held.layer.hidden_size
    rows = slice(ROW[gate] * units, (ROW[gate] + 1) * units)
    with torch.no_grad():
        for name, parameter in held.layer.named_parameters():
            parameter[rows] = 0.0
            if name.startswith("bias_ih"):
                parameter[rows] = HELD if at else -HELD
    return held


def _error(made: Net, test: Stretches, where: Tensor | None = None) -> float:
    """Root mean squared error, of some steps or of all, behind the first days."""
    with torch.no_grad():
        off = (made(test.x)[..., 0] - test.demand)[:, WARM_UP:]
    chosen = off if where is None else off[where[:, WARM_UP:]]
    return float(chosen.square().mean().sqrt())


def _warmer(test: Stretches, when: slice) -> Tensor:
    """The inputs with some steps warmer."""
    x = test.x.clone()
    x[:, when, INPUTS.index("temperature")] += WARMER
    return x


def _overcast(test: Stretches, when: slice) -> Tensor:
    """The inputs with some steps overcast."""
    x = test.x.clone()
    x[:, when, INPUTS.index("cloud")] = 1.0
    return x


def _moved(made: Net, test: Stretches, x: Tensor) -> float:
    """Mean change of the last step's forecast with other inputs, where people are there then."""
    with torch.no_grad():
        change = made.last(x) - made.last(test.x)
    return float(change[test.open[:, -1]].abs().mean())


def _planted(test: Stretches, x: Tensor) -> float:
    """The same change of the truth."""
    change = truth(x).demand[:, -1] - test.demand[:, -1]
    return float(change[test.open[:, -1]].abs().mean())


def _errors_figure(error: float, errors: dict[tuple[Gate, int], float]) -> Drawn:
    """The error with each gate held."""
    gates = list(ROW)
    bars = {
        "held at 0": [errors[gate, 0] for gate in gates],
        "as it is": [error] * len(gates),
        "held at 1": [errors[gate, 1] for gate in gates],
    }
    figure = bars_figure([f"{gate} gate" for gate in gates], bars, y="error (RMSE)")
    return Drawn(
        figure, "Error on stretches never trained on, with one gate held and the others as they are."
    )


def _gates_figure(made: Net, test: Stretches) -> Drawn:
    """A week of one stretch: weather, the three gates, the store and the forecast."""
    gates = record(made.layer, test.x[:1]).layers[0]
    with torch.no_grad():
        said = made(test.x[:1])[0, :, 0]
    span, days = slice(TIME - SHOWN, TIME), np.arange(SHOWN) / DAY

    def curve(name: str, values: Tensor, color: str, dash: str = "solid", steps: bool = False) -> Curve:
        return Curve(name, days, values[span].detach().numpy(), color=color, dash=dash, steps=steps)

    x = test.x[0]
    strips = (
        Strip(
            "weather", (curve("temperature", x[:, 0], "#D55E00"), curve("cloud", x[:, 1], "#7A828C", "dot"))
        ),
        Strip("front", (curve("a front passes", x[:, 2], "#CC79A7", steps=True),)),
        Strip("forget", (curve("forget gate, mean of units", gates.forget_gate[0].mean(-1), "#0072B2"),)),
        Strip("input", (curve("input gate", gates.input_gate[0].mean(-1), "#009E73"),)),
        Strip("output", (curve("output gate", gates.output_gate[0].mean(-1), "#E69F00"),)),
        Strip(
            "demand", (curve("truth", test.demand[0], "#7A828C", "dash"), curve("forecast", said, "#0072B2"))
        ),
    )
    said_of = (
        "A week of one stretch. The output gate opens by day; the forget gate falls when a front passes."
    )
    return Drawn(strips_figure(strips, x="days"), said_of)
