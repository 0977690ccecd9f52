"""The memory room: recurrent networks over windows of the past, trained on quantiles."""

from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.cells import (
    Cell,
    CoupledLSTMCell,
    ElmanCell,
    GRUCell,
    LayerNormLSTMCell,
    LSTMCell,
    PeepholeLSTMCell,
    SLSTMCell,
    cells_of,
    unroll,
)
from gatecast.memory.initialise import chrono_, forget_bias_, implied_half_life
from gatecast.memory.inputs import Extras, Inputs, Rows, learn_inputs, ordinary
from gatecast.memory.network import CellKind, Network, Shape
from gatecast.memory.record import (
    ElmanRecord,
    GRURecord,
    HiddenState,
    LayerRecord,
    LSTMRecord,
    LSTMState,
    SLSTMRecord,
    SLSTMState,
)
from gatecast.memory.recorded import Record, record
from gatecast.memory.scaled import Calibrated, calibrate_quantiles, own_width
from gatecast.memory.train import Trained, Training, learn_network, read
from gatecast.memory.windows import Cutter, Plan, Windows, plan_windows, single_windows

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Calibrated",
    "Cell",
    "CellKind",
    "CoupledLSTMCell",
    "Cutter",
    "ElmanCell",
    "ElmanRecord",
    "Extras",
    "GRUCell",
    "GRURecord",
    "HiddenState",
    "Inputs",
    "LSTMCell",
    "LSTMRecord",
    "LSTMState",
    "LayerNormLSTMCell",
    "LayerRecord",
    "Network",
    "PeepholeLSTMCell",
    "Plan",
    "Record",
    "Rows",
    "SLSTMCell",
    "SLSTMRecord",
    "SLSTMState",
    "Shape",
    "Trained",
    "Training",
    "Windows",
    "calibrate_quantiles",
    "cells_of",
    "chrono_",
    "forget_bias_",
    "implied_half_life",
    "learn_inputs",
    "learn_network",
    "ordinary",
    "own_width",
    "plan_windows",
    "read",
    "record",
    "single_windows",
    "unroll",
]
