"""A pool's standing, made by reading every history once."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import LOG_CEILING, Panel, Scale, fill_causally, stamps_after
from gatecast.hybrid.bending import believed_of, bending, onward_of
from gatecast.hybrid.curve import Curved
from gatecast.hybrid.earning import Ledger, Units
from gatecast.hybrid.given import Given, Mended
from gatecast.hybrid.given_moving import AsGiven, MendedOn
from gatecast.hybrid.member import Seen
from gatecast.hybrid.moving import Ends, Moving
from gatecast.hybrid.moving_pool import MovingPool
from gatecast.hybrid.outside import Outside
from gatecast.hybrid.plain_moving import Again, Filtered, Regressed, Unregressed, naive_lookback
from gatecast.hybrid.pool import BEYOND, Learned, Pool, Standing, looked_back
from gatecast.linear import (
    Autoregression,
    Latest,
    Onward,
    RecentARIMA,
    Running,
    Saying,
    Sifted,
    latest_of,
    sifted_of,
    trailed_of,
)


def moves_on(pool: Pool, panel: Panel) -> bool:
    """Whether a pool can move on row by row: not with members from outside, nor a series without a value."""
    nothing = any(np.isnan(panel.values[panel.history(i)]).all() for i in range(len(panel)))
    return not nothing and not any(isinstance(one, Outside) for one in pool.fitted_)


def begin_moving(pool: Pool, panel: Panel, back: int) -> tuple[MovingPool, list[Standing]]:
    """A pool behind the last step of every history.

    back     steps before it from which on forecasts are asked for
    returns  it, and the forecasts and priors of each series from these steps
    """
    whole = lengthened(panel, pool.horizon)
    seen = _seen(pool, whole)
    horizon, season, recent = pool.horizon, panel.seasons[0], looked_back(panel.seasons)
    cut = [one.own[: int(n)] for one, n in zip(seen, panel.known_steps, strict=True)]
    errors = [filled(one.left[0][: int(n)], season) for one, n in zip(seen, panel.known_steps, strict=True)]
    movings = _movings(pool, seen, errors)
    regressed = movings[0]
    assert isinstance(regressed, Regressed)  # the first of every pool
    longest = max(naive_lookback(pool.lengths), panel.seasons[-1] + horizon)
    ends = Ends(
        latest_of(cut, longest, season), latest_of(errors, regressed.onward.longest, season), season, horizon
    )
    shape = (len(panel), horizon, horizon, len(movings))
    ledger = Ledger(
        np.zeros(shape), np.zeros((*shape[:2], shape[3])), np.zeros((len(panel), recent, shape[3]))
    )
    priors, standings = np.zeros((*shape[:2], shape[3])), []
    for i, one in enumerate(seen):
        last = int(panel.known_steps[i]) - 1
        first = max(0, last - max(back, recent + horizon))
        standing = pool.stand(whole, np.concatenate([s.own for s in seen]), i, first, last, one.left)
        _enter(ledger, priors, i, one.own, standing, last)
        pending = np.arange(max(0, last - horizon + 1), last + 1)
        for m, member in enumerate(movings):
            ledger.paths[i, pending % horizon, :, m] = member.before(one, pending)
        standings.append(standing)
    moving = MovingPool(
        pool,
        Saying(pool.full_.fitted_),
        units_of(pool, movings),
        trailed_of(panel),
        ends,
        movings,
        ledger,
        priors,
        panel.given_names,
    )
    return moving, standings


def lengthened(panel: Panel, horizon: int) -> Panel:
    """The histories of a panel, each with so many rows behind it of which nothing is known."""
    times, last = (
        stamps_after(panel, panel.last_origins(), horizon),
        panel.offsets[:-1] + panel.known_steps - 1,
    )
    parts = [
        np.concatenate([np.arange(panel.history(i).start, end + 1), np.full(horizon, end)])
        for i, end in enumerate(last.tolist())
    ]
    rows = np.concatenate(parts)
    lengths = panel.known_steps + horizon
    behind = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths) >= np.repeat(
        panel.known_steps, lengths
    )
    own = {name: getattr(panel, name)[rows] for name in ("values", "times", "known", "past", "given")}
    own["values"][behind], own["past"][behind], own["times"][behind] = np.nan, np.nan, times.ravel()
    return replace(panel, **own, offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def filled(error: FloatArray, season: int) -> FloatArray:
    """One history without gaps. [time]"""
    return fill_causally(error, np.array([0, len(error)]), season)


def _seen(pool: Pool, whole: Panel) -> list[Seen]:
    scaled, full = pool.scaled(whole), pool.full_
    return [
        Seen(whole, i, scaled[whole.rows(i)], full.remainder(whole, i), full, pool.scale_, pool.horizon)
        for i in range(len(whole))
    ]


def assembled(
    pool: Pool,
    given: Sequence[str],
    latest: Callable[[Onward], Latest],
    filters: Callable[[int], list[Running | None]],
) -> list[Moving]:
    """How each member moves on, in the order of the pool's.

    given    names of the panel's given forecasts
    latest   what one reads that has errors of its own, asked for in the members' order
    filters  of one that has them, one for each series
    """
    movings: list[Moving] = []
    for model in pool.fitted_:
        match model:
            case Autoregression() if model is pool.full_:
                movings.append(Regressed(model))
            case Autoregression():
                onward = Onward(model.fitted_, pool.horizon)
                movings.append(Unregressed(model, onward, latest(onward)))
            case RecentARIMA():
                sifted = Sifted(model.fitted_, filters(len(model.fitted_)), pool.horizon)
                movings.append(Filtered(model, sifted))
            case Curved():
                onward = onward_of(model, pool.full_)
                movings.append(bending(model, pool.full_.path_scale_, onward, latest(onward)))
            case Given():
                movings.append(AsGiven(model, given, pool.scale_))
            case Mended():
                onward = Onward(model.around, pool.horizon)
                column, scale = list(given).index(model.column), pool.full_.path_scale_
                movings.append(MendedOn(model, column, scale, onward, latest(onward)))
            case Outside():
                raise TypeError(f"{model.name} cannot move on row by row: ask `moves_on` first")
    return movings + [Again(one) for one in pool.naive]


def _movings(pool: Pool, seen: Sequence[Seen], errors: list[FloatArray]) -> list[Moving]:
    """How each member moves on behind the histories of a panel."""
    season, own = (
        seen[0].panel.seasons[0],
        iter([e for m in pool.fitted_ for e in _own_errors(m, pool, seen)]),
    )

    def latest(onward: Onward) -> Latest:
        return latest_of(next(own), onward.longest, season)

    arima = next(one for one in pool.fitted_ if isinstance(one, RecentARIMA))
    running = sifted_of(arima.fitted_, errors, pool.horizon).running
    return assembled(pool, seen[0].panel.given_names, latest, lambda count: running[:count])


def _own_errors(model: Learned, pool: Pool, seen: Sequence[Seen]) -> list[list[FloatArray]]:
    """What a member leaves of each history, gaps filled; nothing for those without errors of their own."""
    match model:
        case Autoregression() if model is not pool.full_:
            errors = [model.remainder(one.panel, one.series)[0] for one in seen]
        case Curved():
            errors = [one.left[0] - believed_of(model.series[one.series], one) for one in seen]
        case Mended():
            errors = [model.error(one)[1] for one in seen]
        case _:
            return []
    steps, season = seen[0].panel.known_steps, seen[0].panel.seasons[0]
    return [[filled(error[: int(n)], season) for error, n in zip(errors, steps, strict=True)]]


def units_of(pool: Pool, movings: list[Moving]) -> Units:
    """How what members keep becomes forecasts on the pool's scale."""
    around = np.array([one.scale is not None for one in movings])
    scales = np.stack([_numbers(pool.scale_ if one.scale is None else one.scale) for one in movings])
    bounds = np.stack([pool.low_ - BEYOND, pool.high_ + BEYOND], axis=1)
    return Units(around, scales, _numbers(pool.scale_)[:, :3].copy(), bounds, LOG_CEILING)


def _numbers(scale: Scale) -> FloatArray:
    """[series, 4]"""
    return np.stack([scale.logs, scale.center, scale.spread, scale.positive], axis=1).astype(np.float64)


def _enter(
    ledger: Ledger, priors: FloatArray, series: int, own: FloatArray, standing: Standing, last: int
) -> None:
    """What the latest origins of one series have earned up to the last step of its history."""
    count, horizon, _ = standing.paths.shape
    position = standing.first + np.arange(count)
    steps = position[:, None] + np.arange(1, horizon + 1)
    sizes = np.abs(own[np.minimum(steps, last)][..., None] - standing.paths)
    sizes[steps > last] = 0.0
    total = sizes.sum(axis=1)
    known = position <= last - horizon
    done = np.flatnonzero(known)[-ledger.losses.shape[1] :]
    ledger.losses[series, position[done] % ledger.losses.shape[1]] = total[done] / horizon
    slots = position[~known] % horizon
    ledger.sizes[series, slots], priors[series, slots] = total[~known], standing.prior[~known]
