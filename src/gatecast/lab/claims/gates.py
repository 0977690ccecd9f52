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
SHUT_OPEN = (0.0, 1.0)
LIMITS = (
    "A gate held is a network that was never trained so: the numbers say what the gate was needed for, not "
    "how good a network without one would be.",
    "An input gate held at 0 at every step leaves the cell empty, and an output gate held at 0 shows "
    "nothing: those two bars follow from the equations and are the error of always saying the same.",
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
    unwritten = max(_moved_today(made, held["input", 0], test, x) / _planted(test, x) for x in (today, grey))
    night, open_night = _error(made, test, ~test.open), _error(held["output", 1], test, ~test.open)
    shown = _shown(made, test)
    return Finding(
        NAME,
        TITLE,
        told=(
            "The series stores the warmth of sunny hours, a passing front clears the store, and what is "
            "stored shows by day only. So the truth of each gate is known: when to forget, what to write, "
            "when to show.",
            f"Forget: a day that was 1 warmer two weeks ago moves today's forecast by {number(dropped)}. "
            f"With the forget gate held at 1, so that nothing is dropped, it moves it by {number(kept)}, "
            f"and the error goes from {number(error)} to {number(errors['forget', 1])}; held at 0 to "
            f"{number(errors['forget', 0])}.",
            f"Input: a warmer today moves the forecast by {number(written)}, the truth by "
            f"{number(planted)}; an overcast one moves it by {share(clouded)} of the truth. With the input "
            f"gate held at 0 for today alone, either moves it by {share(unwritten)} of the truth at most.",
            f"Output: by night the gate is {number(shown[0])} on average and by day {number(shown[1])}. Held "
            f"at 1, the night's error goes from {number(night)} to {number(open_night)}.",
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
                "either, with the input gate held at 0 for today: share of the truth",
                unwritten,
                below=0.25,
            ),
            Measure(
                "error at night with the output gate held at 1, times the error as it is",
                open_night / night,
                above=5,
            ),
            Measure("output gate by night, share of that by day", shown[0] / shown[1], below=1.0),
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


def _moved_today(made: Net, held: Net, test: Stretches, x: Tensor) -> float:
    """The same with a gate held today and not before."""
    past, today = slice(TIME - DAY), slice(TIME - DAY, None)
    with torch.no_grad():
        _, state = made.layer(test.x[:, past])
        last = [held.readout(held.layer(read[:, today], state)[0][:, -1])[:, 0] for read in (x, test.x)]
    return float((last[0] - last[1])[test.open[:, -1]].abs().mean())


def _shown(made: Net, test: Stretches) -> tuple[float, float]:
    """The output gate by night and by day, mean of units and steps."""
    gate = record(made.layer, test.x).layers[0].output_gate.mean(-1)
    return float(gate[~test.open].mean()), float(gate[test.open].mean())


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
    """A week of one stretch, the first that has a front in it: weather, gates, store and forecast."""
    span, days = slice(TIME - SHOWN, TIME), np.arange(SHOWN) / DAY
    chosen = int(test.x[:, span, INPUTS.index("front")].amax(1).argmax())
    x = test.x[chosen]
    gates = record(made.layer, x[None]).layers[0]
    with torch.no_grad():
        said = made(x[None])[0, :, 0]

    def curve(name: str, values: Tensor, color: str, dash: str = "solid", steps: bool = False) -> Curve:
        return Curve(name, days, values[span].detach().numpy(), color=color, dash=dash, steps=steps)

    strips = (
        Strip(
            "weather", (curve("temperature", x[:, 0], "#D55E00"), curve("cloud", x[:, 1], "#7A828C", "dot"))
        ),
        Strip("front", (curve("a front passes", x[:, 2], "#CC79A7", steps=True),), SHUT_OPEN),
        Strip("forget", (curve("forget gate", gates.forget_gate[0].mean(-1), "#0072B2"),), SHUT_OPEN),
        Strip("input", (curve("input gate", gates.input_gate[0].mean(-1), "#009E73"),), SHUT_OPEN),
        Strip("output", (curve("output gate", gates.output_gate[0].mean(-1), "#E69F00"),), SHUT_OPEN),
        Strip(
            "demand",
            (curve("forecast", said, "#0072B2"), curve("truth", test.demand[chosen], "#7A828C", "dash")),
        ),
    )
    said_of = (
        "A week of one stretch, the gates the mean of the units. Look whether the forget gate falls when a "
        "front passes, and whether the output gate opens by day."
    )
    return Drawn(strips_figure(strips, x="days"), said_of)
