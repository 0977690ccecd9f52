"""The latest covariates and times of each series: as far back as anything looks that is made of them."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, is_binary
from gatecast.errors import CovariateError
from gatecast.linear.almanac import Almanac
from gatecast.linear.design import Clock, clock_of

LONGEST_DAYS = 7  # no mean or lag of a covariate reaches further back


class Trailed:
    """The ends of a panel's covariates, and small panels of one series made of them.

    like    a panel of one row, with the names, the frequency and the seasons of the whole one
    almanac of its calendar
    times   [series, longest]          the newest last
    known   [series, longest, known covariates]
    count   [series]  how many of these there are
    """

    def __init__(
        self, like: Panel, almanac: Almanac, times: IntArray, known: FloatArray, count: IntArray
    ) -> None:
        self.like = like
        self.almanac = almanac
        self.times = times
        self.known = known
        self.count = count
        self._switches = [k for k, name in enumerate(like.known_names) if "holiday" in name.lower()]

    def push(
        self,
        some: Int[IntArray, "some"],
        times: Int[IntArray, "some"],
        known: Float[FloatArray, "some known"],
    ) -> None:
        """Move some series on by a row each."""
        for own, new in ((self.times, times), (self.known, known)):
            own[some, :-1] = own[some, 1:]
            own[some, -1] = new
        self.count[some] = np.minimum(self.count[some] + 1, self.times.shape[1])

    def panel(
        self, series: int, times: Int[IntArray, "rows"], known: Float[FloatArray, "rows known"]
    ) -> Panel:
        """The end of one series with some rows behind it: what is made of these is as in the whole panel.

        Raises CovariateError where a holiday is no longer a yes or no: its days would become others.
        """
        self._require_switches(known)
        start = self.times.shape[1] - int(self.count[series])
        return self._panel(np.concatenate([self.times[series, start:], times]), self.tail(series, known))

    @property
    def day(self) -> int:
        """Rows of a day, or of the first season without a calendar."""
        return self.almanac.steps

    def clock(self, times: Int[IntArray, "rows"], known: Float[FloatArray, "rows known"]) -> Clock:
        """Where some rows stand in day, week and year.

        Raises CovariateError where a holiday is no longer a yes or no: its days would become others.
        """
        self._require_switches(known)
        return self.almanac.clock(times, known)

    def tail_clock(
        self, series: int, times: Int[IntArray, "rows"], known: Float[FloatArray, "rows known"]
    ) -> Clock:
        """The same of some rows behind a series and of its latest ones before them."""
        start = self.times.shape[1] - int(self.count[series])
        return self.almanac.clock(
            np.concatenate([self.times[series, start:], times]), self.tail(series, known)
        )

    def tail(self, series: int, known: Float[FloatArray, "rows known"]) -> Float[FloatArray, "tail known"]:
        """The latest covariates of one series, with those of some rows behind it."""
        return np.concatenate([self.known[series, self.times.shape[1] - int(self.count[series]) :], known])

    def copy(self) -> "Trailed":
        """One that goes its own way."""
        return Trailed(self.like, self.almanac, self.times.copy(), self.known.copy(), self.count.copy())

    def _panel(self, times: IntArray, known: FloatArray) -> Panel:
        rows = len(times)
        nothing = np.zeros((rows, 0))
        return replace(
            self.like,
            values=np.zeros(rows),
            offsets=np.array([0, rows]),
            times=times,
            known=known,
            known_steps=np.array([rows]),
            past=nothing,
            given=nothing,
        )

    def _require_switches(self, known: FloatArray) -> None:
        for k in self._switches:
            column = known[:, k]
            if not ((column == 0.0) | (column == 1.0) | np.isnan(column)).all():
                raise CovariateError(
                    f"{self.like.known_names[k]!r} has said yes (1) or no (0) so far, and now "
                    f"{column.max():g}; give 0 or 1, or fit again"
                )


def trailed_of(panel: Panel) -> Trailed:
    """The ends of the histories of a panel."""
    names = tuple(
        name if "holiday" not in name.lower() or is_binary(column) else f"no yes or no {k}"
        for k, (name, column) in enumerate(zip(panel.known_names, panel.known.T, strict=True))
    )
    day = clock_of(panel, 0).steps
    longest = (LONGEST_DAYS if names else 1) * day + 1
    count = np.minimum(panel.known_steps, longest)
    times = np.zeros((len(panel), longest), dtype=np.int64)
    known = np.zeros((len(panel), longest, len(names)))
    for i, n in enumerate(count.tolist()):
        rows = slice(panel.history(i).stop - n, panel.history(i).stop)
        times[i, longest - n :], known[i, longest - n :] = panel.times[rows], panel.known[rows]
    like = replace(
        panel,
        values=np.zeros(1),
        offsets=np.array([0, 1]),
        times=panel.times[:1].copy(),
        known_steps=np.ones(1, dtype=np.int64),
        ids=("",),
        known=np.zeros((1, len(names))),
        past=np.zeros((1, 0)),
        given=np.zeros((1, 0)),
        static=np.zeros((1, 0)),
        known_names=names,
        past_names=(),
        static_names=(),
        given_names=(),
    )
    return Trailed(like, Almanac(like), times, known, count.astype(np.int64))
