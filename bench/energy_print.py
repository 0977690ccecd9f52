"""How a line of bench/energy.py is printed, for the eye, for Markdown and for a CSV file."""

import csv
import math
from pathlib import Path

from energy_run import Line
from energy_scores import Worst
from gatecast.backtest.paired import Paired

UNTESTED = math.nan, Paired(math.nan, math.nan, math.nan, 0)
HEADINGS = (
    ("set", 15),
    ("model", 17),
    ("error", 30),
    ("to linear", 10),
    ("t, p", 15),
    ("to best half: t, p", 19),
    ("to others: t, p", 60),
    ("in 80 %, 95 %", 15),
    ("worst step", 22),
    ("worst hour", 22),
    ("below 60 %", 11),
    ("seconds: fit, forecast", 0),
)


def header(markdown: bool) -> str:
    """The names of the columns."""
    names = [name for name, _ in HEADINGS]
    if markdown:
        return f"\n| {' | '.join(names)} |\n|{'---|' * len(names)}"
    return "\n" + aligned(names)


def printed(line: Line, markdown: bool) -> str:
    """One line."""
    cells = [
        line.set,
        line.model,
        error(line),
        "" if line.model == "linear" else f"{100 * line.relative:+.1f} %",
        "" if line.model == "linear" else paired(line.against_linear),
        paired(line.against_best),
        "; ".join(f"{name} {100 * rel:+.1f} %: {paired(test)}" for name, (rel, test) in line.rivals.items()),
        "" if math.isnan(line.coverage[0]) else " ".join(f"{100 * share:.1f}" for share in line.coverage),
        worst(line.worst_step),
        worst(line.worst_hour),
        "" if math.isnan(line.below_60) else f"{100 * line.below_60:.1f} %",
        " ".join(f"{s:.1f}" for s in line.seconds),
    ]
    return f"| {' | '.join(cells)} |" if markdown else aligned(cells)


def aligned(cells: list[str]) -> str:
    """Columns of one width."""
    return " ".join(f"{cell:<{width}}" for cell, (_, width) in zip(cells, HEADINGS, strict=True)).rstrip()


def error(line: Line) -> str:
    """MAPE, or OWA with what it is made of."""
    if len(line.scores) == 1:
        return f"{line.error:.3f} %"
    return f"{line.error:.4f} (sMAPE {line.scores[0]:.2f} %, MASE {line.scores[1]:.3f})"


def paired(test: Paired) -> str:
    """Statistic and p-value, or that the two are the same to rounding."""
    if test.difference == 0:
        return "the same"
    if math.isnan(test.statistic):
        return ""
    return f"{test.statistic:.1f}, {'< .001' if test.p_value < 1e-3 else f'{test.p_value:.3f}'.lstrip('0')}"


def worst(pair: tuple[Worst, Worst]) -> str:
    """Points off at 80 % and 95 %, and where."""
    there = [f"{w.points:+.1f} at {w.group}" for w in pair if w.group >= 0]
    return " / ".join(there)


def record(line: Line) -> dict[str, object]:
    """A line as plain numbers."""
    plain: dict[str, object] = {"set": line.set, "model": line.model, "error": line.error}
    smape, mase = line.scores if len(line.scores) == 2 else (math.nan, math.nan)
    plain |= {"smape": smape, "mase": mase, "relative_to_linear": line.relative}
    for name, test in (("linear", line.against_linear), ("best_half", line.against_best)):
        plain |= {f"{name}_t": test.statistic, f"{name}_p": test.p_value, f"{name}_pairs": test.units}
    for name in ("lstm", "arima", "operator", "hybrid"):
        relative, test = line.rivals.get(name, UNTESTED)
        plain |= {f"relative_to_{name}": relative, f"{name}_t": test.statistic}
    for k, level in enumerate((80, 95)):
        plain |= {f"coverage_{level}": line.coverage[k]}
        for name, found in (("step", line.worst_step[k]), ("hour", line.worst_hour[k])):
            plain |= {f"worst_{name}_{level}": found.points, f"worst_{name}_{level}_at": found.group}
    seconds = {"fit_seconds": line.seconds[0], "forecast_seconds": line.seconds[1]}
    return plain | {"below_60": line.below_60} | seconds


def write(lines: list[Line], path: Path | None) -> None:
    """The lines so far as CSV, so that a run that is cut short leaves what it found."""
    if path is None or not lines:
        return
    records = [record(line) for line in lines]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
