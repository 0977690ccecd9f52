"""What is exported exists, is documented, and costs nothing until it is used."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gatecast

SOURCE = Path(gatecast.__file__).parents[1]
HEAVY = {"numpy", "torch", "polars", "numba", "plotly", "narwhals"}
COMMANDS = (
    ["--help"],
    ["--version"],
    ["forecast", "--help"],
    ["backtest", "--help"],
    ["predict", "--help"],
    ["update", "--help"],
)
ROOMS = sorted(p.parent.name for p in (SOURCE / "gatecast").glob("*/__init__.py"))


def imported_by(*arguments: str) -> set[str]:
    """The top-level packages that a fresh interpreter has imported when these arguments are done."""
    listing = "print('\\n##', *{m.split('.')[0] for m in sys.modules})"
    code = f"import atexit, sys; atexit.register(lambda: {listing}); {arguments[0]}"
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments[1:]],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert "##" in done.stdout, done.stderr
    return set(done.stdout.rpartition("##")[2].split())


@pytest.mark.parametrize("name", gatecast.__all__)
def test_an_export_exists_and_says_what_it_is(name):
    thing = getattr(gatecast, name)
    assert inspect.getdoc(thing)
    assert name in dir(gatecast)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_exports_what_it_says_and_documents_it(room):
    door = __import__(f"gatecast.{room}", fromlist=["*"])
    assert inspect.getdoc(door)
    for name in getattr(door, "__all__", ()):
        thing = getattr(door, name)
        constant = not (inspect.isclass(thing) or inspect.isfunction(thing))
        assert constant or inspect.getdoc(thing), f"gatecast.{room}.{name} says nothing of itself"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(AttributeError, match=r"no attribute 'Prophet'; it has Hybrid"):
        _ = gatecast.Prophet


def test_importing_the_package_imports_nothing_heavy():
    assert not imported_by("import gatecast") & {
        "numpy",
        "torch",
        "polars",
        "numba",
        "plotly",
        "rich",
        "typer",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_asking_for_help_imports_nothing_heavy(command):
    run = "sys.argv[0] = 'gatecast'; from gatecast.cli import main; main()"
    assert not imported_by(run, *command) & HEAVY


def test_the_version_is_the_installed_one():
    assert gatecast.__version__[0].isdigit()
