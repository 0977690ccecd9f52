"""`gatecast explain`: why one forecast is what it is, on a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

import gatecast
from gatecast.catalogue import entry_of
from gatecast.cli import options, show
from gatecast.cli.forecast import Future
from gatecast.cli.wording import in_shell_words
from gatecast.errors import OptionError
from gatecast.progress import Progress

if TYPE_CHECKING:
    import gatecast.insight
    import gatecast.jobs
    import gatecast.report

EXAMPLES = """
Examples:

  gatecast explain --set demand --out explain.html

  gatecast explain load.csv --horizon 24 --known temperature --future weather.csv --out explain.html

  gatecast explain load.csv --horizon 24 --at "2024-07-14 23:00" --unit MW --out explain.html

  gatecast explain load.gatecast --future weather.csv --change temperature+3@tomorrow --out explain.html
"""

ABOUT = "Explanation"
OF_A_TABLE = (
    *("horizon", "known", "past", "static", "id_col", "time_col", "target_col", "freq", "zone", "model"),
    *("season", "holidays", "seed"),
)  # options that say how a table is read and learned from
SAID_BY_A_SAMPLE = tuple(name for name in OF_A_TABLE if name not in ("model", "seed"))
Target = Annotated[
    Path | None,
    typer.Argument(
        help="Table to learn from, CSV or Parquet, or a model that forecast --save has written.",
        metavar="MODEL|TABLE", show_default=False,
    ),
]  # fmt: skip
Horizon = Annotated[
    int | None,
    typer.Option(help="Steps to forecast; a saved model has its own.", min=1, rich_help_panel=options.MODEL),
]
Series = Annotated[
    str | None, typer.Option(help="Series to explain. Default: the first.", rich_help_panel=ABOUT)
]
At = Annotated[
    str | None,
    typer.Option(
        help="Origin: the last step the forecast may know, in local time. Default: the end of the table.",
        rich_help_panel=ABOUT,
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--change",
        help="What if: temperature+3@tomorrow, cloud=90@yesterday,today, holiday@2014-12-30, forget_gate=0; "
        "repeat for more. Default: each covariate ahead a standard deviation higher.",
        rich_help_panel=ABOUT,
    ),
]
Which = Annotated[
    str | None,
    typer.Option("--set", help="Explain a bundled sample instead: demand or solar.", rich_help_panel=ABOUT),
]
Unit = Annotated[str, typer.Option(help="Unit of the target, such as MW.", rich_help_panel=ABOUT)]
Out = Annotated[Path, typer.Option(help="Write the page here.", rich_help_panel=options.OUTPUT)]


@dataclass(frozen=True)
class _Found:
    """An explanation with what its page says around it."""

    explanation: "gatecast.insight.Explanation"
    of: str
    notes: tuple[str, ...]
    seed: int | None
    disclosure: str = ""


def explain(
    context: typer.Context,
    target: Target = None,
    which: Which = None,
    horizon: Horizon = None,
    series: Series = None,
    at: At = None,
    change: Changes = None,
    unit: Unit = "",
    future: Future = None,
    known: options.Known = None,
    past: options.Past = None,
    static: options.Static = None,
    id_col: options.IdCol = "unique_id",
    time_col: options.TimeCol = "ds",
    target_col: options.TargetCol = "y",
    freq: options.Freq = None,
    zone: options.Zone = None,
    model: options.ModelName = "hybrid",
    season: options.Season = None,
    holidays: options.Holidays = None,
    seed: options.Seed = 0,
    out: Out = Path("explain.html"),
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Explain one forecast: reasons that were tested, its parts, its memory, and what would change it."""
    console, bars = show.people(quiet), show.progress(quiet)
    gatecast.jobs.check_targets(None, out)
    gatecast.jobs.keep_inputs((target, future), (out,))
    ahead = None if future is None else gatecast.read_table(future)
    asked: dict[str, Any] = {"series": series, "at": at, "future": ahead, "changes": change, "unit": unit}
    if target is None or which is not None:
        _refuse_of(context, SAID_BY_A_SAMPLE, f"--set {which} is a sample" if which else "there is no table")
        found = _of_sample(which, target, seed, model, console, bars, asked)
    elif gatecast.artifact.is_artifact(target):
        _refuse_of(context, OF_A_TABLE, f"{target} is a fitted model")
        found = _of_model(target, console, bars, asked)
    else:
        question = gatecast.jobs.Question(
            schema=options.schema(id_col, time_col, target_col, known, past, static),
            horizon=_required(horizon),
            season=tuple(season or ()),
            freq=options.frequency(freq),
            zone=zone,
            holidays=holidays,
            seed=seed,
        )
        found = _of_table(target, question, model, console, bars, asked)
    _say(found, out, console, as_json)


def _say(found: _Found, out: Path, console: Console, as_json: bool) -> None:
    """Write the page and tell people, and programs, what it says."""
    notes = tuple(map(in_shell_words, found.notes))
    around = gatecast.report.Around(
        title=f"Why the forecast of {found.of} is what it is",
        notes=notes,
        disclosure=found.disclosure,
        commands=(show.command(),),
        seed=found.seed,
    )
    written = gatecast.report.write_explanation(out, found.explanation, around)
    show.sentences(console, found.explanation.sentences)
    show.wrote(console, [written])
    if as_json:
        show.machine(show.as_json(_told(found.explanation, notes, written)))


def _of_model(path: Path, console: Console, bars: Progress, asked: dict[str, Any]) -> _Found:
    """Explain a forecast of a saved model."""
    fitted = gatecast.load(path, always_polars=True)
    lines = gatecast.insight.facts(fitted.panel_)
    show.facts(console, f"Read {path}: {fitted!r}", lines, fitted.notes_)
    explanation, notes = gatecast.jobs.explain_model(fitted, bars, **asked)
    return _Found(explanation, path.name, (*fitted.notes_, *notes), getattr(fitted, "seed", None))


def _of_sample(
    which: str | None,
    target: Path | None,
    seed: int,
    model: str,
    console: Console,
    bars: Progress,
    asked: dict[str, Any],
) -> _Found:
    """Learn from a bundled sample and explain a forecast of it."""
    if which is None:
        raise OptionError("nothing to explain; give a table, a saved model, or a sample by --set demand")
    if target is not None:
        raise OptionError(f"--set {which} and {target}: explain the one or the other")
    sample = gatecast.data.sample_info(which)
    source, last = gatecast.jobs.sample_source(which, seed)
    wanted = asked | {"at": asked["at"] or last, "unit": asked["unit"] or sample.unit}
    explanation, notes = _learned(source, sample.title, model, console, bars, wanted)
    origin = f"Data: {sample.provenance}. {sample.licence}."
    return _Found(explanation, f"the {which} sample", (*notes, origin), seed, sample.disclosure)


def _of_table(
    path: Path,
    question: "gatecast.jobs.Question",
    model: str,
    console: Console,
    bars: Progress,
    asked: dict[str, Any],
) -> _Found:
    """Learn from a table and explain a forecast of it."""
    source = gatecast.jobs.read(gatecast.read_table(path), question)
    explanation, notes = _learned(source, f"Read {path}", model, console, bars, asked)
    return _Found(explanation, path.name, notes, question.seed)


def _learned(
    source: "gatecast.jobs.Source",
    title: str,
    model: str,
    console: Console,
    bars: Progress,
    asked: dict[str, Any],
) -> tuple["gatecast.insight.Explanation", tuple[str, ...]]:
    """Learn from what was read and explain a forecast of it; what there is to note."""
    if not entry_of(model).memory:
        raise OptionError(f"--model {model} has no memory to explain; give hybrid, lstm, gru or rnn")
    show.facts(console, title, gatecast.insight.facts(source.panel), source.notes)
    learner = gatecast.jobs.make(model, source.question)
    found, notes = gatecast.jobs.explain_table(source, learner, bars, **asked)
    return found, (*source.notes, *notes)


def _refuse_of(context: typer.Context, names: Sequence[str], why: str) -> None:
    """Refuse options that would change nothing, where they were typed."""
    sources = {name: context.get_parameter_source(name) for name in names}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given:
        typed = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise OptionError(f"{why}, which {typed} cannot change; leave it out")


def _required(horizon: int | None) -> int:
    """The horizon, which a table does not know."""
    if horizon is None:
        raise OptionError("a table does not say how far ahead to forecast; give --horizon")
    return horizon


def _told(found: "gatecast.insight.Explanation", notes: tuple[str, ...], written: Path) -> dict[str, Any]:
    """What a program is told: sentences, and the numbers of what was tested and measured."""
    subject = found.subject
    return {
        "read": dict(gatecast.insight.facts(subject.panel)),
        "notes": list(notes),
        "model": subject.model.name,
        "series": subject.panel.ids[subject.series],
        "origin": subject.stamps(subject.past(1))[-1],
        "sentences": list(found.sentences),
        "tested": [
            {
                "event": f"{one.event.what} {one.event.when}",
                "effect": 0.0 - one.size,
                "step": one.step,
                "verdict": one.verdict,
            }
            for one in found.reasons.tested
        ],
        "what_if": {answer.words(): answer.difference.tolist() for answer in found.what_ifs},
        "reach": [one.sentence() for one in found.reaches],
        "washout": found.washout.sentence(),
        "gradient": found.flow.judged().sentence,
        "wrote": [str(written)],
    }
