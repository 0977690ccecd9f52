"""The memory room: recurrent networks over windows of the past, trained on quantiles."""

from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.anchors import most_read
from gatecast.memory.behind import Looking, Shifts, first_unseen, network_shifts, network_tracks
from gatecast.memory.carried import Carried, carry
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
from gatecast.memory.checkpoint import (
    Milestone,
    Place,
    Purpose,
    Vault,
    as_arrays,
    from_arrays,
    kept_in,
)
from gatecast.memory.cutter import Cutter
from gatecast.memory.ensemble import learn_networks, read_mean, require_inside
from gatecast.memory.feed import Feed, Newest, feed_of
from gatecast.memory.foreign import (
    Imported,
    ImportedLayer,
    cells_of_state_dict,
    read_keras,
    read_onnx,
    run_onnx,
)
from gatecast.memory.heads import Beside
from gatecast.memory.initialise import chrono_, forget_bias_, implied_half_life
from gatecast.memory.inputs import (
    Extras,
    Inputs,
    Rows,
    change_lags,
    learn_inputs,
    lone_extras,
    ordinary,
    widened,
)
from gatecast.memory.keeper import Snapshot
from gatecast.memory.kept import KEPT
from gatecast.memory.network import Batch, CellKind, Network, Output, Shape
from gatecast.memory.onward import Earlier, onward
from gatecast.memory.options import Training
from gatecast.memory.perceptron import Perceptron
from gatecast.memory.reading import one_thread, read
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
from gatecast.memory.response import Practice, Response, learn_response, responses
from gatecast.memory.scaled import Calibrated, calibrate_quantiles, own_width
from gatecast.memory.standing import NetworkStanding
from gatecast.memory.train import Trained, learn_network
from gatecast.memory.windows import Plan, Windows, anchored_windows, plan_windows
from gatecast.memory.workings import Column, Workings, lone_columns, read_batch, row_columns

__all__ = [
    "GRU",
    "KEPT",
    "LSTM",
    "RNN",
    "Batch",
    "Beside",
    "Calibrated",
    "Carried",
    "Cell",
    "CellKind",
    "Column",
    "CoupledLSTMCell",
    "Cutter",
    "Earlier",
    "ElmanCell",
    "ElmanRecord",
    "Extras",
    "Feed",
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
    "Milestone",
    "Network",
    "NetworkStanding",
    "Newest",
    "Output",
    "PeepholeLSTMCell",
    "Perceptron",
    "Place",
    "Plan",
    "Practice",
    "Purpose",
    "Record",
    "Recurrent",
    "Response",
    "Rows",
    "SLSTMCell",
    "SLSTMRecord",
    "SLSTMState",
    "Shape",
    "Shifts",
    "Snapshot",
    "Trained",
    "Training",
    "Vault",
    "Windows",
    "Workings",
    "anchored_windows",
    "as_arrays",
    "calibrate_quantiles",
    "carry",
    "cells_of",
    "cells_of_state_dict",
    "change_lags",
    "chrono_",
    "feed_of",
    "first_unseen",
    "forget_bias_",
    "from_arrays",
    "implied_half_life",
    "kept_in",
    "learn_inputs",
    "learn_network",
    "learn_networks",
    "learn_response",
    "lone_columns",
    "lone_extras",
    "most_read",
    "network_shifts",
    "network_tracks",
    "one_thread",
    "onward",
    "ordinary",
    "own_width",
    "plan_windows",
    "read",
    "read_batch",
    "read_keras",
    "read_mean",
    "read_onnx",
    "record",
    "require_inside",
    "responses",
    "row_columns",
    "run_onnx",
    "unroll",
    "widened",
]
