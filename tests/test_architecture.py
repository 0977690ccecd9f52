"""The floor plan of docs/architecture.md and the code say the same."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gatecast"
FILES = sorted(SOURCE.rglob("*.py"))
FRAME_LIBRARIES = {"polars", "pandas", "pyarrow", "narwhals"}
MAY_KNOW_FRAMES = {"data/table.py", "data/column.py", "data/writing.py", "data/frames.py", "data/samples.py"}
ARRAY_LIBRARIES = {"numpy", "numba", "llvmlite", "torch", "jaxtyping"} | sys.stdlib_module_names
OPTIONAL = {"scipy", "statsmodels", "sklearn", "kaleido", "onnx", "google", "h5py", "threadpoolctl", "pvlib"}
UNHELPFUL_NAMES = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}
ARRAY_TYPES = {"FloatArray", "IntArray", "BoolArray", "ndarray", "Tensor"}
NAMED_AXES = {"Float", "Float32", "Int", "Bool", "Num"}
FILE_LINES, FUNCTION_LINES = 300, 60


@dataclass(frozen=True)
class Room:
    """A row of the floor plan."""

    members: frozenset[str]
    may_import: frozenset[str]
    kernels: frozenset[str]


def floor_plan() -> dict[str, Room]:
    """Every room named in docs/architecture.md, with the rooms it may import, as the table there says."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    cells = [
        [c.strip() for c in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    rows = [c for c in cells if len(c) == 3 and c[0] != "room" and not set(c[0]) <= {"-"}]
    named = {c[0]: frozenset(n.rstrip("/") for n in re.findall(r"`([\w/]+)`", c[0])) for c in rows}
    foundations = next(names for cell, names in named.items() if cell.startswith("foundations"))
    everything = frozenset().union(*named.values())
    plan = {}
    for cell, contents, may in rows:
        words = {w.strip(" `/") for w in may.split(",")}
        allowed = frozenset(words & everything) | (foundations if "foundations" in words else frozenset())
        if may.startswith("everything"):
            allowed = everything - frozenset(re.findall(r"`(\w+)`", may))
        if may == "each other":
            allowed = foundations
        marked = (
            re.findall(r"`(\w+)`", contents)
            if "[kernels]" in contents
            else re.findall(r"`(\w+)` \[kernel\]", contents)
        )
        for name in named[cell]:
            plan[name] = Room(named[cell], allowed, frozenset(marked))
    return plan


PLAN = floor_plan()


def room_of(path: Path) -> str:
    """The room a file lies in: its folder, or its own name at the top."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def where(path: Path) -> str:
    """The file as it is spoken of."""
    return path.relative_to(SOURCE).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module imported at run time; what stands under `if TYPE_CHECKING` is for the type checker."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from imports(other)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node
        else:
            yield from imports(node)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def top_level_room(module: str) -> str:
    """Which room of ours a module name means, or nothing.

    >>> top_level_room("gatecast.data.panel"), top_level_room("numpy")
    ('data', '')
    """
    parts = module.split(".")
    return parts[1] if parts[0] == "gatecast" and len(parts) > 1 else ""


def bare_names(annotation: ast.expr | None) -> set[str]:
    """The names in an annotation, less those whose axes it names."""
    if annotation is None:
        return set()
    if isinstance(annotation, ast.Subscript) and getattr(annotation.value, "id", "") in NAMED_AXES:
        return set()
    if isinstance(annotation, ast.Name | ast.Attribute):
        return {getattr(annotation, "id", "") or getattr(annotation, "attr", "")}
    parts = [part for part in ast.iter_child_nodes(annotation) if isinstance(part, ast.expr)]
    return set().union(*map(bare_names, parts))


@pytest.mark.parametrize("path", FILES, ids=where)
def test_a_file_stands_in_a_room_of_the_plan(path: Path) -> None:
    assert room_of(path) in PLAN or where(path) in {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("room", sorted(PLAN))
def test_a_room_of_the_plan_exists(room: str) -> None:
    assert (SOURCE / room).is_dir() or (SOURCE / f"{room}.py").is_file()


@pytest.mark.parametrize("path", FILES, ids=where)
def test_rooms_import_only_what_the_plan_allows_and_through_doors(path: Path) -> None:
    here = room_of(path)
    for module, node in imports(tree_of(path)):
        assert not module.startswith("."), f"{where(path)}:{node.lineno}: write the whole name of {module}"
        there = top_level_room(module)
        if not there or there == here or here in {"__init__", "__main__"}:
            continue
        assert there in PLAN[here].may_import, f"{where(path)}:{node.lineno}: {here} may not import {there}"
        assert module == f"gatecast.{there}", (
            f"{where(path)}:{node.lineno}: go through the door gatecast.{there}, not {module}"
        )


@pytest.mark.parametrize("path", FILES, ids=where)
def test_the_bare_package_is_imported_only_where_laziness_is_needed(path: Path) -> None:
    bare = any(module == "gatecast" for module, _ in imports(tree_of(path)))
    assert not bare or room_of(path) in {"catalogue", "cli"}


@pytest.mark.parametrize("path", FILES, ids=where)
def test_functions_import_nothing_but_optional_packages(path: Path) -> None:
    for function in functions(tree_of(path)):
        for module, node in imports(function):
            assert module.split(".")[0] in OPTIONAL, (
                f"{where(path)}:{node.lineno}: {function.name} imports {module}"
            )


@pytest.mark.parametrize("path", FILES, ids=where)
def test_only_the_table_files_know_a_frame_library(path: Path) -> None:
    known = {module.split(".")[0] for module, _ in imports(tree_of(path))} & FRAME_LIBRARIES
    assert not known or where(path) in MAY_KNOW_FRAMES


KERNELS = [
    (path, room)
    for path in FILES
    for room in [PLAN.get(room_of(path))]
    if room and len(path.relative_to(SOURCE).parts) > 1 and path.stem in room.kernels
]


@pytest.mark.parametrize(("path", "room"), KERNELS, ids=[where(path) for path, _ in KERNELS])
def test_kernels_know_arrays_and_kernels_only(path: Path, room: Room) -> None:
    here, foundations = room_of(path), PLAN["errors"].members
    for module, node in imports(tree_of(path)):
        ours, kernel = top_level_room(module), module.split(".")[-1]
        allowed = (
            ours in foundations
            if ours and ours != here
            else module.split(".")[0] in ARRAY_LIBRARIES or kernel in room.kernels
        )
        assert allowed, f"{where(path)}:{node.lineno}: a kernel may not import {module}"


@pytest.mark.parametrize("path", [path for path, _ in KERNELS], ids=where)
def test_public_functions_of_kernels_name_the_axes_of_their_arrays(path: Path) -> None:
    for function in functions(tree_of(path)):
        if function.name.startswith("_"):
            continue
        given = [*function.args.args, *function.args.kwonlyargs]
        for hint in (*(argument.annotation for argument in given), function.returns):
            unnamed = bare_names(hint) & ARRAY_TYPES
            assert not unnamed, f"{where(path)}:{function.lineno}: {function.name} has a bare {unnamed}"


def test_the_kernels_of_the_plan_exist() -> None:
    wanted = {(name, kernel) for name, room in PLAN.items() for kernel in room.kernels}
    missing = {(room, kernel) for room, kernel in wanted if not any((SOURCE / room).rglob(f"{kernel}.py"))}
    assert not missing


@pytest.mark.parametrize("path", FILES, ids=where)
def test_a_file_is_short_and_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in UNHELPFUL_NAMES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES
    for function in functions(tree_of(path)):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        assert lines <= FUNCTION_LINES, f"{where(path)}:{function.lineno}: {function.name} has {lines} lines"


@pytest.mark.parametrize(
    "path", [f for f in FILES if room_of(f) not in {"cli", "bars", "__main__"}], ids=where
)
def test_nothing_prints_but_the_face(path: Path) -> None:
    calls = (n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    assert not [n.lineno for n in calls if n.func.id == "print"]  # type: ignore[attr-defined]  # narrowed above
