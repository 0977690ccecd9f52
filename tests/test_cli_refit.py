"""`gatecast refit`: a saved model fitted again, file by file."""

import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.cli import main
from gatecast.memory import Training


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line; give back exit code, standard output and standard error."""

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gatecast", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, re.sub(r"\x1b\[[0-9;]*m", "", err)

    return typed


def hours(count: int) -> pl.DataFrame:
    hour = np.arange(count)
    stamps = pl.Series([datetime(2024, 3, 1) + timedelta(hours=int(h)) for h in hour])
    noise = np.random.default_rng(0).normal(size=count)
    return pl.DataFrame({"ds": stamps, "y": 100 + 20 * np.sin(2 * np.pi * hour / 24) + noise})


@pytest.fixture
def saved(tmp_path) -> Path:
    """An LSTM of twenty days that has read twenty-five."""
    training = Training(units=6, steps=30, windows=8, origins=4, checks=2)
    model = gatecast.LSTM(horizon=6, training=training).fit(hours(480))
    return gatecast.save(model.update(hours(600)), tmp_path / "load.gatecast")


@pytest.mark.parametrize("warm", [(), ("--warm-start",)])
def test_a_model_is_fitted_again_as_the_library_does(run, saved, tmp_path, warm):
    out = tmp_path / "newer.gatecast"
    before = saved.read_bytes()
    code, _, err = run("refit", saved, "--out", out, *warm)
    assert code == 0, err
    assert f"wrote {out}" in err
    assert saved.read_bytes() == before
    again = gatecast.load(saved).refit(warm_start=bool(warm))
    assert gatecast.save(again, tmp_path / "same.gatecast").read_bytes() == out.read_bytes()


def test_it_may_be_written_over_itself_and_told_as_json(run, saved):
    code, out, _ = run("refit", saved, "--out", saved, "--warm-start", "--json", "-q")
    told = json.loads(out)
    assert (code, told["model"], told["wrote"], told["drifted_before"]) == (0, "LSTM", [str(saved)], [])
    assert len(gatecast.load(saved).panel_.values) == 600


def test_another_table_takes_the_place_of_what_was_read(run, saved, tmp_path):
    table = tmp_path / "history.csv"
    hours(700).write_csv(table)
    code, _, err = run("refit", saved, table, "--out", saved)
    assert code == 0, err
    assert f"Fitted again on {table}" in err
    assert len(gatecast.load(saved).panel_.values) == 700


def test_what_cannot_go_on_is_said_in_words_of_the_command_line(run, tmp_path):
    saved = gatecast.save(gatecast.SeasonalNaive(horizon=6).fit(hours(480)), tmp_path / "n.gatecast")
    code, _, err = run("refit", saved, "--warm-start", "--out", saved)
    assert code == 0
    assert "SeasonalNaive: nothing of it goes on from an earlier fit" in " ".join(err.split())


@pytest.mark.parametrize(
    ("table", "said"), [("nowhere.csv", "there is no file"), ("other.csv", "no column"), ("load", "wanted")]
)
def test_a_table_that_is_none_leaves_the_old_file(run, saved, tmp_path, table, said):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    before = saved.read_bytes()
    code, out, err = run("refit", saved, tmp_path / table, "--out", saved)
    assert (code, out) == (1, "")
    assert said in " ".join(err.split())
    assert saved.read_bytes() == before


def test_a_file_that_no_model_can_be_in_is_refused_before_any_work(run, saved):
    code, _, err = run("refit", saved, "--out", "model.csv")
    assert code == 1
    assert "wanted .gatecast" in err
