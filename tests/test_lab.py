"""The lab's page and command: every claim on it, a failing one as plainly, nothing from elsewhere."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from gatecast.cli import main
from gatecast.cli.lab import EXAMPLES
from gatecast.errors import OptionError
from gatecast.insight import Curve, curves_figure
from gatecast.lab import CLAIMS, Drawn, Finding, Measure, chosen_claims, command, measure_claims, write_lab
from gatecast.lab.nets import UNSEEN
from gatecast.lab.running import KILLED, LARGEST_SEED
from gatecast.progress import Silent
from test_report import BROWSER, QUIET

EVIL = '<script>document.title="owned"</script>'


def finding(name="adding", value=0.001, seed=0, title="It adds") -> Finding:
    """A finding as quick as can be; its number is wanted below .01."""
    return Finding(
        name, title, ("It was tried.",), ("Not the sea.",), (Measure("error", value, "MW", below=0.01),),
        (Drawn(go.Figure(layout={"height": 300}), "A figure."),), seed, 1.5,
    )  # fmt: skip


def page(tmp_path, findings) -> str:
    """The page as written."""
    return write_lab(tmp_path / "lab.html", findings, "gatecast lab --out lab.html").read_text("utf-8")


def test_every_claim_has_its_part_its_number_and_its_command(tmp_path):
    text = page(tmp_path, [finding(name) for name in CLAIMS])
    for name in CLAIMS:
        assert f'<section id="{name}">' in text
        assert f'<a href="#{name}">' in text
        assert f"gatecast lab --claim {name} --seed 0 --out {name}.html" in text
    assert f"All {len(CLAIMS)} hold." in text
    assert text.count('<div class="plot"') == len(CLAIMS)


def test_a_claim_that_fails_says_so_as_plainly(tmp_path):
    text = page(tmp_path, [finding("spike"), finding("adding", 0.2, seed=3)])
    assert "1 of 2 do not hold with this seed." in text
    assert '<p class="fails">Does not hold with seed 3: error is 0.2 MW, wanted below 0.01.</p>' in text
    assert '<p class="holds">Holds with seed 0.</p>' in text
    assert text.count('<tr class="fails">') == 2  # in the list of claims, and among its numbers
    assert "does not hold" in text


def test_what_follows_from_a_claim_is_said_only_where_it_holds(tmp_path):
    so = ("So it adds.",)
    assert so[0] in page(tmp_path, [replace(finding(), shows=so)])
    assert so[0] not in page(tmp_path, [replace(finding(value=0.2), shows=so)])


def test_a_claim_that_could_not_be_measured_says_why_and_has_no_number(tmp_path):
    broken = Finding("spike", "A spike", (), (), (), (), 3, broken="ValueError: <no> (spike.py, line 7)")
    text = page(tmp_path, [finding(), broken])
    assert not broken.holds
    assert "1 of 2 could not be measured." in text
    assert "do not hold" not in text
    assert "Could not be measured with seed 3: ValueError: &lt;no&gt; (spike.py, line 7)." in text
    assert text.count('<tr class="fails">') == 1
    assert "gatecast lab --claim spike --seed 3" in text


def test_the_page_says_what_was_chosen_by_hand(tmp_path):
    assert "What was chosen by hand" in page(tmp_path, [finding()])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_does_not_hold(value):
    failed = finding(value=value)
    assert not failed.holds
    assert "no finite number" in failed.verdict


def test_nothing_on_the_page_comes_from_elsewhere_nor_brings_its_own_script(tmp_path):
    text = page(tmp_path, [finding(title=EVIL)])
    assert "default-src 'none'" in text
    ours = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", ours)
    assert EVIL not in text


def test_findings_come_in_the_order_of_the_page_and_are_timed():
    found = measure_claims(["states", "unrolled"], 0, Silent(), processes=1)
    assert [one.name for one in found] == ["unrolled", "states"]
    assert all(one.seconds > 0 for one in found)


def test_a_claim_that_breaks_leaves_the_others_whole(monkeypatch):
    monkeypatch.setitem(CLAIMS, "spike", lambda seed: 1 // seed)
    monkeypatch.setitem(CLAIMS, "adding", lambda seed: finding(seed=seed))
    spike, adding = measure_claims(["spike", "adding"], 0, Silent(), processes=1)
    assert re.fullmatch(r"ZeroDivisionError: .*\(test_lab\.py, line \d+\)", spike.broken)
    assert spike.title == "A heat spike three days ago: the RNN's forecast ignores it, the LSTM's carries it"
    assert adding.holds


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(OptionError, match=rf"the seed is {seed}; wanted a whole number from 0 to"):
        measure_claims(["unrolled"], seed, Silent(), processes=1)


def test_no_seed_that_can_be_asked_for_trains_on_what_is_tested():
    assert UNSEEN % 2**32 > LARGEST_SEED  # PyTorch reads 32 bits of a seed


def killed(*_: object) -> Finding:
    """End the process it runs in, as the system does when memory runs out."""
    os._exit(1)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_told_and_not_waited_for(monkeypatch):
    monkeypatch.setattr("gatecast.lab.running.measured", killed)
    found = measure_claims(["gates", "states"], 0, Silent(), processes=2)
    assert [one.broken for one in found] == [KILLED, KILLED]


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_no_worker_outlives_an_interrupt_of_the_command_alone(tmp_path, sent, code):
    """Not the signal to all at once that a terminal gives, nor a kill, leaves a minute of work behind."""
    asked = [sys.executable, "-m", "gatecast", "lab", "--out", str(tmp_path / "p.html"), "--quiet"]
    heard = partial(signal.signal, signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    here = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # the code that is tested
    running = subprocess.Popen(
        asked, env=here, start_new_session=True, stderr=subprocess.DEVNULL, preexec_fn=heard
    )
    time.sleep(8)
    running.send_signal(sent)
    assert running.wait(timeout=10) == code
    for _ in range(20):  # a worker may still be at its imports
        if not alive(running.pid):
            break
        time.sleep(1)
    assert not alive(running.pid)
    assert not list(tmp_path.iterdir())


def alive(group: int) -> bool:
    """Whether a process of this group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_two_processes_find_what_one_finds():
    alone, shared = (measure_claims(["gates", "states"], 0, Silent(), processes=n) for n in (1, 2))
    assert [one.measures for one in alone] == [one.measures for one in shared]


def test_an_unknown_claim_is_answered_with_the_known_ones():
    with pytest.raises(OptionError, match=r"there is no claim magic; wanted some of gradient, spike"):
        chosen_claims(["magic"])


def test_the_command_repeats_what_was_asked():
    assert command((), 0, "lab.html") == "gatecast lab --seed 0 --out lab.html"
    assert command(("spike",), 2, "a b.html") == "gatecast lab --claim spike --seed 2 --out 'a b.html'"


def test_the_help_names_every_claim():
    named = re.search(r"Claims: (.*)\.", EXAMPLES)
    assert named is not None
    assert named.group(1).split(", ") == list(CLAIMS)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line with claims that are quick: exit code, standard output and standard error."""
    for name in CLAIMS:
        value = 0.2 if name == "spike" else 0.0
        monkeypatch.setitem(CLAIMS, name, lambda seed, name=name, value=value: finding(name, value, seed))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # a second process would know the real claims

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gatecast", "lab", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return typed


def test_the_command_writes_the_page_and_tells_programs_the_numbers(run, tmp_path):
    code, out, err = run("--claim", "spike", "--seed", 5, "--out", tmp_path / "p.html", "--json")
    told = json.loads(out)
    assert code == 0
    assert "does not hold with seed 5" in re.sub(r"\s+", " ", err)
    (claim,) = told["claims"]
    assert (claim["claim"], claim["holds"], claim["numbers"][0]["value"]) == ("spike", False, 0.2)
    assert "Does not hold with seed 5" in (tmp_path / "p.html").read_text("utf-8")


def test_a_page_that_could_not_be_written_is_refused_before_any_work(run, tmp_path):
    code, out, err = run("--out", tmp_path / "nowhere" / "p.html")
    assert (code, out) == (1, "")
    assert "cannot write" in err
    code, _, err = run("--out", tmp_path / "p.txt")
    assert code == 1
    assert ".html" in err
    assert not list(tmp_path.iterdir())


def test_an_unknown_claim_is_told_without_a_traceback(run, tmp_path):
    code, _, err = run("--claim", "magic", "--out", tmp_path / "p.html")
    assert code == 1
    assert "there is no claim magic" in err


def test_a_command_with_a_claim_that_broke_keeps_the_page_and_ends_with_an_error(run, monkeypatch, tmp_path):
    monkeypatch.setitem(CLAIMS, "gates", lambda seed: [][seed])
    code, out, err = run("--claim", "gates", "--claim", "adding", "--out", tmp_path / "p.html", "--json")
    gates, adding = json.loads(out)["claims"]
    assert code == 1
    assert "could not be measured: gates" in err
    assert gates["broken"].startswith("IndexError")
    assert (adding["broken"], adding["holds"]) == (None, True)
    assert "1 of 2 could not be measured." in (tmp_path / "p.html").read_text("utf-8")


@pytest.fixture(scope="module")
def drawable(tmp_path_factory):
    """A page with every kind of figure, of real findings."""
    sizes = np.geomspace(1, 1e-14, 50)
    curves = curves_figure([Curve("it vanishes", np.arange(50), sizes)], x="back", y="size", logarithmic=True)
    adding = replace(finding(), figures=(Drawn(curves, "A gradient."),))
    found = measure_claims(["gates", "unrolled", "states"], 0, Silent(), processes=1)
    return write_lab(tmp_path_factory.mktemp("lab") / "lab.html", [*found, adding], "gatecast lab")


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on this machine")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (1280, True)])
def test_a_browser_draws_every_figure_of_the_lab(drawable, tmp_path, width, dark):
    assert BROWSER is not None
    where = [f"--user-data-dir={tmp_path}", f"--window-size={width},900", "--virtual-time-budget=8000"]
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        [BROWSER, *QUIET, *where, *scheme, "--dump-dom", drawable.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    plots = drawable.read_text(encoding="utf-8").count('<div class="plot"')
    assert plots == 6
    assert f'data-drawn="{plots}"' in done.stdout
    assert done.stdout.count('class="main-svg"') >= plots
    blue, lighter = (f"rgb({color})" for color in ("0, 114, 178", "75, 167, 224"))
    assert ((blue in done.stdout), (lighter in done.stdout)) == (not dark, dark)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
