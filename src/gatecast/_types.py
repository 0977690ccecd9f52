"""Array aliases and the glossary of axes.

An axis name means the same thing in every docstring and annotation of the project:

    series     one of the panel's sequences
    rows       steps of all series laid end to end (ragged)
    time       steps of one series
    origins    instants from which a forecast is made; the last one whose value is known
    horizon    steps ahead of an origin; step k is 1-based, column k - 1
    levels     quantile levels, probabilities in (0, 1), ascending
    lags       steps back in time
    members    linear forecasts in the hybrid's pool
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
