"""`gatecast explain`: its page, what it tells a program, what it says to a mistake, and what it may know."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import gatecast.jobs
from gatecast.cli import main
from gatecast.errors import OptionError
from gatecast.insight import Explanation, explain
from gatecast.jobs import Question, explain_table, read
from gatecast.memory import Training
from gatecast.models import LSTM, Hybrid
from gatecast.progress import Silent
from gatecast.report import Around, write_explanation
from planted_memory import HORIZON, PANEL, subject_of
from test_report import BROWSER, EVIL, QUIET

TINY = Training(units=6, steps=4, windows=8, origins=4)
SECTIONS = (
    "forecast",
    "reasons",
    "parts",
    "whatif",
    "xray",
    "held",
    "reach",
    "gradient",
    "units",
    "read",
    "repeat",
)
HOURS, LAST = 400, "2024-01-17 15:00"
AROUND = Around("Why", notes=("2 rows were sorted.",), commands=("gatecast explain load.csv",), seed=3)


def page_of(found: Explanation, folder: Path, around: Around = AROUND) -> str:
    return write_explanation(folder / "explain.html", found, around).read_text(encoding="utf-8")


def with_id(kind: str, name: str) -> Explanation:
    subject = subject_of(kind)
    return explain(replace(subject, panel=replace(PANEL, ids=(name, "other"))), unit="MW")


def table(hours: int = HOURS) -> pl.DataFrame:
    """Hourly load with a temperature known ahead and cloud known up to now; the last day is the future's."""
    t, rng = np.arange(hours), np.random.default_rng(0)
    temperature = 10 + 5 * np.sin(2 * np.pi * t / 24) + rng.normal(0, 1, hours)
    start = pl.datetime(2024, 1, 1)
    return pl.select(
        ds=pl.datetime_range(start, start + pl.duration(hours=hours - 1), "1h"),
        y=pl.Series(100 + 3 * temperature + rng.normal(0, 1, hours)),
        temperature=pl.Series(temperature),
        cloud=pl.Series(rng.uniform(0, 100, hours)),
    )


@pytest.fixture
def files(tmp_path):
    """The table and its future, as files."""
    whole = table(HOURS + 12)
    whole.head(HOURS).write_csv(tmp_path / "load.csv")
    whole.tail(12).select("ds", "temperature").write_csv(tmp_path / "future.csv")
    return tmp_path


@pytest.fixture
def run(monkeypatch, capsys, files):
    """Run the command in the folder of the files, networks being tiny; exit code, output, errors."""
    made = gatecast.jobs.make

    def tiny(name, question):
        model = made(name, question)
        return model.set_params(training=TINY) if "training" in model.get_params() else model

    monkeypatch.setattr(gatecast.jobs, "make", tiny)
    monkeypatch.chdir(files)
    monkeypatch.setenv("COLUMNS", "150")

    def go(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gatecast", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, re.sub(r"\x1b\[[0-9;]*m", "", err)

    return go


def ask(*more: object) -> tuple[object, ...]:
    """The question most tests ask."""
    known = ("--known", "temperature", "--past", "cloud", "--future", "future.csv")
    return ("explain", "load.csv", "--horizon", 12, "--season", 24, *known, *more)


# -- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Hybrid", "LSTM", "GRU", "RNN"])
def test_the_page_has_its_sections_and_only_a_plain_network_lacks_what_is_held(kind, tmp_path):
    text = page_of(explain(subject_of(kind), unit="MW"), tmp_path)
    there = set(re.findall(r'<section id="(\w+)">', text))
    lacking = {"RNN": {"whatif", "held"}, "GRU": set()}.get(kind, set())
    assert set(SECTIONS) - there <= lacking | {"whatif"}
    assert lacking & there <= {"whatif"}
    assert ("split exactly" in text) == (kind == "Hybrid")
    assert "gatecast explain load.csv" in text
    assert "2 rows were sorted." in text
    assert "nan" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL).casefold()


def test_the_page_says_of_which_series_and_from_when_it_speaks(tmp_path):
    text = page_of(explain(subject_of("LSTM", series=1)), tmp_path)
    assert f"LSTM, {HORIZON} steps ahead of 2024-01-13 11:00, of meter 1, with its 80 % interval." in text
    assert f"The forecast of all {HORIZON} steps on average, by input and age." in text


def test_every_sentence_leads_the_page(tmp_path):
    found = explain(subject_of("Hybrid"), unit="MW")
    leads = re.findall(r'<p class="lead">(.*?)</p>', page_of(found, tmp_path), flags=re.DOTALL)
    assert len(leads) == len(found.sentences)


def test_ids_and_names_cannot_bring_their_own_script(tmp_path):
    text = page_of(
        with_id("LSTM", EVIL), tmp_path, replace(AROUND, title=EVIL, notes=(EVIL,), commands=(EVIL,))
    )
    assert EVIL not in text
    assert "&lt;script&gt;document.title" in text


def test_without_a_unit_no_blank_is_left_where_it_would_stand(tmp_path):
    text = page_of(explain(subject_of("Hybrid")), tmp_path)
    ours = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\d  \w|\d +[;.,)]|, ,|\(\)", ours)


def test_of_what_came_the_page_says_how_far_off_the_forecast_was(tmp_path):
    subject = subject_of("LSTM", position=299 - HORIZON)
    found = explain(subject, unit="MW")
    error = np.abs(PANEL.values[300 - HORIZON : 300] - found.forecast.point[0]).mean()
    assert f"What came differs by {gatecast.insight.number(error)} MW on average." in page_of(found, tmp_path)


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on this machine")
@pytest.mark.parametrize("kind", ["Hybrid", "GRU", "RNN"])
def test_a_browser_draws_every_figure_without_a_complaint(kind, tmp_path):
    text = page_of(with_id(kind, EVIL), tmp_path)
    page = tmp_path / "explain.html"
    assert BROWSER is not None
    where = [f"--user-data-dir={tmp_path}/browser", "--window-size=1280,900", "--virtual-time-budget=12000"]
    command = [BROWSER, *QUIET, *where, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    plots = text.count('<div class="plot"')
    assert plots >= 8
    assert f'data-drawn="{plots}"' in done.stdout
    assert "owned" not in re.findall(r"<title>(.*?)</title>", done.stdout)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]


# -- what may be known ---------------------------------------------------------------------------


def explained_at(whole: pl.DataFrame, at: str) -> Explanation:
    """By a hybrid that learns from what the table knew then."""
    schema = gatecast.data.Schema("unique_id", "ds", "y", ("temperature",), ("cloud",), ())
    source = read(whole, Question(schema, 12, (24,)))
    model = Hybrid(12, season=24, known=["temperature"], past=["cloud"], training=TINY)
    return explain_table(source, model, Silent(), at=at)[0]


def test_an_origin_gone_by_learns_and_says_nothing_of_what_came_later():
    """All that came later is made absurd: but for what came, nothing differs by a bit."""
    whole, at = table(), "2024-01-15 11:00"
    later = pl.col("ds") > pl.lit(at).str.to_datetime()
    beyond = pl.col("ds") > pl.lit("2024-01-15 23:00").str.to_datetime()
    absurd = whole.with_columns(
        y=pl.when(later).then(9e6).otherwise("y"),
        cloud=pl.when(later).then(-5e5).otherwise("cloud"),
        temperature=pl.when(beyond).then(1e5).otherwise("temperature"),
    )
    one, other = explained_at(whole, at), explained_at(absurd, at)
    assert one.sentences == other.sentences
    np.testing.assert_array_equal(one.forecast.quantiles, other.forecast.quantiles)
    np.testing.assert_array_equal(one.attribution.table, other.attribution.table)
    np.testing.assert_array_equal(one.ablation.change, other.ablation.change)
    for mine, yours in zip(one.what_ifs, other.what_ifs, strict=True):
        np.testing.assert_array_equal(mine.difference, yours.difference)
    for near, far in zip(one.reaches, other.reaches, strict=True):
        np.testing.assert_array_equal(near.change, far.change)
        np.testing.assert_array_equal(near.carried, far.carried)


# -- the command ---------------------------------------------------------------------------------


def test_a_program_is_told_sentences_and_numbers(run, files):
    code, out, err = run(*ask("--json", "--quiet", "--unit", "MW", "--out", "why.html"))
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert set(told) == {
        *("read", "notes", "model", "series", "origin", "sentences", "tested", "what_if", "reach", "washout"),
        *("gradient", "wrote"),
    }
    assert (told["model"], told["origin"]) == ("Hybrid", "2024-01-17T15:00:00.000")
    assert all(len(change) == 12 for change in told["what_if"].values())
    assert told["wrote"] == ["why.html"]
    assert (files / "why.html").is_file()


def test_sentences_go_to_standard_error_and_changes_are_those_asked(run):
    code, out, err = run(
        *ask("--model", "lstm", "--change", "temperature+3@tomorrow", "--change", "cloud=0@today")
    )
    assert (code, out) == (0, "")
    assert "No reason is given" in err or "Had " in err
    assert "wrote explain.html" in err
    page = Path("explain.html").read_text(encoding="utf-8")
    assert "temperature 3 higher tomorrow" in page
    assert "cloud at 0 today" in page


def test_an_origin_gone_by_needs_no_future(run):
    arguments = [
        part for part in ask("--at", "2024-01-15 11:00", "--json", "--quiet") if part != "future.csv"
    ]
    arguments.remove("--future")
    code, out, _ = run(*arguments)
    assert code == 0
    assert json.loads(out)["origin"] == "2024-01-15T11:00:00.000"


def test_a_saved_model_is_explained_and_says_what_it_had_learned_from(run, files):
    whole = table(HOURS + 12)
    model = LSTM(12, season=24, known=["temperature"], past=["cloud"], training=TINY).fit(whole.head(HOURS))
    gatecast.save(model, files / "load.gatecast")
    code, out, _ = run("explain", "load.gatecast", "--at", "2024-01-15 11:00", "--json", "--quiet")
    assert code == 0
    assert any("52 steps behind this origin" in note for note in json.loads(out)["notes"])
    table(HOURS + 20).select("ds", "temperature").write_csv(files / "more.csv")
    code, _, err = run("explain", "load.gatecast", "--future", "more.csv")
    assert code == 0
    assert "rows match no step ahead" in err
    assert "Warning" not in err
    code, _, err = run("explain", "load.gatecast", "--horizon", 5, "--season", 24)
    assert code == 1
    assert "load.gatecast is a fitted model, which --horizon, --season cannot change; leave it out" in err


def test_a_saved_model_without_a_memory_is_refused(run, files):
    gatecast.save(gatecast.SeasonalNaive(12).fit(table().select("ds", "y")), files / "naive.gatecast")
    code, _, err = run("explain", "naive.gatecast")
    assert code == 1
    assert "SeasonalNaive has no memory to explain" in err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--series", "south"), "there is no series 'south'"),
        (
            ("--at", "2024-01-15 11:20"),
            "has no step at 2024-01-15 11:20; it has known values from 2024-01-01 00:00",
        ),
        (("--at", "noon"), "'noon' is no time"),
        (("--at", "2024-01-01 05:00"), "only 6 steps lie before"),
        (("--model", "naive"), "--model naive has no memory to explain"),
        (("--change", "warmer"), "'warmer' is no change"),
        (("--change", "wind+3"), "the model does not read 'wind'"),
        (("--change", "cloud=9@tomorrow"), "'cloud' is known up to the origin only"),
        (("--change", "temperature=1e999"), "temperature cannot be changed by or to inf"),
        (("--change", "holiday@tomorrow"), "reads no 0/1 covariate of holidays"),
        (("--out", "why.txt"), "its name ends in .txt"),
        (("--out", "load.html/why.html"), "cannot write"),
    ],
)
def test_a_mistake_is_said_before_anything_is_learned(run, monkeypatch, more, says):
    def refuse(*_: object) -> None:
        raise AssertionError("learned before the mistake was said")

    monkeypatch.setattr(gatecast.models.Hybrid, "learn", refuse)
    code, out, err = run(*ask(*more))
    assert (code, out) == (1, "")
    assert says in " ".join(err.split())


def test_a_table_without_a_horizon_is_asked_for_one(run):
    code, _, err = run("explain", "load.csv")
    assert code == 1
    assert "give --horizon" in err


def test_a_history_too_short_for_a_memory_says_so(run, files):
    table(30).select("ds", "y").write_csv(files / "short.csv")
    code, _, err = run("explain", "short.csv", "--horizon", 12)
    assert code == 1
    assert "has no memory to look into" in " ".join(err.split())


def test_a_series_is_chosen_by_its_id_as_written():
    with pytest.raises(OptionError, match="there is no series 'meter 9'; the table has meter 0, meter 1"):
        gatecast.insight.find_series(PANEL, "meter 9")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "nothing to explain; give a table, a saved model, or a sample"),
        (("--set", "wind"), "there is no sample 'wind'; wanted one of demand, solar"),
        (("--set", "demand", "load.csv"), "--set demand and load.csv: explain the one or the other"),
        (("--set", "demand", "--horizon", 3), "--set demand is a sample, which --horizon cannot change"),
    ],
)
def test_nothing_to_explain_and_two_things_at_once_are_refused(run, words, says):
    code, _, err = run("explain", *words)
    assert code == 1
    assert says in err


@pytest.mark.slow
def test_a_bundled_sample_is_explained_on_its_last_day_with_what_came(run):
    code, out, _ = run("explain", "--set", "solar", "--model", "lstm", "--json", "--quiet")
    assert code == 0
    told = json.loads(out)
    assert told["origin"].endswith("T23:00:00.000")
    page = Path("explain.html").read_text(encoding="utf-8")
    assert "What came differs by" in page
    assert "perfect weather forecast" in page
