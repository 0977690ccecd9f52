"""What is learned of a panel before any training: bounds, envelopes, and the scales of what is read.

A known covariate that is dark by night is sunlight of some kind, and has an envelope of its own.
"""

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, Sites, Sky, sites_of, sky_of, steps_per_day
from gatecast.errors import OptionError, SeriesError
from gatecast.solar.envelope import Envelope, fit_envelope, seasons_of
from gatecast.solar.rows import CLIP, WAVES, Inputs, clearness_of, columns_of, shares_of

WET = 3.0  # skewness from which on a covariate without negative values is read on a logarithm
DIM = 0.02  # of its largest: what a covariate of sunlight may still show by night
RIDGE = 1e-2  # per known value
WHOLE_YEAR = 330  # days: where fewer were seen, a wave would say anything of the rest
MISPLACED = 0.03  # of all that was given, at night: then the site is elsewhere


def learn_inputs(panel: Panel, site: Sites | None) -> Inputs:
    """Learn everything about a panel's history that is not trained.

    Raises OptionError for steps that do not divide a day and for a site under which the series shines by
    night, SeriesError for a series without any value.
    """
    per_day = steps_per_day(panel.frequency)
    if per_day is None:
        raise OptionError(
            f"a solar model needs steps that divide a day, but rows are {panel.frequency.describe()} apart; "
            "give stamps an hour or a few minutes apart, or use a model for any series, such as Hybrid"
        )
    sky = None if site is None else sky_of(panel, site)
    capacity, constant = _capacity(panel, site)
    shares = shares_of(panel, capacity)
    if sky is not None:
        _require_right_place(panel, shares, sky)
    history = _in_history(panel)
    known = np.where(history, shares, np.nan)
    envelopes = tuple(_envelopes(panel, known, per_day, sky))
    night = np.concatenate([e.at(panel.times[panel.rows(i)], None)[1] for i, e in enumerate(envelopes)])
    sunny, size, skies = _sunny(panel, history, night, per_day, sky)
    drafted = Inputs(
        capacity, constant, envelopes, _wet(panel, history), sunny, size, skies,
        np.zeros(0), np.zeros(0), *_moments(panel.past[history]), np.zeros(0), per_day,
        panel.known_names, panel.past_names, panel.static_names,
    )  # fmt: skip
    return _with_scales(drafted, panel, site, history)


def _capacity(panel: Panel, site: Sites | None) -> tuple[FloatArray, FloatArray]:
    """The most each series can give, and the share of it that is all it ever gave, if so. [series] each"""
    given = [None] * len(panel) if site is None else [one.capacity for one in sites_of(panel, site)]
    capacity, constant = np.ones(len(panel)), np.full(len(panel), np.nan)
    for i, most in enumerate(given):
        values = panel.values[panel.history(i)]
        values = values[np.isfinite(values)]
        if not len(values):
            raise SeriesError(
                f"series {panel.ids[i]!r} has no known value; leave it out, or give its history"
            )
        capacity[i] = most if most is not None else max(float(values.max()), 0.0) or 1.0
        if values.min() == values.max():
            constant[i] = np.clip(values[0] / capacity[i], 0.0, 1.0)
    return capacity, constant


def _in_history(panel: Panel) -> BoolArray:
    step = np.arange(len(panel.times)) - np.repeat(panel.offsets[:-1], panel.lengths)
    within: BoolArray = step < np.repeat(panel.known_steps, panel.lengths)
    return within


def _require_right_place(panel: Panel, shares: FloatArray, sky: Sky) -> None:
    for i in range(len(panel)):
        rows = panel.history(i)
        given, dark = np.nan_to_num(shares[rows]), sky.night[rows]
        lost = float(given[dark].sum() / max(given.sum(), 1e-300))
        if lost > MISPLACED:
            raise OptionError(
                f"series {panel.ids[i]!r} gives {100 * lost:.0f} % of its output while the sun is below the "
                "horizon of its site; check the sign of the longitude, the zone of the stamps and whether "
                "they mark the start or the end of a step, or leave the site out"
            )


def _envelopes(panel: Panel, known: FloatArray, per_day: int, sky: Sky | None) -> list[Envelope]:
    """The envelope of each series of a column. [series]"""
    found = []
    for i in range(len(panel)):
        rows = panel.history(i)
        clear = None if sky is None else sky.clear[rows]
        found.append(fit_envelope(panel.times[rows], known[rows], per_day, clear))
    return found


def _sunny(
    panel: Panel, history: BoolArray, night: BoolArray, per_day: int, sky: Sky | None
) -> tuple[IntArray, FloatArray, tuple[Envelope, ...]]:
    """Known covariates that are dark by night, their size [series, sunny] and envelopes."""
    if not (history & night).any():
        return np.zeros(0, dtype=np.int64), np.zeros((len(panel), 0)), ()
    chosen, sizes, skies = [], [], []
    for column, values in enumerate(panel.known.T):
        most = np.nanmax(np.where(history, values, -np.inf))
        dark = np.nanmax(np.where(history & night, values, -np.inf))
        if most > 0 and np.nanmin(values[history]) > -DIM * most and dark <= DIM * most:
            size = np.array(
                [np.nanmax(values[panel.history(i)], initial=0.0) or 1.0 for i in range(len(panel))]
            )
            share = np.where(history, np.clip(values / np.repeat(size, panel.lengths), 0.0, 1.0), np.nan)
            chosen.append(column)
            sizes.append(size)
            skies.extend(_envelopes(panel, share, per_day, sky))
    if not chosen:
        return np.zeros(0, dtype=np.int64), np.zeros((len(panel), 0)), ()
    return np.array(chosen, dtype=np.int64), np.column_stack(sizes), tuple(skies)


def _wet(panel: Panel, history: BoolArray) -> FloatArray:
    """The scale of the logarithm on which each known covariate is read, 0 for none. [known]"""
    scales = np.zeros(panel.known.shape[1])
    for column, values in enumerate(panel.known[history].T):
        values = values[np.isfinite(values)]
        spread = values.std() if len(values) else 0.0
        if spread > 0 and values.min() >= 0 and ((values - values.mean()) ** 3).mean() > WET * spread**3:
            scales[column] = values.mean()
    return scales


def _moments(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre and factor of each column; a factor of 0 where it never varies."""
    centre, factor = np.zeros(columns.shape[1]), np.zeros(columns.shape[1])
    for j, column in enumerate(columns.T):
        seen = column[np.isfinite(column)]
        if len(seen) and seen.std() > 1e-9 * max(float(np.abs(seen).max()), 1e-300):
            centre[j], factor[j] = seen.mean(), 1.0 / seen.std()
    return centre, factor


def _with_scales(drafted: Inputs, panel: Panel, site: Sites | None, history: BoolArray) -> Inputs:
    """The scales of the columns over lit history, and the line from them to clearness."""
    raw, weather, envelope, lit = columns_of(drafted, panel, site)
    shown = history & lit
    centre, factor = _moments(raw[shown if shown.any() else history])
    if len(np.unique(seasons_of(panel.times[shown]))) < WHOLE_YEAR:
        factor[weather + 1 : weather + WAVES] = 0.0
    x = np.nan_to_num(np.clip((raw - centre) * factor, -CLIP, CLIP))
    clearness = np.where(history, clearness_of(shares_of(panel, drafted.capacity), envelope, lit), np.nan)
    known = np.isfinite(clearness)
    usual = np.zeros(raw.shape[1] + 1)
    if known.any():
        usual[-1] = clearness[known].mean()
        square = x[known].T @ x[known] + (RIDGE * known.sum() + 1.0) * np.eye(raw.shape[1])
        usual[:-1] = np.linalg.solve(square, x[known].T @ (clearness[known] - usual[-1]))
    kept = {name: getattr(drafted, name) for name in drafted.__dataclass_fields__}
    return Inputs(**kept | {"centre": centre, "factor": factor, "usual": usual})
