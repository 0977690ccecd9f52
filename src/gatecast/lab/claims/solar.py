"""Cloudy yesterday and today, so little sun tomorrow? How much that says, on the bundled solar sample.

Clearness is ghi / ghi_clear where the clear sky gives more than 20 W/m², and cloud is what it lacks of 1. By
night the last cloud of the evening is carried on: interpolating across the night would tell of the morning.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gatecast.data import load_sample
from gatecast.insight import Curve, Mark, bars_figure, curves_figure, number, share
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import net, seeded, train

NAME, TITLE = (
    "solar",
    "“Cloudy yesterday and today, so little sun tomorrow”: weak for tomorrow, strong within hours",
)
LIT = 20.0  # W/m² of clear sky
HORIZON, CONTEXT, WARM_UP = 24, 72, 24
UNITS, BATCH, STEPS, RATE, FORGET_BIAS = 24, 32, 350, 1e-2, 2.0
TESTED = 2013
USUAL_CLOUD, CLOUD_SIZE, SKY_SIZE = 0.25, 1 / 3, 500.0  # to bring inputs to ordinary size
THIRD = 1 / 3
LEADS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True)
class Sky:
    """The sample's sky, hour by hour.

    clear      [hours] W/m²  under a clear sky
    clearness  [hours]       share of it that came; 0 where it is dark
    cloud      [hours]       what lacked, the last one carried on by night
    clock      [hours, 4]    hour and season as waves
    daily      [days]        clearness of whole days
    split      hour from which on is tested
    """

    clear: np.ndarray
    clearness: np.ndarray
    cloud: np.ndarray
    clock: np.ndarray
    daily: np.ndarray
    split: int


LIMITS = (
    "One place. Where weather stays longer, yesterday says more.",
    "There is no weather forecast in this. Where one is known for tomorrow, less is left for yesterday's "
    "cloud to say; how much less is not measured here.",
)


def measure(seed: int) -> Finding:
    """How daily clearness follows on itself, and what the past adds to the calendar, hour by hour ahead."""
    sky = read_sky()
    after = _after(sky.daily)
    alike = [float(np.corrcoef(sky.daily[:-lag], sky.daily[lag:])[0, 1]) for lag in range(1, 8)]
    with_past, tomorrow = _errors(sky, seed, past=True)
    without, usual = _errors(sky, seed, past=False)
    gain, day_ahead = 1 - with_past / without, 1 - tomorrow / usual
    hours = np.arange(1, HORIZON + 1)
    gains = curves_figure(
        [Curve("error saved by knowing the past", hours, 100 * gain)],
        x="hours ahead",
        y="error saved, %",
        marks=(Mark("nothing saved", 0.0),),
    )
    drawn_after = bars_figure(
        list(after), {"tomorrow's clearness": list(after.values())}, y="mean clearness of the next day"
    )
    drawn_after.update_yaxes(range=[0, 1])
    said = ", ".join(f"{share(float(gain[lead - 1]))} at {lead} h" for lead in LEADS)
    return Finding(
        NAME,
        TITLE,
        told=(
            f"At Golden, Colorado, {len(sky.daily)} days. A day's clearness is the share of a clear sky's "
            "sun that came. After two cloudy days, each of the cloudiest third, the next has "
            f"{number(after['two cloudy days'])} on average; after two clear ones "
            f"{number(after['two clear days'])}; over all {number(after['any days'])}. From one day to the "
            f"next the correlation is {number(alike[0])}.",
            "A small LSTM with the past cloud, against the same one with the calendar alone, both trained "
            f"on the years before {TESTED} and tested on it: the past saves {said}. For all of tomorrow, "
            f"seen from midnight, it saves {share(day_ahead)}.",
        ),
        limits=LIMITS,
        measures=(
            Measure("error saved by the past, one hour ahead", 100 * float(gain[0]), "%", above=30),
            Measure("error saved for tomorrow, from midnight", 100 * day_ahead, "%", above=0, below=15),
            Measure("correlation of a day's clearness with the day before", alike[0], above=0, below=0.4),
            Measure("correlation with two days before", alike[1]),
            Measure("mean absolute error one hour ahead with the past", float(with_past[0]), "W/m²"),
            Measure("the same without", float(without[0]), "W/m²"),
        ),
        figures=(
            Drawn(
                gains,
                "How much less a small LSTM errs for knowing the past cloud, by hours ahead, in daylight.",
            ),
            Drawn(drawn_after, "Clearness of the day that follows: the truth in the saying, and its size."),
        ),
        seed=seed,
    )


def read_sky() -> Sky:
    """The bundled sample, as far as the sky goes."""
    table = load_sample("solar")
    ghi, clear = table["ghi"].to_numpy(), table["ghi_clear"].to_numpy()
    lit = clear > LIT
    clearness = np.where(lit, ghi / np.maximum(clear, LIT), 0.0)
    last = np.maximum.accumulate(np.where(lit, np.arange(len(ghi)), -1))
    cloud = np.where(last < 0, USUAL_CLOUD, 1 - clearness[last])
    hour, season = table["ds"].dt.hour().to_numpy() / 24, table["ds"].dt.ordinal_day().to_numpy() / 365.25
    waves = [wave(2 * np.pi * phase) for phase in (hour, season) for wave in (np.sin, np.cos)]
    whole = len(ghi) // 24 * 24
    daily = ghi[:whole].reshape(-1, 24).sum(1) / clear[:whole].reshape(-1, 24).sum(1)
    split = int((table["ds"].dt.year() < TESTED).sum())
    return Sky(clear, clearness, cloud, np.stack(waves, axis=1), daily, split)


def _after(daily: np.ndarray) -> dict[str, float]:
    """Mean clearness of the day after two days of a kind."""
    cloudy, clear = daily < np.quantile(daily, THIRD), daily > np.quantile(daily, 1 - THIRD)
    following = daily[2:]
    return {
        "two cloudy days": float(following[cloudy[:-2] & cloudy[1:-1]].mean()),
        "any days": float(following.mean()),
        "two clear days": float(following[clear[:-2] & clear[1:-1]].mean()),
    }


def _errors(sky: Sky, seed: int, *, past: bool) -> tuple[np.ndarray, float]:
    """Mean absolute error of daylight hours, W/m²: by hours ahead [horizon], and of the day from midnight."""
    cloud = (sky.cloud - USUAL_CLOUD) / CLOUD_SIZE if past else np.zeros_like(sky.cloud)
    x = torch.tensor(np.column_stack([cloud, sky.clear / SKY_SIZE, sky.clock]), dtype=torch.float32)
    clear = torch.tensor(np.where(sky.clear > LIT, sky.clear, 0.0), dtype=torch.float32)
    came = torch.tensor(sky.clearness, dtype=torch.float32)
    ahead = torch.arange(1, HORIZON + 1)
    with seeded(seed) as chance:
        made = net("lstm", x.shape[1], UNITS, forget_bias=FORGET_BIAS, outputs=HORIZON)

        def off(starts: Tensor, skipped: int) -> tuple[Tensor, Tensor]:
            """Errors in W/m² [windows, origins, horizon], and the clear sky there."""
            steps = starts[:, None] + torch.arange(CONTEXT)
            hours = steps[:, skipped:, None] + ahead
            return (made(x[steps])[:, skipped:] - came[hours]).abs() * clear[hours], clear[hours]

        def loss(generator: torch.Generator) -> Tensor:
            starts = torch.randint(0, sky.split - CONTEXT - HORIZON, (BATCH,), generator=generator)
            error, weight = off(starts, WARM_UP)
            return error.sum() / weight.sum()

        train(made, loss, chance, steps=STEPS, rate=RATE)
        with torch.no_grad():
            error, weight = off(torch.arange(sky.split, len(x) - CONTEXT - HORIZON, 24), CONTEXT - 24)
    lit = weight > 0
    by_lead = error.sum((0, 1)) / lit.sum((0, 1))
    midnight = error[:, -1].sum() / lit[:, -1].sum()
    return by_lead.numpy(), float(midnight)
