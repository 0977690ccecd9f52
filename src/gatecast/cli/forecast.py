"""`gatecast forecast`: what follows a table."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import gatecast
from gatecast.catalogue import entry_of
from gatecast.cli import options, show
from gatecast.cli.wording import in_shell_words
from gatecast.errors import OptionError

if TYPE_CHECKING:
    import gatecast.jobs
    import gatecast.report

EXAMPLES = """
Examples:

  gatecast forecast load.csv --horizon 24 > forecast.csv

  gatecast forecast load.parquet --horizon 48 --known temperature --future weather.csv --holidays AU-VIC

  gatecast forecast load.csv --horizon 24 --save load.gatecast

  gatecast forecast load.csv --horizon 24 --checkpoint load.checkpoint

  gatecast forecast load.csv --horizon 24 --model linear --out forecast.parquet --report page.html
"""


Future = Annotated[
    Path | None, typer.Option(help="Table of the known covariates ahead.", rich_help_panel=options.TABLE)
]
Save = Annotated[
    Path | None,
    typer.Option(
        help="Write the fitted model here, .gatecast, for gatecast predict.", rich_help_panel=options.OUTPUT
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        help="Keep the training's state here, .checkpoint; run again after a kill, it goes on from there.",
        rich_help_panel=options.OUTPUT,
    ),
]
Parts = Annotated[
    bool,
    typer.Option(
        "--parts", help="Add the linear and the memory part, and the pool's.", rich_help_panel=options.OUTPUT
    ),
]


def forecast(
    table: options.Table,
    horizon: options.Horizon,
    future: Future = None,
    known: options.Known = None,
    past: options.Past = None,
    static: options.Static = None,
    given: options.Given = None,
    id_col: options.IdCol = "unique_id",
    time_col: options.TimeCol = "ds",
    target_col: options.TargetCol = "y",
    freq: options.Freq = None,
    zone: options.Zone = None,
    model: options.ModelName = "hybrid",
    season: options.Season = None,
    holidays: options.Holidays = None,
    level: options.Level = None,
    seed: options.Seed = 0,
    boost: options.Boost = False,
    latitude: options.Latitude = None,
    longitude: options.Longitude = None,
    tilt: options.Tilt = None,
    azimuth: options.Azimuth = None,
    capacity: options.Capacity = None,
    parts: Parts = False,
    out: options.Out = None,
    report: options.Report = None,
    save: Save = None,
    checkpoint: Checkpoint = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Forecast what follows a table, with intervals."""
    jobs, console, widths = gatecast.jobs, show.people(quiet), _widths(level)
    _check_files((table, future), out, report, save, checkpoint)
    site = options.site([model], latitude, longitude, tilt, azimuth, capacity)
    options.check_pool([model], given, boost=boost)
    _check_options(model, parts, checkpoint, at_a_site=site is not None)
    question = jobs.Question(
        schema=options.schema(id_col, time_col, target_col, known, past, static, given),
        horizon=horizon,
        season=tuple(season or ()),
        freq=options.frequency(freq),
        zone=zone,
        holidays=holidays,
        seed=seed,
        boost=boost,
        site=site,
    )
    ahead = None if future is None else gatecast.read_table(future)
    source, maker = jobs.read(gatecast.read_table(table), question), jobs.make(model, question)
    show.facts(console, f"Read {table}", gatecast.insight.facts(source.panel), source.notes)
    with _kept(checkpoint):  # to the end of what is written: until then a kill loses nothing
        answer = jobs.forecast(source, maker, show.progress(quiet), level=widths, future=ahead, parts=parts)
        written = [] if out is None else [jobs.save(answer.frame, out)]
        written += [] if report is None else [_page(report, table, source, answer, widths)]
        written += [] if save is None else [gatecast.save(maker, save)]
    show.wrote(console, written)
    if as_json or out is None:
        show.machine(_told(source, answer, written, rows=out is None) if as_json else _csv(answer))


def _widths(level: list[float] | None) -> tuple[float, ...]:
    """The intervals asked for, each once. Raises OptionError for widths that are none."""
    widths = tuple(dict.fromkeys(level or (80.0, 95.0)))
    gatecast.jobs.probabilities(widths)
    return widths


def _check_files(
    read: tuple[Path | None, ...],
    out: Path | None,
    report: Path | None,
    save: Path | None,
    checkpoint: Path | None,
) -> None:
    """Try what is to be written before any work begins."""
    gatecast.jobs.check_targets(out, report)
    gatecast.jobs.check_model(save)
    gatecast.jobs.check_checkpoint(checkpoint)
    gatecast.jobs.keep_inputs(read, (out, report, save, checkpoint))


def _csv(answer: "gatecast.jobs.Answer") -> str:
    """The forecast as rows, for programs."""
    return gatecast.jobs.as_csv(answer.frame)


def _told(
    source: "gatecast.jobs.Source", answer: "gatecast.jobs.Answer", written: list[Path], *, rows: bool
) -> str:
    """What a program is told, with everything noted on the way."""
    return show.told(source.panel, (*source.notes, *answer.notes), answer, written, rows=rows)


def _check_options(model: str, parts: bool, checkpoint: Path | None, *, at_a_site: bool) -> None:
    """Refuse what a model cannot do."""
    entry = entry_of(model)
    if parts and not entry.parts:
        raise OptionError(f"--parts, but {model} has no linear and memory part; leave it out, or use hybrid")
    if checkpoint is not None and not entry.memory:
        raise OptionError(f"--checkpoint, but {model} trains no network; leave it out, or use hybrid")
    if checkpoint is not None and at_a_site:
        raise OptionError(
            f"--checkpoint, but at a site {model} keeps no state of its short training; leave it out"
        )


def _kept(checkpoint: Path | None) -> AbstractContextManager[Path | None]:
    """Where the training leaves its state, if it is to."""
    return nullcontext() if checkpoint is None else gatecast.checkpointing(checkpoint)


def _page(
    path: Path,
    table: Path,
    source: "gatecast.jobs.Source",
    answer: "gatecast.jobs.Answer",
    level: tuple[float, ...],
) -> Path:
    """Write the page of a forecast."""
    contents = gatecast.report.Contents(
        title=f"Forecast of {table.name}",
        panel=answer.panel,
        forecast=answer.forecast,
        model=answer.model,
        level=level,
        notes=tuple(map(in_shell_words, (*source.notes, *answer.notes))),
        commands=(show.command(),),
        seed=source.question.seed,
    )
    return gatecast.report.write_report(path, contents)
