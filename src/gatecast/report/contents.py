"""What a page is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from gatecast._types import FloatArray
from gatecast.backtest import Backtest, Leaderboard
from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast

PACKAGES = ("gatecast", "numpy", "torch", "polars", "plotly")


def versions() -> tuple[tuple[str, str], ...]:
    """The packages a result depends on, as installed here."""
    found = []
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            found.append((package, "not installed as a package"))
    return tuple(found)


@dataclass(frozen=True)
class Contents:
    """What a page is made of; whatever is None is left out of it.

    title       the first line
    panel       what was read, with the known covariates of the future
    forecast    of the panel's series, `model` its maker's name, `level` the intervals to draw in percent
    actual      [origins, horizon]  what came, where the forecast was of a known past
    backtest    rolling origins, with `board`, the leaderboard made of it
    unit        of the target; `units` those of the covariates by name
    notes       treatments and remarks, a sentence each
    disclosure  what a reader must know before believing the numbers
    commands    lines that make the page again, with `seed`

    Raises OptionError when there is neither a forecast nor a backtest.
    """

    title: str
    panel: Panel
    forecast: Forecast | None = None
    model: str = ""
    level: tuple[float, ...] = (80, 95)
    actual: FloatArray | None = None
    backtest: Backtest | None = None
    board: Leaderboard | None = None
    unit: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    disclosure: str = ""
    commands: tuple[str, ...] = ()
    seed: int | None = None
    versions: tuple[tuple[str, str], ...] = field(default_factory=versions)

    def __post_init__(self) -> None:
        if self.forecast is None and self.backtest is None:
            raise OptionError("a page needs a forecast or a backtest and this one has neither; give one")
        if (self.backtest is None) != (self.board is None):
            raise OptionError("a page shows a backtest with its leaderboard; give both or neither")
