"""The linear members, moved on by new values."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale, fill_causally
from gatecast.hybrid.member import Seen
from gatecast.hybrid.moving import Coming, Ends, Row, crossed
from gatecast.hybrid.plain import (
    LEVEL_SHARE,
    LEVEL_STEPS,
    PROFILE_CYCLES,
    Levelled,
    Naive,
    Profile,
    Repeated,
    Smoothed,
)
from gatecast.linear import Autoregression, Latest, Onward, RecentARIMA, Sifted


class Regressed:
    """The pool's full autoregression: its errors are those that members share."""

    def __init__(self, model: Autoregression) -> None:
        self.scale: Scale | None = model.path_scale_
        self.onward = Onward(model.fitted_, model.horizon)

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """Crossed, as they were judged."""
        return crossed(self.onward.fitted[seen.series], seen, seen.left[0], position)

    def push(self, row: Row) -> FloatArray | None:
        """Nothing of its own moves."""
        return row.mean

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """What its errors say of the next ones."""
        return self.onward.paths(some, ends.left)

    def means(self, coming: Coming) -> FloatArray | None:
        """What its regression says."""
        return coming.mean

    def copy(self) -> "Regressed":
        """Itself: nothing of its own moves."""
        return self


class Unregressed:
    """An autoregression of the plain series, on a scale of its own."""

    def __init__(self, model: Autoregression, onward: Onward, latest: Latest) -> None:
        self.model = model
        self.scale: Scale | None = model.path_scale_
        self.onward = onward
        self.latest = latest

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """Crossed, as they were judged."""
        error = self.model.remainder(seen.panel, seen.series)[0]
        return crossed(self.onward.fitted[seen.series], seen, error, position)

    def push(self, row: Row) -> FloatArray | None:
        """Take in the values."""
        self.latest.push(row.some, self.model.path_scale_.forward(row.values, row.some))
        return None

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """What the latest values say of the next ones."""
        del ends
        return self.onward.paths(some, self.latest)

    def means(self, coming: Coming) -> FloatArray | None:
        """There is none."""
        del coming
        return None

    def copy(self) -> "Unregressed":
        """One that goes its own way."""
        return Unregressed(self.model, self.onward, self.latest.copy())


class Filtered:
    """ARIMA on the errors that members share."""

    def __init__(self, model: RecentARIMA, sifted: Sifted) -> None:
        self.model = model
        self.scale: Scale | None = model.beside.path_scale_
        self.sifted = sifted

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """By parameters that had not seen the outcome."""
        season, error = seen.panel.seasons[0], seen.left[0]
        filled = fill_causally(error, np.array([0, len(error)]), season)
        return self.model.errors_ahead(seen.series, filled, position, season)

    def push(self, row: Row) -> FloatArray | None:
        """Move the filters on."""
        self.sifted.push(row.some, row.left)
        return row.mean

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """What the filters say of the next errors."""
        return self.sifted.paths(some, ends.left.values, ends.season)

    def means(self, coming: Coming) -> FloatArray | None:
        """What the regression says."""
        return coming.mean

    def copy(self) -> "Filtered":
        """One that goes its own way."""
        return Filtered(self.model, self.sifted.copy())


class Again:
    """A member that learns nothing: what it says stands in the latest values."""

    scale: Scale | None = None

    def __init__(self, member: Naive) -> None:
        self.member = member
        self._said = _SAID[type(member)]

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """As it stood there."""
        return self.member.paths(seen, position)

    def push(self, row: Row) -> FloatArray | None:
        """Nothing moves."""
        del row
        return None

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """Read off the latest values."""
        own = ends.own.values[some]
        return np.asarray(self._said(self.member, own, ends.own.position[some], ends.horizon))

    def means(self, coming: Coming) -> FloatArray | None:
        """Nothing is known of a row."""
        del coming
        return None

    def copy(self) -> "Again":
        """Itself: nothing moves."""
        return self


def naive_lookback(lengths: Sequence[int]) -> int:
    """How many of the latest values the members read that learn nothing."""
    return max((PROFILE_CYCLES + 1) * lengths[-1], lengths[-1] + lengths[0], LEVEL_STEPS)


Latter = Float[FloatArray, "some longest"]
Position = Int[IntArray, "some"]


def _back(horizon: int, length: int) -> IntArray:
    """How far behind the newest value that of a full season before each step ahead lies. [horizon]"""
    ahead = np.arange(1, horizon + 1)
    back: IntArray = length * (-(-ahead // length)) - ahead
    return back


def _repeated(member: Repeated, own: Latter, position: Position, horizon: int) -> FloatArray:
    del position
    return own[:, own.shape[1] - 1 - _back(horizon, member.length)]


def _levelled(member: Levelled, own: Latter, position: Position, horizon: int) -> FloatArray:
    now = _level(own, position, np.zeros_like(position), member.recent)
    gone = np.minimum(position, member.length)
    moved = now - _level(own, position, gone, member.recent)
    return _repeated(Repeated(member.length), own, position, horizon) + moved[:, None]


def _level(own: Latter, position: Position, ago: Position, recent: int) -> FloatArray:
    """The mean of a stretch that ended so many steps ago, shorter where a series has just begun. [some]"""
    back = np.arange(recent)
    there = back < np.minimum(position - ago + 1, recent)[:, None]
    read = np.take_along_axis(own, own.shape[1] - 1 - ago[:, None] - back, axis=1)
    level: FloatArray = np.where(there, read, 0.0).sum(axis=1) / there.sum(axis=1)
    return level


def _profile(member: Profile, own: Latter, position: Position, horizon: int) -> FloatArray:
    del position
    back = _back(horizon, member.length) + member.length * np.arange(PROFILE_CYCLES)[:, None]
    mean: FloatArray = own[:, own.shape[1] - 1 - back].mean(axis=1)
    return mean


def _smoothed(member: Smoothed, own: Latter, position: Position, horizon: int) -> FloatArray:
    del member, position
    weights = LEVEL_SHARE * (1.0 - LEVEL_SHARE) ** np.arange(LEVEL_STEPS)
    level = own[:, ::-1][:, :LEVEL_STEPS] @ (weights / weights.sum())
    return np.repeat(level[:, None], horizon, axis=1)


_SAID: dict[type, Callable[..., FloatArray]] = {
    Repeated: _repeated,
    Levelled: _levelled,
    Profile: _profile,
    Smoothed: _smoothed,
}
