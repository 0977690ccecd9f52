"""The hybrid: a pool of linear forecasts, and a network that remembers, joined in one of three ways.

    linear part  = linear members mixed by how well each has done
    pool part    = all members mixed so, less that; only where some are not linear
    memory part  = share · (what the network says - mixture of all)
    forecast     = linear part + pool part + memory part

What the network sees of the linear half, and so what it can say, is the `mode`: see `hybrid/modes`.

One predictive distribution belongs to the sum: the network's quantiles, moved with its median and
calibrated on origins that had neither trained it nor, where there are enough to divide, chosen its weights.
Learned again from these origins too, it keeps that calibration: see `_learn_again`.
"""

import copy
from collections.abc import Sequence
from functools import cache
from typing import Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Sites, is_wide
from gatecast.errors import TrainingError
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.front import TableDoor
from gatecast.hybrid.bent import bent, note_absent
from gatecast.hybrid.features import View
from gatecast.hybrid.gate import choose_shares
from gatecast.hybrid.given import given_makers, unheard
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.half_standing import HalfStanding
from gatecast.hybrid.hybrid_begun import hybrid_standing, stands_on
from gatecast.hybrid.hybrid_standing import AloneStanding, HybridStanding
from gatecast.hybrid.joining import MEDIAN, Joining, joined, without_memory
from gatecast.hybrid.learned import Learned
from gatecast.hybrid.lessons import Lessons, lessons
from gatecast.hybrid.modes import ModeName, mode_of
from gatecast.hybrid.opening import require_open
from gatecast.hybrid.outside import outside
from gatecast.hybrid.pool import Pool
from gatecast.hybrid.sunlit import learn_sunlit
from gatecast.hybrid.wide import forecast_wide, learn_wide, part_of_hybrid
from gatecast.linear import require_steps, until_compiled
from gatecast.memory import (
    Calibrated,
    Plan,
    Rows,
    Shifts,
    Training,
    Workings,
    anchored_windows,
    calibrate_quantiles,
    first_unseen,
    learn_inputs,
    learn_networks,
    network_shifts,
    own_width,
    plan_windows,
    read_mean,
    row_columns,
)
from gatecast.progress import Progress
from gatecast.solar import SolarHybrid
from gatecast.standing import Standing

NEWS = 1.1  # times as much history, held-out part included, from which on it is learned from again


class Hybrid(TableDoor):
    """Linear half and memory half, joined by a gate or in one of two plainer ways.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known     covariates known ahead: weather forecast, holiday
    past      covariates known up to the origin; the memory half reads them
    static    covariates of a series; the memory half reads them
    holidays  country or region whose public holidays to add, e.g. "AU-VIC"
    given     columns that are forecasts of the target, in its unit, known ahead: members of the pool, as they
              stand and with their recent error mended; nothing else reads them
    boost     let boosted trees, too, say how a series answers to calendar and weather; gatecast[boost]
    members   further members: anything that keeps the Forecaster protocol, of the same horizon
    seed      the same seed gives the same forecast, to the byte, on one machine's CPU
    training  how the network is built and trained
    mode      gate: the network weighs the linear members anew and corrects them. residual: it sees their
              mixture alone and predicts what that leaves. parallel: it sees nothing of them, and the two
              are weighted by past loss
    site      where panels stand whose output this is, for every series or by id: what is fitted then is a
              `SolarHybrid`, bounded by night and capacity; gatecast[solar]

    Fitted: `shares_` [series], how much of the memory is believed; 0 where it did not help on held-out
    origins, where histories are too short to train one or where training breaks down, and a note says so.
    """

    unseen_: IntArray | None = None  # saved before there was such a thing: intervals stay as calibrated
    held_: tuple[Shifts] | None = None
    solar_: SolarHybrid | None = None  # likewise
    common_ = 0.0  # likewise

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
        given: Sequence[str] = (),
        boost: bool = False,
        members: Sequence[Forecaster] = (),
        mode: ModeName = "gate",
        site: Sites | None = None,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.seed = seed
        self.training = training
        self.given = given
        self.boost = boost
        self.members = members
        self.mode = mode
        self.site = site

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit the pool, train the network on its honest past forecasts, choose shares and calibrate."""
        mode_of(self.mode)  # refused before time is spent
        self.linear_: LinearHalf | None = None
        self.solar_ = None
        if self.site is not None:
            self.solar_ = learn_sunlit(panel, self.get_params(), progress)
            self.shares_, self.unseen_ = np.full(len(panel), self.solar_.share_), None
            return self
        require_steps(panel, 3, self.name)
        if is_wide(panel) and not (self.boost or self.members):
            learn_wide(self, panel, progress)
            return self
        return self.learn_whole(panel, progress)

    def learn_whole(self, panel: Panel, progress: Progress) -> Self:
        """The same of a panel that can be read as a whole."""
        training = self.training or Training()
        plan = plan_windows(panel, self.horizon, training.origins, training.drawn, self.seed)
        self.shares_, self.widening_ = np.zeros(len(panel)), 1.0
        if plan is None:
            most = panel.known_steps.max()
            why = f"histories of {most} steps or fewer have too few values to train a memory"
            return self._learn_alone(panel, progress, f"{self.name}: {why}")
        self.inputs_ = learn_inputs(panel)
        self.context_ = plan.context
        try:
            read = self._learn_both(panel, plan, training, progress)
        except TrainingError as broken:
            return self._learn_alone(panel, progress, str(broken))
        self._choose_and_calibrate(panel, plan.calibrating, read)
        self.unseen_ = first_unseen(panel, plan.calibrating)
        if self.shares_.any() and plan.growth >= NEWS and not self.trained_.stopped:
            self._learn_again(panel, plan, read, training, progress)
        return self

    def part(self, series: IntArray) -> "Hybrid":
        """This model of some of its series, in this order. It shares what it holds with the whole."""
        return part_of_hybrid(self, series)

    def _learn_both(self, panel: Panel, plan: Plan, training: Training, progress: Progress) -> Lessons:
        """The pool on everything, the network on what is not held out."""
        with progress.task(f"{self.name}: {until_compiled()}linear half", total=2) as task:
            makers = bent(panel, self.seed, boost=self.boost) + given_makers(panel, self.given)
            makers += [outside(one, self.horizon, progress) for one in self.members]
            self.pool_ = Pool(self.horizon, self.inputs_.scale).fit(panel, makers)
            if self.boost:
                note_absent(self.pool_, self.name, progress)
            task.advance()
            read = lessons(panel, self.pool_, self.inputs_, plan, mode_of(self.mode))
            self.unit_ = read.unit
            task.advance()
        self.trained_ = learn_networks(
            training.cell, read.training, read.choosing, training, self.seed, progress, self.name
        )
        return read

    def _learn_again(
        self, panel: Panel, plan: Plan, read: Lessons, training: Training, progress: Progress
    ) -> None:
        """Train anew on the whole history: its latest part says most of what comes next.

        As far as served best before, in proportion to what there is to learn. Shares and calibration stay
        those of the network that had not seen that part: nothing could judge this one. It is surer of what
        it has seen, so its width is brought back to the first one's there.
        """
        until, label = round(self.trained_.best * plan.growth), f"{self.name}: with the latest steps"
        try:
            again = learn_networks(
                training.cell, read.everything, until, training, self.seed, progress, label
            )
        except TrainingError as broken:
            progress.note(f"{broken}; the memory stays as it was learned from the earlier steps")
            return
        both = (self.trained_, again)
        before, after = (own_width(read_mean(one, read.calibrating)).mean() for one in both)
        self.trained_, self.widening_ = again, float(before / after)
        self.unseen_ = panel.known_steps - 1

    def _learn_alone(self, panel: Panel, progress: Progress, why: str) -> Self:
        """Fall back to the linear half, and say why."""
        progress.note(f"{why}; the forecast is the linear half's alone{unheard(self.get_params())}")
        self.linear_ = LinearHalf(self.horizon).learn(panel, progress)
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Both parts, their sum and its calibrated quantiles at each origin."""
        if self.solar_ is not None:
            return self.solar_.forecast(panel, origins, levels)
        if is_wide(panel) and self.held_ is None:
            return forecast_wide(self, panel, origins, levels)
        if self.linear_ is not None:
            return without_memory(self.linear_.forecast(panel, origins, levels))
        rows = self.inputs_.rows(panel)
        cutter, seen = self._learned().cut(panel, rows, anchored_windows(origins, self.context_))
        shifts = self._shifts(panel, rows, origins)
        return self._finish(read_mean(self.trained_, cutter), seen, origins, levels, shifts)

    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> Workings:
        """What the forecasts from some origins are made of; of the last so many `steps` where given.

        Raises SeriesError where there is nothing of it to show: see `require_open`.
        """
        require_open(self)
        rows = self.inputs_.rows(panel)
        cutter, seen = self._learned().cut(panel, rows, anchored_windows(origins, self.context_, steps))
        history, ahead = row_columns(panel)
        more_history, more_ahead = mode_of(self.mode).columns(panel, self.pool_)
        shifts = cache(lambda: self._shifts(panel, rows, origins))
        return Workings(
            network=self.trained_.network,
            batch=cutter.batch(np.arange(len(origins))),
            history=(*history, *more_history),
            ahead=(*ahead, *more_ahead)[: self.trained_.network.shape.ahead],
            origins=origins,
            linear=seen.mix,
            share=self.shares_[origins.series],
            scale=self.inputs_.scale,
            finish=lambda quantiles: self._finish(quantiles, seen, origins, levels, shifts()),
        )

    def holding(self, panel: Panel, origins: Origins) -> Self:
        """This model with what its latest forecasts say of the intervals from these origins held fixed."""
        held = copy.copy(self)
        held.held_ = (self._shifts(panel, None, origins),)
        return held

    def _shifts(self, panel: Panel, rows: Rows | None, origins: Origins) -> Shifts:
        """What the latest forecasts' outcomes say of the intervals; `rows` where already read."""
        if self.held_ is not None or self.unseen_ is None or self.linear_ is not None:
            return None if self.held_ is None else self.held_[0]
        read = self.inputs_.rows(panel) if rows is None else rows  # once, however many series in turn
        looking = self._learned().looking(panel, read)
        return None if looking is None else network_shifts(panel, origins, looking)

    def _finish(
        self, quantiles: FloatArray, seen: View, origins: Origins, levels: Sequence[float], shifts: Shifts
    ) -> Forecast:
        """From the network's quantiles to the parts, their sum and its quantiles."""
        return self._learned().joining.finished(quantiles, seen.mix, seen.linear, origins, levels, shifts)

    def _choose_and_calibrate(self, panel: Panel, origins: Origins, read: Lessons) -> None:
        """Both on origins that did not choose the weights: on those the network looks better than it is."""
        seen, quantiles = read.judged, read_mean(self.trained_, read.calibrating)
        actual, series = read.calibrating.targets(), origins.series
        said, unit = quantiles[..., MEDIAN], self.unit_[series]
        count = len(panel) + 1  # one more, without origins of its own: what all share
        *own, self.common_ = choose_shares(actual, seen.mix, said, unit, series, count).tolist()
        self.shares_ = np.array(own)
        stated = joined(quantiles, seen.mix, self.shares_[series], self.widening_)
        self.calibrated_: Calibrated = calibrate_quantiles(actual, stated)

    def _stand(self, panel: Panel) -> Standing:
        """Where pool, network and intervals stand: new rows move them on, no history is read again."""
        if self.linear_ is not None and self.solar_ is None:
            half = self.linear_._stand(panel)
            return AloneStanding(half) if isinstance(half, HalfStanding) else super()._stand(panel)
        reads = self.solar_ is not None or self.held_ is not None or is_wide(panel)
        if reads or not stands_on(self.pool_, self.trained_, panel):
            return super()._stand(panel)
        return hybrid_standing(self._learned(), panel)

    def _stands(self, standing: Standing) -> bool:
        """Whether this is a standing of the halves as they are now."""
        if isinstance(standing, AloneStanding):
            return self.linear_ is not None and self.linear_._stands(standing.half)
        if isinstance(standing, HybridStanding):
            return self.linear_ is None and self.solar_ is None and standing.of(self.pool_, self.trained_)
        return super()._stands(standing)

    def _learned(self) -> Learned:
        joining = Joining(self.shares_, self.widening_, self.calibrated_, self.inputs_.scale)
        parts = self.pool_, self.inputs_, self.unit_, self.mode, self.trained_, self.context_
        return Learned(*parts, joining, self.unseen_)
