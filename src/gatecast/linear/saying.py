"""What the regressions of many series say of rows behind their histories, by rows that are near.

Coefficients that leave out no block speak there. Where nothing but the calendar enters, series that share
their times share their regressors: one product serves them all.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.around import Fitted
from gatecast.linear.design import Detail, columns
from gatecast.linear.near import Near
from gatecast.linear.regression import Regression
from gatecast.linear.trailed import Trailed


class Saying:
    """The regressions of many series.

    fitted  [series]
    """

    def __init__(self, fitted: Sequence[Fitted]) -> None:
        self.regressions = [one.regression for one in fitted]
        kinds: dict[Detail, list[int]] = {}
        self._apart = np.zeros(len(fitted), dtype=bool)
        for i, one in enumerate(self.regressions):
            if one is not None and not one.design.binary:
                kinds.setdefault(one.design.detail, []).append(i)
            self._apart[i] = one is not None and bool(one.design.binary)
        self._near: dict[int, Near] = {}
        self._kinds = [_Kind(self.regressions, np.array(own)) for own in kinds.values()]

    @property
    def silent(self) -> bool:
        """Whether no series has a regression."""
        return not self._kinds and not self._apart.any()

    def of(
        self,
        some: Int[IntArray, "some"],
        times: Int[IntArray, "some rows"],
        known: Float[FloatArray, "some rows known"],
        trailed: Trailed,
    ) -> Float[FloatArray, "some rows"]:
        """What they say of some rows behind each of some series; 0 where there is none. [some, rows]"""
        said = np.zeros(times.shape)
        for kind in self._kinds:
            kind.speak(some, times, trailed, said)
        for n in np.flatnonzero(self._apart[some]):
            i = int(some[n])
            said[n] = self._near_of(i, trailed).of(
                times[n], trailed.clock(times[n], known[n]), trailed.tail(i, known[n])
            )
        return said

    def _near_of(self, series: int, trailed: Trailed) -> Near:
        if series not in self._near:
            regression = self.regressions[series]
            assert regression is not None  # or it would not be asked
            self._near[series] = Near(regression, trailed.day)
        return self._near[series]


class _Kind:
    """Series whose regressions read the calendar alone, all as much of it."""

    def __init__(self, regressions: Sequence[Regression | None], series: IntArray) -> None:
        chosen = [one for i in series if (one := regressions[i]) is not None]
        self._first = chosen[0]
        self._place = np.full(len(regressions), -1, dtype=np.int64)
        self._place[series] = np.arange(len(series))
        self._coefficients = np.stack([one.coefficients[-1] for one in chosen])
        self._span = np.array([one.design.span for one in chosen])

    def speak(
        self, some: IntArray, times: IntArray, trailed: Trailed, said: Float[FloatArray, "some rows"]
    ) -> None:
        """Enter what is said of those of some series that are of this kind."""
        here = np.flatnonzero(self._place[some] >= 0)
        while len(here):
            own = times[here[0]]
            alike = (times[here] == own).all(axis=1)
            mine, here = here[alike], here[~alike]
            regressors, trend = self._read(own, trailed, int(some[mine[0]]))
            place = self._place[some[mine]]
            beta = self._coefficients[place]
            said[mine] = beta @ regressors.T
            if trend is not None:
                first, last = self._span[place].T[..., None]
                risen = (np.minimum(own, last) - first) / np.maximum(last - first, 1)
                said[mine] += risen * beta[:, trend, None]

    def _read(self, own: IntArray, trailed: Trailed, series: int) -> tuple[FloatArray, int | None]:
        """Regressors of some rows, [rows, columns], that of the trend left 0; which one it is."""
        panel = trailed.panel(series, own, np.zeros((len(own), 0)))
        terms, shapes = self._first.design.terms(panel, 0)
        trend = None
        for term, place in self._first.pieces(terms, shapes):
            if term.name == "trend" and term.kind == "calendar":
                trend, term.slow[:] = place.start, 0.0
        return columns(terms, shapes, slice(-len(own), None)), trend
