"""The memory room: recurrent networks over windows of the past, trained on quantiles."""

from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.inputs import Extras, Inputs, Rows, learn_inputs, ordinary
from gatecast.memory.network import CellKind, Network, Shape
from gatecast.memory.scaled import Calibrated, calibrate_quantiles, own_width
from gatecast.memory.train import Trained, Training, learn_network, read
from gatecast.memory.windows import Cutter, Plan, Windows, plan_windows, single_windows

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Calibrated",
    "CellKind",
    "Cutter",
    "Extras",
    "Inputs",
    "Network",
    "Plan",
    "Rows",
    "Shape",
    "Trained",
    "Training",
    "Windows",
    "calibrate_quantiles",
    "learn_inputs",
    "learn_network",
    "ordinary",
    "own_width",
    "plan_windows",
    "read",
    "single_windows",
]
