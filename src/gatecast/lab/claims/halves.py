"""ARIMA takes what is linear and seasonal, an LSTM the rest: one series, whole and with each half removed.

    y_t    = 10 t/n + 8 sin(2π (t − 8)/24) + 3 sin(4π t/24) + 2 a_t      linear: trend, seasons, a_t an AR(1)
             + 9 (heat_t − .8)                                           the rest: bent, and remembered
             + noise
    heat_t = .89 heat_{t−1} + .11 |temperature_t|

Warmth and cold raise y alike, so no line in temperature says anything of it. ARIMA first, then an LSTM on
what ARIMA leaves, as in Zhang (2003), doi:10.1016/S0925-2312(01)00702-0.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, parse_frequency
from gatecast.forecaster import Origins
from gatecast.insight import bars_figure, number
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import net, seeded, train
from gatecast.linear import ARIMA
from gatecast.progress import Silent

NAME, TITLE = "halves", "ARIMA takes what is linear and seasonal, an LSTM the rest, and the two together both"
DAYS, TESTED, HORIZON, CONTEXT, SEASON = 200, 40, 24, 72, 24
TIME, CUT = DAYS * 24, (DAYS - TESTED) * 24
UNITS, BATCH, STEPS, RATE, FORGET_BIAS = 24, 32, 300, 2e-2, 2.0
KEPT, BENT, NOISE = 0.89, 9.0, 0.5
SERIES = ("the whole", "linear half alone", "other half alone")
FIRST = 200  # origin from which ARIMA's forecasts are used: its filter has settled


@dataclass(frozen=True)
class Planted:
    """The series and what they are made with.

    y            [series, time]  whole, linear half alone, other half alone
    temperature  [time]          known ahead
    """

    y: FloatArray
    temperature: FloatArray


ABSENT = (
    "The series is planted to have both halves. On real ones the second can be absent, and then an LSTM has "
    "nothing to add: with the linear half alone the pair's error is {} times ARIMA's."
)
LIMITS = (
    "The LSTM reads levels. One that is given differences may cope better with a trend.",
    "The package's Hybrid weighs several linear members and trains its network on their forecasts; this is "
    "the idea in its plainest form.",
)


def measure(seed: int) -> Finding:
    """Forecast all three series with ARIMA, with an LSTM, and with an LSTM on what ARIMA leaves."""
    planted = plant(seed)
    position = np.arange(FIRST, TIME - HORIZON - 1)
    target = planted.y[:, position[:, None] + np.arange(1, HORIZON + 1)]
    linear = _arima(planted, position)
    judged = np.flatnonzero((position >= CUT - 1) & ((position - CUT + 1) % 24 == 0))
    surprise = np.zeros_like(planted.y)
    surprise[:, position + 1] = target[:, :, 0] - linear[:, :, 0]
    size = planted.y[:, :CUT].std(axis=1)
    alone, left = (
        np.stack(
            [
                _network(read[i] / size[i], what[i] / size[i], planted, position, judged, seed) * size[i]
                for i in range(3)
            ]
        )
        for read, what in ((planted.y, target), (surprise, target - linear))
    )
    came = target[:, judged]
    errors = {
        "ARIMA alone": _errors(linear[:, judged], came),
        "LSTM alone": _errors(alone, came),
        "ARIMA, then LSTM": _errors(linear[:, judged] + left, came),
    }
    arima, lstm, both = errors.values()
    return Finding(
        NAME,
        TITLE,
        told=(
            "The planted series is a sum of two halves: trend, daily season and an autoregression; and a "
            f"response to heat and cold alike, remembered for hours. Each model forecasts its last {TESTED} "
            f"days, {HORIZON} steps from each midnight, the temperature known.",
            f"With the linear half alone ARIMA errs by {number(arima[1])} and the LSTM by "
            f"{number(lstm[1])}. With the other half alone ARIMA errs by {number(arima[2])} and the LSTM by "
            f"{number(lstm[2])}.",
            f"Of the whole, ARIMA errs by {number(arima[0])}, the LSTM by {number(lstm[0])}, and ARIMA with "
            f"an LSTM on what it leaves by {number(both[0])}.",
        ),
        limits=(ABSENT.format(number(both[1] / arima[1])), *LIMITS),
        measures=(
            Measure(
                "error of the two together, share of the better one alone",
                both[0] / min(arima[0], lstm[0]),
                below=0.95,
            ),
            Measure("linear half alone: error of ARIMA, share of the LSTM's", arima[1] / lstm[1], below=1.0),
            Measure("other half alone: error of the LSTM, share of ARIMA's", lstm[2] / arima[2], below=0.5),
            Measure("linear half alone: error of the pair, share of ARIMA's", both[1] / arima[1]),
        ),
        figures=(
            Drawn(
                bars_figure(SERIES, errors, y="mean absolute error"),
                "Errors on days not trained on. A model is good where its half is.",
            ),
        ),
        seed=seed,
    )


def plant(seed: int) -> Planted:
    """Draw the series."""
    chance, t = np.random.default_rng(seed), np.arange(TIME)
    temperature, wave = _wandering(chance, 0.97), _wandering(chance, 0.9)
    season = 8 * np.sin(2 * np.pi * (t - 8) / 24) + 3 * np.sin(4 * np.pi * t / 24)
    linear = 10 * t / TIME + season + 2 * wave
    rest = BENT * (_kept(np.abs(temperature), KEPT) - 0.8)
    noise = NOISE * chance.normal(size=TIME)
    return Planted(np.stack([linear + rest + noise, linear + noise, rest + noise]), temperature)


def _wandering(chance: np.random.Generator, keeps: float) -> FloatArray:
    """A first-order autoregression of variance 1. [time]"""
    wandering: FloatArray = _kept(chance.normal(size=TIME), keeps) * np.sqrt((1 + keeps) / (1 - keeps))
    return wandering


def _kept(values: FloatArray, keeps: float) -> FloatArray:
    """A store that keeps a share of itself and takes in the rest anew. [time]"""
    store, stores = 0.0, np.empty(len(values))
    for i, value in enumerate(values):
        store = keeps * store + (1 - keeps) * value
        stores[i] = store
    return stores


def _arima(planted: Planted, position: IntArray) -> FloatArray:
    """ARIMA's forecasts from each origin, with temperature as a regressor. [series, origins, horizon]"""
    count, frequency = len(SERIES), parse_frequency(1)
    panel = Panel(
        values=planted.y.ravel(),
        offsets=np.arange(count + 1) * TIME,
        ids=SERIES,
        times=np.tile(np.arange(TIME), count),
        known_steps=np.full(count, TIME),
        frequency=frequency,
        zone=None,
        seasons=(SEASON,),
        known=np.tile(planted.temperature, count)[:, None],
        past=np.empty((count * TIME, 0)),
        static=np.empty((count, 0)),
        known_names=("temperature",),
    )
    model = ARIMA(HORIZON, SEASON, ("temperature",)).learn(panel.seen_until(np.full(count, CUT)), Silent())
    origins = Origins(np.repeat(np.arange(count), len(position)), np.tile(position, count))
    point: FloatArray = model.forecast(panel, origins, (0.5,)).point
    return point.reshape(count, len(position), HORIZON)


def _network(
    own: FloatArray, target: FloatArray, planted: Planted, position: IntArray, judged: IntArray, seed: int
) -> FloatArray:
    """Forecasts of an LSTM that reads past and steps ahead, the series as far as known. [judged, horizon]

    own     [time]              what it reads of the series
    target  [origins, horizon]  what it is to say
    """
    clock = 2 * np.pi * np.arange(TIME) / SEASON
    x = torch.tensor(
        np.column_stack([own, planted.temperature, np.sin(clock), np.cos(clock)]), dtype=torch.float32
    )
    y = torch.tensor(target, dtype=torch.float32)
    at = torch.as_tensor(position)
    ahead = torch.zeros(CONTEXT + HORIZON, 1)
    ahead[CONTEXT:] = 1.0
    learned = int((position < CUT - HORIZON).sum())
    with seeded(seed) as chance:
        made = net("lstm", x.shape[1] + 1, UNITS, forget_bias=FORGET_BIAS)
        nn.init.zeros_(made.readout.weight)
        nn.init.zeros_(made.readout.bias)

        def said(origins: Tensor) -> Tensor:
            read = x[at[origins][:, None] + torch.arange(1 - CONTEXT, HORIZON + 1)]
            read[:, CONTEXT:, 0] = 0.0
            whole = torch.cat([read, ahead.expand(len(origins), -1, -1)], dim=-1)
            read_out: Tensor = made(whole)[:, CONTEXT:, 0]
            return read_out

        def loss(generator: torch.Generator) -> Tensor:
            origins = torch.randint(0, learned, (BATCH,), generator=generator)
            return (said(origins) - y[origins]).abs().mean()

        train(made, loss, chance, steps=STEPS, rate=RATE)
        with torch.no_grad():
            return said(torch.as_tensor(judged)).numpy().astype(np.float64)


def _errors(said: FloatArray, came: FloatArray) -> list[float]:
    """Mean absolute error of each series."""
    return [float(error) for error in np.abs(said - came).mean(axis=(1, 2))]
