"""Which column of a table means what."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from gatecast.errors import OptionError


@dataclass(frozen=True)
class Schema:
    """The columns a table is read by.

    id_col      names the series; a table without `unique_id` is one series
    time_col    stamps or integer steps
    target_col  what is forecast
    known       covariates known ahead: weather forecasts, holidays
    past        covariates known up to the origin only
    static      covariates that never change within a series
    given       forecasts of the target that somebody else makes, in its unit, known ahead

    Raises OptionError if a column is named twice or a list of names is given as one string.
    """

    id_col: str = "unique_id"
    time_col: str = "ds"
    target_col: str = "y"
    known: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for role in ("known", "past", "static", "given"):
            object.__setattr__(self, role, _names(role, getattr(self, role)))
        for role in ("id_col", "time_col", "target_col"):
            _name(role, getattr(self, role))
        named = [self.id_col, self.time_col, self.target_col, *self.covariates]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise OptionError(f"column {twice[0]!r} is given two roles; wanted one role for each column")

    @property
    def covariates(self) -> tuple[str, ...]:
        """Every column beside the target: known, past, static, given."""
        return (*self.known, *self.past, *self.static, *self.given)


def _name(role: str, name: object) -> None:
    if not isinstance(name, str) or not name:
        raise OptionError(f"{role}={name!r} is not a column; wanted its name, such as {role}='load'")


def _names(role: str, names: object) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise OptionError(
            f"{role}={names!r} is not a list; wanted names of columns, such as {role}=[{names!r}]"
        )
    listed = tuple(names)
    for name in listed:
        _name(role, name)
    return listed


def did_you_mean(name: str, columns: Iterable[str]) -> str:
    """A hint at the columns a missing name may have meant, or nothing.

    >>> did_you_mean("temprature", ["y", "temperature"])
    "; did you mean 'temperature'?"
    """
    by_lower = {c.lower(): c for c in columns}
    near = [by_lower[c] for c in get_close_matches(name.lower(), by_lower, n=2, cutoff=0.6)]
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
