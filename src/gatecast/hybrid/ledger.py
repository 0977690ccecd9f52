"""The ledger of a linear part: what the pool's members bring, each by its weight in the mixture."""

from dataclasses import replace

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.errors import NotFittedError, OptionError, SeriesError
from gatecast.hybrid.earned import weights_of
from gatecast.hybrid.features import stretch
from gatecast.hybrid.half import LinearHalf
from gatecast.hybrid.member import Seen
from gatecast.hybrid.model import Hybrid
from gatecast.hybrid.pool import Pool
from gatecast.linear import (
    ARIMA,
    LEVEL,
    Ages,
    Autoregression,
    LinearLedger,
    Mixture,
    RecentARIMA,
    ages_of,
    arima_ledger,
    autoregression_ledger,
    bound,
    ledger_of,
    on_scale,
    superposed,
    with_past,
)


def linear_ledger(
    model: Hybrid | LinearHalf | Autoregression | ARIMA, panel: Panel, series: int, position: int
) -> LinearLedger:
    """Split the linear part of a forecast into what brings it about.

    model     fitted
    panel     with its known covariates `horizon` steps behind the origin, as for `forecast`
    series    which of the panel's
    position  of the origin: the last step whose value is known

    The level is the centre of the series' scale with all that is constant: what the linear part would be if
    calendar and covariates had their average effect and the past were at its centre. A 0/1 covariate counts
    against 0. The past of a member with a regression is what the regression left over. Weights of members
    are taken as they are at the origin, although the past has made them. What rounding leaves, some 1e-15 of
    the whole, is in the level. What members of the pool bring that are not linear is the forecast's
    `pool_part` and not split. An `ARIMA` of its own has its history's mean for the centre.

    Raises NotFittedError before the model is fitted, OptionError for a series or an origin not in the panel,
    SeriesError for a model with a site.
    """
    if not 0 <= series < len(panel) or not 0 <= position < int(panel.known_steps[series]):
        raise OptionError(
            f"series {series}, position {position} is not in this panel of {len(panel)} series; "
            "wanted a series counted from 0 and a step of its history"
        )
    if isinstance(model, ARIMA):
        _require(model, "fitted_")
        return arima_ledger(model, panel, series, position)
    if isinstance(model, Autoregression):
        _require(model, "fitted_")
        return autoregression_ledger(model, panel, series, position)
    (pool, first), ages = _pool_of(model, panel, position), ages_of(panel)
    return ledger_of(panel, series, ages, pool.scale_, _mixture(pool, panel, series, first, position, ages))


def _require(model: object, fitted: str) -> None:
    if not hasattr(model, fitted):
        raise NotFittedError(f"this {type(model).__name__} is not fitted; call fit with a table first")


def _pool_of(model: Hybrid | LinearHalf, panel: Panel, position: int) -> tuple[Pool, int]:
    """The members, and from which origin on the model has them stand: sums that begin there round alike."""
    if getattr(model, "solar_", None) is not None:
        raise SeriesError(
            f"this {model.name} forecasts at a site: its linear part is a quantile regression of clearness, "
            "which has no such addends; fit without a site to split it"
        )
    if isinstance(model, Hybrid):
        _require(model, "linear_")
        if model.linear_ is None:
            first, _ = stretch(np.array([position]), model.context_, model.horizon, panel.seasons[0])
            return model.pool_, first
        model = model.linear_
    _require(model, "pool_")
    return model.pool_, position


def _mixture(pool: Pool, panel: Panel, series: int, first: int, position: int, ages: Ages) -> Mixture:
    """All linear members of a pool, weighed among themselves."""
    scaled, left = pool.scaled(panel), pool.full_.remainder(panel, series)
    ahead = pool.full_.reasons_ahead(panel, series, position)
    standing = pool.stand(panel, scaled, series, first, position, left).linear
    paths = standing.paths[-1]
    splits = []
    for member, path in zip(pool.models, paths.T, strict=False):
        beside = member.beside if isinstance(member, RecentARIMA) else member
        given = left, ahead
        if beside is not pool.full_:
            given = beside.remainder(panel, series), beside.reasons_ahead(panel, series, position)
        split = member.split(panel, series, position, ages, *given)
        splits.append(on_scale(split, ages, beside.path_scale_, pool.scale_, series, path))
    past, at = scaled[panel.rows(series)][: position + 1], np.array([position])
    seen = Seen(panel, series, past, left, pool.full_, pool.scale_, pool.horizon)

    def naive(some: FloatArray) -> FloatArray:
        paths = [path[0] for path in pool.naive_paths(replace(seen, own=some), at)]
        return np.stack(paths, axis=-1)

    brought = superposed(past, ages, naive)
    for k in range(brought.shape[-1]):
        addends = with_past({LEVEL: np.zeros(pool.horizon)}, ages, brought[..., k])
        bound(addends, paths[:, len(splits)], pool.scale_, series)
        splits.append(addends)
    weights = weights_of(standing.prior)[-1]
    names = tuple(name for name, linear in zip(pool.names, pool.linear, strict=True) if linear)
    return Mixture(names, tuple(splits), weights, paths, standing.mix[-1])
