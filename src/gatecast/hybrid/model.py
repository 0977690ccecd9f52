"""The hybrid: a pool of linear forecasts, and a network that remembers, joined in one of three ways.

    linear part  = linear members mixed by how well each has done
    pool part    = all members mixed so, less that; only where some are not linear
    memory part  = share · (what the network says - mixture of all)
    forecast     = linear part + pool part + memory part

What the network sees of the linear half, and so what it can say, is the `mode`: see `hybrid/modes`.

One predictive distribution belongs to the sum: the network's quantiles, moved with its median and
calibrated on origins that had neither trained it nor, where there are enough to divide, chosen its weights.
Learned again from these origins too, it keeps that calibration: see `again`.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Sites, is_wide
from gatecast.errors import TrainingError
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.front import TableDoor
from gatecast.hybrid.again import learn_again, worth_again
from gatecast.hybrid.features import View
from gatecast.hybrid.gate import choose_shares
from gatecast.hybrid.given import unheard
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.half_standing import HalfStanding
from gatecast.hybrid.hybrid_begun import hybrid_standing, stands_on
from gatecast.hybrid.hybrid_standing import AloneStanding, HybridStanding
from gatecast.hybrid.joining import MEDIAN, Joining, joined, without_memory
from gatecast.hybrid.learned import Learned
from gatecast.hybrid.lessons import Lessons, lessons
from gatecast.hybrid.modes import ModeName, mode_of
from gatecast.hybrid.onward import held_out_from, start_of
from gatecast.hybrid.opening import opened
from gatecast.hybrid.pool import Pool
from gatecast.hybrid.pooled import pooled
from gatecast.hybrid.sunlit import learn_sunlit
from gatecast.hybrid.wide import forecast_wide, learn_wide, part_of_hybrid
from gatecast.linear import require_steps, until_compiled
from gatecast.memory import (
    Calibrated,
    Plan,
    Rows,
    Shifts,
    Trained,
    Training,
    Workings,
    anchored_windows,
    calibrate_quantiles,
    first_unseen,
    learn_inputs,
    learn_networks,
    network_shifts,
    plan_windows,
    read_mean,
)
from gatecast.progress import Progress
from gatecast.solar import SolarHybrid
from gatecast.standing import Standing


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

    trained_: Trained
    pool_: Pool
    unseen_: IntArray | None = None  # saved before there was such a thing: intervals stay as calibrated
    held_: tuple[Shifts] | None = None
    solar_: SolarHybrid | None = None  # likewise
    judged_: Trained | None = None  # what chose shares and calibrated, where it was learned again since
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
        return self._learn(panel, progress, None)

    def relearn(self, panel: Panel, progress: Progress, before: Self) -> Self:
        """The same, the network going on from that of an earlier fit: shorter, at a lower rate."""
        return self._learn(panel, progress, start_of(before, self, panel, progress))

    def _learn(self, panel: Panel, progress: Progress, start: Trained | None) -> Self:
        mode_of(self.mode)  # refused before time is spent
        self.linear_: LinearHalf | None = None
        self.solar_ = self.judged_ = self.watch_ = None
        if self.site is not None:
            self.solar_ = learn_sunlit(panel, self.get_params(), progress)
            self.shares_, self.unseen_ = np.full(len(panel), self.solar_.share_), None
            return self
        require_steps(panel, 3, self.name)
        if is_wide(panel) and not (self.boost or self.members):
            learn_wide(self, panel, progress, start)
            return self
        return self.learn_whole(panel, progress, start)

    def learn_whole(self, panel: Panel, progress: Progress, start: Trained | None) -> Self:
        """The same of a panel that can be read as a whole."""
        training = self.training or Training()
        training = training if start is None else training.continued()
        plan = plan_windows(panel, self.horizon, training.origins, training.drawn, self.seed)
        self.shares_, self.widening_ = np.zeros(len(panel)), 1.0
        if plan is None:
            most = panel.known_steps.max()
            why = f"histories of {most} steps or fewer have too few values to train a memory"
            return self._learn_alone(panel, progress, f"{self.name}: {why}")
        self.inputs_ = learn_inputs(panel)
        self.context_ = plan.context
        try:
            read = self._learn_both(panel, plan, training, progress, start)
        except TrainingError as broken:
            return self._learn_alone(panel, progress, str(broken))
        self._choose_and_calibrate(panel, plan.calibrating, read)
        self.unseen_ = first_unseen(panel, plan.calibrating)
        if self.shares_.any() and worth_again(plan, self.trained_):
            self.watch_ = self.begin_watch(panel)  # while there is a network that has not seen the outcomes
            again = learn_again(self.trained_, plan, read, training, self.seed, progress, self.name, start)
            if again is not None:
                self.judged_ = replace(self.trained_, snapshots=())
                self.trained_, self.widening_ = again
                self.unseen_ = panel.known_steps - 1
        return self

    def part(self, series: IntArray) -> "Hybrid":
        """This model of some of its series, in this order. It shares what it holds with the whole."""
        return part_of_hybrid(self, series)

    def _learn_both(
        self, panel: Panel, plan: Plan, training: Training, progress: Progress, start: Trained | None
    ) -> Lessons:
        """The pool on everything, the network on what is not held out."""
        with progress.task(f"{self.name}: {until_compiled()}linear half", total=2) as task:
            self.pool_ = pooled(panel, self, progress)
            task.advance()
            read = lessons(panel, self.pool_, self.inputs_, plan, mode_of(self.mode))
            self.unit_ = read.unit
            task.advance()
        self.trained_ = learn_networks(
            training.cell, read.training, read.choosing, training, self.seed, progress, self.name, start
        )
        return read

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

    def first_unseen(self, panel: Panel) -> IntArray:
        """Where the part begins that the network was not trained on, or what it fell back to was not."""
        alone = self.solar_ or self.linear_
        return held_out_from(self, panel) if alone is None else alone.first_unseen(panel)

    def scores(self, panel: Panel, origins: Origins) -> FloatArray:
        """Where what came fell among the quantiles of forecasts that had not seen it. [origins, horizon]"""
        alone = self.solar_ or self.linear_
        return super().scores(panel, origins) if alone is None else alone.scores(panel, origins)

    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> Workings:
        """What the forecasts from some origins are made of, or of the last `steps`: see `opened`."""
        return opened(self, panel, origins, levels, steps)

    def holding(self, panel: Panel, origins: Origins) -> Self:
        """This model with what its latest forecasts say of the intervals from these origins held fixed."""
        held = copy.copy(self)
        held.held_ = (self._shifts(panel, None, origins),)
        return held

    def _shifts(self, panel: Panel, rows: Rows | None, origins: Origins) -> Shifts:
        """What the latest forecasts' outcomes say of the intervals; `rows` where already read."""
        if self.held_ is not None or self.unseen_ is None or self.linear_ is not None:
            return None if self.held_ is None else self.held_[0]
        looking = self._learned().looking(panel, self.inputs_.rows(panel) if rows is None else rows)
        return None if looking is None else network_shifts(panel, origins, looking)

    def _finish(
        self, said: FloatArray, seen: View, origins: Origins, levels: Sequence[float], shifts: Shifts
    ) -> Forecast:
        """From the network's quantiles to the parts, their sum and its quantiles."""
        return self._learned().joining.finished(said, seen.mix, seen.linear, origins, levels, shifts)

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
