"""The cells: one step of each kind of recurrent layer, one line an equation, and the loop over them."""

from gatecast.memory.cells.coupled import CoupledLSTMCell
from gatecast.memory.cells.elman import ElmanCell
from gatecast.memory.cells.gru import GRUCell
from gatecast.memory.cells.layernorm import LayerNormLSTMCell
from gatecast.memory.cells.lstm import LSTMCell
from gatecast.memory.cells.modules import Recurrent, cells_of
from gatecast.memory.cells.peephole import PeepholeLSTMCell
from gatecast.memory.cells.slstm import SLSTMCell
from gatecast.memory.cells.step import Cell, unroll

__all__ = [
    "Cell",
    "CoupledLSTMCell",
    "ElmanCell",
    "GRUCell",
    "LSTMCell",
    "LayerNormLSTMCell",
    "PeepholeLSTMCell",
    "Recurrent",
    "SLSTMCell",
    "cells_of",
    "unroll",
]
