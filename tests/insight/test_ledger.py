"""The ledger accounts for all that is held, exactly, by whatever the steps are called."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gatecast.errors import OptionError, RecordError
from gatecast.insight import Ledger, day_labels, event_labels, hour_labels, ledger
from gatecast.memory import LSTMCell, record
from memory.random_cells import WITH_LEDGER, drawn, elman, lstm, random_state, randomised

EXACT = {"rtol": 0, "atol": 1e-10}


def gated(forget: float, units: int = 3) -> LSTMCell:
    """An LSTM whose forget gate is 0 or 1 to the last bit."""
    cell = lstm(drawn(0), 2, units)
    cell.W[units : 2 * units] = 0
    cell.U[units : 2 * units] = 0
    cell.b[units : 2 * units] = 800 if forget else -800
    return cell


@pytest.mark.parametrize("kind", WITH_LEDGER)
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 3), time=st.integers(1, 40), at=st.integers(-1, 0))
def test_what_is_held_is_the_sum_of_what_was_written(kind, seed, batch, time, at):
    draw = drawn(seed)
    cell = WITH_LEDGER[kind](draw)
    layer = record(cell, draw(batch, time, cell.inputs), random_state(cell, batch, draw)).layers[0]
    account = ledger(layer, at)
    assert account.residual <= 1e-10
    np.testing.assert_allclose(account.held, cell.stored(layer)[:, at], **EXACT)
    np.testing.assert_allclose(account.start + account.written.sum(axis=1), account.held, **EXACT)


@pytest.mark.parametrize("kind", WITH_LEDGER)
def test_it_is_the_cells_own_account(kind):
    """Multiplied out step by step from the cell's `kept_and_written`."""
    draw = drawn(3)
    cell = WITH_LEDGER[kind](draw)
    start = random_state(cell, 2, draw)
    layer = record(cell, draw(2, 15, cell.inputs), start).layers[0]
    kept, written = cell.kept_and_written(layer)
    parts = [cell.stored(start)]
    for f, w in zip(kept.unbind(1), written.unbind(1), strict=True):
        parts = [f * part for part in parts] + [w]
    account = ledger(layer)
    np.testing.assert_allclose(account.start, parts[0], **EXACT)
    np.testing.assert_allclose(account.written, torch.stack(parts[1:], dim=1), **EXACT)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), groups=st.integers(1, 6))
def test_grouping_loses_nothing(seed, groups):
    draw = drawn(seed)
    layer = record(lstm(draw), draw(2, 20, 3)).layers[0]
    labels = np.random.default_rng(seed).integers(groups, size=20)
    account = ledger(layer, groups=labels)
    np.testing.assert_allclose(account.by_group.sum(axis=1), account.held, **EXACT)
    np.testing.assert_allclose(account.shares().sum(axis=1), 1.0)
    assert sum(account.share_by_group.values()) == pytest.approx(1.0)
    first = account.by_group[:, account.names.index(str(labels[0]))]
    np.testing.assert_allclose(first, account.written[:, labels == labels[0]].sum(axis=1), **EXACT)


def test_a_cell_that_forgets_nothing_holds_a_plain_sum():
    layer = record(gated(1), drawn(1)(2, 12, 2)).layers[0]
    np.testing.assert_allclose(ledger(layer).written, layer.input_gate * layer.candidate, **EXACT)


def test_a_cell_that_forgets_all_holds_its_last_writing():
    layer = record(gated(0), drawn(1)(2, 12, 2)).layers[0]
    account = ledger(layer)
    assert not account.written[:, :-1].any()
    np.testing.assert_allclose(account.written[:, -1], account.held, **EXACT)
    assert (account.half_age() == 1).all()
    assert account.words() == "half of what the cell state holds was written in the last step"


def constant(time: int, start: float = 0.0) -> Ledger:
    """What is held where every step wrote as much and nothing is forgotten."""
    cell = gated(1)
    cell.U[:] = 0
    state = (torch.zeros(1, 3, dtype=torch.float64), torch.full((1, 3), start, dtype=torch.float64))
    x = torch.ones(1, time, 2, dtype=torch.float64)
    return ledger(record(cell, x, type(cell.start(1))(*state)).layers[0])


def test_half_of_equal_writings_is_the_younger_half():
    assert (constant(10).half_age() == 5).all()
    assert (constant(11).half_age() == 6).all()
    assert constant(10).half_age_of_all() == [5]
    assert constant(48).words(step=(0.5, "hours")).endswith("in the last 12 hours")
    assert np.isinf(constant(10, start=1e3).half_age()).all()
    assert constant(10, start=1e3).words().endswith("was there before the first step")


def test_a_layer_that_holds_nothing_says_so():
    cell = LSTMCell(*(torch.zeros(*shape) for shape in ((8, 1), (8, 2), (8,))))
    account = ledger(record(cell, torch.zeros(1, 4, 1)).layers[0], groups=list("aabb"))
    assert np.isnan(account.half_age()).all()
    assert all(np.isnan(share) for share in account.share_by_group.values())
    assert account.words() == "the cell state holds nothing"


def test_products_too_small_for_a_number_are_nothing():
    cell = lstm(drawn(0), 2, 3)
    cell.b[3:6] = -9.0
    account = ledger(record(cell, 0.1 * drawn(1)(1, 3000, 2)).layers[0])
    assert np.isfinite(account.written).all()
    assert not account.written[:, 0].any()
    assert account.residual <= 1e-10


def test_an_elman_layer_keeps_nothing_to_account_for():
    layer = record(elman(drawn(0)), drawn(1)(1, 4, 3)).layers[0]
    with pytest.raises(RecordError, match=r"no part kept and no part written; take a GRU or an LSTM"):
        ledger(layer)


def test_two_directions_are_two_accounts():
    module = randomised(nn.LSTM(3, 4, bidirectional=True, batch_first=True), dtype=torch.float64)
    layer = record(module, drawn(1)(2, 9, 3)).layers[0]
    with pytest.raises(RecordError, match=r"give one, layer.directions\[0\]"):
        ledger(layer)
    forwards, backwards = (ledger(part) for part in layer.directions)
    np.testing.assert_allclose(forwards.held, layer.directions[0].cell[:, -1])
    np.testing.assert_allclose(backwards.held, layer.directions[1].cell[:, 0])
    assert forwards.age[0].tolist() == [8, 7, 6, 5, 4, 3, 2, 1, 0] == backwards.age[0].tolist()[::-1]
    assert ledger(layer.directions[1], at=2, groups=list("abcdefghi")).names[:-1] == ("g", "h", "i")


@pytest.mark.parametrize("direction", [0, 1])
def test_a_packed_sequence_is_accounted_for_up_to_its_own_end(direction):
    module = randomised(nn.LSTM(3, 4, bidirectional=True, batch_first=True), dtype=torch.float64)
    draw = drawn(2)
    alone = [draw(steps, 3) for steps in (5, 9, 1)]
    packed = nn.utils.rnn.pack_sequence(alone, enforce_sorted=False)
    together = ledger(record(module, packed).layers[0].directions[direction])
    for k, x in enumerate(alone):
        own = ledger(record(module, x).layers[0].directions[direction])
        np.testing.assert_allclose(together.held[k], own.held[0], **EXACT)
        np.testing.assert_allclose(together.written[k, : len(x)], own.written[0], **EXACT)
        assert not together.written[k, len(x) :].any()
        np.testing.assert_array_equal(together.half_age()[k], own.half_age()[0])
        np.testing.assert_allclose(together.of(k).by_group.sum(axis=1)[0], own.held[0], **EXACT)


def test_the_axes_of_the_record_do_not_matter():
    x = drawn(1)(2, 9, 3)
    batch_first = randomised(nn.GRU(3, 4, batch_first=True), dtype=torch.float64)
    time_first = nn.GRU(3, 4).double()
    time_first.load_state_dict(batch_first.state_dict())
    wanted = ledger(record(batch_first, x).layers[0])
    np.testing.assert_allclose(
        ledger(record(time_first, x.transpose(0, 1)).layers[0]).written, wanted.written
    )
    np.testing.assert_allclose(ledger(record(batch_first, x[1]).layers[0]).written[0], wanted.written[1])


def test_steps_may_be_named_by_day_hour_or_event():
    stamps = np.datetime64("2014-12-30T12:00", "ms") + np.arange(48) * np.timedelta64(1, "h")
    layer = record(gated(1), drawn(1)(1, 48, 2)).layers[0]
    days = ledger(layer, groups=day_labels(stamps))
    assert days.names == ("Tue 2014-12-30", "Wed 2014-12-31", "Thu 2015-01-01", "before the first step")
    assert "; the largest part, " in days.words()
    assert ledger(layer, groups=hour_labels(stamps)).names[:2] == ("12:00", "13:00")
    events = event_labels(48, {"heat spike": slice(3, 6), "holiday": [24]})
    assert ledger(layer, groups=events).names[:3] == ("otherwise", "heat spike", "holiday")
    assert ledger(layer, groups=list(stamps.astype(object))).names[0] == "2014-12-30 12:00:00"


def test_labels_that_do_not_fit_are_refused_in_words():
    layer = record(gated(1), drawn(1)(1, 4, 2)).layers[0]
    with pytest.raises(OptionError, match=r"3 labels for 4 steps"):
        ledger(layer, groups=list("abc"))
    with pytest.raises(OptionError, match=r"at=4 is no step of this record; it has 4: give 0 to 3, or -1"):
        ledger(layer, at=4)
    with pytest.raises(OptionError, match=r"steps that are numbers have no day"):
        day_labels(np.arange(4))
    with pytest.raises(OptionError, match=r"'spike' has steps 9; the record has 0 to 3"):
        event_labels(4, {"spike": [9]})
    with pytest.raises(OptionError, match=r"step 1 is in 'spike' and in 'holiday'"):
        event_labels(4, {"spike": [1], "holiday": [1, 2]})
    with pytest.raises(RecordError, match=r"a ledger was asked of a Record"):
        ledger(record(gated(1), drawn(1)(1, 4, 2)))
