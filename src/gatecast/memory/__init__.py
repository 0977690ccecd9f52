"""The memory room: recurrent networks over windows of the past, trained on quantiles."""

from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.inputs import Extras, Inputs, Rows, learn_inputs, ordinary
from gatecast.memory.network import Batch, Cell, Network, Shape
from gatecast.memory.scaled import Calibrated, calibrate_quantiles, own_width
from gatecast.memory.train import Snapshot, Trained, Training, learn_network, one_thread, read
from gatecast.memory.windows import Cutter, Plan, Windows, plan_windows, single_windows
from gatecast.memory.workings import Column, Workings, read_batch, row_columns

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Batch",
    "Calibrated",
    "Cell",
    "Column",
    "Cutter",
    "Extras",
    "Inputs",
    "Network",
    "Plan",
    "Rows",
    "Shape",
    "Snapshot",
    "Trained",
    "Training",
    "Windows",
    "Workings",
    "calibrate_quantiles",
    "learn_inputs",
    "learn_network",
    "one_thread",
    "ordinary",
    "own_width",
    "plan_windows",
    "read",
    "read_batch",
    "row_columns",
    "single_windows",
]
