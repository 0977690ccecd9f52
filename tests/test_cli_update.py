"""`gatecast update` and `gatecast state`: a saved model moved on, file by file."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.cli import main
from gatecast.data import load_sample


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line; give back exit code, standard output and standard error."""

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gatecast", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        code = left.value.code
        return int(code or 0), out, re.sub(r"\x1b\[[0-9;]*m", "", err)

    return typed


def hours(low: int, high: int) -> pl.DataFrame:
    """Hours from the first of March on."""
    begin = datetime(2024, 3, 1)
    hour = np.arange(low, high)
    stamps = pl.Series([begin + timedelta(hours=int(h)) for h in hour])
    y = 100 + 20 * np.sin(2 * np.pi * hour / 24) + (hour * 7919 % 13) / 5
    return pl.DataFrame({"ds": stamps, "y": y})


@pytest.fixture(params=["arima", "naive"])
def saved(run, tmp_path, request) -> Path:
    """A model of ten days, saved."""
    table, path = tmp_path / "load.csv", tmp_path / "load.gatecast"
    hours(0, 240).write_csv(table)
    zone = ("--zone", "Europe/Madrid")
    code, _, err = run(
        "forecast", table, "--horizon", 6, "--model", request.param, *zone, "--save", path, "-q"
    )
    assert code == 0, err
    return path


def written(path: Path, df: pl.DataFrame) -> Path:
    df.write_csv(path)
    return path


def test_a_model_moved_on_by_files_forecasts_as_one_moved_on_in_memory(run, saved, tmp_path):
    model = gatecast.load(saved)
    for low, high in ((240, 241), (241, 250)):
        news = written(tmp_path / "news.csv", hours(low, high))
        code, out, err = run("update", saved, news, "--out", saved)
        assert (code, out) == (0, "")
        assert f"{high - low} new step" in err
        assert f"wrote {saved}" in err
    model.update(hours(240, 250))
    again = gatecast.load(saved)
    assert again.predict().equals(model.predict())
    panel = again.ahead()
    replayed = again.forecast(panel, panel.last_origins(), (0.1, 0.5, 0.9)).point.ravel()
    np.testing.assert_allclose(again.predict()[model.name], replayed, rtol=1e-9)


def test_an_update_says_what_it_did_to_people_and_to_programs(run, saved, tmp_path):
    rows = pl.concat([hours(242, 243), hours(239, 240), hours(238, 239).with_columns(y=pl.lit(55.5))])
    news = written(tmp_path / "news.csv", rows)
    code, out, err = run("update", saved, news, "--out", tmp_path / "newer.gatecast", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["new"], told["gaps"], told["corrected"], told["repeated"]) == (1, 2, 1, 1)
    assert told["wrote"] == [str(tmp_path / "newer.gatecast")]
    assert "1 corrected (2024-03-10 22:00), 1 repeated: read again from the beginning" in err
    assert run("update", saved, news, "--out", tmp_path / "newer.gatecast", "--quiet")[1:] == ("", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ds,y\n2024-02-01 00:00,1\n", "1 new rows stand before the history that was fitted"),
        ("ds,y\n2024-03-11 00:30,1\n", "off the grid of 1 hour that was fitted"),
        ("ds,y\n2024-03-31 02:00,1\n", "show a time that clocks in Europe/Madrid jump over"),
        ("ds,y\n7,1\n", "holds integer steps, before stamps in Europe/Madrid"),
        ("unique_id,ds,y\nother,2024-03-11 00:00,1\n", "series never seen: other"),
        ("ds,load\n2024-03-11 00:00,1\n", "no column 'y'"),
        ("ds,y\n2024-03-11 00:00,much\n", "holds text in 1 of 1 rows"),
    ],
)
def test_rows_that_cannot_be_are_refused_and_the_model_stays(run, saved, tmp_path, content, said):
    news, before = tmp_path / "news.csv", saved.read_bytes()
    news.write_text(content)
    code, out, err = run("update", saved, news, "--out", saved)
    assert (code, out) == (1, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    assert saved.read_bytes() == before
    assert not list(tmp_path.glob(".*draft"))


def test_files_that_cannot_be_written_or_read_are_told_before_any_work(run, saved, tmp_path):
    news = written(tmp_path / "news.csv", hours(240, 241))
    for target, said in (("m.pickle", "wanted .gatecast"), ("no/m.gatecast", "No such file")):
        code, _, err = run("update", "nowhere.gatecast", news, "--out", target)
        assert (code, said in err) == (1, True), err
    code, _, err = run("update", news, news, "--out", tmp_path / "m.gatecast")
    assert (code, "is no model saved by gatecast" in err) == (1, True)
    code, _, err = run("update", saved, tmp_path / "none.csv", "--out", saved)
    assert (code, "there is no file" in err) == (1, True)
    assert run("update", saved, news)[0] == 2  # --out is not given


def test_the_state_of_a_model_and_what_changed_between_two(run, saved, tmp_path):
    newer = tmp_path / "newer.gatecast"
    run("update", saved, written(tmp_path / "news.csv", hours(240, 243)), "--out", newer)
    name = gatecast.load(saved).name
    code, out, err = run("state", saved)
    assert (code, err) == (0, "")
    assert out.startswith(f"{name} behind 2024-03-10 23:00\n")
    code, out, _ = run("state", saved, newer)
    assert out.startswith(f"{name}: from 2024-03-10 23:00 to 2024-03-11 02:00, 3 steps\n")
    assert "on average" in out
    told = json.loads(run("state", saved, newer, "--json")[1])
    assert {row["steps"] for row in told["changes"]} == {3}
    assert json.loads(run("state", newer, "--json")[1])["clock"] == [242]
    code, _, err = run("state", saved, tmp_path / "none.gatecast")
    assert (code, "is not there" in err) == (1, True)


@pytest.mark.slow
def test_a_shell_loop_that_feeds_one_observation_at_a_time_forecasts_as_a_replay(tmp_path):
    """A few rows here; a week of them in bench/update_loop.py."""
    df = load_sample("demand").tail(48 * 60).select("ds", "y")
    past, news = df.head(-4), df.tail(4)
    model = gatecast.LinearHalf(horizon=48).fit(past)
    saved = gatecast.save(model, tmp_path / "demand.gatecast")
    environment = os.environ | {"PYTHONPATH": str(Path(gatecast.__file__).parents[1])}
    for k in range(4):
        rows = tmp_path / "row.csv"
        rows.write_text(news[k : k + 1].write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%:z"))
        command = [sys.executable, "-m", "gatecast", "update", str(saved), str(rows), "--out", str(saved)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "1 new step" in done.stderr
        again = gatecast.load(saved)
        panel = again.ahead()
        wanted = again.forecast(panel, panel.last_origins(), (0.1, 0.5, 0.9))
        found = again.predict(level=[80])
        for column, j in (("LinearHalf-lo-80", 0), ("LinearHalf", 1), ("LinearHalf-hi-80", 2)):
            np.testing.assert_allclose(found[column], wanted.quantiles[0, :, j], rtol=1e-9)
        assert panel.known_steps[0] == len(past) + k + 1
