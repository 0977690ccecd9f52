"""The page: whole, self-contained, harmless, and drawn by a real browser."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from fake_forecasters import HonestNaive, Shifted
from gatecast.backtest import cross_validate, leaderboard
from gatecast.errors import OptionError
from gatecast.report import Contents, write_report
from test_figures import FORECAST, HORIZON, LEVELS, PANEL, demand, forecast_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next((found for found in map(shutil.which, NAMES) if found), None)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-component-update", "--disable-background-networking", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
EVIL = '<script>document.title="owned"</script>'


@pytest.fixture(scope="module")
def contents() -> Contents:
    """A page with everything on it."""
    backtest = cross_validate(
        [HonestNaive(HORIZON), Shifted(HORIZON, 300.0)], PANEL, n_windows=8, levels=LEVELS
    )
    return Contents(
        title="Demand", panel=PANEL, forecast=FORECAST, model="Hybrid", actual=FORECAST.point + 20,
        backtest=backtest, board=leaderboard(backtest), unit="MW", units={"temperature": "°C"},
        notes=("2 rows were out of order: sorted.",),
        disclosure="The weather is observed.", commands=("gatecast demo",), seed=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(contents, tmp_path_factory) -> Path:
    """The page, written."""
    return write_report(tmp_path_factory.mktemp("page") / "report.html", contents)


def test_the_page_holds_every_part(page):
    text = page.read_text(encoding="utf-8")
    for anchor in ("forecast", "parts", "comparison", "covariates", "read", "repeat"):
        assert f'<section id="{anchor}">' in text
        assert f'<a href="#{anchor}">' in text
    assert "The weather is observed." in text
    assert "2 rows were out of order: sorted." in text


def test_plotly_is_on_the_page_once(page):
    assert page.read_text(encoding="utf-8").count("* plotly.js v") == 1


def test_nothing_on_the_page_comes_from_elsewhere(page):
    """No element fetches, and the policy forbids it besides."""
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    ours = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", ours)


def test_ids_and_names_cannot_bring_their_own_script(tmp_path):
    panel = replace(demand(ids=(EVIL,)), known_names=(EVIL, "holiday"))
    contents = Contents(title=EVIL, panel=panel, forecast=forecast_of(panel), notes=(EVIL,), commands=(EVIL,))
    text = write_report(tmp_path / "page.html", contents).read_text(encoding="utf-8")
    assert EVIL not in text
    assert "&lt;script&gt;document.title" in text


def test_a_page_of_a_forecast_alone_leaves_the_comparison_out(tmp_path):
    text = write_report(tmp_path / "p.html", Contents(title="t", panel=PANEL, forecast=FORECAST)).read_text(
        "utf-8"
    )
    assert '<section id="forecast">' in text
    assert '<section id="comparison">' not in text


def test_a_page_of_a_backtest_alone_leaves_the_forecast_out(contents, tmp_path):
    alone = replace(contents, forecast=None, actual=None)
    text = write_report(tmp_path / "p.html", alone).read_text("utf-8")
    assert '<section id="comparison">' in text
    assert '<section id="forecast">' not in text


def test_many_series_show_the_first_few_and_say_so(tmp_path):
    panel = demand(ids=tuple(range(9)))
    contents = Contents(title="t", panel=panel, forecast=forecast_of(panel))
    assert "The first 4 of 9 series" in write_report(tmp_path / "p.html", contents).read_text("utf-8")


def test_a_page_of_nothing_is_refused():
    with pytest.raises(OptionError, match="needs a forecast or a backtest"):
        Contents(title="t", panel=PANEL)


def test_a_page_that_cannot_be_written_says_where(contents, tmp_path):
    with pytest.raises(OptionError, match=r"cannot write the page .*nowhere.*No such file"):
        write_report(tmp_path / "nowhere" / "page.html", contents)


def test_a_page_that_fails_half_way_leaves_the_old_one_and_no_crumbs(contents, tmp_path, monkeypatch):
    target = write_report(tmp_path / "page.html", contents)
    before = target.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OptionError, match="No space left on device"):
        write_report(target, replace(contents, title="other"))
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on this machine")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_draws_every_figure_without_a_complaint(page, tmp_path, width):
    assert BROWSER is not None
    where = [f"--user-data-dir={tmp_path}", f"--window-size={width},900", "--virtual-time-budget=8000"]
    done = subprocess.run(
        [BROWSER, *QUIET, *where, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    drawn = done.stdout
    plots = page.read_text(encoding="utf-8").count('<div class="plot"')
    assert plots == 6
    assert f'data-drawn="{plots}"' in drawn
    assert drawn.count('class="main-svg"') >= plots
    assert "owned" not in re.findall(r"<title>(.*?)</title>", drawn)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
