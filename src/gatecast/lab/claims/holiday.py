"""Demand on a holiday, and last year's holiday: which path lets a year act, on the bundled demand sample.

A network that reads some days cannot remember a year. What last year's holidays did is in its weights, and
the calendar is the input that calls it up. Both are measured: by leaving the input out, and by changing
last year.
"""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Schema, load_sample, panel_from, sample_info
from gatecast.forecaster import Origins
from gatecast.insight import Curve, bars_figure, curves_figure, number
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.nets import seeded
from gatecast.memory import LSTM, Training
from gatecast.progress import Silent

NAME, TITLE = (
    "holiday",
    "Last year's holiday acts through the calendar and the weights, not through the memory",
)
HORIZON, YEAR, RAISED = 24, 365 * 24, 1000.0
TESTED = 2014
TRAINING = Training(units=32, steps=150)
AGES = (1, 2, 4, 7, 8, 10, 12, 14, 15, 16, 18, 21, 28, 60, 180, 365)  # days
APART = 60  # days
PROBED = 3  # origins that ages are tried at
WITH, WITHOUT = ("temperature", "holiday"), ("temperature",)


@dataclass(frozen=True)
class Year:
    """The tested year, forecast at every midnight.

    origins   midnights
    holidays  [origins]           whether the day that follows is a holiday
    actual    [origins, horizon]  what came, MW
    """

    origins: Origins
    holidays: np.ndarray
    actual: FloatArray


def measure(seed: int) -> Finding:
    """Forecast the holidays of a year with and without the holiday input; then change the past."""
    (panel, knowing), (bare, blind) = (_learned(known, seed) for known in (WITH, WITHOUT))
    year = _tested(panel)
    said, unsaid = _forecast(knowing, panel, year.origins), _forecast(blind, bare, year.origins)
    errors = {
        name: (_off(forecast, year, year.holidays), _off(forecast, year, ~year.holidays))
        for name, forecast in (("with the holiday input", said), ("without it", unsaid))
    }
    (known, ordinary), (unknown, _) = errors.values()
    reach = _reach(knowing, panel, year.origins)
    lastyear = _last_year(knowing, panel, year)
    effect = _declared(knowing, panel, year)
    oldest = max((age for age, moved in reach.items() if moved > 0), default=0)
    info = sample_info("demand")
    return Finding(
        NAME,
        TITLE,
        told=(
            f"Electricity demand of Victoria, every second half-hour; an LSTM of {TRAINING.units} units "
            f"trained on the years before {TESTED}, forecasting each day of it from midnight. On its "
            f"{int(year.holidays.sum())} holidays the error is {number(known)} MW with the holiday as an "
            f"input and {number(unknown)} MW without; on other days {number(ordinary)} MW.",
            f"Raising all demand older than so many days by {RAISED:,.0f} MW moves the forecast up to "
            f"{oldest} days, of {len(AGES)} numbers of days tried up to {AGES[-1]}. Raising it on the "
            f"holidays of the year before moves the forecasts of this year's, those more than {APART} days "
            f"after them, by {number(lastyear)} MW at most. Declaring the day a holiday moves its forecast "
            f"by {number(effect)} MW, mean over the day.",
        ),
        shows=(
            "So the memory is not the path by which last year's holidays act. It is the calendar, with "
            "weights that have learned from holidays of past years. A lag of a year as an input would be "
            "another path; this network has none.",
        ),
        limits=(
            f"That no more than {knowing.context_} hours of the past act follows from how the network is "
            "built: it reads no more. That is checked here, not discovered.",
            f"{int(year.holidays.sum())} holidays are few. {info.disclosure}",
        ),
        measures=(
            Measure(
                "error on holidays with the holiday input, share of that without", known / unknown, below=0.8
            ),
            Measure("forecast moved by last year's holiday, 1,000 MW higher", lastyear, "MW", below=1e-6),
            Measure("oldest demand that moves the forecast", oldest, "days", above=1, below=60),
            Measure("forecast moved by declaring the holiday, mean over the day", effect, "MW", below=0),
            Measure("error on holidays with the input", known, "MW"),
            Measure("error on holidays without", unknown, "MW"),
            Measure("error on other days with the input", ordinary, "MW"),
        ),
        figures=(_errors_figure(errors), _days_figure(year, said, unsaid)),
        seed=seed,
    )


def _learned(known: tuple[str, ...], seed: int) -> tuple[Panel, LSTM]:
    """The sample as a panel with these covariates, and an LSTM that has learned the years before."""
    table = load_sample("demand").gather_every(2)
    panel = panel_from(table, Schema(known=known), freq=None, season=None, zone=None).panel
    before = int((table["ds"].dt.year() < TESTED).sum())
    with seeded(seed):
        made = LSTM(HORIZON, known=known, seed=seed, training=TRAINING)
        return panel, made.learn(panel.seen_until(np.array([before])), Silent())


def _tested(panel: Panel) -> Year:
    """Every midnight of the tested year that has a whole day behind it."""
    table = load_sample("demand").gather_every(2)
    last = (table["ds"].dt.hour() == 23).to_numpy()
    following = np.append((table["ds"].dt.year() == TESTED).to_numpy()[1:], False)
    position = np.flatnonzero(last & following)
    position = position[position + HORIZON < len(table)]
    steps = position[:, None] + np.arange(1, HORIZON + 1)
    holiday = table["holiday"].to_numpy()[position + HORIZON // 2] > 0
    return Year(Origins(np.zeros(len(position), dtype=np.int64), position), holiday, panel.values[steps])


def _forecast(made: LSTM, panel: Panel, origins: Origins) -> FloatArray:
    """The median. [origins, horizon]"""
    return made.forecast(panel, origins, (0.5,)).point


def _off(forecast: FloatArray, year: Year, days: np.ndarray) -> float:
    """Mean absolute error of some days, MW."""
    return float(np.abs(forecast - year.actual)[days].mean())


def _raised(panel: Panel, rows: IntArray | slice) -> Panel:
    """The panel with some of its values raised."""
    values = panel.values.copy()
    values[rows] += RAISED
    return replace(panel, values=values)


def _reach(made: LSTM, panel: Panel, origins: Origins) -> dict[int, float]:
    """How far the forecast moves, MW, when all that is older than some days is raised."""
    chosen = [origins.where(np.array([i])) for i in np.linspace(0, len(origins) - 1, PROBED).astype(int)]
    base = [
        _forecast(made, panel, one) for one in chosen
    ]  # alone, as below: in company it is rounded otherwise
    moved = {}
    for age in AGES:
        edited = (_raised(panel, slice(0, int(one.position[0]) + 1 - 24 * age)) for one in chosen)
        pairs = zip(edited, chosen, base, strict=True)
        moved[age] = max(float(np.abs(_forecast(made, e, one) - was).max()) for e, one, was in pairs)
    return moved


def _last_year(made: LSTM, panel: Panel, year: Year) -> float:
    """How far a holiday's forecast moves, MW, when all holidays of the year before are raised."""
    stamp = load_sample("demand").gather_every(2)
    rows = np.flatnonzero(
        (stamp["holiday"].to_numpy() > 0) & (stamp["ds"].dt.year() == TESTED - 1).to_numpy()
    )
    late = year.origins.where(year.holidays)
    late = late.where(late.position > rows.max() + APART * 24)  # else both lie in what the network reads
    return float(np.abs(_forecast(made, _raised(panel, rows), late) - _forecast(made, panel, late)).max())


def _declared(made: LSTM, panel: Panel, year: Year) -> float:
    """How far declaring the day forecast a holiday, and no other day, moves its forecast: MW, mean."""
    late, column = year.origins.where(year.holidays), panel.known_names.index("holiday")
    moved = []
    for day in range(len(late)):
        one, known = late.where(np.array([day])), panel.known.copy()
        first = int(one.position[0]) + 1
        known[first : first + HORIZON, column] = 0.0
        undeclared = replace(panel, known=known)
        moved.append((_forecast(made, panel, one) - _forecast(made, undeclared, one)).mean())
    return float(np.mean(moved))


def _errors_figure(errors: dict[str, tuple[float, float]]) -> Drawn:
    """Errors on holidays and other days."""
    figure = bars_figure(
        ["holidays", "other days"], {k: list(v) for k, v in errors.items()}, y="mean absolute error, MW"
    )
    return Drawn(figure, f"Errors over {TESTED}, a year not trained on.")


def _days_figure(year: Year, said: FloatArray, unsaid: FloatArray) -> Drawn:
    """The mean holiday, hour by hour."""
    hours = np.arange(HORIZON)
    curves = (
        Curve("what came", hours, year.actual[year.holidays].mean(0), color="#7A828C"),
        Curve("with the holiday input", hours, said[year.holidays].mean(0), color="#0072B2"),
        Curve("without it", hours, unsaid[year.holidays].mean(0), color="#E69F00", dash="dash"),
    )
    figure = curves_figure(curves, x="hour of the day", y="demand, MW")
    return Drawn(figure, f"The mean holiday of {TESTED}.")
