"""How often the drift detector cries wolf, and how soon it sees a wolf: simulated scores, nothing fitted.

    python bench/drift.py

Scores are standard normal with first-order autocorrelation r, as of calibrated forecasts whose errors follow
one another; a year of daily origins is judged after the reference part. False alarms are shares of 2000 years
with any of the three alarms; delays are medians over 300 years, in origins; "missed" is the share of years
that went by without one.
"""

import numpy as np

from gatecast._types import FloatArray
from gatecast.interval import REFERENCE, Drift, find_drifts

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
NORMAL = (-1.959964, -1.281552, 0.0, 1.281552, 1.959964)
YEAR, HORIZON = 365, 4


def scores(r: float, count: int, draw: np.random.Generator) -> FloatArray:
    """Stationary scores of unit variance."""
    noise = draw.normal(size=count)
    series = np.empty(count)
    series[0] = noise[0]
    for t in range(1, count):
        series[t] = r * series[t - 1] + np.sqrt(1 - r**2) * noise[t]
    return series


def found(series: FloatArray, reference: int) -> Drift | None:
    """The alarm for one series of scores, the same at every step of the horizon."""
    actual = np.repeat(series[:, None], HORIZON, axis=1)
    quantiles = np.broadcast_to(np.array(NORMAL), (*actual.shape, len(NORMAL)))
    drifts = find_drifts(actual, quantiles, LEVELS, np.zeros(len(series), dtype=np.int64), reference)
    return drifts[0] if drifts else None


def false_alarms(r: float, reference: int, years: int = 2000) -> float:
    """Share of stationary years with an alarm."""
    draw = np.random.default_rng(0)
    return float(
        np.mean([found(scores(r, reference + YEAR, draw), reference) is not None for _ in range(years)])
    )


def delay(change: str, size: float, r: float, reference: int, years: int = 300) -> str:
    """Median delay of the alarm for a change that begins with the judged part, and the share missed."""
    draw, delays = np.random.default_rng(1), []
    for _ in range(years):
        series = scores(r, reference + YEAR, draw)
        judged = slice(reference, None)
        if change == "shift":
            series[judged] += size
        elif change == "spread":
            series[judged] *= size
        else:
            series[judged] += size * np.arange(1, YEAR + 1) / 100
        drift = found(series, reference)
        delays.append(np.inf if drift is None else drift.noticed - reference + 1)
    late = np.quantile(delays, 0.9, method="lower")
    missed = np.mean(np.isinf(delays))
    return f"{np.median(delays):5.0f} origins, 90 % within {late:4.0f}, missed {missed:.2f}"


def main() -> None:
    """Print all figures."""
    for reference in (REFERENCE, 180):
        for r in (0.0, 0.3, 0.6, 0.8):
            print(f"false alarms a year, reference {reference}, r = {r}: {false_alarms(r, reference):.3f}")
    for r in (0.0, 0.3, 0.6):
        for change, sizes in (("shift", (1.0, 2.0, 3.0)), ("spread", (2.0, 3.0)), ("trend", (1.0,))):
            for size in sizes:
                print(f"{change} {size}, r = {r}, reference 180: {delay(change, size, r, 180)}")


if __name__ == "__main__":
    main()
