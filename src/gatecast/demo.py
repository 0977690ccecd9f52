"""The demonstration: compare models on real data, forecast its last day, and write a page about it.

The day forecast is the last window of the comparison: no model has seen it, nor learned from the weeks before
it, and the page can show what came beside what was expected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gatecast.jobs as jobs
from gatecast._types import FloatArray
from gatecast.data import Sample, Schema, actuals, load_sample, sample_info
from gatecast.insight import headline, number
from gatecast.progress import Progress
from gatecast.report import Contents, write_report

MODELS = ("naive", "linear", "lstm", "hybrid")
LEVEL = (80, 95)
WINDOWS = 56  # eight weeks of days: enough for a paired test to say something
UNITS = {"temperature": "°C", "ghi": "W/m²", "ghi_clear": "W/m²"}


@dataclass(frozen=True)
class DemoResult:
    """What the demonstration found.

    comparison  models over rolling origins
    answer      the hybrid's forecast of the last day, `actual` [horizon] what came
    sentences   the result in words, and what to know before believing it
    day         the forecast in a few rows, the head first
    written     the files
    """

    sample: Sample
    source: jobs.Source
    comparison: jobs.Comparison
    answer: jobs.Answer
    actual: FloatArray
    sentences: tuple[str, ...]
    day: tuple[tuple[str, ...], ...]
    written: tuple[Path, ...]


def run(
    which: str,
    out: Path,
    progress: Progress,
    *,
    seed: int = 0,
    on_read: Callable[[str, jobs.Source], None] | None = None,
) -> DemoResult:
    """Run the demonstration on one bundled sample and write its three files into a folder.

    on_read  called with a title and what was read, before the long work begins

    Raises OptionError for an unknown sample or a folder that cannot be written to.
    """
    sample = sample_info(which)
    folder = jobs.check_folder(out)
    question = jobs.Question(Schema(known=sample.known), sample.horizon, seed=seed)
    source = jobs.read(load_sample(which), question)
    if on_read is not None:
        on_read(sample.title, source)
    forecasters = [jobs.make(name, question) for name in MODELS]
    comparison = jobs.compare(source, forecasters, progress, windows=WINDOWS)
    answer = jobs.last_window(source, comparison, forecasters[-1].name, level=LEVEL)
    actual = actuals(source.panel, answer.forecast.origins, sample.horizon)[0]
    sentences = (headline(comparison.board), sample.disclosure)
    written = _write(folder, sample, source, comparison, answer, actual)
    return DemoResult(
        sample, source, comparison, answer, actual, sentences, _day(sample, answer, actual), written
    )


def _write(
    folder: Path,
    sample: Sample,
    source: jobs.Source,
    comparison: jobs.Comparison,
    answer: jobs.Answer,
    actual: FloatArray,
) -> tuple[Path, ...]:
    """Write forecast, leaderboard and page."""
    board = folder / "leaderboard.csv"
    comparison.board.to_csv(board)
    contents = Contents(
        title=sample.title,
        panel=answer.panel,
        forecast=answer.forecast,
        model=answer.model,
        level=LEVEL,
        actual=actual[None, :],
        backtest=comparison.backtest,
        board=comparison.board,
        unit=sample.unit,
        units=UNITS,
        notes=(*source.notes, *comparison.notes, f"Data: {sample.provenance}. {sample.licence}."),
        disclosure=sample.disclosure,
        commands=(f"gatecast demo --set {sample.name} --seed {source.question.seed}",),
        seed=source.question.seed,
    )
    page = write_report(folder / "report.html", contents)
    return jobs.save(answer.frame, folder / "forecast.csv"), board, page


def _day(sample: Sample, answer: jobs.Answer, actual: FloatArray) -> tuple[tuple[str, ...], ...]:
    """The forecast day in eight rows: time, forecast, intervals and what came."""
    frame, every = answer.frame, max(1, sample.horizon // 8)
    bounds = [(f"{answer.model}-lo-{width}", f"{answer.model}-hi-{width}") for width in LEVEL]
    head = ("time", f"forecast, {sample.unit}", *(f"{width} % interval" for width in LEVEL), "what came")
    rows = [
        (
            f"{row['ds']:%Y-%m-%d %H:%M}",
            number(row[answer.model]),
            *(f"{number(row[low])} to {number(row[high])}" for low, high in bounds),
            number(float(came)),
        )
        for row, came in zip(frame.to_dicts()[::every], actual[::every], strict=True)
    ]
    return (head, *rows)
