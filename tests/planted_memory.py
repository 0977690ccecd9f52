"""Networks whose memory is known because it was put there by hand, in forecasters that are otherwise real."""

import copy
from collections.abc import Callable, Mapping

import numpy as np
import torch

from gatecast import GRU, LSTM, RNN, Hybrid
from gatecast.insight import Subject
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

HORIZON, UNITS, SEASON = 12, 8, 24
PANEL = hourly_panel((300, 260), future=HORIZON)
TINY = Training(units=UNITS, steps=4, windows=8, origins=4)
SHUT, OPEN = -1e4, 1e4  # logits of a gate
GATES = {"lstm": ("input", "forget", "candidate", "output"), "gru": ("reset", "update", "candidate")}
CHANGES = (1, SEASON)  # lags over which the network reads the movements of a series


class Makers:
    """Tiny forecasters, each fitted once."""

    def __init__(self) -> None:
        self._made: dict[str, object] = {}

    def __call__(self, kind: str) -> object:
        """A copy of the fitted one, free to be altered."""
        if kind not in self._made:
            maker = {"Hybrid": Hybrid, "LSTM": LSTM, "GRU": GRU, "RNN": RNN}[kind]
            model = maker(horizon=HORIZON, season=SEASON, training=TINY).learn(PANEL, Silent())
            if kind == "Hybrid":
                model.shares_ = np.ones_like(model.shares_)
            self._made[kind] = model
        return copy.deepcopy(self._made[kind])


FITTED = Makers()


def subject_of(
    kind: str = "LSTM",
    alter: Callable[[torch.nn.Module], None] | None = None,
    series: int = 0,
    position: int | None = None,
) -> Subject:
    """A fitted forecaster at the end of a series, its network altered in place."""
    model = FITTED(kind)
    if alter is not None:
        with torch.no_grad():
            alter(model.trained_.network)
    last = int(PANEL.known_steps[series]) - 1
    return Subject(model, PANEL, series, last if position is None else position)


def hold(layer: torch.nn.RNNBase, gates: Mapping[str, float]) -> None:
    """Fix gates (and the candidate) of a layer at the logits given: they read nothing."""
    names = GATES[layer.mode.lower()]
    for gate, logit in gates.items():
        at = names.index(gate) * layer.hidden_size
        mine = slice(at, at + layer.hidden_size)
        layer.weight_ih_l0[mine] = 0.0
        layer.weight_hh_l0[mine] = 0.0
        layer.bias_ih_l0[mine] = logit
        layer.bias_hh_l0[mine] = 0.0


def cut_loop(network: torch.nn.Module) -> None:
    """No unit hears another, nor itself, but through what it keeps."""
    network.encoder.weight_hh_l0.zero_()


def forgetful(network: torch.nn.Module) -> None:
    """A network that reads its last step and nothing before."""
    cut_loop(network)
    hold(network.encoder, {"forget": SHUT})


def accumulating(network: torch.nn.Module) -> None:
    """A network that adds up all it reads, a little at a time, and says it loudly."""
    cut_loop(network)
    network.encoder.weight_ih_l0 *= 0.02
    network.encoder.bias_ih_l0.zero_()
    network.encoder.bias_hh_l0.zero_()
    hold(network.encoder, {"forget": OPEN, "input": 0.0, "output": OPEN})
    network.from_state.weight *= 50.0


def deaf(*names: str) -> Callable[[torch.nn.Module], None]:
    """A network that does not read some covariates."""

    def alter(network: torch.nn.Module) -> None:
        pieces = subject_of().workings()
        weights = (network.encoder.weight_ih_l0, network.from_ahead.weight)
        for weight, columns in zip(weights, (pieces.history, pieces.ahead), strict=True):
            for j, column in enumerate(columns):
                if column.source in names:
                    weight[:, j] = 0.0

    return alter
