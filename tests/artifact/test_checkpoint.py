"""A training that was killed goes on from its checkpoint to the same bytes; another one is refused."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast import LSTM, Drift, Hybrid, checkpointing, save
from gatecast.artifact import load
from gatecast.errors import ArtifactError, OptionError
from gatecast.memory import Training
from gatecast.memory.descent import Descended, Descent
from gatecast.memory.network import Batch

SOURCE, HORIZON = Path(gatecast.__file__).parents[1], 6
TINY = Training(units=6, steps=24, windows=8, origins=4, checks=4)
BROKEN_AT = 17  # of all tries to take a step, in the trainings that break


def table(rows: int = 420, seed: int = 0) -> pl.DataFrame:
    hours, draw = np.arange(rows), np.random.default_rng(seed)
    y = 100 + 20 * np.sin(hours * np.pi / 12) + 8 * np.sin(hours * np.pi / 12) ** 3 + draw.normal(size=rows)
    return pl.DataFrame({"ds": hours, "y": y})


def model(kind: str = "lstm", **options: object) -> gatecast.Hybrid | gatecast.LSTM:
    made = {"lstm": LSTM, "hybrid": Hybrid}[kind]
    return made(**{"horizon": HORIZON, "season": 24, "training": TINY, **options})


def break_once() -> None:
    """One step of all that are taken in this process meets a number that is none."""
    take, tries = Descent.take, []

    def once(self: Descent, batch: Batch) -> Descended:
        tries.append(self.step)
        broken = self.step == BROKEN_AT - 1 and self.halved == 0
        return Descended(float("nan"), 1.0) if broken else take(self, batch)

    Descent.take = once


def killed_at(kill: int, kind: str, path: Path, breaks: bool = False) -> None:
    """Fit in another process that kills itself, as no handler can prevent, before it takes a certain step."""
    code = f"""
import os, signal, sys
sys.path[:0] = [{str(SOURCE)!r}, {str(Path(__file__).parents[1])!r}]
from artifact import test_checkpoint as test
if {breaks}: test.break_once()
take, tries = test.Descent.take, []
def mortal(self, batch):
    tries.append(1)
    if len(tries) == {kill}:
        os.kill(os.getpid(), signal.SIGKILL)
    return take(self, batch)
test.Descent.take = mortal
with test.checkpointing({str(path)!r}):
    test.model({kind!r}).fit(test.table())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Models whose training nothing cut short, as files."""
    folder = tmp_path_factory.mktemp("whole")
    return {kind: save(model(kind).fit(table()), folder / kind).read_bytes() for kind in ("lstm", "hybrid")}


@pytest.mark.parametrize(
    ("kind", "kill"), [("lstm", 1), ("lstm", 11), ("lstm", 16), ("lstm", 24), ("hybrid", 33)]
)
def test_a_killed_training_goes_on_to_the_same_bytes(
    kind: str, kill: int, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 33rd step of a hybrid is of its second training: the first one is not taken again."""
    path = tmp_path / "c.checkpoint"
    killed_at(kill, kind, path)
    assert path.exists() == (kill > 1)
    taken, take = [], Descent.take

    def counted(self: Descent, batch: Batch) -> Descended:
        taken.append(self.step)
        return take(self, batch)

    monkeypatch.setattr(Descent, "take", counted)
    with checkpointing(path):
        resumed = model(kind).fit(table())
    assert save(resumed, tmp_path / "m").read_bytes() == whole[kind]
    assert not path.exists(), "what is finished needs no checkpoint"
    if kind == "lstm":
        assert taken == list(range((kill - 2) // 10 * 10 if kill > 1 else 0, TINY.steps))
    else:
        assert taken[0] == (kill - 2 - TINY.steps) // 10 * 10


def test_a_training_killed_after_it_stepped_back_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for kill in (0, 9, 19, 23):
        path = tmp_path / f"{kill}.checkpoint"
        if kill:
            killed_at(kill, "lstm", path, breaks=True)
        with monkeypatch.context() as patch:
            patch.setattr(Descent, "take", Descent.take)
            break_once()
            with checkpointing(path):
                results.append(save(model().fit(table()), tmp_path / "m").read_bytes())
    assert len(set(results)) == 1
    assert any("1/2 of the rate" in note for note in load(tmp_path / "m").notes_)


def test_a_checkpoint_changes_nothing(whole: dict[str, bytes], tmp_path: Path) -> None:
    with checkpointing(tmp_path / "c.checkpoint"):
        assert save(model().fit(table()), tmp_path / "m").read_bytes() == whole["lstm"]
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a training that was killed."""
    path = tmp_path_factory.mktemp("begun") / "c.checkpoint"
    killed_at(15, "lstm", path)
    return path


@pytest.mark.parametrize(
    ("options", "rows", "said"),
    [
        ({"seed": 1}, 420, r"the checkpoint of another seed \(0; this is 1\)"),
        ({"training": replace(TINY, rate=0.02)}, 420, r"other options of training \(.*rate=0.01.*rate=0.02"),
        ({"season": 12}, 420, r"another table, or of one that was read otherwise|another network"),
        (
            {},
            421,
            "the checkpoint of another table, or of one that was read otherwise; run what it was begun",
        ),
        ({"horizon": 5}, 420, r"another network \(lstm of "),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(
    options: dict[str, object], rows: int, said: str, begun: Path
) -> None:
    before = begun.read_bytes()
    with pytest.raises(OptionError, match=said), checkpointing(begun):
        model(**options).fit(table(rows))
    assert begun.read_bytes() == before


def test_the_checkpoint_of_another_model_is_refused(begun: Path) -> None:
    said = r"another training \(LSTM: training; this is Hybrid: training\)"
    with pytest.raises(OptionError, match=said), checkpointing(begun):
        model("hybrid").fit(table())


def test_a_file_that_is_no_checkpoint_is_refused_before_any_work(begun: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.checkpoint"
    path.write_bytes(begun.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match="damaged"), checkpointing(path):
        pass
    save(Drift(2).fit(table()), path)
    with pytest.raises(ArtifactError, match="is a saved model, not a checkpoint"), checkpointing(path):
        pass
    assert path.exists()


def test_a_checkpoint_is_no_model(begun: Path) -> None:
    with pytest.raises(ArtifactError, match="is the checkpoint of a training, not a saved model"):
        load(begun)


def test_a_stopped_training_keeps_its_checkpoint_and_can_be_gone_on_with(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, take = tmp_path / "c.checkpoint", Descent.take

    def pressing(self: Descent, batch: Batch) -> Descended:
        if self.step == 15:
            os.kill(os.getpid(), signal.SIGINT)
        return take(self, batch)

    with monkeypatch.context() as patch, checkpointing(path):
        patch.setattr(Descent, "take", pressing)
        assert model().fit(table()).trained_.stopped == 16
    assert path.exists()
    with checkpointing(path):
        assert save(model().fit(table()), tmp_path / "m").read_bytes() == whole["lstm"]
    assert not path.exists()


def test_a_training_that_breaks_down_leaves_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "c.checkpoint"
    with checkpointing(path):
        model("hybrid", training=replace(TINY, rate=1e30)).fit(table())
    assert not path.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    said, path = r"cannot write .*; name a checkpoint you may write to", tmp_path / "no" / "c.checkpoint"
    with pytest.raises(OptionError, match=said), checkpointing(path):
        model().fit(table())
