"""Pools of many series: of some of them, joined again, and fitted as another pool was.

A member says the same of a series whichever others are beside it. So the pool of a wide panel is fitted a
portion of its series at a time, and read so.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Panel, Scale, joined_scales
from gatecast.hybrid.given import Given, Mended, mended
from gatecast.hybrid.pool import Learned, Pool, ranges
from gatecast.linear import Autoregression, RecentARIMA

QUICK_ORIGINS = 400  # of each series, to find lasting weights by: less than a seventh of what takes the time


def fit_likewise(pool: Pool, panel: Panel, scale: Scale) -> Pool:
    """A pool of the same members, fitted on every known value of other series, quickly.

    Quickly: residuals are weighed once for all blocks left out, lasting weights come from fewer origins, and
    what an autoregression gets wrong at each step is not learned.

    scale  of these series
    """
    found, regresses = copy.copy(pool), pool.regressed is not None
    full = Autoregression(pool.horizon, regress=regresses)
    full.fit_paths(panel, quick=True)
    found.horizon, found.scale_, found.full_, found._regressed = pool.horizon, scale, full, regresses
    found.fitted_ = [
        full if one is pool.full_ else _fitted_likewise(one, panel, full) for one in pool.fitted_
    ]
    found.low_, found.high_ = ranges(panel, scale)
    found.stack_ = found._stack(panel, QUICK_ORIGINS)
    return found


def part_of_pool(pool: Pool, series: IntArray) -> Pool:
    """The pool of some of its series, in this order. It shares what it holds with the whole."""
    part = copy.copy(pool)
    part.scale_, part._regressed = pool.scale_.of(series), pool.regressed is not None
    part.full_ = _taken(pool.full_, series, None)
    part.fitted_ = [
        part.full_ if one is pool.full_ else _taken(one, series, part.full_) for one in pool.fitted_
    ]
    part.low_, part.high_ = pool.low_[series], pool.high_[series]
    part.stack_ = None if pool.stack_ is None else pool.stack_[series]
    return part


def joined_pools(pools: Sequence[Pool], order: IntArray) -> Pool:
    """One pool of the series of several, of the same members.

    order  [series]  where in the pools, laid end to end, each series stands
    """
    first = pools[0]
    whole = copy.copy(first)
    whole.__dict__.pop("_regressed", None)
    whole.scale_ = joined_scales([one.scale_ for one in pools]).of(order)
    whole.full_ = _put_together([one.full_ for one in pools], order, None)
    whole.fitted_ = [
        whole.full_ if all_of[0] is first.full_ else _put_together(list(all_of), order, whole.full_)
        for all_of in zip(*(one.fitted_ for one in pools), strict=True)
    ]
    for name in ("low_", "high_", "stack_"):
        setattr(whole, name, np.concatenate([getattr(one, name) for one in pools])[order])
    return whole


def _fitted_likewise(member: Learned, panel: Panel, full: Autoregression) -> Any:
    if isinstance(member, Autoregression):
        other = Autoregression(member.horizon, logs=member.logs, regress=member.regress)
        other.fit_paths(panel, quick=True)
        return other
    if isinstance(member, RecentARIMA):
        arima = RecentARIMA(full)
        arima.fit_paths(panel, threads=1)  # the portions are in parallel
        return arima
    return mended(panel, full, member.column, quick=True) if isinstance(member, Mended) else member


def _taken(member: Any, series: IntArray, full: Autoregression | None) -> Any:
    """A member as it is of some series."""
    if isinstance(member, Given):
        return member
    if isinstance(member, Mended):
        return replace(member, around=tuple(member.around[int(i)] for i in series))
    if isinstance(member, Autoregression):
        return member.part(series)
    part = copy.copy(member)
    part.fitted_, part.beside = [member.fitted_[int(i)] for i in series], full
    return part


def _put_together(members: list[Any], order: IntArray, full: Autoregression | None) -> Any:
    """A member of all series from what it is of some."""
    first = members[0]
    if isinstance(first, Given):
        return first
    if isinstance(first, Mended):
        around = [one for member in members for one in member.around]
        return replace(first, around=tuple(around[int(i)] for i in order))
    whole, fitted = copy.copy(first), [one for member in members for one in member.fitted_]
    whole.fitted_ = [fitted[int(i)] for i in order]
    if isinstance(whole, Autoregression):
        whole.path_scale_ = joined_scales([member.path_scale_ for member in members]).of(order)
    else:
        whole.beside = full
    return whole
