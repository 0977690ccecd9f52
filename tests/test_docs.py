"""What the documents show is what the program does."""

import ast
import re
import shlex
from pathlib import Path
from urllib.parse import urlparse

import pytest
import typer

from gatecast.catalogue import MODELS
from gatecast.cli import app

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")])
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group


def named(path: Path) -> str:
    """A page as it is spoken of."""
    return path.relative_to(ROOT).as_posix()


def blocks(language: str) -> list[tuple[str, str]]:
    """Every fenced block in a language: page and text."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(named(page), text) for page in PAGES for text in fence.findall(page.read_text(encoding="utf-8"))]


def typed_lines() -> list[tuple[str, str]]:
    """Every `$ gatecast ...` line of the documents, and every example of the help."""
    shown = [(page, line) for page, text in blocks("console") for line in text.splitlines()]
    helped = [
        (f"help of {name}", f"$ {line.strip()}")
        for name, c in COMMANDS.items()
        for line in c.epilog.splitlines()
    ]
    return [(page, line[2:]) for page, line in shown + helped if line.startswith("$ gatecast ")]


@pytest.mark.parametrize(("page", "line"), typed_lines())
def test_a_command_shown_is_understood(page, line):
    """Parsing succeeds: the command is there, its options are, and their values are of the right kind."""
    words = shlex.split(line.partition(" > ")[0], comments=True)
    command = COMMANDS[words[1]]
    assert command.make_context(words[1], words[2:], resilient_parsing=False) is not None, page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name):
    assert f"## gatecast {name}" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_option_spoken_of_exists():
    real = {opt for command in COMMANDS.values() for parameter in command.params for opt in parameter.opts}
    text = "".join(
        (ROOT / page).read_text("utf-8") for page in ("README.md", "docs/cli.md", "docs/tables.md")
    )
    spoken = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert spoken <= real | {"--help", "--version"}


def test_every_model_is_documented():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in MODELS)


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_shown_is_python_and_imports_what_exists(page, code):
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = __import__(node.module or "", fromlist=["*"])
            assert all(hasattr(module, alias.name) for alias in node.names), page


@pytest.mark.slow
@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_shown_runs(page, code):
    names: dict[str, object] = {}
    exec(compile(code, page, "exec"), names)
    assert names


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not urlparse(target).scheme:
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_make_targets_shown_exist():
    made = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = {
        line.split()[2]
        for _, text in blocks("console")
        for line in text.splitlines()
        if line.startswith("$ make")
    }
    assert shown <= made


def test_every_dependency_is_argued_for():
    listed = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    wanted = re.findall(
        r'^  "([A-Za-z0-9-]+)[>=]', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    assert len(wanted) > 15
    assert [name for name in wanted if name not in listed] == []


def test_the_constraints_pin_every_dependency():
    pinned = {
        line.split("==")[0]
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    wanted = re.findall(
        r'^  "([A-Za-z0-9-]+)[>=]', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    assert {name.lower() for name in wanted} <= pinned
