"""Solar models: a linear quantile half, and a hybrid that adds a recurrent pass over the lit steps.

    q_lin   quantiles of power of a line through each step's inputs, trained on its own
    q_net   quantiles of the line and the recurrent pass, trained together
    q       q_lin + share · (q_net - q_lin)          then calibrated, within the bounds, 0 by night

The linear part of a forecast is the median of the linear half, to the bit what `SolarLinear` says; the
memory part is what the rest moves it by. Both halves read the same inputs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel, Sites
from gatecast.errors import OptionError, TrainingError
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.interval import Calibration, agreed, at_levels
from gatecast.memory import Training
from gatecast.progress import Progress
from gatecast.solar.head import KNOTS, MEDIAN
from gatecast.solar.inputs import learn_inputs
from gatecast.solar.judge import Judged, calibrated, choose_share, judge, settle
from gatecast.solar.network import Cell, Plan, SolarNetwork
from gatecast.solar.rows import Inputs, read_rows
from gatecast.solar.sequences import FOLDS, Cut, Cutter, History, history_of
from gatecast.solar.train import ALL, MEMBERS, default_steps, shares_said, train

FEWEST_DAYS = 8  # of the longest history, to train a memory on
FEWEST_JUDGED = 100  # lit steps, to calibrate by
LINE = Training(units=1, steps=1, windows=64, rate=3e-2, weight_decay=1e-4)
LINE_STEPS = 1500
MEMORY = Training(dropout=0.3, rate=3e-3, weight_decay=1e-3)


class _Solar(TableDoor):
    """What solar models share: inputs, bounds, night and calibration."""

    site: Sites | None
    inputs_: Inputs
    linear_: list[SolarNetwork]
    networks_: list[SolarNetwork]
    share_: float
    calibrated_: Calibration | None

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Learn envelope and inputs, train each half but for some days, judge and calibrate by these."""
        self.inputs_ = learn_inputs(panel, self.site)
        cutter = Cutter(panel, read_rows(self.inputs_, panel, self.site), self.horizon)
        history = history_of(panel)
        self.linear_, judged = self._line(cutter, history, progress)
        self.networks_, self.share_ = [], 0.0
        judged = self._remember(cutter, history, judged, progress)
        self.calibrated_ = calibrated(judged) if len(judged.actual) >= FEWEST_JUDGED else None
        return self

    def _line(
        self, cutter: Cutter, history: History, progress: Progress
    ) -> tuple[list[SolarNetwork], Judged]:
        read = cutter.inputs if getattr(self, "neighbours", True) else cutter.own
        plan = Plan(read, cutter.own, 0, 0.0, "lstm", True)
        training = replace(LINE, steps=LINE_STEPS)
        return self._members(cutter, history, plan, training, progress, "linear half")

    def _remember(self, cutter: Cutter, history: History, judged: Judged, progress: Progress) -> Judged:
        """Train what there is of memory, and say how what is forecast did on days not trained on."""
        del cutter, history, progress
        return judged

    def _members(
        self, cutter: Cutter, history: History, plan: Plan, training: Training, progress: Progress, what: str
    ) -> tuple[list[SolarNetwork], Judged]:
        """Networks that each leave some days out, and how they did there; one that leaves out none where
        days are few.
        """
        seed = getattr(self, "seed", 0)
        few = len(np.unique(history.block)) < FOLDS
        networks = [
            train(
                cutter, history, ALL if few else j, plan, training, seed + j, progress,
                f"{self.name}: {what}, {j + 1} of {MEMBERS}",
            )
            for j in range(1 if few else MEMBERS)
        ]  # fmt: skip
        return networks, judge([] if few else networks, cutter, history, seed)

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Quantiles of power at each origin, within [0, capacity], 0 by night."""
        cutter = Cutter(panel, read_rows(self.inputs_, panel, self.site), self.horizon)
        shape = (len(origins), self.horizon)
        quantiles, linear = np.zeros((*shape, len(levels))), np.zeros(shape)
        memory = np.zeros(shape)
        for chosen, batch in cutter.portions(origins):
            line = shares_said(self.linear_, batch)
            whole = self._joined(line, batch)
            settled = whole if self.calibrated_ is None else settle(self.calibrated_, whole, batch.envelope)
            at = chosen[:, None], batch.place
            linear[at] = line[..., MEDIAN] * batch.lit
            memory[at] = whole[..., MEDIAN] * batch.lit
            read = np.clip(at_levels(settled, KNOTS, levels), 0.0, 1.0)
            quantiles[at] = read * batch.lit[..., None]
        return self._in_units(origins, levels, quantiles, linear, memory)

    def _joined(self, line: FloatArray, batch: Cut) -> FloatArray:
        """Both halves' quantiles, one distribution. [batch, steps, knots]"""
        if not self.share_:
            return line
        network = shares_said(self.networks_, batch)
        joined: FloatArray = line + self.share_ * (network - line)
        return joined

    def _in_units(
        self, origins: Origins, levels: Sequence[float], quantiles: FloatArray, linear: FloatArray,
        whole: FloatArray,
    ) -> Forecast:  # fmt: skip
        """From shares to the unit of the series; both parts sum to the point exactly."""
        whose = origins.series
        capacity = self.inputs_.capacity[whose][:, None]
        linear, whole, quantiles = linear * capacity, whole * capacity, quantiles * capacity[..., None]
        only = self.inputs_.constant[whose]
        still = np.isfinite(only)
        value = only[still, None] * capacity[still]
        linear[still], whole[still], quantiles[still] = value, value, value[..., None]
        memory = whole - linear
        # the sum may round past a bound it stands on: then the memory gives way by the last bit
        memory = np.where(linear + memory > capacity, np.nextafter(memory, -np.inf), memory)
        point = linear + memory
        return Forecast(
            origins, np.asarray(levels, dtype=np.float64), agreed(quantiles, point, levels), point,
            linear if self._has_parts else None, memory if self._has_parts else None,
        )  # fmt: skip

    @property
    def _has_parts(self) -> bool:
        return False


class SolarLinear(_Solar):
    """The linear half of the solar hybrid on its own: linear quantile regression of clearness.

    horizon   steps ahead
    season    accepted for interchange with other models; the sun's seasons are the day and the year
    known     covariates known ahead: weather forecast
    past      covariates known up to the origin
    static    covariates of a series
    holidays  accepted for interchange
    seed      the same seed gives the same forecast, to the byte, on one machine's CPU
    training  accepted for interchange; the line is always trained to its optimum
    site      where the panels stand, for every series or by id; without one the series' own envelope has
              to tell night and season
    neighbours  whether a step reads the weather of the steps beside it, too
    """

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
        site: Sites | None = None,
        neighbours: bool = True,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.seed = seed
        self.training = training
        self.site = site
        self.neighbours = neighbours


class SolarHybrid(_Solar):
    """A linear quantile half and a bidirectional LSTM over the lit steps, within the bounds of the sun.

    horizon    steps ahead
    season     accepted for interchange with other models; the sun's seasons are the day and the year
    known      covariates known ahead: weather forecast
    past       covariates known up to the origin
    static     covariates of a series
    holidays   accepted for interchange
    seed       the same seed gives the same forecast, to the byte, on one machine's CPU
    training   how the recurrent half is built and trained
    site       where the panels stand, for every series or by id; without one the series' own envelope has
               to tell night and season
    recurrent  "lstm", or "mlp" to see what recurrence is worth: each step by itself, its neighbours' weather
               given by hand
    line       whether the network has a line of its own; False leaves the LSTM alone

    Fitted: `share_`, how much of the network is believed over the linear half alone; 0 where it did not
    help on days not trained on, or where days are too few, and a note says so.
    """

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
        site: Sites | None = None,
        recurrent: Cell = "lstm",
        line: bool = True,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.seed = seed
        self.training = training
        self.site = site
        self.recurrent = recurrent
        self.line = line

    @property
    def _has_parts(self) -> bool:
        return True

    def _remember(self, cutter: Cutter, history: History, judged: Judged, progress: Progress) -> Judged:
        """Train line and memory together, and choose how far to believe them."""
        if self.recurrent not in ("lstm", "mlp"):
            raise OptionError(f"recurrent={self.recurrent!r} is no kind of memory; wanted 'lstm' or 'mlp'")
        days = int(np.bincount(history.series).max(initial=0))
        if days < FEWEST_DAYS:
            progress.note(
                f"{self.name}: histories of {days} days or fewer are too short to train a memory; the "
                "forecast is the linear half's alone"
            )
            return judged
        training = self.training or replace(MEMORY, steps=default_steps(len(history.series), MEMORY.windows))
        own = cutter.own if self.recurrent == "lstm" else cutter.inputs
        plan = Plan(cutter.inputs, own, training.units, training.dropout, self.recurrent, self.line)
        try:
            networks, other = self._members(cutter, history, plan, training, progress, "both halves")
        except TrainingError as broken:
            progress.note(f"{broken}; the forecast is the linear half's alone")
            return judged
        self.networks_, self.share_ = networks, 1.0
        if not len(other.actual):
            return other
        self.share_, best = choose_share(judged, other)
        if not self.share_:
            progress.note(
                f"{self.name}: the memory did not help on days not trained on; the forecast is the linear "
                "half's alone"
            )
        return best
