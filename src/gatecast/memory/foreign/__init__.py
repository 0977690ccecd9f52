"""Weights of other people's recurrent layers, as our cells: ONNX files, Keras files, PyTorch's state_dict.

Nothing in a file is ever run: its numbers are read, and what they mean is known here.
"""

from gatecast.memory.foreign.imported import Imported, ImportedLayer
from gatecast.memory.foreign.keras import read_keras
from gatecast.memory.foreign.onnx import read_onnx, run_onnx
from gatecast.memory.foreign.pytorch import cells_of_state_dict

__all__ = ["Imported", "ImportedLayer", "cells_of_state_dict", "read_keras", "read_onnx", "run_onnx"]
