"""Which inputs the memory's word comes from: by input and by age, in the unit of the series.

    memory part = usual at this hour + Σ attributions + remainder

`usual` is what the memory says at the inputs of the same hour of the week (see `normal`); attributions are
integrated gradients from there (see `path`). The gradients are of the scaled memory part; those of a step are
brought into the unit of the series by one factor, the secant of the way back over that same line. This is
what integrated gradients through the way back give where the memory moves straight, it keeps their sum, and
the scale's logarithm does not favour one input over another. The remainder is what is left of the single
precision the forecast was made in.

Where attributions miss the change, or the memory swings back and forth on the way, no numbers are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.errors import OptionError
from gatecast.insight.subject import Subject
from gatecast.insight.why.groups import Groups
from gatecast.insight.why.moment import moment
from gatecast.insight.why.normal import normal_batch
from gatecast.insight.why.path import COMPLETE, FIRST_POINTS, VARIATION, Inputs, Integrated, Memory, integrate
from gatecast.memory import Workings


@dataclass(frozen=True)
class Attribution:
    """The memory part of some targets, shared out among inputs and ages.

    what       `memory part`, or `forecast` of a network on its own
    targets    of which steps: one, or the mean of all
    steps      [targets, horizon]  weight of each step ahead in it
    inputs     the series, each covariate, the linear members
    ages       bands of the past, newest first, and what is known ahead
    table      [targets, inputs, ages]  unit of the series; NaN where refused
    memory     [targets]  the memory part, or the forecast
    usual      [targets]  what the memory says at the usual inputs of this hour of the week
    remainder  [targets]  memory less usual less all attributions; NaN where refused
    missed     [targets]  |attributions - change| / |change|
    variation  [targets]  how far the memory moves on the way, over the net change
    points     of the integral
    refused    [targets]  why there are no numbers; empty where there are
    cells      [targets]  attributions of every single input, unit of the series
    today      the network's inputs, and `normal` what they usually are
    factors    [targets, horizon]  of each step in each target, from the network's scale to the series' unit
    """

    what: str
    targets: tuple[str, ...]
    steps: FloatArray
    inputs: tuple[str, ...]
    ages: tuple[str, ...]
    table: FloatArray
    memory: FloatArray
    usual: FloatArray
    remainder: FloatArray
    missed: FloatArray
    variation: FloatArray
    points: int
    refused: tuple[str, ...]
    cells: tuple[Inputs, ...]
    today: Inputs
    normal: Inputs
    factors: FloatArray


@dataclass(frozen=True)
class _Ends:
    """Both ends of the way, in the unit of the series.

    now, usual  [horizon]  the memory part today, and at usual inputs
    secant      [horizon]  one factor from the network's scale to that unit
    """

    now: Float[FloatArray, "horizon"]
    usual: Float[FloatArray, "horizon"]
    secant: Float[FloatArray, "horizon"]


def attribute(
    subject: Subject, steps: Sequence[int] | None = None, points: int = FIRST_POINTS
) -> Attribution:
    """Share the memory part out among the network's inputs.

    steps   which steps ahead, from 1; the mean of all and the step farthest from usual when None
    points  of the integral to begin with; doubled until the attributions add up, to 256

    Raises OptionError for a step that is not forecast.
    """
    workings = subject.workings()
    usual_batch = normal_batch(subject, workings)
    memory, today, usual = Memory(workings), Inputs.of(workings.batch), Inputs.of(usual_batch)
    ends = _ends(subject, workings, memory, usual, today)
    names, weights = _targets(subject, ends, steps)
    found = integrate(memory, usual, today, weights * ends.secant, points)
    groups = Groups(subject, workings)
    refused = tuple(_refusal(one) for one in found)
    kept = np.array([not why for why in refused])
    table = np.stack([groups.sums(one.inputs) for one in found])
    table[~kept] = np.nan
    now, then = weights @ ends.now, weights @ ends.usual
    return Attribution(
        what="forecast" if workings.linear is None else "memory part",
        targets=names,
        steps=weights,
        inputs=groups.inputs,
        ages=groups.ages,
        table=table,
        memory=now,
        usual=then,
        remainder=now - then - table.sum(axis=(1, 2)),
        missed=np.array([one.missed for one in found]),
        variation=np.array([one.variation for one in found]),
        points=found[0].points,
        refused=refused,
        cells=tuple(one.inputs for one in found),
        today=today,
        normal=usual,
        factors=weights * ends.secant,
    )


def _ends(subject: Subject, workings: Workings, memory: Memory, usual: Inputs, today: Inputs) -> _Ends:
    """The memory part at both ends, and the factor from the network's scale to the unit of the series."""
    here, there = (memory(inputs)[0].numpy() for inputs in (today, usual))
    series = int(workings.origins.series[0])
    linear = np.zeros(subject.horizon) if workings.linear is None else workings.linear[0]
    stands = workings.scale.inverse(linear, series) if workings.linear is not None else 0.0
    forecast = subject.forecast()
    now = forecast.point[0] if forecast.memory_part is None else forecast.memory_part[0]
    there_unit = workings.scale.inverse(linear + there, series) - stands
    here_unit = workings.scale.inverse(linear + here, series) - stands
    apart = here - there
    near = np.abs(apart) < 1e-9  # no way to go: the slope at its beginning
    slope = (workings.scale.inverse(linear + there + 1e-6, series) - stands - there_unit) / 1e-6
    secant = np.where(near, slope, (here_unit - there_unit) / np.where(near, 1.0, apart))
    return _Ends(now, there_unit, secant)


def _targets(
    subject: Subject, ends: _Ends, steps: Sequence[int] | None
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and weights of what is shared out."""
    horizon, unit = subject.horizon, np.eye(subject.horizon)
    wrong = [step for step in steps or () if not 1 <= step <= horizon]
    if wrong or (steps is not None and not len(steps)):
        raise OptionError(
            f"steps={list(steps or ())} is not what can be explained; give steps ahead from 1 to {horizon}"
        )
    if steps is not None:
        return tuple(moment(subject, subject.row + k) for k in steps), unit[np.asarray(steps) - 1]
    if horizon == 1:
        return (moment(subject, subject.row + 1),), unit
    peak = int(np.abs(ends.now - ends.usual).argmax())
    names = (f"all {horizon} steps on average", moment(subject, subject.row + 1 + peak))
    return names, np.stack([np.full(horizon, 1 / horizon), unit[peak]])


def _refusal(one: Integrated) -> str:
    """Why no numbers are given; nothing where they are."""
    if one.variation > VARIATION:
        return (
            f"on the way from usual inputs to these the memory moves {one.variation:.3g} times as far as it "
            "gets, so that no fair share can be given to any input"
        )
    if one.missed > COMPLETE:
        return (
            f"the attributions miss the change they explain by {one.missed:.2%} with {one.points} points of "
            f"the integral, more than {COMPLETE:.1%}"
        )
    return ""
