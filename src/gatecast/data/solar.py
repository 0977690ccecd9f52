"""The sun over a site: how high it stands, and what would arrive if no cloud were there.

    elevation  degrees above the horizon, refraction included, mean over the step
    clear sky  W/m² on the plane of the panels (on level ground where no tilt is given), mean over the step

Both are means over the step a stamp stands for, from instants at most a quarter of an hour apart: at dawn
the middle of an hour can still be dark when its end is not. `Site.stamp` says on which side of the stamp
that step lies; most tables stamp its start.

Source: pvlib (Anderson et al., doi:10.21105/joss.05994): Reda & Andreas,
doi:10.1016/j.solener.2003.12.003, for the sun, and Ineichen, doi:10.1016/j.solener.2007.08.006, for the
clear sky over ordinary air.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel
from gatecast.data.zone import DAY, SECOND
from gatecast.errors import MissingExtraError, OptionError, listed

SUN_NAMES = ("clear_sky", "sun_elevation")
QUARTER = 900 * SECOND
BELOW = 2.0  # degrees the sun moves in half a quarter of an hour: what the instants looked at can miss
AIR, DELTA_T, REFRACTION = 12.0, 69.0, 0.5667  # °C; seconds; degrees: pvlib's own defaults, of our years
EXTRA = "a site needs the pvlib package; install it with: pip install 'gatecast[solar]'"
_RULES = {
    "latitude": (-90.0, 90.0, "degrees north of the equator, south negative"),
    "longitude": (-180.0, 180.0, "degrees east of Greenwich, west negative"),
    "tilt": (0.0, 90.0, "degrees from level"),
    "azimuth": (0.0, 360.0, "degrees clockwise from north: 180 faces south"),
}


@dataclass(frozen=True)
class Site:
    """Where panels stand and how they lie.

    latitude   degrees north, south negative
    longitude  degrees east, west negative
    tilt       degrees from level, with azimuth or neither
    azimuth    degrees clockwise from north: 90 faces east, 180 south
    capacity   most they can give, in the unit of the series; the most that was seen unless given
    stamp      whether a stamp marks the start or the end of its step

    >>> Site(39.74, -105.18, tilt=45, azimuth=158).capacity is None
    True
    """

    latitude: float
    longitude: float
    tilt: float | None = None
    azimuth: float | None = None
    capacity: float | None = None
    stamp: Literal["start", "end"] = "start"

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _RULES.items():
            value = getattr(self, name)
            if value is None and name in ("tilt", "azimuth"):
                continue
            if not _is_number(value) or not low <= value <= high:
                raise OptionError(f"{name}={value!r} is no {name}; wanted {low:g} to {high:g} {unit}")
        if (self.tilt is None) != (self.azimuth is None):
            lacking = "tilt" if self.tilt is None else "azimuth"
            raise OptionError(
                f"a plane needs both angles, but {lacking} lacks; give tilt and azimuth, or neither for level"
            )
        if self.capacity is not None and not (_is_number(self.capacity) and self.capacity > 0):
            raise OptionError(
                f"capacity={self.capacity!r} is no capacity; wanted a number above 0 in the series' unit, "
                "or None for the most that was seen"
            )
        if self.stamp not in ("start", "end"):
            raise OptionError(f"stamp={self.stamp!r} is neither 'start' nor 'end' of a step")


Sites: TypeAlias = Site | Mapping[Any, Site]  # one for every series, or by id


class Sky(NamedTuple):
    """The sun over some rows.

    clear      [rows]  W/m²
    elevation  [rows]  degrees
    night      [rows]  whether the sun is below the horizon all through the step
    """

    clear: FloatArray
    elevation: FloatArray
    night: BoolArray


def add_sun(panel: Panel, site: Sites) -> Panel:
    """The panel with the sun as known covariates, `clear_sky` and `sun_elevation`, history and future alike.

    site  of every series, or of each by its id

    Raises OptionError where a series has no site, the panel no instants or such columns already,
    MissingExtraError if pvlib is not installed.
    """
    taken = [n for n in (*panel.known_names, *panel.past_names, *panel.static_names) if n in SUN_NAMES]
    if taken:
        raise OptionError(
            f"the sun would add {', '.join(SUN_NAMES)}, but the covariates already include {listed(taken)}; "
            "rename that column, or leave the site out"
        )
    sky = sky_of(panel, site)
    return replace(
        panel,
        known=np.column_stack([panel.known, sky.clear, sky.elevation]),
        known_names=panel.known_names + SUN_NAMES,
    )


def sky_of(panel: Panel, site: Sites) -> Sky:
    """The sun over every row of a panel.

    Raises OptionError where a series has no site or the panel no instants, MissingExtraError without pvlib.
    """
    _require_instants(panel)
    skies = []
    for mine, rows in zip(sites_of(panel, site), map(panel.rows, range(len(panel))), strict=True):
        times = panel.times[rows]
        skies.append(_sky(times.tobytes(), mine, panel.frequency))
    clear, elevation, night = zip(*skies, strict=True)
    return Sky(np.concatenate(clear), np.concatenate(elevation), np.concatenate(night))


def sites_of(panel: Panel, site: Sites) -> tuple[Site, ...]:
    """The site of each series. Raises OptionError naming those that have none."""
    if isinstance(site, Site):
        return (site,) * len(panel)
    if not isinstance(site, Mapping) or any(not isinstance(one, Site) for one in site.values()):
        raise OptionError(
            f"site={site!r} is no site; wanted Site(latitude, longitude), or a mapping from id to Site"
        )
    lacking = [name for name in panel.ids if name not in site]
    if lacking:
        raise OptionError(f"no site is given for series {listed(lacking)}; add them to the mapping by id")
    return tuple(site[name] for name in panel.ids)


def _require_instants(panel: Panel) -> None:
    if panel.frequency.unit != "microsecond":
        raise OptionError(
            f"the sun's place needs stamps within the day, but rows are {panel.frequency.describe()} apart; "
            "give a table with steps below a day, or leave the site out"
        )
    if panel.zone is None:
        raise OptionError(
            "the sun's place needs instants, but the table's stamps carry no zone, so the hour they mean "
            "is unknown; give zone, such as zone='Europe/Madrid' or zone='UTC', or leave the site out"
        )


@lru_cache(maxsize=16)
def _sky(stamps: bytes, site: Site, frequency: Frequency) -> Sky:
    """The sun over the steps of one series; kept, because every forecast asks again."""
    times: IntArray = np.frombuffer(stamps, dtype=np.int64)
    step = frequency.count
    count = max(1, math.ceil(step / QUARTER))
    start = times if site.stamp == "start" else times - step
    parts = [_at(start + int(step * (k + 0.5) / count), site) for k in range(count)]
    clear, elevation = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
    night = np.max([height for _, height in parts], axis=0) < -BELOW
    clear[night] = 0.0
    for array in (clear, elevation, night):
        array.setflags(write=False)
    return Sky(clear, elevation, night)


def _at(instants: IntArray, site: Site) -> tuple[FloatArray, FloatArray]:
    """Clear sky in W/m² and elevation in degrees at some instants. [instants] each"""
    try:
        import pvlib
    except ImportError as error:
        raise MissingExtraError(EXTRA) from error
    pressure = pvlib.atmosphere.alt2pres(pvlib.location.lookup_altitude(site.latitude, site.longitude))
    sun = pvlib.spa.solar_position(
        instants / SECOND, site.latitude, site.longitude, 0.0, pressure / 100, AIR, DELTA_T, REFRACTION
    )
    zenith, elevation, azimuth = sun[0], sun[2], sun[4]
    day = (instants / DAY % 365.2425 + 1.0).astype(np.float64)
    beyond = pvlib.irradiance.get_extra_radiation(day)
    sky = pvlib.clearsky.simplified_solis(elevation, pressure=pressure, dni_extra=beyond)
    clear = sky["ghi"]
    if site.tilt is not None:
        plane = pvlib.irradiance.get_total_irradiance(
            site.tilt, site.azimuth, zenith, azimuth, sky["dni"], sky["ghi"], sky["dhi"]
        )
        clear = plane["poa_global"]
    return np.nan_to_num(np.asarray(clear, dtype=np.float64)), np.asarray(elevation, dtype=np.float64)


def steps_per_day(frequency: Frequency) -> int | None:
    """How many steps make a day; None where they do not divide one.

    >>> steps_per_day(Frequency("microsecond", 3_600_000_000)), steps_per_day(Frequency("day", 1))
    (24, None)
    """
    divides = frequency.unit == "microsecond" and DAY % frequency.count == 0 and frequency.count < DAY
    return DAY // frequency.count if divides else None


def _is_number(value: object) -> bool:
    whole = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return whole and math.isfinite(value)  # type: ignore[arg-type]  # a number: just checked
