"""Members that somebody else forecasts, moved on by new rows."""

from collections.abc import Sequence

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.member import Seen
from gatecast.hybrid.moving import Coming, Ends, Row, crossed
from gatecast.linear import Latest, Onward


class AsGiven:
    """A given forecast as it stands: all there is to know comes with the row."""

    def __init__(self, member: Given, names: Sequence[str], scale: Scale) -> None:
        self.member = member
        self.column = list(names).index(member.column)
        self.scale: Scale | None = None
        self._pool = scale

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """Nothing is kept from an origin."""
        return np.zeros((len(position), seen.horizon))

    def push(self, row: Row) -> FloatArray | None:
        """What is given for the row."""
        return self._scaled(row.given[:, self.column], row.some)

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """Nothing is kept from an origin."""
        return np.zeros((len(some), ends.horizon))

    def means(self, coming: Coming) -> FloatArray | None:
        """What is given for the rows."""
        given = coming.given[..., self.column]
        return self._scaled(given, np.arange(len(given))[:, None])

    def copy(self) -> "AsGiven":
        """Itself: nothing moves."""
        return self

    def _scaled(self, given: FloatArray, series: IntArray) -> FloatArray:
        scaled = self._pool.forward(given, series)
        return np.where(np.isfinite(scaled), scaled, -np.inf)


class MendedOn:
    """A given forecast and its latest errors."""

    def __init__(self, member: Mended, column: int, scale: Scale, onward: Onward, latest: Latest) -> None:
        self.member = member
        self.column = column
        self.scale: Scale | None = scale
        self.onward = onward
        self.latest = latest

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """Crossed, as they were judged."""
        return crossed(self.onward.fitted[seen.series], seen, self.member.error(seen)[1], position)

    def push(self, row: Row) -> FloatArray | None:
        """Take in the error of what was given for the row."""
        assert self.scale is not None  # by construction
        mean = self._mean(row.given[:, self.column], row.some)
        self.latest.push(row.some, self.scale.forward(row.values, row.some) - mean)
        return mean

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """What the latest errors say of the next ones."""
        del ends
        return self.onward.paths(some, self.latest)

    def means(self, coming: Coming) -> FloatArray | None:
        """What is given for the rows."""
        given = coming.given[..., self.column]
        return self._mean(given, np.arange(len(given))[:, None])

    def copy(self) -> "MendedOn":
        """One that goes its own way."""
        assert self.scale is not None  # by construction
        return MendedOn(self.member, self.column, self.scale, self.onward, self.latest.copy())

    def _mean(self, given: FloatArray, series: IntArray) -> FloatArray:
        assert self.scale is not None  # by construction
        lowest = self.scale.inverse(np.full_like(given, -np.inf), series)
        return self.scale.forward(np.maximum(given, lowest), series)
