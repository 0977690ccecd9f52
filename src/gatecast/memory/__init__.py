"""The memory room: recurrent networks over windows of the past, trained on quantiles."""

from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.behind import Looking, Shifts, first_unseen, network_shifts
from gatecast.memory.cells import (
    Cell,
    CoupledLSTMCell,
    ElmanCell,
    GRUCell,
    LayerNormLSTMCell,
    LSTMCell,
    PeepholeLSTMCell,
    Recurrent,
    SLSTMCell,
    cells_of,
    unroll,
)
from gatecast.memory.foreign import (
    Imported,
    ImportedLayer,
    cells_of_state_dict,
    read_keras,
    read_onnx,
    run_onnx,
)
from gatecast.memory.initialise import chrono_, forget_bias_, implied_half_life
from gatecast.memory.inputs import Extras, Inputs, Rows, learn_inputs, ordinary
from gatecast.memory.kept import KEPT
from gatecast.memory.network import Batch, CellKind, Network, Output, Shape
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
from gatecast.memory.train import Snapshot, Trained, Training, learn_network, one_thread, read
from gatecast.memory.windows import Cutter, Plan, Windows, plan_windows, single_windows
from gatecast.memory.workings import Column, Workings, read_batch, row_columns

__all__ = [
    "GRU",
    "KEPT",
    "LSTM",
    "RNN",
    "Batch",
    "Calibrated",
    "Cell",
    "CellKind",
    "Column",
    "CoupledLSTMCell",
    "Cutter",
    "ElmanCell",
    "ElmanRecord",
    "Extras",
    "GRUCell",
    "GRURecord",
    "HiddenState",
    "Imported",
    "ImportedLayer",
    "Inputs",
    "LSTMCell",
    "LSTMRecord",
    "LSTMState",
    "LayerNormLSTMCell",
    "LayerRecord",
    "Looking",
    "Network",
    "Output",
    "PeepholeLSTMCell",
    "Plan",
    "Record",
    "Recurrent",
    "Rows",
    "SLSTMCell",
    "SLSTMRecord",
    "SLSTMState",
    "Shape",
    "Shifts",
    "Snapshot",
    "Trained",
    "Training",
    "Windows",
    "Workings",
    "calibrate_quantiles",
    "cells_of",
    "cells_of_state_dict",
    "chrono_",
    "first_unseen",
    "forget_bias_",
    "implied_half_life",
    "learn_inputs",
    "learn_network",
    "network_shifts",
    "one_thread",
    "ordinary",
    "own_width",
    "plan_windows",
    "read",
    "read_batch",
    "read_keras",
    "read_onnx",
    "record",
    "row_columns",
    "run_onnx",
    "single_windows",
    "unroll",
]
