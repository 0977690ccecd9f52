"""A series whose causes are known: four steps a day, and what a day did is felt on a later one.

    heat      one step of +10 in the temperature    the third day after is 8 higher   (72 hours)
    cloud     a day of +4 in the cloud              the next day is 8 lower
    holiday   the flag is 1 all day                 that day is 12 lower

Nothing of the first two is to be seen in the series itself before it comes.
"""

from dataclasses import dataclass

import numpy as np

from gatecast.data import Panel, continue_times, parse_frequency

DAY, WEEK = 4, 28
MONDAY = 1_672_617_600_000_000  # 2023-01-02 00:00 UTC
SOURCES = {"heat": "temperature", "cloud": "cloud", "holiday": "holiday"}
QUIET_DAYS = (
    12  # before an origin on which something is planted: what a network reads, and what is felt there
)


@dataclass(frozen=True)
class Days:
    """Which days had what. [days] each"""

    heat: np.ndarray
    cloud: np.ndarray
    holiday: np.ndarray


def random_days(count: int, seed: int) -> Days:
    """Days of each kind, at random."""
    draw = np.random.default_rng(seed)
    return Days(*(draw.random(count) < chance for chance in (0.12, 0.15, 0.06)))


def planted_days(count: int, seed: int, cause: str) -> Days:
    """Random days, then quiet ones with one thing on the one day it has to be on to be felt on the last."""
    days = random_days(count, seed)
    for flags in (days.heat, days.cloud, days.holiday):
        flags[-QUIET_DAYS - 1 :] = False
    if cause:
        getattr(days, cause)[{"heat": -4, "cloud": -2, "holiday": -1}[cause]] = True
    return days


def panel_of_days(days: Days, seed: int, noise: float = 1.0, history: int | None = None) -> Panel:
    """The series those days make; its last day lies ahead unless `history` days are known.

    noise  spread of what no cause explains
    """
    count = len(days.heat)
    known = count - 1 if history is None else history
    draw, rows = np.random.default_rng(seed + 1000), count * DAY
    temperature, cloud = draw.normal(0, 1, rows), draw.normal(0, 1, rows)
    temperature[np.flatnonzero(days.heat) * DAY + 2] += 10
    cloud += 4.0 * np.repeat(days.cloud, DAY)
    felt = -12.0 * days.holiday
    felt[3:] += 8.0 * days.heat[:-3]
    felt[1:] -= 8.0 * days.cloud[:-1]
    wobble = np.zeros(rows)
    for t in range(1, rows):
        wobble[t] = 0.3 * wobble[t - 1] + noise * draw.normal()
    values = 100 + 5 * np.sin(2 * np.pi * np.arange(rows) / DAY) + np.repeat(felt, DAY) + wobble
    steps, frequency = known * DAY, parse_frequency("6h")
    values[steps:], temperature[steps:], cloud[steps:] = np.nan, np.nan, np.nan
    start = np.array([MONDAY])
    return Panel(
        values=values,
        offsets=np.array([0, rows]),
        ids=("plant",),
        times=np.append(start, continue_times(start, frequency, None, rows - 1)).astype(np.int64),
        known_steps=np.array([steps]),
        frequency=frequency,
        zone=None,
        seasons=(DAY, WEEK),
        known=np.repeat(days.holiday, DAY)[:, None].astype(np.float64),
        past=np.stack([temperature, cloud], axis=1),
        static=np.zeros((1, 0)),
        known_names=("holiday",),
        past_names=("temperature", "cloud"),
    )
