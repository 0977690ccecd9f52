"""A recurrent network on its own: the memory half without the linear one.

It reads the series, its calendar and covariates, and for each step ahead the values one season and more
before; everything it says of trend and season it has to learn. Quantiles are calibrated on origins held
out of training.
"""

import copy
from collections.abc import Callable, Sequence
from functools import cache
from typing import ClassVar, Self

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, held_out_start, in_portions, is_wide, part_of, taught
from gatecast.errors import OptionError, SeriesError
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.memory.behind import Looking, Shifts, first_unseen, network_shifts, network_tracks
from gatecast.memory.carried import carry
from gatecast.memory.cutter import Cutter
from gatecast.memory.ensemble import learn_networks, read_mean, require_inside
from gatecast.memory.feed import feed_of
from gatecast.memory.inputs import Inputs, Rows, learn_inputs, lone_extras, widened
from gatecast.memory.network import CellKind
from gatecast.memory.onward import Earlier, onward
from gatecast.memory.options import Training
from gatecast.memory.reading import one_thread
from gatecast.memory.scaled import Calibrated, calibrate_quantiles
from gatecast.memory.standing import NetworkStanding
from gatecast.memory.stated import Stating
from gatecast.memory.train import Trained
from gatecast.memory.windows import Windows, anchored_windows, plan_windows, too_short
from gatecast.memory.workings import Workings, lone_columns, row_columns
from gatecast.progress import Progress
from gatecast.standing import Standing


class _Alone(TableDoor):
    """What the networks on their own share.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known     covariates known ahead: weather forecast, holiday
    past      covariates known up to the origin
    static    covariates of a series
    holidays  country or region whose public holidays to add, e.g. "AU-VIC"
    seed      the same seed gives the same forecast, to the byte, on one machine's CPU
    training  how the network is built and trained
    """

    cell: ClassVar[CellKind]
    trained_: Trained
    unseen_: IntArray | None = None  # saved before there was such a thing: intervals stay as calibrated
    held_: tuple[Shifts] | None = None
    inputs_: Inputs

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
        seed: int = 0,
        training: Training | None = None,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.seed = seed
        self.training = training

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Train on the earlier part of each series, choose and calibrate on the rest."""
        return self._learn(panel, progress, None)

    def relearn(self, panel: Panel, progress: Progress, before: Self) -> Self:
        """The same, going on from the weights of an earlier fit: a shorter training at a lower rate."""
        earlier = Earlier(before.trained_, before.panel_, before.fitted_steps)
        training = self.training or Training()
        start = onward(earlier, panel, self.horizon, self.cell, training, self.name, progress)
        return self._learn(panel, progress, start)

    def part(self, series: IntArray) -> Self:
        """This model of some of its series, in this order. It shares what it holds with the whole."""
        part = copy.copy(self)
        part.inputs_, part.constant_ = self.inputs_.of(series), self.constant_[series]
        part.unseen_ = None if self.unseen_ is None else self.unseen_[series]
        return part

    def _learn(self, panel: Panel, progress: Progress, start: Trained | None) -> Self:
        if not is_wide(panel):
            return self._learn_whole(panel, progress, start)
        self._learn_whole(part_of(panel, taught(panel, self.seed)), progress, start)
        self.inputs_, self.constant_ = widened(self.inputs_, panel), constant_series(panel)
        self.unseen_ = panel.known_steps - 1
        return self

    def _learn_whole(self, panel: Panel, progress: Progress, start: Trained | None) -> Self:
        training = self.training or Training()
        if training.cell not in (Training().cell, self.cell):
            raise OptionError(
                f"training asks for cell={training.cell!r}, but {self.name} has a cell of its own, "
                f"{self.cell!r}; leave it out, or give it to Hybrid"
            )
        training = training if start is None else training.continued()
        plan = plan_windows(panel, self.horizon, training.origins, training.drawn, self.seed)
        if plan is None:
            raise SeriesError(too_short(self.name, panel, self.horizon))
        self.inputs_ = learn_inputs(panel)
        self.constant_ = constant_series(panel)
        rows = self.inputs_.rows(panel)
        self.context_ = plan.context
        windows, judged = self._cut(panel, rows, plan.training), self._read(panel, rows, plan.choosing)
        self.trained_ = learn_networks(
            self.cell, windows, judged, training, self.seed, progress, self.name, start
        )
        calibrating = self._read(panel, rows, plan.calibrating)
        quantiles = read_mean(self.trained_, calibrating)
        self.calibrated_: Calibrated = calibrate_quantiles(calibrating.targets(), quantiles)
        self.unseen_ = first_unseen(panel, plan.calibrating)
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """The network's calibrated quantiles at each origin."""
        if is_wide(panel) and self.held_ is None:
            with one_thread():
                return in_portions(self, panel, origins, levels)
        rows = self.inputs_.rows(panel)
        cutter = self._read(panel, rows, origins)
        shifts = self._shifts(panel, rows, origins)
        return self._finish(read_mean(self.trained_, cutter), panel, rows, origins, levels, shifts)

    def first_unseen(self, panel: Panel) -> IntArray:
        """Where the part begins that was held out of training, to choose weights and to calibrate by."""
        return held_out_start(panel, self.horizon) - 1

    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> Workings:
        """What the forecasts from some origins are made of; of the last so many `steps` where given.

        Raises SeriesError where several networks are averaged: no one of them is the memory.
        """
        require_inside(self.trained_, self.name)
        rows = self.inputs_.rows(panel)
        cutter = self._cut(panel, rows, anchored_windows(origins, self.context_, steps))
        history, ahead = row_columns(panel)
        shifts = cache(lambda: self._shifts(panel, rows, origins))
        return Workings(
            network=self.trained_.network,
            batch=cutter.batch(np.arange(len(origins))),
            history=history,
            ahead=(*ahead, *lone_columns(panel)),
            origins=origins,
            linear=None,
            share=np.ones(len(origins)),
            scale=self.inputs_.scale,
            finish=lambda quantiles: self._finish(quantiles, panel, rows, origins, levels, shifts()),
        )

    def holding(self, panel: Panel, origins: Origins) -> Self:
        """This model with what its latest forecasts say of the intervals from these origins held fixed.

        For reruns of one forecast with its past changed in thought.
        """
        held = copy.copy(self)
        held.held_ = (self._shifts(panel, self.inputs_.rows(panel), origins),)
        return held

    def _shifts(self, panel: Panel, rows: Rows, origins: Origins) -> Shifts:
        if self.held_ is not None:
            return self.held_[0]
        if self.unseen_ is None:
            return None

        return network_shifts(panel, origins, self._looking(panel, rows))

    def _looking(self, panel: Panel, rows: Rows) -> Looking:
        """How it looks back, where it knows what it has not seen."""

        def cut(some: Origins) -> tuple[Cutter, Callable[[FloatArray], FloatArray]]:
            return self._read(panel, rows, some), self.calibrated_.apply

        assert self.unseen_ is not None
        return Looking(self.trained_, self.horizon, self.unseen_, cut)

    def _finish(
        self,
        quantiles: FloatArray,
        panel: Panel,
        rows: Rows,
        origins: Origins,
        levels: Sequence[float],
        shifts: Shifts,
    ) -> Forecast:
        """From the network's quantiles to the forecast. [origins, horizon, levels]"""
        last = rows.scaled[panel.offsets[origins.series] + origins.position]
        return self._stating().state(quantiles, last, origins, levels, shifts)

    def _stating(self) -> Stating:
        return Stating(self.calibrated_, self.inputs_.scale, self.constant_)

    def _stand(self, panel: Panel) -> Standing:
        """The states behind the last steps, where every series has a value to begin from."""
        if is_wide(panel):
            return super()._stand(panel)
        rows = self.inputs_.rows(panel)
        begun = np.isfinite(rows.scaled[panel.offsets[:-1] + panel.known_steps - 1])
        if self.held_ is not None or not begun.all():
            return super()._stand(panel)
        clock, unseen = panel.known_steps - 1, self.unseen_
        networks = (self.trained_.network, *self.trained_.others)
        return NetworkStanding(
            feed=feed_of(self.inputs_, panel, rows, self.horizon),
            carried=tuple(carry(one, self.context_, rows.history, panel.offsets, clock) for one in networks),
            stating=self._stating(),
            unseen=clock if unseen is None else unseen,
            tracks=None if unseen is None else network_tracks(panel, self._looking(panel, rows)),
        )

    def _stands(self, standing: Standing) -> bool:
        if not isinstance(standing, NetworkStanding):
            return super()._stands(standing)
        return self.held_ is None and standing.carried[0].network is self.trained_.network

    def _cut(self, panel: Panel, rows: Rows, windows: Windows) -> Cutter:
        extras = lone_extras(panel, rows, windows.origins, self.horizon)
        return Cutter(panel, rows, windows, extras, self.horizon)

    def _read(self, panel: Panel, rows: Rows, origins: Origins) -> Cutter:
        """Windows to read forecasts off from these origins."""
        return self._cut(panel, rows, anchored_windows(origins, self.context_))


def constant_series(panel: Panel) -> BoolArray:
    """Series that have only ever had one value: the last is forecast, whatever a network says. [series]"""
    histories = [panel.values[panel.history(i)] for i in range(len(panel))]
    return np.array([np.nanmin(h) == np.nanmax(h) for h in histories])


class LSTM(_Alone):
    """An LSTM on its own. Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000)."""

    cell = "lstm"


class GRU(_Alone):
    """A GRU on its own. Cho et al. (2014), arXiv 1406.1078."""

    cell = "gru"


class RNN(_Alone):
    """A plain recurrent network on its own. Elman (1990)."""

    cell = "rnn"
