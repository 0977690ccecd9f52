"""Cell and hidden state: long and short memory, and the output gate between them.

h_t = o_t ∘ tanh(c_t), so whatever h forgets sooner than c, the output gate has hidden. Measured in the
network of `planted`, whose store outlasts the night while nothing of it shows.
"""

import math

import numpy as np
from torch import Tensor

from gatecast.insight import Curve, Strip, bars_figure, number, share, strips_figure
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.planted import DAY, PERSISTENCE, TIME, learned, unseen
from gatecast.memory import LSTMRecord, record

NAME, TITLE = (
    "states",
    "The cell remembers for more than a day, the hidden state for hours; the output gate lies between",
)
HOURS = 24 // DAY  # of a step
LONGEST = 6 * DAY  # lags looked at
WARM_UP = 4 * DAY
SHOWN = 6 * DAY
LIMITS = (
    "Memory held is not memory used: a long half-life says what is kept, not that a forecast needs it.",
    "An autocorrelation also counts what comes in again: the temperature alone has a half-life of "
    f"{HOURS * math.ceil(math.log(0.5) / math.log(PERSISTENCE))} hours.",
    "The series was made so that what is stored must be hidden at times. Where nothing has to be hidden, c "
    "and h can live equally long.",
)


def measure(seed: int) -> Finding:
    """Half-lives of every unit's cell and hidden state, and how much of each is there at night."""
    made, test = learned(seed), unseen()
    gates = record(made.layer, test.x).layers[0]
    cell, hidden, shown = (part[:, WARM_UP:] for part in (gates.cell, gates.hidden, gates.cell.tanh()))
    lives = {name: half_lives(part) * HOURS for name, part in (("c", cell), ("h", hidden), ("tanh", shown))}
    order = np.argsort(-lives["c"], kind="stable")
    every = {name: float(np.median(life)) for name, life in lives.items()}
    long = {name: float(np.median(life[order[: len(order) // 4]])) for name, life in lives.items()}
    opened = test.open[:, WARM_UP:]
    left = {name: _at_night(part, opened) for name, part in (("c", cell), ("h", hidden))}
    unit = _most_hidden(order[: len(order) // 4], shown, hidden, opened)
    return Finding(
        NAME,
        TITLE,
        told=(
            "The network of the gates, on stretches it was not trained on. A half-life is the first lag at "
            "which the autocorrelation is below one half.",
            f"In the quarter of the units whose cells live longest, the cell's is {number(long['c'])} hours "
            f"and the hidden state's {number(long['h'])}. Without the output gate, h would be tanh(c), whose "
            f"half-life is {number(long['tanh'])} hours. Over all {len(order)} units the cell's is "
            f"{number(every['c'])} hours.",
            f"At night, when nothing of the store shows, the cell states have {share(left['c'])} of their "
            f"size by day and the hidden states {share(left['h'])}.",
        ),
        shows=(
            "So it is the output gate that makes the short memory: what is hidden at night is kept for the "
            "morning.",
        ),
        limits=LIMITS,
        measures=(
            Measure(
                "half-life of the cell state, longest-lived quarter of units", long["c"], "hours", above=24
            ),
            Measure(
                "half-life of the hidden state, the same units",
                long["h"],
                "hours",
                below=long["c"] / 2,
            ),
            Measure(
                "half-life of tanh(c), what would show without the output gate",
                long["tanh"],
                "hours",
                above=long["c"] / 2,
            ),
            Measure("half-life of the cell state, median of all units", every["c"], "hours"),
            Measure("half-life of the hidden state, median of all units", every["h"], "hours"),
            Measure("hidden states at night, share of their size by day", left["h"], below=0.75 * left["c"]),
            Measure("cell states at night, share of their size by day", left["c"], above=0.5),
        ),
        figures=(
            _lives_figure(lives["c"], lives["h"], order),
            _strip(gates, test.open, unit),
        ),
        seed=seed,
    )


def half_lives(values: Tensor) -> np.ndarray:
    """First lag at which each unit's autocorrelation is below one half; `LONGEST` if none is.

    values   [count, time, units]
    returns  [units]  steps
    """
    centred = (values - values.mean((0, 1))).numpy().astype(np.float64)
    variance = (centred**2).mean((0, 1))
    lives = np.full(centred.shape[-1], LONGEST)
    for lag in range(LONGEST - 1, 0, -1):
        alike = (centred[:, lag:] * centred[:, :-lag]).mean((0, 1)) / np.maximum(variance, 1e-12)
        lives[alike < 0.5] = lag
    return lives


def _at_night(values: Tensor, opened: Tensor) -> float:
    """Mean size by night over that by day."""
    size = values.abs().mean(-1)
    return float(size[~opened].mean() / size[opened].mean())


def _most_hidden(units: np.ndarray, shown: Tensor, hidden: Tensor, opened: Tensor) -> int:
    """Of these units the one whose output gate hides most by night: mean size of tanh(c) less that of h."""
    kept = (shown.abs() - hidden.abs())[~opened].mean(0)
    return int(units[kept[units].argmax()])


def _lives_figure(cell: np.ndarray, hidden: np.ndarray, order: np.ndarray) -> Drawn:
    """Half-lives of every unit."""
    bars = {"cell state c": list(cell[order]), "hidden state h": list(hidden[order])}
    figure = bars_figure([f"{unit}" for unit in order], bars, y="half-life, hours")
    figure.update_xaxes(title_text="unit, longest memory first", type="category")
    return Drawn(figure, "How long each unit's cell state and hidden state resemble themselves.")


def _strip(gates: LSTMRecord, opened: Tensor, unit: int) -> Drawn:
    """Some days of one unit."""
    span, days = slice(TIME - SHOWN, TIME), np.arange(SHOWN) / DAY

    def curve(name: str, values: Tensor, color: str, steps: bool = False) -> Curve:
        return Curve(name, days, values[0, span].numpy(), color=color, dash="solid", steps=steps)

    strips = (
        Strip("c", (curve("cell state", gates.cell[..., unit], "#0072B2"),)),
        Strip("o", (curve("output gate", gates.output_gate[..., unit], "#E69F00"),), (0.0, 1.0)),
        Strip("h", (curve("hidden state", gates.hidden[..., unit], "#009E73"),)),
        Strip("day", (curve("people are there", opened.float(), "#7A828C", steps=True),), (0.0, 1.0)),
    )
    return Drawn(
        strips_figure(strips, x="days"),
        f"Unit {unit}, chosen as the one of the longest-lived quarter that hides most by night: what is "
        "kept, the gate, and what shows.",
    )
