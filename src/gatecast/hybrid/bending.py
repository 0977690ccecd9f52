"""The regression that bends, moved on by new rows."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray, IntArray
from gatecast.data import Scale
from gatecast.hybrid.curve import PLACES, Curve, Curved, Voice
from gatecast.hybrid.member import Seen
from gatecast.hybrid.moving import Coming, Ends, Latter, Row, crossed
from gatecast.hybrid.weather_near import near_features
from gatecast.linear import Autoregression, Clock, Latest, Onward
from gatecast.memory import Response, responses


class Bending:
    """What learners say of new rows, and the latest errors that leaves; where none do, the autoregression."""

    def __init__(
        self, member: Curved, scale: Scale, onward: Onward, latest: Latest, heard: Sequence["_Heard | None"]
    ) -> None:
        self.member = member
        self.scale: Scale | None = scale
        self.onward = onward
        self.latest = latest
        self._heard = heard

    def before(self, seen: Seen, position: IntArray) -> FloatArray:
        """Crossed, as they were judged."""
        error = seen.left[0] - believed_of(self.member.series[seen.series], seen)
        return crossed(self.onward.fitted[seen.series], seen, error, position)

    def push(self, row: Row) -> FloatArray | None:
        """Take in what is left of the row."""
        said = self._said(row.some, row.mean[:, None], row.latter)[:, 0]
        self.latest.push(row.some, row.error - said)
        return row.mean + said

    def paths(self, some: IntArray, ends: Ends) -> FloatArray:
        """What the latest errors say of the next ones."""
        del ends
        return self.onward.paths(some, self.latest)

    def means(self, coming: Coming) -> FloatArray | None:
        """What the regression says, and how it bends."""
        return coming.mean + self._said(np.arange(len(coming.mean)), coming.mean, coming.latter)

    def copy(self) -> "Bending":
        """One that goes its own way."""
        assert self.scale is not None  # by construction
        return Bending(self.member, self.scale, self.onward, self.latest.copy(), self._heard)

    def _said(self, some: IntArray, mean: FloatArray, rows: Latter) -> FloatArray:
        said = np.zeros(mean.shape)
        for n, i in enumerate(some.tolist()):
            one = self._heard[i]
            if one is not None:
                said[n] = one.of(*rows(n), mean[n])
        return said


def bending(member: Curved, scale: Scale, onward: Onward, latest: Latest) -> Bending:
    """From the latest errors, and as `onward_of` has it."""
    heard = [None if curve is None else _Heard(curve) for curve in member.series]
    return Bending(member, scale, onward, latest, heard)


def onward_of(member: Curved, full: Autoregression) -> Onward:
    """The autoregressions of what it leaves; those of the full one where nothing bends."""
    fitted = [
        own if curve is None else curve.around for curve, own in zip(member.series, full.fitted_, strict=True)
    ]
    return Onward(fitted, full.horizon)


def believed_of(curve: Curve | None, seen: Seen) -> FloatArray:
    """What is believed of every row of one series. [time]"""
    error, mean = seen.left
    if curve is None:
        return np.zeros(len(error))
    return curve.believed(seen.panel, seen.series, mean, slice(0, len(mean)))


class _Heard:
    """What the learners of one series say of rows behind its history."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve
        self._voices = [_saying(one) for one in curve.voices if one.slope > 0.0]

    def of(
        self, clock: Clock, known: Float[FloatArray, "tail known"], mean: Float[FloatArray, "rows"]
    ) -> Float[FloatArray, "rows"]:
        """What is believed of the last rows of a series; see `near_features`. [rows]"""
        rounded, said = np.round(mean, PLACES), np.zeros(len(mean))
        for voice, all_of in self._voices:
            features = near_features(voice.kind, clock, known, rounded, self._curve.switches)
            said += voice.slope * all_of(np.ascontiguousarray(features))
        return said * self._curve.ahead


def _saying(voice: Voice) -> tuple[Voice, Callable[[FloatArray], FloatArray]]:
    """A voice, and how the mean of all its learners is made."""
    alike = [one for one in voice.folds if isinstance(one, Response)]
    if len(alike) == len(voice.folds):
        return voice, responses(alike)
    return voice, lambda rows: np.mean([one.of(rows) for one in voice.folds], axis=0)
