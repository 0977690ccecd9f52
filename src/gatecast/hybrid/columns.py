"""The names of what the memory half reads of the pool's members."""

from gatecast.hybrid.features import Members
from gatecast.hybrid.leftover import leftover_columns
from gatecast.memory import Column


def realised_columns(pool: Members) -> tuple[Column, ...]:
    """The names of what `realised_errors` gives, in order."""
    said = (
        "error one step ahead of",
        "error a season ahead of",
        "mean error of",
        "mean size of error of",
        "standing of",
    )
    return tuple(Column(f"{what} {name}", "members", "members") for what in said for name in pool.names)


def disagreement_columns(pool: Members) -> tuple[Column, ...]:
    """The names of what is read ahead beside calendar and covariates, in order: see `_Parts.ahead`."""
    others = (
        "linear forecast",
        "linear forecast less last value",
        "linear forecast less a season before",
        "steps ahead",
        "size of an error",
        "size of an error against the level",
        "movement against errors",
    )
    apart = [f"{name} less the mixture" for name in pool.names]
    told = () if pool.regressed is None else leftover_columns()
    return (*(Column(name, "members", "members") for name in (*apart, *others)), *told)
