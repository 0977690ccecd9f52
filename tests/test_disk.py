"""A file is the old one or the new one, wherever its writer is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

import gatecast
from gatecast.disk import whole

SOURCE = Path(gatecast.__file__).parents[1]

# Writes the new file over the old in children of which each is killed elsewhere, and looks at what is left.
#   lines  SIGKILL before the n-th line of `disk` that is run, for every n until one gets through
#   bytes  the system's own kill in the middle of a write, once the draft has n bytes
KILLING = """
import os, resource, signal, sys
sys.path.insert(0, {source!r})
from pathlib import Path
import gatecast.disk
{setting}
path = Path({path!r})

def result_of(what):
    child = os.fork()  # this process must start no threads of its own: they are lost to its children
    if not child:
        put(what)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    return path.read_bytes()

before, after = result_of(old), result_of(new)
assert before != after
DISK = gatecast.disk.__file__

def killed_before(line):
    passed = 0
    def each(frame, event, argument):
        nonlocal passed
        if frame.f_code.co_filename != DISK:
            return None
        if event == "line":
            passed += 1
            if passed == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return each
    sys.settrace(each)
    put(new)

def killed_behind(size):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    put(new)

def death(how, number):
    path.write_bytes(before)
    child = os.fork()
    if not child:
        how(number)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    left = path.read_bytes()
    assert left in (before, after), (how.__name__, number, len(left))
    return status, left

seen, number = set(), 0
while True:
    number += 1
    status, left = death(killed_before, number)
    seen.add(left)
    if status == 0:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL, status
assert left == after and seen == {{before, after}}, "both ends must have been met"
halves = 0
for size in sorted({{0, 1, 100, len(after) // 2, len(after) - 1}}):
    if size < len(after):
        status, left = death(killed_behind, size)
        assert os.WTERMSIG(status) == signal.SIGXFSZ and left == before, (size, status)
        drafts = [d for d in path.parent.glob(".*.draft")]
        halves += any(0 < d.stat().st_size < len(after) for d in drafts)
assert halves, "no draft was ever half written: this proves nothing"
print("lines", number)
"""

PLAIN = """
old, new = b"old" * 100, b"new" * 300
def put(raw):
    with gatecast.disk.whole(path) as draft:
        draft.write_bytes(raw)
"""
FRAME = """
import polars as pl
from gatecast.jobs import save
old, new = (pl.DataFrame({"y": list(range(start, start + 400))}) for start in (0, 7))
def put(frame):
    save(frame, path)
"""
MODEL = """
import polars as pl
from gatecast import SeasonalNaive, save
table = pl.DataFrame({"ds": range(40), "y": [1.0, 2.0] * 20})
old, new = (SeasonalNaive(2, season=k).fit(table) for k in (2, 4))
def put(model):
    save(model, path)
"""
PAGE = """
from gatecast.report.shell import written
old, new = "<p>old</p>" * 50, "<p>new</p>" * 70
def put(text):
    written(path, text)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes of its own making")
@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("plain", PLAIN),
        ("frame.csv", FRAME),
        ("frame.parquet", FRAME),
        ("model.gatecast", MODEL),
        ("page.html", PAGE),
    ],
)
def test_a_kill_anywhere_leaves_the_old_file_or_the_new_one(name: str, setting: str, tmp_path: Path) -> None:
    code = KILLING.format(source=str(SOURCE), path=str(tmp_path / name), setting=setting)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 8, "too few places to be killed at"


def test_an_error_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "word"
    path.write_text("old")

    def broken_off() -> None:
        with whole(path) as draft:
            draft.write_text("ne")
            raise ValueError("midway")

    with pytest.raises(ValueError, match="midway"):
        broken_off()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("word", "old")]


def test_a_draft_never_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole(tmp_path / "word"):
        pass
    assert not any(tmp_path.iterdir())
