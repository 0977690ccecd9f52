"""The lab's page and command: every claim on it, a failing one as plainly, nothing from elsewhere."""

import json
import re
import sys

import plotly.graph_objects as go
import pytest

from gatecast.cli import main
from gatecast.cli.lab import EXAMPLES
from gatecast.errors import OptionError
from gatecast.lab import CLAIMS, Drawn, Finding, Measure, chosen_claims, command, measure_claims, write_lab
from gatecast.progress import Silent

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
