"""`gatecast backtest`: how models would have done on the past of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import gatecast
from gatecast.catalogue import entry_of
from gatecast.cli import options, show
from gatecast.cli.wording import in_shell_words
from gatecast.errors import OptionError

if TYPE_CHECKING:
    import gatecast.insight
    import gatecast.jobs
    import gatecast.report

EXAMPLES = """
Examples:

  gatecast backtest load.csv --horizon 24 --windows 28

  gatecast backtest load.csv --horizon 48 --windows 8 --models naive,linear,hybrid --known temperature

  gatecast backtest load.csv --horizon 24 --windows 12 --refit --out leaderboard.csv --report page.html
"""


Windows = Annotated[int, typer.Option(help="Origins of each series.", min=1, rich_help_panel=options.MODEL)]
Step = Annotated[
    int | None,
    typer.Option(help="Steps between origins. Default: the horizon.", min=1, rich_help_panel=options.MODEL),
]
Models = Annotated[str, typer.Option(help="Names with commas between.", rich_help_panel=options.MODEL)]
Refit = Annotated[
    bool, typer.Option("--refit", help="Learn anew at every origin; slow.", rich_help_panel=options.MODEL)
]


def backtest(
    table: options.Table,
    horizon: options.Horizon,
    windows: Windows = 8,
    step: Step = None,
    models: Models = "naive,arima,linear,lstm,hybrid",
    refit: Refit = False,
    known: options.Known = None,
    past: options.Past = None,
    static: options.Static = None,
    given: options.Given = None,
    id_col: options.IdCol = "unique_id",
    time_col: options.TimeCol = "ds",
    target_col: options.TargetCol = "y",
    freq: options.Freq = None,
    zone: options.Zone = None,
    season: options.Season = None,
    holidays: options.Holidays = None,
    seed: options.Seed = 0,
    boost: options.Boost = False,
    latitude: options.Latitude = None,
    longitude: options.Longitude = None,
    tilt: options.Tilt = None,
    azimuth: options.Azimuth = None,
    capacity: options.Capacity = None,
    out: options.Out = None,
    report: options.Report = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare models over rolling origins of a table."""
    jobs, console, chosen = gatecast.jobs, show.people(quiet), _chosen(models)
    _check_files(table, out, report)
    options.check_pool(chosen, given, boost=boost)
    question = jobs.Question(
        schema=options.schema(id_col, time_col, target_col, known, past, static, given),
        horizon=horizon,
        season=tuple(season or ()),
        freq=options.frequency(freq),
        zone=zone,
        holidays=holidays,
        seed=seed,
        boost=boost,
        site=options.site(chosen, latitude, longitude, tilt, azimuth, capacity),
    )
    source = jobs.read(gatecast.read_table(table), question)
    show.facts(console, f"Read {table}", gatecast.insight.facts(source.panel), source.notes)
    forecasters = [jobs.make(name, question) for name in chosen]
    compared = jobs.compare(
        source, forecasters, show.progress(quiet), windows=windows, step=step, refit=refit
    )
    show.board(console, compared)
    written = _write(out, report, table, source, compared)
    show.wrote(console, written)
    if as_json or out is None:
        show.machine(_told(source, compared, written) if as_json else compared.board.as_csv())


def _chosen(models: str) -> tuple[str, ...]:
    """The models named, each in the catalogue."""
    chosen = options.names([models])
    for name in chosen:
        entry_of(name)
    return chosen


def _check_files(table: Path, out: Path | None, report: Path | None) -> None:
    """Try the files to be written; a leaderboard is a few rows for people and programs alike: CSV."""
    if out is not None and out.suffix.lower() != ".csv":
        raise OptionError(f"cannot write {out}: a leaderboard is written as .csv; name such a file")
    gatecast.jobs.check_targets(out, report)
    gatecast.jobs.keep_inputs((table,), (out, report))


def _write(
    out: Path | None,
    report: Path | None,
    table: Path,
    source: "gatecast.jobs.Source",
    compared: "gatecast.jobs.Comparison",
) -> list[Path]:
    """Write the files asked for."""
    written = []
    if out is not None:
        compared.board.to_csv(out)
        written.append(out)
    if report is not None:
        contents = gatecast.report.Contents(
            title=f"Models compared on {table.name}",
            panel=source.panel,
            backtest=compared.backtest,
            board=compared.board,
            notes=tuple(map(in_shell_words, (*source.notes, *compared.notes))),
            commands=(show.command(),),
            seed=source.question.seed,
        )
        written.append(gatecast.report.write_report(report, contents))
    return written


def _told(source: "gatecast.jobs.Source", compared: "gatecast.jobs.Comparison", written: list[Path]) -> str:
    """What a program is told: what was read, and the leaderboard."""
    told = {
        "read": dict(gatecast.insight.facts(source.panel)),
        "notes": [in_shell_words(note) for note in (*source.notes, *compared.notes)],
        "leaderboard": compared.board.table(),
        "reference": compared.board.reference,
        "wrote": [str(path) for path in written],
    }
    return show.as_json(told)
