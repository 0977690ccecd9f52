"""Forecast the end of an hourly load table from every hour, a day ahead, by the linear half; print its MAPE.

    python bench/load.py --table FILE --known temperature,holiday --zone Australia/Melbourne [--hold 8760]

FILE is CSV or Parquet with columns unique_id, ds, y and the covariates; the last `hold` steps are forecast,
all before them are learned from, once. Weather is taken as it was: a perfect forecast of it is assumed.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from gatecast.data import Schema, actuals, fit_scale, panel_from, read_table
from gatecast.forecaster import Origins
from gatecast.hybrid.pool import Pool

HORIZON, SEASONS, SHOWN = 24, (24, 168), (1, 6, 12, 24)


def main() -> None:
    """Parse, fit, forecast, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--known", default="temperature,holiday")
    parser.add_argument("--zone")
    parser.add_argument("--hold", type=int, default=8760)
    options = parser.parse_args()

    schema = Schema(known=tuple(options.known.split(",")))
    columns = ["unique_id", "ds", "y", *schema.known]
    table = read_table(options.table)[columns]
    panel = panel_from(table, schema, season=list(SEASONS), zone=options.zone).panel
    past = panel.seen_until(panel.known_steps - options.hold)
    begun = time.perf_counter()
    pool = Pool(HORIZON, fit_scale(past)).fit(past)
    seconds = time.perf_counter() - begun

    scaled, errors = pool.scaled(panel), []
    for series, end in enumerate(panel.known_steps):
        position = np.arange(end - options.hold - 1, end - HORIZON)
        standing = pool.stand(panel, scaled, series, int(position[0]), int(position[-1]))
        origins = Origins(np.full(len(position), series), position)
        outcome = actuals(panel, origins, HORIZON)
        paths = np.concatenate([standing.mix[..., None], standing.paths], axis=-1)
        errors.append(100 * np.abs(pool.scale_.inverse(paths, series) / outcome[..., None] - 1))
    mape = np.nanmean(np.concatenate(errors), axis=0)
    print(f"fitted in {seconds:.1f} s; MAPE %, and at steps {', '.join(map(str, SHOWN))}")
    for name, column in zip(("the linear half", *pool.names), mape.T, strict=True):
        steps = "  ".join(f"{column[k - 1]:6.3f}" for k in SHOWN)
        print(f"{name:60} {column.mean():6.3f}   {steps}")


if __name__ == "__main__":
    main()
