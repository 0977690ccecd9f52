"""The leaderboard: scores of every model, and whether the differences could be chance."""

import csv
import io
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gatecast._types import FloatArray
from gatecast.backtest.paired import Paired, correlated_lags, paired_test
from gatecast.backtest.record import Backtest
from gatecast.backtest.scores import coverage, mae, mase, mean_known, rmse, scaled_crps, smape
from gatecast.disk import whole
from gatecast.errors import OptionError

# Linear models by the names they give themselves; a number behind tells two of a name apart.
LINEAR = ("SeasonalNaive", "Drift", "Autoregression", "ARIMA", "LinearHalf")
SIGNIFICANT = 0.05
# Below this many windows a t test over them can hardly find anything; many series then say more.
FEWEST_WINDOWS = 6


@dataclass(frozen=True)
class Standing:
    """One model's row.

    mase, smape, mae, rmse               mean over windows, then over series; smape in [0, 1]
    scaled_crps                          of all windows of a series together, mean over series: a window of
                                         next to nothing, such as a day of snow on a roof, weighs as little
    coverage_80, coverage_95             share of actuals inside; NaN where the levels do not allow it
    seconds                              learning and forecasting
    difference                           mean scaled absolute error less the reference's; negative is better
    p_value                              of that difference, two-sided, not adjusted for several comparisons
    verdict                              reference, better, worse, no difference or untested
    """

    model: str
    mase: float
    smape: float
    mae: float
    rmse: float
    scaled_crps: float
    coverage_80: float
    coverage_95: float
    seconds: float
    difference: float
    p_value: float
    verdict: str


@dataclass(frozen=True)
class Leaderboard:
    """Models from the lowest MASE to the highest, and what their differences were tested on.

    rows       one per model; a model that gave no number for some step comes last, without scores
    reference  the model that verdicts compare with
    unit       what the paired test takes as one observation: windows or series
    units      how many of them there were
    unscaled   ids of series left out of MASE and of the test: their history is constant or too short
    series     how many series there were
    n_windows  origins of each
    """

    rows: tuple[Standing, ...]
    reference: str
    unit: str
    units: int
    unscaled: tuple[object, ...]
    series: int
    n_windows: int

    def table(self) -> list[dict[str, str | float]]:
        """The rows as plain records, missing numbers as NaN."""
        return [asdict(row) for row in self.rows]

    def as_csv(self) -> str:
        """The rows as CSV with a header, missing numbers as empty cells."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(Standing.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: "" if v != v else v for k, v in record.items()} for record in self.table())
        return text.getvalue()

    def to_csv(self, path: str | Path) -> None:
        """Write `as_csv` to a file.

        Raises OptionError if the file cannot be written.
        """
        try:
            with whole(Path(path)) as draft:
                draft.write_text(self.as_csv(), encoding="utf-8", newline="")
        except OSError as error:
            raise OptionError(
                f"cannot write {path}: {error.strerror}; give a file in a folder that exists and is yours"
            ) from error


def leaderboard(backtest: Backtest, reference: str | None = None) -> Leaderboard:
    """Rank the models of a backtest by MASE and test each against a reference.

    The reference is the best of the linear models unless named, or the first model where none is linear.
    The test is paired, on the scaled absolute errors of each window averaged over series, and allows for
    windows that overlap or resemble their neighbours; where windows are few and series many, the series are
    the pairs instead, taken as independent.

    Raises OptionError if the reference is not among the models.

    >>> from gatecast import Drift, SeasonalNaive
    >>> from gatecast.backtest import cross_validate
    >>> from gatecast.data import Schema, load_sample, panel_from
    >>> demand = load_sample("demand").select("unique_id", "ds", "y").tail(4000)
    >>> models = [SeasonalNaive(horizon=48), Drift(horizon=48)]
    >>> backtest = cross_validate(models, panel_from(demand, Schema()).panel, n_windows=28)
    >>> [(row.model, row.verdict) for row in leaderboard(backtest).rows]
    [('SeasonalNaive', 'reference'), ('Drift', 'worse')]
    """
    scores = {name: _scores(backtest, name) for name in backtest.names}
    chosen = _reference(backtest, scores, reference)
    unit = "windows" if backtest.n_windows >= min(FEWEST_WINDOWS, len(backtest.panel)) else "series"
    tested = {name: _test(backtest, name, chosen, unit) for name in backtest.names}
    rows = [
        Standing(
            model=name,
            **scores[name],
            seconds=sum(backtest.seconds[name]),
            difference=tested[name].difference,
            p_value=tested[name].p_value,
            verdict="reference" if name == chosen else _verdict(tested[name]),
        )
        for name in backtest.names
    ]
    rows.sort(key=lambda row: (_last_if_missing(row.mase), _last_if_missing(row.mae)))
    return Leaderboard(
        rows=tuple(rows),
        reference=chosen,
        unit=unit,
        units=tested[chosen].units,
        unscaled=backtest.unscaled,
        series=len(backtest.panel),
        n_windows=backtest.n_windows,
    )


def _scores(backtest: Backtest, name: str) -> dict[str, float]:
    """Every score of one model, each series weighing the same; all NaN if a forecast is missing."""
    forecast, actual = backtest.forecasts[name], backtest.actual
    complete = np.isfinite(forecast.quantiles).all() and np.isfinite(forecast.point).all()

    def overall(per_origin: FloatArray) -> float:
        by_series = mean_known(backtest.by_series(per_origin), axis=1)
        return float(mean_known(by_series)) if complete else math.nan

    together = (len(backtest.panel), -1)  # all windows of a series are one sequence
    quantiles = forecast.quantiles.reshape(*together, len(backtest.levels))
    pooled = scaled_crps(actual.reshape(together), quantiles, backtest.levels)
    return {
        "mase": overall(mase(actual, forecast.point, backtest.scale[backtest.origins.series])),
        "smape": overall(smape(actual, forecast.point)),
        "mae": overall(mae(actual, forecast.point)),
        "rmse": overall(rmse(actual, forecast.point)),
        "scaled_crps": float(mean_known(pooled)) if complete else math.nan,
        "coverage_80": overall(_covered(backtest, name, 80)),
        "coverage_95": overall(_covered(backtest, name, 95)),
    }


def _covered(backtest: Backtest, name: str, level: float) -> FloatArray:
    try:
        lower, upper = backtest.forecasts[name].interval(level)
    except OptionError:  # the board shows an empty cell for an interval nobody asked for
        return np.full(len(backtest.origins), np.nan)
    return coverage(backtest.actual, lower, upper)


def _reference(backtest: Backtest, scores: dict[str, dict[str, float]], reference: str | None) -> str:
    if reference is not None:
        if reference not in backtest.names:
            raise OptionError(
                f"the reference {reference!r} is not in the backtest; it has {', '.join(backtest.names)}"
            )
        return reference
    linear = [name for name in backtest.names if name.split(" ")[0] in LINEAR]
    if not linear:
        return backtest.names[0]
    return min(linear, key=lambda name: _last_if_missing(scores[name]["mase"]))


def _test(backtest: Backtest, name: str, reference: str, unit: str) -> Paired:
    """Paired test of one model's scaled absolute errors against the reference's."""
    scale = backtest.scale[backtest.origins.series]
    points = [backtest.forecasts[which].point for which in (name, reference)]
    losses = [mase(backtest.actual, point, scale) for point in points]
    by_series = backtest.by_series(losses[0] - losses[1])
    if not all(np.isfinite(point).all() for point in points):
        return Paired(math.nan, math.nan, math.nan, 0)
    if unit == "series":
        return paired_test(mean_known(by_series, axis=1))
    differences = mean_known(by_series, axis=0)
    overlap = math.ceil(backtest.horizon / backtest.step)
    found = paired_test(differences, correlated_lags(len(differences), overlap))
    if overlap >= max(found.units, 2):  # every window overlaps every other: nothing independent to count
        return found._replace(statistic=math.nan, p_value=math.nan)
    return found


def _verdict(tested: Paired) -> str:
    if math.isnan(tested.p_value):
        return "untested"
    if tested.p_value >= SIGNIFICANT:
        return "no difference"
    return "better" if tested.difference < 0 else "worse"


def _last_if_missing(score: float) -> float:
    return math.inf if math.isnan(score) else score
