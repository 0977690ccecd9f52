"""Is the attribution faithful? Put inputs back to usual one group at a time and see what the forecast does.

Recency flatters: the newest inputs matter most, whatever explains them. So what counts is the agreement
within bands of one age, held against the best that age alone could say: the mean measured change at each age.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from gatecast._types import FloatArray, IntArray
from gatecast.insight.subject import Subject
from gatecast.insight.why.attribution import Attribution
from gatecast.insight.why.groups import NOWHERE, Groups
from gatecast.insight.why.path import Inputs, Memory
from gatecast.memory import one_thread

PIECES = 24  # of the context, at least: as many ages are told apart
TOP = 3


@dataclass(frozen=True)
class Faithfulness:
    """Deletions of one target, measured and as attributed.

    inputs      [groups]  which input was put back to usual
    ages        [groups]  how many steps ago it began; -1 for what lies ahead
    bands       [groups]  the band of that age
    measured    [groups]  change of the target by the deletion's undoing, unit of the series
    attributed  [groups]  what the group had been given
    """

    inputs: tuple[str, ...]
    ages: IntArray
    bands: IntArray
    measured: Float[FloatArray, "groups"]
    attributed: Float[FloatArray, "groups"]

    @property
    def correlation(self) -> float:
        """Of measured and attributed changes."""
        return _correlation(self.measured, self.attributed)

    @property
    def top_signs(self) -> float:
        """Share of the largest measured changes whose sign was attributed."""
        top = np.argsort(-np.abs(self.measured))[:TOP]
        return float((np.sign(self.measured[top]) == np.sign(self.attributed[top])).mean())

    @property
    def within_ages(self) -> float:
        """Correlation of measured and attributed changes within bands of age, by how much happens there."""
        return self._within(self.attributed)

    @property
    def recency_alone(self) -> float:
        """The same of the best explanation by age alone."""
        guess = np.zeros_like(self.measured)
        for age in np.unique(self.ages):
            guess[self.ages == age] = self.measured[self.ages == age].mean()
        return self._within(guess)

    def _within(self, guess: FloatArray) -> float:
        """Mean correlation over the bands, weighted by the size of what was measured."""
        found, weight = [], []
        for band in np.unique(self.bands):
            mine = self.bands == band
            if mine.sum() > 2:
                found.append(_correlation(self.measured[mine], guess[mine]))
                weight.append(np.abs(self.measured[mine]).sum())
        return float(np.average(found, weights=weight)) if sum(weight) else float("nan")


def faithfulness(subject: Subject, attribution: Attribution, target: int = 0) -> Faithfulness:
    """Delete each input at each age and measure.

    target  which of the attribution's
    """
    workings = subject.workings()
    groups, memory = Groups(subject, workings), Memory(workings)
    places, width = _pieces(groups), len(groups.ages)
    factors = torch.from_numpy(attribution.factors[target])
    whole = attribution.cells[target]
    measured, attributed = [], []
    with one_thread(), torch.no_grad():
        full = float(memory(attribution.today)[0] @ factors)
        for place, _ in places:
            chosen = _chosen(groups, place, whole)
            without = Inputs(
                *(
                    torch.where(mask, usual, now)
                    for mask, usual, now in zip(chosen, attribution.normal, attribution.today, strict=True)
                )
            )
            measured.append(full - float(memory(without)[0] @ factors))
            attributed.append(sum(float(cell[mask].sum()) for cell, mask in zip(whole, chosen, strict=True)))
    return Faithfulness(
        inputs=tuple(groups.inputs[place[0] // width] for place, _ in places),
        ages=np.array([age for _, age in places]),
        bands=np.array([place[0] % width for place, _ in places]),
        measured=np.array(measured),
        attributed=np.array(attributed),
    )


def _pieces(groups: Groups) -> list[tuple[tuple[int, slice | None], int]]:
    """Places in the table, past ones cut into pieces of some steps, with the age of each."""
    context = len(groups.history)
    length = max(context // PIECES, 1)
    found: list[tuple[tuple[int, slice | None], int]] = []
    for stop in range(context, 0, -length):
        steps = slice(max(stop - length, 0), stop)
        found += [((int(p), steps), context - stop) for p in np.unique(groups.history[steps]) if p != NOWHERE]
    ahead = {int(p) for p in np.unique(groups.ahead)} | {groups.members}
    return found + [((p, None), -1) for p in sorted(ahead - {NOWHERE})]


def _chosen(groups: Groups, place: tuple[int, slice | None], like: Inputs) -> Inputs:
    """Masks of the inputs at one place."""
    where, steps = place
    history, members = torch.zeros(like.history.shape, dtype=torch.bool), groups.members == where
    ahead = torch.zeros(like.ahead.shape, dtype=torch.bool)
    if steps is None:
        ahead[0, 0] = torch.from_numpy(groups.ahead == where)
    else:
        history[0, steps] = torch.from_numpy(groups.history[steps] == where)
    whole = [torch.full(part.shape, steps is None and members) for part in (like.members, like.prior)]
    return Inputs(history, ahead, *whole)


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """Pearson's; 0 where one of them does not vary."""
    if len(a) < 2 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
