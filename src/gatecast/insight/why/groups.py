"""The network's single inputs, sorted by what they tell of and by age."""

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.insight.subject import Subject
from gatecast.insight.why.age import AHEAD, bands
from gatecast.insight.why.path import Inputs
from gatecast.memory import Column, Workings

OWN, ERRORS, MEMBERS = "the series itself", "errors of the linear members", "what the linear members say"
NOWHERE = -1  # clock and calendar, which no change can fall to


class Groups:
    """Which row and column of a table each input of the network belongs to.

    inputs   rows: the series, each covariate, how the linear members erred and what they say
    ages     columns: bands of the past, newest first, and what is known ahead
    history  [time, inputs]    place in the flattened table, NOWHERE for none
    ahead    [horizon, ahead]  likewise
    members  place of the linear forecasts and their standing
    """

    def __init__(self, subject: Subject, workings: Workings) -> None:
        found = bands(subject, workings.context)
        covariates = [*subject.panel.known_names, *subject.panel.past_names]
        self.inputs = (OWN, *covariates, *([] if workings.linear is None else [ERRORS, MEMBERS]))
        self.ages = (*(band.name for band in found), AHEAD)
        self._stops = np.array([band.stop for band in found])
        context, horizon = workings.context, subject.horizon
        past = self._band(np.arange(context)[::-1])
        self.history = self._places(workings.history, ERRORS, [past] * len(workings.history))
        lags = {f"value {season} steps before": season for season in subject.panel.seasons}
        steps = np.arange(1, horizon + 1)
        columns = []
        for column in workings.ahead:
            lag = lags.get(column.name)
            gone = np.zeros(horizon, dtype=np.int64) if lag is None else lag * -(-steps // lag) - steps
            columns.append(self._band(gone) if column.kind == "series" else np.full(horizon, len(found)))
        self.ahead = self._places(workings.ahead, MEMBERS, columns)
        linear = MEMBERS in self.inputs
        self.members = self.inputs.index(MEMBERS) * len(self.ages) + len(found) if linear else NOWHERE

    def sums(self, cells: Inputs) -> FloatArray:
        """What single inputs were given, added up. [inputs, ages]"""
        places = np.concatenate([self.history.ravel(), self.ahead.ravel()])
        given = np.concatenate([cells.history.numpy().ravel(), cells.ahead.numpy().ravel()])
        counted = places != NOWHERE
        size = len(self.inputs) * len(self.ages)
        table = np.bincount(places[counted], given[counted], minlength=size)
        if self.members != NOWHERE:
            table[self.members] += float(cells.members.sum() + cells.prior.sum())
        shaped: FloatArray = table.astype(np.float64).reshape(len(self.inputs), len(self.ages))
        return shaped

    def _band(self, age: IntArray) -> IntArray:
        """Which band steps of some ages lie in."""
        band: IntArray = np.minimum(np.searchsorted(self._stops, age, side="right"), len(self._stops) - 1)
        return band

    def _places(self, columns: tuple[Column, ...], members: str, ages: list[IntArray]) -> IntArray:
        """Places of all steps of some columns. [steps, columns]"""
        found = []
        for column, age in zip(columns, ages, strict=True):
            name = {"series": OWN, "covariate": column.source, "members": members}.get(column.kind)
            nowhere = np.full(len(age), NOWHERE)
            found.append(nowhere if name is None else self.inputs.index(name) * len(self.ages) + age)
        places: IntArray = np.stack(found, axis=1)
        return places
