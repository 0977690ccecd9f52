"""The options that commands share, each said once."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import gatecast
from gatecast.catalogue import MODELS, entry_of
from gatecast.errors import OptionError

if TYPE_CHECKING:
    import gatecast.data


def _option(*flags: str, says: str, panel: str, **more: Any) -> Any:
    """One option, filed under a heading of the help."""
    return typer.Option(*flags, help=says, rich_help_panel=panel, **more)


TABLE, MODEL, OUTPUT = "Table", "Model", "Output"

Table = Annotated[
    Path,
    typer.Argument(
        help="CSV or Parquet file with a row per series and time.", metavar="TABLE", show_default=False
    ),
]
Known = Annotated[
    list[str] | None, _option(says="Covariates known ahead, such as a weather forecast: a,b.", panel=TABLE)
]
Past = Annotated[list[str] | None, _option(says="Covariates known up to now only: a,b.", panel=TABLE)]
Static = Annotated[
    list[str] | None, _option(says="Covariates that never change within a series: a,b.", panel=TABLE)
]
Given = Annotated[
    list[str] | None,
    _option(
        says="Forecasts of the target made elsewhere, known ahead, for the hybrid's pool: a,b.", panel=TABLE
    ),
]
IdCol = Annotated[str, _option(says="Column that names the series; may be absent.", panel=TABLE)]
TimeCol = Annotated[str, _option(says="Column of stamps or step numbers.", panel=TABLE)]
TargetCol = Annotated[str, _option(says="Column to forecast.", panel=TABLE)]
Freq = Annotated[
    str | None, _option(says="Step between rows, such as 30min, h, D, MS. Default: inferred.", panel=TABLE)
]
Zone = Annotated[str | None, _option(says="Time zone people live in, such as Europe/Madrid.", panel=TABLE)]

Horizon = Annotated[int, _option(says="Steps to forecast.", panel=MODEL, min=1, show_default=False)]
Season = Annotated[
    list[int] | None,
    _option(says="Length of a cycle in steps; repeat for more. Default: from the frequency.", panel=MODEL),
]
Holidays = Annotated[
    str | None,
    _option(says="Public holidays as covariates: a country or one of its regions: ES, AU-VIC.", panel=MODEL),
]
Boost = Annotated[
    bool, _option("--boost", says="Let boosted trees join the hybrid's pool; slow.", panel=MODEL)
]
Latitude = Annotated[
    float | None,
    _option(says="Of panels, degrees north: bounds and night of their output become certain.", panel=MODEL),
]
Longitude = Annotated[float | None, _option(says="Degrees east; with --latitude.", panel=MODEL)]
Tilt = Annotated[float | None, _option(says="Degrees from level; with --azimuth.", panel=MODEL)]
Azimuth = Annotated[float | None, _option(says="Degrees clockwise from north: 180 faces south.", panel=MODEL)]
Capacity = Annotated[
    float | None,
    _option(says="The most they can give, in the target's unit. Default: the most seen.", panel=MODEL),
]
Level = Annotated[
    list[float] | None,
    _option(says="Width of an interval in percent; repeat for more. Default: 80 and 95.", panel=MODEL),
]
ModelName = Annotated[str, _option(says=f"One of {', '.join(MODELS)}.", panel=MODEL)]
Seed = Annotated[int, _option(says="Of whatever is left to chance.", panel=MODEL, min=0, max=2**63 - 1)]

Out = Annotated[
    Path | None,
    _option(says="Write the table here, .csv or .parquet. Default: CSV on standard output.", panel=OUTPUT),
]
Report = Annotated[Path | None, _option(says="Write a self-contained HTML page here.", panel=OUTPUT)]
Json = Annotated[
    bool, _option("--json", says="Print one JSON object on standard output instead of CSV.", panel=OUTPUT)
]
Quiet = Annotated[
    bool, _option("--quiet", "-q", says="No bars, no chatter; errors still show.", panel=OUTPUT)
]


def schema(
    id_col: str,
    time_col: str,
    target_col: str,
    known: list[str] | None,
    past: list[str] | None,
    static: list[str] | None,
    given: list[str] | None = None,
) -> "gatecast.data.Schema":
    """Which column means what, as the options say."""
    roles = names(known), names(past), names(static), names(given)
    return gatecast.data.Schema(id_col, time_col, target_col, *roles)


def check_pool(models: Sequence[str], given: list[str] | None, *, boost: bool) -> None:
    """Raise OptionError for members offered where no model has a pool that takes them."""
    if (given or boost) and not any(entry_of(name).pool for name in models):
        said = "--given" if given else "--boost"
        raise OptionError(
            f"{said}, but {', '.join(models)} takes no such members; use hybrid, or leave it out"
        )


def site(
    models: Sequence[str],
    latitude: float | None,
    longitude: float | None,
    tilt: float | None,
    azimuth: float | None,
    capacity: float | None,
) -> "gatecast.data.Site | None":
    """Where panels stand, as the options say; None where they say nothing.

    Raises OptionError for half a place, for what cannot be, and where no model takes a site.
    """
    place = {"--latitude": latitude, "--longitude": longitude}
    whole = place | {"--tilt": tilt, "--azimuth": azimuth, "--capacity": capacity}
    said = [flag for flag, value in whole.items() if value is not None]
    if not said:
        return None
    if latitude is None or longitude is None:
        lacking = " and ".join(flag for flag, value in place.items() if value is None)
        raise OptionError(f"{' '.join(said)}, but no {lacking}: a site needs both; give it, or leave all out")
    if not any(entry_of(name).site for name in models):
        able = ", ".join(name for name, entry in MODELS.items() if entry.site)
        raise OptionError(
            f"{' '.join(said)}, but {', '.join(models)} takes no site; use one of {able}, or leave them out"
        )
    return gatecast.data.Site(latitude, longitude, tilt, azimuth, capacity)


def names(given: list[str] | None) -> tuple[str, ...]:
    """Names given one by one or with commas between, in order.

    >>> names(["a,b", "c"]), names(None)
    (('a', 'b', 'c'), ())
    """
    return tuple(name.strip() for text in given or [] for name in text.split(",") if name.strip())


def frequency(given: str | None) -> str | int | None:
    """A frequency as the library takes it: a bare number counts steps.

    >>> frequency("2"), frequency("30min"), frequency(None)
    (2, '30min', None)
    """
    return int(given) if given is not None and given.isdecimal() else given
