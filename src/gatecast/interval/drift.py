"""Whether recent outcomes have left the calibrated range: cumulative sums of their scores. [kernel]

    x_t = mean over steps of Φ⁻¹(F_t(y_t)), the outcome on the normal scale of its own forecast
    q_t = fourth root of the mean of its square, so of how far outcomes lay from the middle, to either side
    z_t = (x_t - mean) / deviation,  e_t = (z_t - r z_{t-1}) / its deviation      as in the reference part
    S⁺_t = max(0, S⁺_{t-1} + e_t - k),  S⁻ likewise of -e,  V likewise of q in place of x;  alarm above h

Page, Continuous inspection schemes, Biometrika 41 (1954); Hawkins, A CUSUM for a scale parameter, Journal of
Quality Technology 13 (1981), for √|x|, which is nearly normal where x is, and which q is of one step. Errors
that follow one another make sums wander, hence r: Lu & Reynolds, CUSUM charts for monitoring an
autocorrelated process (2001).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.errors import OptionError

SLACK = 0.5  # k, in deviations: half of the shift that is noticed soonest
ALARM, ALARM_WIDER = 10.0, 12.0  # h, in deviations; rates of false alarms stand in docs/drift.md
REFERENCE = 60  # fewest scores to know an ordinary one by
FURTHEST = 3.5  # one outcome, however far out, is no drift

Kind = Literal["above", "below", "wider"]

_WORDS = {
    "above": "values lie {:.1f} ordinary errors above what was forecast",
    "below": "values lie {:.1f} ordinary errors below what was forecast",
    "wider": "errors are {:.1f} times as large as they were",
}


@dataclass(frozen=True)
class Drift:
    """One change of a series' errors.

    series   its index
    kind     outcomes above or below the forecasts, or errors wider than before
    since    origin, as an index into those given, from which on
    noticed  origin whose outcome gave the alarm
    size     mean score since, in ordinary errors; for "wider" how many times as large errors are
    """

    series: int
    kind: Kind
    since: int
    noticed: int
    size: float

    def __str__(self) -> str:
        what = said(self.kind, self.size)
        return f"since origin {self.since} {what} (noticed at origin {self.noticed})"


def said(kind: Kind, size: float) -> str:
    """A change of a series' errors in words.

    >>> said("above", 2.13)
    'values lie 2.1 ordinary errors above what was forecast'
    """
    return _WORDS[kind].format(abs(size))


def find_drifts(
    actual: Float[FloatArray, "origins horizon"],
    quantiles: Float[FloatArray, "origins horizon levels"],
    levels: Sequence[float],
    series: Int[IntArray, "origins"],
    reference: int = REFERENCE,
) -> tuple[Drift, ...]:
    """Which series have drifted: the first alarm of each, if any.

    actual     [origins, horizon]          NaN where unknown
    quantiles  [origins, horizon, levels]  as they were forecast
    levels     [levels]                    ascending, in (0, 1)
    series     [origins]                   whose each origin is; ascending in time within a series, and apart:
               no forecast begins before the one before it has ended, or their errors are partly the same
    reference  leading origins of each series that show what is ordinary; none of them is judged

    Raises OptionError for fewer reference origins than `REFERENCE`.
    """
    if reference < REFERENCE:
        raise OptionError(
            f"reference is {reference}; give {REFERENCE} origins or more to know ordinary errors by"
        )
    scores = outcome_scores(actual, quantiles, levels)
    usual = np.full(int(series.max(initial=-1)) + 1, reference)
    return drifts_of(mean_scores(scores), mean_sizes(scores), series, usual)


def drifts_of(
    scores: Float[FloatArray, "origins"],
    sizes: Float[FloatArray, "origins"],
    series: Int[IntArray, "origins"],
    reference: Int[IntArray, "series"],
) -> tuple[Drift, ...]:
    """The same of scores that are known already, with a reference part for each series.

    scores     [origins]  x, ascending in time within a series; NaN where there is no outcome
    sizes      [origins]  q, likewise
    reference  [series]   leading scores of each, of those that are known, that show what is ordinary
    """
    found = []
    for i in np.unique(series):
        mine, usual = np.flatnonzero((series == i) & np.isfinite(scores)), int(reference[i])
        if len(mine) > usual:
            drift = _first(scores[mine], sizes[mine], int(i), mine, usual)
            found += [drift] if drift is not None else []
    return tuple(found)


def outcome_scores(
    actual: Float[FloatArray, "*origins"],
    quantiles: Float[FloatArray, "*origins levels"],
    levels: Sequence[float],
) -> Float[FloatArray, "*origins"]:
    """Outcomes on the normal scale of their forecasts: standard normal where these are calibrated.

    NaN where the outcome is unknown or the forecast has no width.

    >>> outcome_scores(np.array([1.0, 9.0]), np.array([[-1.0, 0.0, 1.0]] * 2), (0.1, 0.5, 0.9)).round(2)
    array([1.28, 3.5 ])
    """
    x = np.array([NormalDist().inv_cdf(level) for level in levels])
    left = np.clip((quantiles <= actual[..., None]).sum(-1) - 1, 0, len(x) - 2)
    low = np.take_along_axis(quantiles, left[..., None], -1)[..., 0]
    high = np.take_along_axis(quantiles, left[..., None] + 1, -1)[..., 0]
    width = quantiles[..., -1] - quantiles[..., 0]
    gap = np.maximum(high - low, np.where(width > 0, 1e-6 * width, np.nan))
    scores: FloatArray = np.clip(
        x[left] + (actual - low) / gap * (x[left + 1] - x[left]), -FURTHEST, FURTHEST
    )
    return scores


def mean_scores(scores: Float[FloatArray, "origins horizon"]) -> Float[FloatArray, "origins"]:
    """One score an origin: the mean over the steps that are known, NaN where none is. [origins]"""
    known = np.isfinite(scores)
    total = np.where(known, scores, 0.0).sum(1)
    means: FloatArray = np.where(known.any(1), total / np.maximum(known.sum(1), 1), np.nan)
    return means


def mean_sizes(scores: Float[FloatArray, "origins horizon"]) -> Float[FloatArray, "origins"]:
    """One size an origin: q over the steps that are known, NaN where none is. [origins]"""
    sizes: FloatArray = mean_scores(scores**2) ** 0.25
    return sizes


def whitened(
    scores: Float[FloatArray, "time"], reference: int
) -> tuple[Float[FloatArray, "time"], Float[FloatArray, "time"]]:
    """Scores standardised by their reference part, and what of each the one before did not foretell.

    returns  both [time]
    """
    usual = scores[:reference]
    z = (scores - usual.mean()) / max(float(usual.std(ddof=1)), 1e-9)
    r = float((z[1:reference] * z[: reference - 1]).mean())
    # short references say too little (Marriott & Pope, 1954): one standard error too much is the safe side
    r += (1 + 4 * max(r, 0.0)) / reference + np.sqrt(max(1 - r**2, 0.0) / reference)
    r = float(np.clip(r, 0.0, 0.95))
    fresh = np.concatenate([z[:1], z[1:] - r * z[:-1]])
    fresh /= max(float(fresh[1:reference].std()), 1e-9)
    return z, np.clip(fresh, -FURTHEST, FURTHEST)


def _first(
    scores: Float[FloatArray, "time"],
    sizes: Float[FloatArray, "time"],
    series: int,
    origins: Int[IntArray, "time"],
    reference: int,
) -> Drift | None:
    """The first alarm behind the reference part."""
    (z, fresh), (_, grown) = whitened(scores, reference), whitened(sizes, reference)
    alarms = []
    charts: tuple[tuple[Kind, FloatArray, float], ...] = (
        ("above", fresh, ALARM),
        ("below", -fresh, ALARM),
        ("wider", grown, ALARM_WIDER),
    )
    slack = SLACK + 1 / np.sqrt(reference)  # the reference mean is that uncertain
    for kind, terms, limit in charts:
        found = _cumulated(terms[reference:], slack, limit)
        if found is not None:
            alarms.append((found[1], kind, found[0]))
    if not alarms:
        return None
    noticed, kind, since = min(alarms)
    stretch = slice(reference + since, reference + noticed + 1)
    size = float(z[stretch].mean())
    if kind == "wider":
        if abs(size) > max(1.0, float(z[stretch].std())):  # they are, because they lie to one side
            kind = "above" if size > 0 else "below"
        else:
            usual = max(float((sizes[:reference] ** 4).mean()), 1e-18)
            size = float(np.sqrt((sizes[stretch] ** 4).mean() / usual))
    return Drift(series, kind, int(origins[reference + since]), int(origins[reference + noticed]), size)


def _cumulated(terms: Float[FloatArray, "time"], slack: float, limit: float) -> tuple[int, int] | None:
    """Where a one-sided cumulative sum left zero for the last time before its alarm, and the alarm."""
    total, since = 0.0, 0
    for t, term in enumerate(terms):
        if total == 0.0:
            since = t
        total = max(0.0, total + float(term) - slack)
        if total > limit:
            return since, t
    return None
