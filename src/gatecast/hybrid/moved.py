"""A pool that moves on as it is written down, and put together again by the pool it is of."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.hybrid.begun import assembled, units_of
from gatecast.hybrid.bending import Bending
from gatecast.hybrid.earning import Ledger
from gatecast.hybrid.given_moving import MendedOn
from gatecast.hybrid.moving import Ends, Moving
from gatecast.hybrid.moving_pool import MovingPool
from gatecast.hybrid.plain_moving import Filtered, Unregressed, naive_lookback
from gatecast.hybrid.pool import Pool
from gatecast.kept import demand
from gatecast.linear import Almanac, Latest, Onward, Running, Saying, Trailed

FAR = 2**60  # steps, beyond which counting them would wrap around


@dataclass(frozen=True)
class MovedPool:
    """What a pool that moves on holds.

    like     a panel of one row: names of known covariates, frequency, zone, seasons
    given    names of given forecasts
    clock    [series]
    times, known, count   of the latest rows, as `Trailed` has them
    own, left, latest     [series, longest]  latest values, what the regression leaves, what members read
    running  filters of the members that have them
    paths, sizes, losses  as `Ledger` has them
    priors   [series, horizon, members]
    """

    pool: Pool
    like: Panel
    given: tuple[str, ...]
    clock: IntArray
    times: IntArray
    known: FloatArray
    count: IntArray
    own: FloatArray
    left: FloatArray
    latest: tuple[FloatArray, ...]
    running: tuple[Running | None, ...]
    paths: FloatArray
    sizes: FloatArray
    losses: FloatArray
    priors: FloatArray


def written(moving: MovingPool) -> MovedPool:
    """What it holds."""
    trailed, ends = moving.trailed, moving.ends
    return MovedPool(
        moving.pool,
        trailed.like,
        moving.given,
        ends.own.position,
        trailed.times,
        trailed.known,
        trailed.count,
        ends.own.values,
        ends.left.values,
        tuple(one.latest.values for one in moving.movings if isinstance(one, _READING)),
        tuple(own for one in moving.movings if isinstance(one, Filtered) for own in one.sifted.running),
        *moving.ledger,
        moving.priors,
    )


def put_together(held: MovedPool) -> MovingPool:
    """The pool that holds it, where it fits."""
    pool, season = held.pool, held.like.seasons[0]
    check_moved(held)
    values, running = list(held.latest), list(held.running)

    def latest(onward: Onward) -> Latest:
        demand(len(values) > 0 and values[0].shape[1] >= onward.longest, "as many values as members read")
        return Latest(values.pop(0), held.clock.copy(), season)

    def filters(count: int) -> list[Running | None]:
        demand(len(running) >= count, "a filter for every series")
        own, running[:count] = running[:count], []
        return own

    movings: list[Moving] = assembled(pool, held.given, latest, filters)
    demand(not values and not running, "values and filters of these members alone")
    ends = Ends(
        Latest(held.own, held.clock, season),
        Latest(held.left, held.clock.copy(), season),
        season,
        pool.horizon,
    )
    trailed = Trailed(held.like, Almanac(held.like), held.times, held.known, held.count)
    ledger = Ledger(held.paths, held.sizes, held.losses)
    saying = Saying(pool.full_.fitted_)
    return MovingPool(
        pool, saying, units_of(pool, movings), trailed, ends, movings, ledger, held.priors, held.given
    )


def check_moved(held: MovedPool) -> None:
    """Raise ValueError unless arrays are as long as kernels read them."""
    pool, series, seasons = held.pool, len(held.clock), held.like.seasons
    horizon, members = pool.horizon, pool.count
    demand(series == len(pool.scale_.logs) > 0, "a clock for each series of the pool")
    demand(np.all((held.clock >= 0) & (held.clock < FAR)), "clocks that can be counted on")
    longest = held.times.shape[1] if held.times.ndim == 2 else 0
    demand(longest > 0 and held.times.shape[0] == held.known.shape[0] == series, "rows of every series")
    demand(held.known.shape[1:] == (longest, len(held.like.known_names)), "covariates of every row")
    designs = [one.regression.design for one in pool.full_.fitted_ if one.regression is not None]
    demand(all(len(one.binary) == held.known.shape[2] for one in designs), "the regression's covariates")
    demand(held.count.shape == (series,), "one count for each series")
    demand(np.all((held.count >= 1) & (held.count <= longest)), "counts of the rows there are")
    wanted = max(naive_lookback(pool.lengths), seasons[-1] + horizon)
    for values, least in ((held.own, wanted), (held.left, Onward(pool.full_.fitted_, horizon).longest)):
        demand(values.ndim == 2 and len(values) == series, "latest values of every series")
        demand(values.shape[1] >= max(least, seasons[0]) + 1, "as many of them as are read")
    for values in held.latest:
        demand(values.ndim == 2 and len(values) == series and values.shape[1] > seasons[0], "the same")
    demand(all(one is None or one.horizon == horizon for one in held.running), "filters of one horizon")
    demand(held.paths.shape == (series, horizon, horizon, members), "forecasts of every member")
    demand(held.sizes.shape == held.priors.shape == (series, horizon, members), "sizes and priors of each")
    losses = held.losses
    demand(losses.ndim == 3 and losses.shape[1] >= 1, "losses of some origins")
    demand((losses.shape[0], losses.shape[2]) == (series, members), "losses of every member")


_READING = (Unregressed, MendedOn, Bending)
