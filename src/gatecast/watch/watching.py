"""What every model has of the watch: how its forecasts are scored, and what the scores have shown."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Reading, actuals
from gatecast.forecaster import Forecast, Origins
from gatecast.interval import LEVELS, normal_scores
from gatecast.watch.told import as_table, told
from gatecast.watch.watch import Watch, begun, caught_up, drifts, due, forgetting


class Watching(ABC):
    """A model that judges itself as rows come. What a subclass knows better it overrides."""

    horizon: int

    @property
    @abstractmethod
    def panel_(self) -> Panel:
        """The series as the model reads them, with what came since."""

    watch_: Watch | None = None  # none before the first rows come, unless `learn` has something to say

    @abstractmethod
    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Forecast `horizon` steps from each origin, reading no value behind it."""

    @abstractmethod
    def _fitted(self) -> Reading:
        """The table read by `fit`; NotFittedError before it."""

    def first_unseen(self, panel: Panel) -> Int[IntArray, "series"]:
        """Position of the first origin of each series whose forecasts have not seen their outcomes. [series]

        panel  the fitted one. Where nothing is known of it, the end of the history.
        """
        return panel.known_steps - 1

    def scores(self, panel: Panel, origins: Origins) -> Float[FloatArray, "origins horizon"]:
        """Where outcomes fell among the quantiles of forecasts as they were calibrated. [origins, horizon]

        Intervals that follow the latest errors would hide that these have grown.
        """
        steady = copy.copy(self)
        vars(steady)["held_"] = (None,)
        found = steady.forecast(panel, origins, LEVELS)
        return normal_scores(actuals(panel, origins, self.horizon), found.quantiles, LEVELS)

    def drift(self) -> Any:
        """Series whose errors have left the calibrated range since the fit, in a table of the kind fitted.

        Columns: the id where there is one, `kind` ("above", "below" or "wider"), `since` and `noticed` (times
        of the first outcome that shows it and of the one that gave the alarm), `size` (in ordinary errors of
        a stretch, or how many times as large errors are) and `words`. One row for each series at most, until
        the next fit; empty where nothing has drifted, or no rows have come.

        Raises NotFittedError before `fit`.
        """
        reading = self._fitted()
        found = () if self.watch_ is None else drifts(self.watch_)
        return as_table(found, reading.panel, reading.layout)

    @property
    def drifted(self) -> tuple[str, ...]:
        """What `drift()` lists, a sentence each."""
        named, found = self._fitted().layout.has_ids, () if self.watch_ is None else drifts(self.watch_)
        return tuple(told(one, self.panel_, named=named) for one in found)

    @property
    def fitted_steps(self) -> Int[IntArray, "series"]:
        """Steps each series had when the model was fitted; rows that came since are not counted. [series]"""
        return self.panel_.known_steps if self.watch_ is None else self.watch_.stretches.end

    def begin_watch(self, panel: Panel) -> Watch:
        """The watch as it stands when this very panel has been learned."""
        unseen = self.first_unseen(panel)
        return begun(panel, self.horizon, unseen, lambda origins: self.scores(panel, origins))

    def watched(
        self,
        known_steps: Int[IntArray, "series"],
        changed: Int[IntArray, "series"],
        whole: Callable[[], Panel],
    ) -> tuple[Watch, tuple[str, ...]]:
        """The watch once rows have been taken in, and what is new in it, a sentence each.

        known_steps  [series]  of each history, these rows included
        changed      [series]  first step whose row is not as it was
        whole        the panel with these rows, asked for only if there is something to judge
        """
        watch = self.begin_watch(self.panel_) if self.watch_ is None else self.watch_
        left = forgetting(watch, changed)
        if left is watch and not due(watch, known_steps).any():
            return watch, ()
        panel = whole()
        known = {(one.series, one.kind, one.noticed) for one in drifts(watch)}
        watch = caught_up(left, panel, lambda origins: self.scores(panel, origins))
        news = [one for one in drifts(watch) if (one.series, one.kind, one.noticed) not in known]
        named = self._fitted().layout.has_ids
        return watch, tuple(told(one, panel, named=named) for one in news)
