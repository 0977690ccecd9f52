"""What ARIMA asks of its options and of the series it is fitted to."""

from collections.abc import Sequence

import numpy as np

from gatecast.data import Panel
from gatecast.errors import OptionError, SeriesError, listed

FEWEST = 3  # known values of a series
Order = tuple[int, int, int]


def check_options(
    order: Order | None,
    seasonal_order: Order | None,
    harmonics: int,
    transform: str | float | None,
    seasons: Sequence[int],
) -> None:
    """Raise OptionError for what is no order, no count of harmonics or no transformation.

    seasons  of the panel: a seasonal order needs one
    """
    power = isinstance(transform, int | float) and not isinstance(transform, bool) and np.isfinite(transform)
    if not (transform is None or transform in ("log", "box-cox") or power):
        raise OptionError(f'transform={transform!r} is none of "log", "box-cox" or a power')
    for name, given in (("order", order), ("seasonal_order", seasonal_order)):
        if given is not None and not (
            isinstance(given, tuple | list)
            and len(given) == 3
            and all(isinstance(n, int | np.integer) and 0 <= n <= 12 for n in given)
        ):
            raise OptionError(f"{name}={given!r} is not three whole numbers from 0 to 12")
    if seasonal_order is not None and any(seasonal_order) and max(seasons, default=1) == 1:
        raise OptionError(
            f"seasonal_order={seasonal_order!r} but the series have no season; give season, or leave it out"
        )
    if not isinstance(harmonics, int | np.integer) or harmonics < 0:
        raise OptionError(f"harmonics={harmonics!r} is no whole number from 0")


def check_series(panel: Panel, transform: str | float | None) -> None:
    """Raise SeriesError for series that are too short, or not positive where they are transformed."""
    histories = [panel.values[panel.history(i)] for i in range(len(panel))]
    short = [
        f"{panel.ids[i]!r} has {int(np.isfinite(y).sum())}"
        for i, y in enumerate(histories)
        if np.isfinite(y).sum() < FEWEST
    ]
    if short:
        raise SeriesError(
            f"ARIMA needs at least {FEWEST} values of each series, but {listed(short)}; "
            "give more history or leave those series out"
        )
    if transform is not None:
        low = [
            f"{panel.ids[i]!r} goes down to {np.nanmin(y):g}"
            for i, y in enumerate(histories)
            if np.nanmin(y) <= 0.0
        ]
        if low:
            raise SeriesError(
                f"transform={transform!r} needs positive values, but {listed(low)}; "
                "leave transform out or shift the series"
            )
