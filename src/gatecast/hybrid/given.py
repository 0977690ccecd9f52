"""Members that somebody else forecasts: a column as it stands, and with its recent error mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.errors import CovariateError, listed
from gatecast.hybrid.member import Maker, Seen
from gatecast.linear import Autoregression, Fitted, blocks_of, fit_around, middle_block, paths_around


@dataclass(frozen=True)
class Given:
    """A given forecast as it stands."""

    column: str
    linear = False

    @property
    def name(self) -> str:
        """Says which column it is."""
        return f"{self.column} as given"

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """The column's rows behind each origin."""
        own = given_rows(seen.panel, seen.series, self.column)
        steps = np.minimum(position[:, None] + np.arange(1, seen.horizon + 1), len(own) - 1)
        return seen.on_scale(own[steps])


@dataclass(frozen=True)
class Mended:
    """A given forecast plus what its errors up to the origin say of the next ones.

    around  of each series: the autoregression of its errors
    """

    column: str
    around: tuple[Fitted, ...]
    linear = False

    @property
    def name(self) -> str:
        """Says which column it is, and that it is not as given."""
        return f"{self.column}, its recent error mended"

    def paths(self, seen: Seen, position: IntArray) -> FloatArray:
        """By coefficients that have not seen the outcome."""
        panel, fitted = seen.panel, self.around[seen.series]
        mean, error = self.error(seen)
        block = middle_block(blocks_of(panel, len(mean), fitted.steps), position, seen.horizon)
        paths = paths_around(fitted, panel.seasons[0], error, position, block, seen.horizon)
        steps = np.minimum(position[:, None] + np.arange(1, seen.horizon + 1), len(mean) - 1)
        return seen.on_scale(seen.full.path_scale_.inverse(paths + mean[steps], seen.series))

    def error(self, seen: Seen) -> tuple[FloatArray, FloatArray]:
        """The column on the autoregression's scale, and what it leaves of one series. [time] each"""
        return _error(seen.panel, seen.series, self.column, seen.full)


def given_makers(panel: Panel, columns: Sequence[str]) -> list[Maker]:
    """What makes the members of given columns: two each.

    Raises CovariateError for a column that the panel does not carry.
    """
    absent = [name for name in columns if name not in panel.given_names]
    if absent:
        raise CovariateError(
            f"the panel carries no given forecast {listed(absent)}; "
            f"it has {listed(panel.given_names) or 'none'}: name the column as given where the table is read"
        )
    return [make for column in columns for make in (_as_given(column), _mended(column))]


def unheard(options: Mapping[str, Any]) -> str:
    """What to say of members that were offered where the forecast is the linear half's alone.

    >>> unheard({"given": ["operator"], "boost": True, "members": ()})
    ', without given and boost'
    """
    offered = [name for name in ("given", "boost", "members") if options[name]]
    return f", without {' and '.join(offered)}" if offered else ""


def given_rows(panel: Panel, series: int, column: str) -> FloatArray:
    """A given forecast of one series, in its unit. [time]"""
    own: FloatArray = panel.given[panel.rows(series), panel.given_names.index(column)]
    return own


def _as_given(column: str) -> Maker:
    return lambda panel, full: Given(column)  # noqa: ARG005  # nothing is learned


def mended(panel: Panel, full: Autoregression, column: str, *, quick: bool = False) -> Mended:
    """A given forecast whose errors are mended, learned from a panel.

    quick  as in `fit_around`
    """
    errors = (_error(panel, i, column, full)[1][: int(n)] for i, n in enumerate(panel.known_steps))
    return Mended(column, tuple(fit_around(panel, error, full.horizon, quick=quick) for error in errors))


def _mended(column: str) -> Maker:
    return lambda panel, full: mended(panel, full, column)


def _error(panel: Panel, series: int, column: str, full: Autoregression) -> tuple[FloatArray, FloatArray]:
    """A given forecast on the scale of the autoregression, and what it leaves of the series. [time] each

    Where the scale has no place for it, such as a logarithm of nothing, the lowest it has stands there.
    """
    scale = full.path_scale_
    own = given_rows(panel, series, column)
    lowest = scale.inverse(np.full_like(own, -np.inf), series)
    mean = scale.forward(np.maximum(own, lowest), series)
    return mean, scale.forward(panel.values[panel.rows(series)], series) - mean
