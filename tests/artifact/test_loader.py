"""Whatever is done to a file, loading it gives the model or an error in words, soon and in little memory."""

import json
import os
import pickle
import struct
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as packed

from artifact.small_models import fitted
from gatecast import load, save
from gatecast.artifact.container import BEGINNING, pack, unpack
from gatecast.errors import ArtifactError

SECONDS, BYTES = 1.0, 200_000_000
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 7, 2**40, 2**70, 0.5, -1e308, "nan", "x", "", [], [0], [[]], {}, {"tuple": []},
    {"record": 0},
    {"kind": "data.panel"}, json.loads("[" * 200 + "]" * 200),
)  # fmt: skip


@contextmanager
def soon_and_small() -> Iterator[None]:
    """What is done within takes no more than a second and 200 MB."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        yield
        assert time.perf_counter() - began < SECONDS
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def small(place) -> bytes:
    """A small artifact."""
    return save(fitted("drift"), place / "small").read_bytes()


def outcome(raw: bytes, place: Path) -> str | None:
    """What is said of a file of these bytes; None where it loads."""
    path = place / "spoilt"
    path.write_bytes(raw)
    try:
        load(path)
    except ArtifactError as error:
        said = str(error)
    else:
        return None
    assert said.endswith((", or save again", "has written", "with this one"))
    return said


SOME = [pytest.param(7, id="some"), pytest.param(1, marks=pytest.mark.slow, id="all")]


@pytest.mark.parametrize("every", SOME)
def test_a_file_cut_short_at_any_byte_is_refused(small, place, every):
    assert len(small) < 6_000
    assert all(outcome(small[:length], place) for length in range(0, len(small), every))


def test_a_file_with_more_behind_its_end_is_refused(small, place):
    assert "its header speaks of" in (outcome(small + b"\0", place) or "")


@pytest.mark.parametrize("every", SOME)
def test_a_file_with_any_byte_altered_is_refused(small, place, every):
    for at in range(0, len(small), every):
        spoilt = bytearray(small)
        spoilt[at] ^= 1 << at % 8
        assert outcome(bytes(spoilt), place), at


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bytes_inserted_removed_or_overwritten_are_refused(small, place, data):
    start = data.draw(st.integers(0, len(small)))
    stop = data.draw(st.integers(start, min(len(small), start + 40)))
    patch = data.draw(st.binary(max_size=40))
    spoilt = small[:start] + patch + small[stop:]
    assert spoilt == small or outcome(spoilt, place)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hybrid", "arima blend"])
def test_a_larger_file_cut_short_or_altered_anywhere_is_refused(name, place):
    whole = save(fitted(name), place / "larger").read_bytes()
    for at in range(0, len(whole), 1 + len(whole) // 1500):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1 << at % 8
        assert outcome(bytes(spoilt), place), at
        assert outcome(whole[:at], place), at


def foreign() -> dict[str, bytes]:
    """Files that are no models of ours."""
    header = json.dumps({"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}).encode()
    return {
        "empty": b"",
        "one byte": b"\x01",
        "zeros": bytes(5000),
        "csv": b"ds,y\n1,2\n" * 50,
        "parquet": b"PAR1" + bytes(range(256)) * 9,
        "zip": b"PK\x03\x04" + bytes(99),
        "pickle": pickle.dumps({"a": 1}),
        "safetensors": packed({"a": np.ones(3)}, {"format": "pt"}),
        "safetensors without metadata": struct.pack("<Q", len(header)) + header + bytes(8),
        "another's under our name": packed({"a": np.ones(3)}, {"gatecast": "hello"}),
        "a header of 2**63 bytes": struct.pack("<Q", 2**63) + BEGINNING + bytes(99),
        "a header of 90 MB": struct.pack("<Q", 90_000_000) + BEGINNING + bytes(99),
    }


@pytest.mark.parametrize("kind", foreign())
def test_a_foreign_file_is_refused(kind, place):
    with soon_and_small():
        assert outcome(foreign()[kind], place)


def test_what_is_no_file_is_refused(place):
    with pytest.raises(ArtifactError, match="is no file; wanted a model saved by gatecast"):
        load(place)
    with pytest.raises(ArtifactError, match="is not there"):
        load(place / "nowhere")
    os.mkfifo(place / "pipe")
    with pytest.raises(ArtifactError, match="is no file"):
        load(place / "pipe")


def test_a_pickle_is_never_opened(place):
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return (Path.touch, (place / "sprung",))

    assert "is no model saved by gatecast" in (outcome(pickle.dumps(Trap()), place) or "")
    assert not (place / "sprung").exists()


def test_a_newer_schema_says_who_made_it_and_what_to_do(place, small):
    text = b'\\"schema\\":1,\\"gatecast\\":\\"'
    assert text in small
    newer = small.replace(text, text.replace(b"1", b"2"))
    said = outcome(newer, place) or ""
    assert "in schema 2; this one reads schema 1: upgrade gatecast" in said


def test_arrays_swapped_in_the_header_are_refused(place):
    whole = save(fitted("lstm"), place / "whole").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    alike: dict[str, list[str]] = {}
    for name in header.keys() - {"__metadata__"}:
        alike.setdefault(str((header[name]["dtype"], header[name]["shape"])), []).append(name)
    pairs = [sorted(names)[:2] for names in alike.values() if len(names) > 1]
    for a, b in pairs:
        first, second = (whole[8 + length :][slice(*header[n]["data_offsets"])] for n in (a, b))
        swapped = json.dumps(header | {a: header[b], b: header[a]}, separators=(",", ":")).encode()
        said = outcome(struct.pack("<Q", len(swapped)) + swapped + whole[8 + length :], place) or ""
        assert "its checksum is another one" in said or first == second
    assert len(pairs) > 4


# Forgeries: files whose checksum is right, because whoever altered them made it anew.


def taken_apart(name: str, place: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    document, arrays = unpack(save(fitted(name), place / "whole"))
    return {n: v for n, v in document.items() if n not in ("checksum", "schema")}, arrays


def forged(document: dict[str, Any], arrays: dict[str, np.ndarray], place: Path) -> str | None:
    return outcome(pack(document, {n: np.ascontiguousarray(a) for n, a in arrays.items()}), place)


def spots(plain: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document."""
    yield path
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in inner:
        yield from spots(value, (*path, key))


def with_odd(document: dict[str, Any], path: tuple[Any, ...], odd: Any) -> dict[str, Any]:
    """The document with something else in one place."""
    copied = json.loads(json.dumps(document))
    target = copied
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = odd
    return copied


MODELS = ("drift", "arima by steps", "hybrid that fell back", "lstm that stands", "hybrid of holidays")


@pytest.mark.parametrize("count", [40, pytest.param(1500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", MODELS)
def test_a_document_forged_anywhere_is_refused_in_words_or_makes_a_model(name, place, count):
    document, arrays = taken_apart(name, place)
    where = list(spots(document))[1:]
    rng = np.random.default_rng(count)
    told = [
        forged(with_odd(document, where[i], ODD[int(rng.integers(len(ODD)))]), arrays, place)
        for i in rng.choice(len(where), count)
    ]
    assert any(told)


@pytest.mark.parametrize("name", MODELS)
def test_swapped_arrays_are_refused_in_words_or_make_a_model(name, place):
    document, arrays = taken_apart(name, place)
    pairs = list(combinations(arrays, 2))
    told = [
        forged(document, arrays | {a: arrays[b], b: arrays[a]}, place)
        for a, b in pairs[:: 1 + len(pairs) // 30]
    ]
    assert any(told)


@pytest.mark.parametrize("name", MODELS)
def test_arrays_of_another_shape_or_type_are_refused_in_words_or_make_a_model(name, place):
    document, arrays = taken_apart(name, place)
    for one, values in list(arrays.items())[:: 1 + len(arrays) // 8]:
        for other in (
            values.ravel()[:1], values.ravel()[:0], values[None], values.astype(np.float32),
            values.astype(np.int64), np.zeros(()), np.full_like(values, 1),
        ):  # fmt: skip
            forged(document, arrays | {one: other}, place)
        assert forged(document, {n: a for n, a in arrays.items() if n != one}, place)
    assert forged(document, arrays | {"more": np.ones(3)}, place)


def test_huge_shapes_are_refused_before_memory_is_taken(small, place):
    length = int.from_bytes(small[:8], "little")
    header = json.loads(small[8 : 8 + length])
    for name in [n for n in header if n != "__metadata__"][:4]:
        for shape in (
            [2**40],
            [2**31, 2**31],
            [2**62, 4],
            [-1],
            [0],
            [1] * 1000,
            [10**30],
            "x",
            [1.5],
            [None],
        ):
            for offsets in (None, [0, 2**50], [0, 10**30], [-8, 8], [0], ["a", "b"]):
                spoilt = json.loads(json.dumps(header))
                spoilt[name]["shape"] = shape
                if offsets is not None:
                    spoilt[name]["data_offsets"] = offsets
                text = json.dumps(spoilt, separators=(",", ":")).encode()
                with soon_and_small():
                    assert outcome(struct.pack("<Q", len(text)) + text + small[8 + length :], place)


def test_huge_sizes_in_the_document_are_refused_before_memory_is_taken(place):
    document, arrays = taken_apart("lstm", place)
    for path in spots(document):
        if path and path[-1] in (
            "horizon",
            "units",
            "members",
            "ahead",
            "inputs",
            "context_",
            "steps",
            "season",
        ):
            for size in (2**31 - 1, 2**40, 2**62):
                with soon_and_small():
                    forged(with_odd(document, path, size), arrays, place)


def test_deep_json_is_refused(place):
    document, arrays = taken_apart("drift", place)
    deep = "[" * 100_000 + "]" * 100_000
    text = BEGINNING + b"0" * 64 + b'\\",\\"schema\\":1,\\"records\\":' + deep.encode() + b'}"}}'
    header = b'{"__metadata__":' + deep.encode() + b"}"
    whole = BEGINNING + b'\\"}"},"a":' + deep.encode() + b"}"
    with soon_and_small():
        for raw in (text, header, whole):
            assert outcome(struct.pack("<Q", len(raw)) + raw, place)
    last = len(document["records"]) - 1
    level: Any = 1
    for _ in range(400):
        level = [level]
    for odd in (level, {"tuple": level}):
        with soon_and_small():
            assert forged(with_odd(document, ("records", last, "options", "season"), odd), arrays, place)


def test_a_record_may_not_speak_of_itself_or_of_later_ones(place):
    document, arrays = taken_apart("drift", place)
    for number, record in enumerate(document["records"]):
        for field, plain in record.get("fields", {}).items():
            if type(plain) is int and field in ("panel", "layout", "schema", "frequency"):
                path = ("records", number, "fields", field)
                assert "wanted a record before" in (
                    forged(with_odd(document, path, number), arrays, place) or ""
                )


def test_a_class_that_is_not_on_the_list_is_not_made(place):
    document, arrays = taken_apart("drift", place)
    for kind in ("os.system", "builtins.eval", "gatecast.linear.Drift", "Drift", "pathlib.Path"):
        said = forged(with_odd(document, ("records", 0, "kind"), kind), arrays, place)
        assert "wanted a kind that gatecast knows" in (said or "")
