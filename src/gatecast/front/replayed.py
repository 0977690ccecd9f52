"""The standing of any model: the panel, and the model, which reads all of it again for each forecast.

Slow, and right by definition: every other standing is held to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast, Forecaster
from gatecast.standing import Arrived, Foreseen, Standing


class Replayed(Standing):
    """The histories a model has read, each followed by the rows that came since.

    model  that reads them
    panel  with the covariates the model learned from; what it holds of a future is not used
    """

    def __init__(self, model: Forecaster, panel: Panel) -> None:
        self.model = model
        self._panel = panel
        self._came: list[Arrived] = []
        self._clock = panel.known_steps - 1

    @property
    def clock(self) -> IntArray:
        """0-based step of the last row read of each series. [series]"""
        return self._clock

    def advance(self, rows: Arrived) -> None:
        """Put the rows behind the histories."""
        self._clock = self._clock.copy()
        self._clock[rows.series] += 1
        self._came.append(rows)

    def ahead(self, foreseen: Foreseen, levels: Sequence[float]) -> Forecast:
        """What the model says that reads everything again."""
        self._panel, self._came = followed(self._panel, self._came), []
        panel = followed(self._panel, _by_step(foreseen, len(self._panel.past_names)))
        panel = replace(panel, known_steps=self._panel.known_steps)
        return self.model.forecast(panel, panel.last_origins(), levels)

    def state(self) -> dict[str, FloatArray]:
        """The clock and the last value of each series."""
        self._panel, self._came = followed(self._panel, self._came), []
        last = self._panel.offsets[:-1] + self._clock
        return {"clock": self._clock.astype(np.float64), "last value": self._panel.values[last]}

    def copy(self) -> Self:
        """A snapshot; model and panel stay as they are and are shared."""
        twin = type(self)(self.model, self._panel)
        twin._came, twin._clock = list(self._came), self._clock
        return twin


def followed(panel: Panel, came: Sequence[Arrived]) -> Panel:
    """The histories of a panel, each followed by the rows that came, in the order they did; no future."""
    step = np.arange(len(panel.values)) - np.repeat(panel.offsets[:-1], panel.lengths)
    kept = np.flatnonzero(step < np.repeat(panel.known_steps, panel.lengths))
    if not came and len(kept) == len(step):
        return panel
    old = np.repeat(np.arange(len(panel)), panel.known_steps)
    order = np.argsort(np.concatenate([old, *(rows.series for rows in came)]), kind="stable")

    def joined(name: str) -> Any:
        news = [getattr(rows, name) for rows in came]
        return np.concatenate([getattr(panel, name)[kept], *news])[order]

    more = np.bincount(np.concatenate([old[:0], *(rows.series for rows in came)]), minlength=len(panel))
    steps = (panel.known_steps + more).astype(np.int64)
    names = ("values", "times", "known", "past", "given")
    return replace(
        panel,
        offsets=np.concatenate([[0], np.cumsum(steps)]).astype(np.int64),
        known_steps=steps,
        **{name: joined(name) for name in names},
    )


def _by_step(foreseen: Foreseen, past: int) -> list[Arrived]:
    """The steps ahead as rows without values, and without the covariates that are known up to now only."""
    series, horizon = foreseen.times.shape
    everyone, values = np.arange(series), np.full(series, np.nan)
    unknown = np.full((series, past), np.nan)
    times, known, given = foreseen.times, foreseen.known, foreseen.given
    return [Arrived(everyone, times[:, k], values, known[:, k], unknown, given[:, k]) for k in range(horizon)]
