"""Where a network begins to read: at an anchor that many origins share. [kernel]

    a(p) = half · max(⌊(p + 1 - context) / half⌋, 0),   half = context // 2

The rows from the anchor a to an origin p are at least `context` and fewer than half as many more; early in a
series, where there are fewer, they are all there are. From the anchor on the state is carried: origins of one
anchor are read in one pass ("forking"), and a network that stays current carries three states at most, one
for each anchor that is in use or will be.
"""

import numpy as np
from jaxtyping import Int

from gatecast._types import IntArray


def apart(context: int) -> int:
    """Steps from one anchor to the next."""
    return max(context // 2, 1)


def most_read(context: int) -> int:
    """More rows than this are read for no origin."""
    return context + apart(context) - 1


def anchors(position: Int[IntArray, "origins"], context: int) -> Int[IntArray, "origins"]:
    """The first row read of each origin: what it knows of the series began there. [origins]

    >>> anchors(np.array([5, 9, 14, 15, 100]), context=10)
    array([ 0,  0,  5,  5, 90])
    """
    first: IntArray = apart(context) * np.maximum((position + 1 - context) // apart(context), 0)
    return first
