"""The command line: what it prints where, how it exits, and what it says to a mistake."""

import csv
import io
import json
import os
import re
import signal
import sys

import numpy as np
import polars as pl
import pytest

from gatecast.catalogue import MODELS, entry_of, model
from gatecast.cli import main, show
from gatecast.data import load_sample, read_table
from gatecast.errors import OptionError
from gatecast.memory.descent import Descent


@pytest.fixture
def gatecast(monkeypatch, capsys):
    """Run the command line; give back exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gatecast", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "100")
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        code = left.value.code
        return int(code or 0), out, re.sub(r"\x1b\[[0-9;]*m", "", err)

    return run


@pytest.fixture
def load(tmp_path):
    """Ten days of hourly load with temperature, in a file."""
    hours = np.arange(240)
    start = pl.datetime(2024, 3, 1, time_zone="Europe/Madrid")
    table = pl.select(pl.datetime_range(start, start.dt.offset_by("239h"), "1h").alias("ds")).with_columns(
        y=pl.Series(100 + 20 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(size=240)),
        temperature=pl.Series(10 + 5 * np.cos(2 * np.pi * hours / 24)),
    )
    path = tmp_path / "load.parquet"
    table.write_parquet(path)
    return path


def naive(load, *more):
    """The quickest forecast there is."""
    return ("forecast", load, "--horizon", 24, "--model", "naive", *more)


def test_a_forecast_goes_to_standard_output_and_words_to_standard_error(gatecast, load):
    code, out, err = gatecast(*naive(load))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (0, 24)
    assert list(rows[0]) == [
        "ds",
        "SeasonalNaive",
        *(f"SeasonalNaive-{s}-{w}" for w in (80, 95) for s in ("lo", "hi")),
    ]
    assert rows[0]["ds"] == "2024-03-11T00:00:00+01:00"
    assert "frequency" in err
    assert "Europe/Madrid" in err


def test_quiet_says_nothing_but_the_forecast(gatecast, load):
    code, out, err = gatecast(*naive(load, "--quiet"))
    assert (code, err) == (0, "")
    assert out.startswith("ds,SeasonalNaive")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_forecast_written_to_a_file_reads_back_the_same(gatecast, load, tmp_path, suffix):
    target = tmp_path / f"forecast{suffix}"
    code, out, err = gatecast(*naive(load, "--out", target))
    assert (code, out) == (0, "")
    assert f"wrote {target}" in err
    back = read_table(target)
    printed = read_table_of(gatecast(*naive(load))[1], tmp_path)
    np.testing.assert_allclose(back["SeasonalNaive-hi-95"], printed["SeasonalNaive-hi-95"])
    assert (back["ds"].dt.convert_time_zone("UTC") == printed["ds"].dt.convert_time_zone("UTC")).all()


def read_table_of(text, folder):
    """A CSV text as the library reads it."""
    path = folder / "printed.csv"
    path.write_text(text)
    return read_table(path)


def test_a_table_typed_by_hand_with_two_series_works(gatecast, tmp_path):
    table = tmp_path / "typed.csv"
    rows = [f"a,{i},{i % 4}" for i in range(16)] + [f"b,{i},{10 + i % 4}" for i in range(30)]
    table.write_text("unique_id,ds,y\n" + "\n".join(rows))
    code, out, err = gatecast("forecast", table, "--horizon", 3, "--season", 4, "--model", "naive")
    got = [(r["unique_id"], r["ds"], float(r["SeasonalNaive"])) for r in csv.DictReader(io.StringIO(out))]
    assert code == 0, err
    assert got == [
        ("a", "16", 0),
        ("a", "17", 1),
        ("a", "18", 2),
        ("b", "30", 12),
        ("b", "31", 13),
        ("b", "32", 10),
    ]


def test_the_covariates_ahead_come_from_their_own_table(gatecast, load, tmp_path):
    table = read_table(load)
    past, future = tmp_path / "past.parquet", tmp_path / "future.csv"
    table.head(216).write_parquet(past)
    table.tail(24).drop("y").write_csv(future)
    options = ("--known", "temperature", "--future", future)
    code, out, err = gatecast(*naive(past, *options))
    assert code == 0, err
    assert out.count("\n") == 25
    assert "temperature (known ahead)" in err


def test_a_given_forecast_joins_the_hybrids_pool_and_is_shown_as_a_part(gatecast, load, tmp_path):
    table = read_table(load).with_columns(operator=pl.col("y") + 1)
    past, future = tmp_path / "past.parquet", tmp_path / "future.csv"
    table.head(216).write_parquet(past)
    table.tail(24).drop("y").write_csv(future)
    options = ("--given", "operator", "--future", future, "--parts", "--horizon", 24)
    code, out, err = gatecast("forecast", past, *options)
    assert code == 0, err
    assert next(csv.DictReader(io.StringIO(out))).keys() >= {
        "Hybrid-linear",
        "Hybrid-pool",
        "Hybrid-memory",
    }
    assert "operator (given forecasts)" in err


PLACE = ("--latitude", 39.7406, "--longitude", -105.1775)


@pytest.fixture
def roof(tmp_path, monkeypatch):
    """Forty days of the solar sample, and the weather of the day after, in files; the line learns less."""
    monkeypatch.setattr("gatecast.solar.model.LINE_STEPS", 60)
    table = load_sample("solar").tail(24 * 40)
    past, future = tmp_path / "past.parquet", tmp_path / "future.parquet"
    table.head(-24).write_parquet(past)
    table.tail(24).drop("y").write_parquet(future)
    return ("forecast", past, "--horizon", 24, "--known", "ghi,temperature", "--future", future)


@pytest.mark.parametrize("model", ["linear", "solar-linear", pytest.param("hybrid", marks=pytest.mark.slow)])
def test_at_a_site_nights_are_exactly_zero_and_nothing_is_above_capacity(gatecast, roof, tmp_path, model):
    plane = ("--tilt", 45, "--azimuth", 158, "--capacity", 2)
    target = tmp_path / "roof.gatecast"
    code, out, err = gatecast(*roof, "--model", model, *PLACE, *plane, "--save", target)
    assert code == 0, err
    rows = list(csv.DictReader(io.StringIO(out)))
    hours = np.array([int(row["ds"][11:13]) for row in rows])
    stated = np.array([[float(row[name]) for name in list(row)[2:]] for row in rows])
    assert (list(rows[0])[2], len(rows)) == (entry_of(model).maker, 24)
    assert (stated[(hours < 7) | (hours > 17)] == 0).all()  # late December: the sun is down by five
    assert stated.min() == 0
    assert 1 < stated.max() <= 2
    again = gatecast("predict", target, "--future", roof[-1], "--quiet")
    assert again[:2] == (0, out)


def test_a_site_is_for_those_of_a_comparison_that_take_one(gatecast, roof):
    _, past, *more = roof[:6]
    command = ("backtest", past, *more, "--windows", 2, "--models", "naive,linear", *PLACE)
    code, out, err = gatecast(*command)
    assert code == 0, err
    assert {row["model"] for row in csv.DictReader(io.StringIO(out))} == {"SeasonalNaive", "LinearHalf"}
    plain = gatecast(*command[: -len(PLACE)])[1]
    first, second = (
        next(row.split(",")[:5] for row in text.splitlines() if row.startswith("SeasonalNaive"))
        for text in (plain, out)
    )
    assert first == second
    assert plain != out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (PLACE[:2], "--latitude, but no --longitude: a site needs both"),
        (("--tilt", 30, "--azimuth", 180), "--tilt --azimuth, but no --latitude and --longitude"),
        ((*PLACE, "--tilt", 30), "a plane needs both angles, but azimuth lacks"),
        (("--latitude", 91, "--longitude", 0), "--latitude 91.0 is no latitude; wanted -90 to 90"),
        ((*PLACE, "--capacity", 0), "--capacity 0.0 is no capacity"),
        ((*PLACE, "--model", "lstm"), "lstm takes no site; use one of hybrid, linear, solar, solar-linear"),
        ((*PLACE, "--boost"), "--boost beside a site"),
        ((*PLACE, "--checkpoint", "x.checkpoint"), "at a site hybrid keeps no state"),
    ],
)
def test_a_site_that_makes_no_sense_is_refused_in_words(gatecast, roof, more, words):
    code, out, err = gatecast(*roof, *more, "--quiet")
    assert (code, out) == (1, "")
    assert words in " ".join(err.split())


@pytest.mark.parametrize(
    ("command", "more"), [("forecast", ("--model", "linear")), ("backtest", ("--models", "linear,naive"))]
)
@pytest.mark.parametrize("offered", [("--given", "temperature"), ("--boost",)])
def test_members_no_model_takes_are_refused(gatecast, load, command, more, offered):
    code, _, err = gatecast(command, load, "--horizon", 24, *more, *offered)
    assert code == 1
    assert f"{offered[0]}, but linear" in err
    assert "use hybrid" in err


@pytest.mark.parametrize("more", [(), ("--json",), ("--level", "50", "--level", "90.5")])
def test_a_saved_model_says_what_the_command_that_saved_it_said(gatecast, load, tmp_path, more):
    saved = tmp_path / "load.gatecast"
    code, first, err = gatecast(*naive(load, "--save", saved, *more))
    assert (code, f"wrote {saved}" in err) == (0, True)
    code, second, err = gatecast("predict", saved, *more)
    assert code == 0, err
    assert "SeasonalNaive(horizon=24)" in err
    assert "Europe/Madrid" in err
    if "--json" not in more:
        assert second == first
    else:
        told = json.loads(first) | {"wrote": []}
        assert json.loads(second) == told


def test_a_saved_model_takes_the_covariates_ahead_and_the_names_of_its_notes(gatecast, load, tmp_path):
    table, saved, future = read_table(load), tmp_path / "m.gatecast", tmp_path / "future.csv"
    table.head(216).write_parquet(tmp_path / "past.parquet")
    table.tail(24).drop("y").write_csv(future)
    options = ("--known", "temperature", "--future", future)
    _, first, _ = gatecast(*naive(tmp_path / "past.parquet", *options, "--save", saved))
    assert gatecast("predict", saved, "--future", future, "--quiet") == (0, first, "")
    code, _, err = gatecast("predict", saved)
    assert code == 1
    assert "give them by --future" in err
    code, _, err = gatecast("predict", saved, "--future", future, "--parts")
    assert code == 1
    assert "--parts but SeasonalNaive has no parts" in err


def test_where_a_model_is_to_be_saved_is_checked_before_the_table_is_read(gatecast):
    for target, said in (("m.pickle", "wanted .gatecast or .safetensors"), ("no/m.gatecast", "No such file")):
        code, _, err = gatecast("forecast", "nowhere.csv", "--horizon", 3, "--save", target)
        assert (code, said in err) == (1, True), err


def test_a_table_is_no_saved_model_and_is_not_written_over(gatecast, load, tmp_path):
    code, _, err = gatecast("predict", load)
    assert (code, "'load.parquet' is no model saved by gatecast" in err) == (1, True)
    saved = tmp_path / "m.gatecast"
    saved.write_text("kept")
    code, _, err = gatecast("predict", "nowhere.gatecast", "--future", load, "--out", load)
    assert (code, "it is a file this command reads" in err) == (1, True)


def test_missing_covariates_ahead_are_told_in_the_words_of_the_command_line(gatecast, load):
    code, out, err = gatecast(*naive(load, "--known", "temperature"))
    assert (code, out) == (1, "")
    assert "temperature missing in 24 of 24 future rows" in err
    assert "give them by --future" in err
    assert "X_df" not in err
    assert "Traceback" not in err


def test_json_tells_what_was_read_and_the_forecast(gatecast, load):
    code, out, _ = gatecast(*naive(load, "--json", "--quiet"))
    told = json.loads(out)
    assert code == 0
    assert told["read"]["frequency"] == "1 hour"
    assert told["model"] == "SeasonalNaive"
    assert len(told["forecast"]) == 24


@pytest.mark.parametrize("command", [("forecast",), ("backtest", "--windows", 1, "--models", "hybrid")])
def test_programs_and_pages_are_told_that_the_memory_fell_silent(gatecast, load, tmp_path, command):
    """Said on standard error alone, --quiet would have hidden it."""
    short, page, (name, *more) = tmp_path / "short.parquet", tmp_path / "page.html", command
    pl.read_parquet(load).tail(60).write_parquet(short)
    code, out, err = gatecast(name, short, "--horizon", 12, *more, "--json", "--quiet", "--report", page)
    assert (code, err) == (0, "")
    said = [note for note in json.loads(out)["notes"] if note.endswith("the linear half's alone")]
    assert len(said) == 1
    assert said[0].removesuffix("the linear half's alone") in page.read_text("utf-8")


def test_json_names_the_files_when_there_are_files(gatecast, load, tmp_path):
    target, page = tmp_path / "f.csv", tmp_path / "page.html"
    code, out, _ = gatecast(*naive(load, "--json", "--out", target, "--report", page))
    told = json.loads(out)
    assert (code, told["wrote"]) == (0, [str(target), str(page)])
    assert "forecast" not in told
    assert page.stat().st_size > 1_000_000


def test_a_backtest_prints_the_leaderboard_twice_once_for_people_once_for_programs(gatecast, load):
    code, out, err = gatecast("backtest", load, "--horizon", 24, "--windows", 4, "--models", "naive,drift")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0, err
    assert [r["model"] for r in rows] == ["SeasonalNaive", "Drift"]
    assert float(rows[0]["mase"]) < float(rows[1]["mase"])
    assert "MASE" in err
    assert "4 origins, 24 steps apart, 24 steps ahead" in err


def test_a_backtest_writes_leaderboard_and_page(gatecast, load, tmp_path):
    board, page = tmp_path / "board.csv", tmp_path / "page.html"
    command = ("backtest", load, "--horizon", 24, "--windows", 3, "--models", "naive,drift", "--refit")
    code, out, err = gatecast(*command, "--out", board, "--report", page, "--json")
    assert code == 0, err
    assert board.read_text().startswith("model,mase")
    assert "What each half says" not in page.read_text("utf-8")
    assert [row["model"] for row in json.loads(out)["leaderboard"]] == ["SeasonalNaive", "Drift"]


def test_a_leaderboard_is_the_same_in_a_file_and_on_standard_output(gatecast, load, tmp_path, monkeypatch):
    """To the byte: the file had ended its lines otherwise."""
    monkeypatch.setattr("gatecast.backtest.run.time.perf_counter", lambda: 0.0)
    command = ("backtest", load, "--horizon", 24, "--windows", 2, "--models", "naive,drift", "--quiet")
    _, printed, _ = gatecast(*command)
    gatecast(*command, "--out", tmp_path / "board.csv")
    assert (tmp_path / "board.csv").read_bytes() == printed.encode()


def ask(command: str, *more: object) -> tuple[object, ...]:
    """A command on the load table with something wrong in it."""
    return (command, "{load}", "--horizon", 24, *more)


MISTAKES = [
    (("forecast", "nowhere.csv", "--horizon", 24), "there is no file 'nowhere.csv'"),
    (ask("forecast", "--model", "hybird"), "there is no model 'hybird'; did you mean 'hybrid'?"),
    (ask("forecast", "--level", 100), "level 100 is no width in percent"),
    (ask("forecast", "--out", "f.xlsx"), "its name ends in .xlsx; wanted .csv or .parquet"),
    (ask("forecast", "--out", "{load}/no/f.csv"), "name a file in a folder you may write to"),
    (ask("forecast", "--report", "page.pdf"), "wanted .html or .htm"),
    (ask("forecast", "--model", "naive", "--parts"), "naive has no linear and memory part"),
    (ask("forecast", "--target-col", "load"), "load"),
    (ask("forecast", "--known", "temprature"), "did you mean 'temperature'?"),
    (ask("forecast", "--model", "naive", "--zone", "Europe/Madird"), "Europe/Madird"),
    (ask("forecast", "--model", "naive", "--freq", "fortnight"), "fortnight"),
    (ask("forecast", "--model", "naive", "--holidays", "XX"), "XX"),
    (ask("forecast", "--model", "naive", "--season", -4), "-4"),
    (ask("backtest", "--windows", 40, "--models", "naive"), "ask for at most 9 windows"),
    (ask("backtest", "--models", "naive,dirft"), "did you mean 'drift'?"),
    (ask("backtest", "--models", ","), "no model to compare"),
    (ask("backtest", "--out", "b.parquet"), "a leaderboard is written as .csv"),
    (ask("forecast", "--out", "{load}"), "is a file this command reads and would be lost"),
    (ask("forecast", "--model", "naive", "--horizon", 10**8), "--horizon 100000000 makes"),
    (ask("backtest", "--models", "naive", "--season", 0), "--season 0 is not a length in steps"),
    (("demo", "--set", "wind"), "there is no sample 'wind'; wanted one of demand, solar"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), MISTAKES, ids=[said[:30] for _, said in MISTAKES])
def test_a_mistake_is_told_with_its_remedy_and_without_a_traceback(
    gatecast, load, arguments, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, out, err = gatecast(*(str(a).replace("{load}", str(load)) for a in arguments))
    assert (code, out) == (1, "")
    assert "error: " in err
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments", [("forecast",), ("forecast", "t.csv"), ("forecast", "t.csv", "--horizon", 0), ("fly",)]
)
def test_a_command_that_cannot_be_understood_exits_with_two(gatecast, arguments):
    code, out, err = gatecast(*arguments)
    assert (code, out) == (2, "")
    assert "Usage" in err


def test_an_output_that_cannot_be_written_is_refused_before_the_table_is_read(gatecast):
    _, _, err = gatecast("forecast", "nowhere.csv", "--horizon", 3, "--out", "no/such/folder/f.csv")
    assert "cannot write no/such/folder/f.csv: No such file or directory" in err


def test_checking_a_file_that_exists_leaves_it_alone(gatecast, tmp_path):
    target = tmp_path / "old.csv"
    target.write_text("kept")
    gatecast("forecast", "nowhere.csv", "--horizon", 3, "--out", target)
    assert target.read_text() == "kept"


def test_checking_a_file_that_does_not_exist_leaves_nothing(gatecast, tmp_path):
    gatecast("forecast", "nowhere.csv", "--horizon", 3, "--out", tmp_path / "new.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_command_exits_with_130(gatecast, load, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gatecast.jobs.forecast", interrupt)
    code, out, err = gatecast(*naive(load))
    assert (code, out) == (130, "")
    assert "Traceback" not in err


def pressing(monkeypatch, *steps):
    """Press Ctrl-C, as a terminal does, at these steps of a training."""
    take = Descent.take

    def pressed(self, batch):
        for _ in range(steps.count(self.step)):
            os.kill(os.getpid(), signal.SIGINT)
        return take(self, batch)

    monkeypatch.setattr(Descent, "take", pressed)


def test_ctrl_c_while_training_ends_it_early_and_the_forecast_is_made(gatecast, load, monkeypatch):
    pressing(monkeypatch, 20)
    code, out, err = gatecast("forecast", load, "--horizon", 24, "--model", "lstm", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["notes"][-1] == "LSTM: training: stopped at step 21 of 240; the weights of step 21 are kept"
    assert len(told["forecast"]) == 24
    assert "Traceback" not in err


def test_a_second_ctrl_c_while_training_exits_with_130(gatecast, load, monkeypatch):
    pressing(monkeypatch, 20, 20)
    code, out, err = gatecast("forecast", load, "--horizon", 24, "--model", "lstm")
    assert (code, out) == (130, "")
    assert "Traceback" not in err


def test_a_training_that_was_ended_goes_on_from_its_checkpoint(gatecast, load, tmp_path, monkeypatch):
    kept = tmp_path / "load.checkpoint"
    asked = ("forecast", load, "--horizon", 24, "--model", "rnn", "--quiet", "--checkpoint", kept)
    with monkeypatch.context() as patch:
        pressing(patch, 20, 20)
        assert gatecast(*asked)[0] == 130
    assert kept.exists()
    code, _, err = gatecast(*asked, "--seed", 3)
    assert code == 1
    assert "the checkpoint of another seed (0; this is 3); run what it was begun with" in err
    taken, take = [], Descent.take
    monkeypatch.setattr(Descent, "take", lambda self, batch: taken.append(self.step) or take(self, batch))
    assert gatecast(*asked)[0] == 0
    assert taken == list(range(10, 240)), "on from the last step that was kept"
    assert not kept.exists()


def test_a_checkpoint_of_what_trains_nothing_or_in_another_ending_is_refused(gatecast, load, tmp_path):
    code, _, err = gatecast(*naive(load, "--checkpoint", tmp_path / "c.checkpoint"))
    assert (code, "--checkpoint, but naive trains no network; leave it out" in err) == (1, True)
    code, _, err = gatecast(*naive(load, "--checkpoint", tmp_path / "c.csv"))
    assert (code, "wanted .checkpoint" in err) == (1, True)


def test_an_interruption_before_a_command_runs_exits_with_130_too(gatecast, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gatecast.cli.app", interrupt)
    assert gatecast("--version")[0] == 130


def test_a_forecast_that_cannot_be_written_leaves_the_old_file_whole(gatecast, load, tmp_path, monkeypatch):
    target = tmp_path / "f.csv"
    target.write_text("kept")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gatecast.disk.os.replace", full)
    code, _, err = gatecast(*naive(load, "--out", target))
    assert (code, target.read_text()) == (1, "kept")
    assert "No space left on device" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "load.parquet"]


def test_a_full_or_closed_standard_output_is_told_without_a_traceback(monkeypatch):
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    for stream, said in ((Full(), "No space left on device"), (None, "standard output is closed")):
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(OptionError, match=said):
            show.machine("text")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_no_generator_takes_is_a_usage_error(gatecast, seed):
    assert gatecast("forecast", "t.csv", "--horizon", 3, "--seed", seed)[0] == 2


def test_notes_and_errors_name_options_as_they_are_typed(gatecast, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("ds,y\n" + "\n".join(f"{i},{i % 5}" for i in range(30)))
    code, out, err = gatecast("forecast", table, "--horizon", 2, "--model", "naive", "--json")
    assert code == 0, err
    assert "give --season if there is one" in err
    assert "give --season if there is one" in json.loads(out)["notes"][0]


@pytest.mark.parametrize("command", ["forecast", "predict", "update", "state", "backtest", "demo"])
def test_help_has_examples(gatecast, command):
    code, out, _ = gatecast(command, "--help")
    assert code == 0
    assert f"gatecast {command}" in out
    assert "Examples" in out


def test_the_help_tells_the_exit_codes(gatecast):
    assert "130 interrupted" in gatecast("--help")[1]


def test_every_model_of_the_catalogue_is_offered(gatecast):
    out = gatecast("forecast", "--help")[1]
    assert all(name in out for name in MODELS)


def test_an_unknown_model_without_a_neighbour_gets_the_whole_list():
    with pytest.raises(OptionError, match=r"there is no model 'xyz'; choose from hybrid, linear"):
        entry_of("xyz")


@pytest.fixture
def quick_demo(monkeypatch):
    """The demonstration with models that learn at once."""
    monkeypatch.setattr("gatecast.demo.MODELS", ("drift", "naive"))
    monkeypatch.setattr("gatecast.demo.WINDOWS", 7)


@pytest.mark.usefixtures("quick_demo")
@pytest.mark.parametrize(("sample", "unit", "steps"), [("demand", "MW", 48), ("solar", "kW", 24)])
def test_the_demo_writes_its_three_files_and_says_the_weather_was_observed(
    gatecast, tmp_path, sample, unit, steps
):
    code, out, err = gatecast("demo", "--set", sample, "--out", tmp_path / "new" / "out")
    written = tmp_path / "new" / "out"
    assert (code, out) == (0, ""), err
    assert len(read_table(written / "forecast.csv")) == steps
    assert len(read_table(written / "leaderboard.csv")) == 2
    assert "The weather in this sample is observed" in (written / "report.html").read_text("utf-8")
    assert "The weather in this sample is observed" in err
    assert f"forecast, {unit}" in err


@pytest.mark.usefixtures("quick_demo")
def test_the_demo_forecasts_the_last_day_of_its_sample(gatecast, tmp_path):
    gatecast("demo", "--out", tmp_path, "--quiet")
    first = read_table(tmp_path / "forecast.csv")["ds"].dt.convert_time_zone("Australia/Melbourne")[0]
    assert first.isoformat() == "2014-12-31T00:00:00+11:00"


@pytest.mark.usefixtures("quick_demo")
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(gatecast, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, _, err = gatecast("demo", "--out", tmp_path / "out")
    assert code == 1
    assert "name a file in a folder you may write to" in err
    assert "frequency" not in err


@pytest.mark.parametrize("name", MODELS)
def test_every_model_of_the_catalogue_can_be_made(name):
    """With every option that the command line can pass on."""
    made = model(
        name, 24, season=[24], known=["a"], past=["b"], static=["c"], holidays="ES", seed=7
    )  # fmt: skip
    assert (made.horizon, made.name) == (24, entry_of(name).maker)
    assert made.get_params().get("seed") == (7 if entry_of(name).seeded else None)
