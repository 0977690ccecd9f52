"""The cells: one step of each kind of recurrent layer, one line an equation, and the loop over them."""

from gatecast.memory.cells.elman import ElmanCell
from gatecast.memory.cells.gru import GRUCell
from gatecast.memory.cells.lstm import LSTMCell
from gatecast.memory.cells.step import Cell, unroll

__all__ = ["Cell", "ElmanCell", "GRUCell", "LSTMCell", "unroll"]
