"""Where a model stood before: what a correction goes on from, so that the history need not be read anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast._types import IntArray
from gatecast.front.replayed import Replayed
from gatecast.standing import Standing

MOST = 7  # a day apart; one more is the last
BYTES = 64_000_000  # of all of them


@dataclass(frozen=True)
class Mark:
    """A standing that nobody moves on, and how much memory it takes beside the next one."""

    standing: Standing
    size: int


@dataclass(frozen=True)
class Trail:
    """Snapshots of where a model stood, oldest first.

    pace  steps of a day, which lie between two of them; the last may be nearer
    """

    pace: int
    snapshots: tuple[Mark, ...] = ()

    def after(self, left: Standing, now: Standing) -> "Trail":
        """With the standing that was left for another, as far as days, number and memory allow."""
        if isinstance(left, Replayed):  # it costs nothing to make one
            return self
        kept = list(self.snapshots)
        if len(kept) > 1 and self._near(kept[-2].standing.clock, kept[-1].standing.clock):
            kept.append(Mark(left, kept.pop().size))  # not worth weighing again
        else:
            kept.append(Mark(left, _size(left, now)))
        kept = kept[-MOST - 1 :]
        while kept and sum(one.size for one in kept) > BYTES:
            kept.pop(0)
        return Trail(self.pace, tuple(kept))

    def before(self, first: IntArray) -> "Trail":
        """What was seen before any of these steps. first [series]"""
        return Trail(self.pace, tuple(one for one in self.snapshots if (one.standing.clock < first).all()))

    def _near(self, one: IntArray, other: IntArray) -> bool:
        return int(np.max(other - one)) < self.pace


def _size(standing: Standing, beside: Standing) -> int:
    """Bytes of the arrays of a standing that another one does not hold, too."""
    shared = {id(array) for array in _arrays(beside, set())}
    return sum(int(array.nbytes) for array in _arrays(standing, set()) if id(array) not in shared)


def _arrays(value: Any, seen: set[int]) -> Iterator[Any]:
    if id(value) in seen or isinstance(value, str | bytes | int | float | type):
        return
    seen.add(id(value))
    if isinstance(getattr(value, "nbytes", None), int):  # numpy's and PyTorch's alike, which is not imported
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _arrays(one, seen)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _arrays(one, seen)
    elif hasattr(value, "__dict__"):
        yield from _arrays(vars(value), seen)
