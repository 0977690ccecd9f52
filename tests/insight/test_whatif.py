"""What is changed in thought is changed as asked, everywhere it is read, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.insight import Clamp, Holiday, Set, Shift, Subject, parse_change, what_if, whatif_figure
from gatecast.insight.whatif.clamp import clamped, last_clamped_state
from gatecast.insight.whatif.when import rows_when, spoken
from gatecast.memory import record
from plain_panels import autoregressive, panel_of
from planted_memory import HORIZON, PANEL, cut_loop, hold, subject_of

HOURS = "2024-01-13 {:02}:00"  # the origin, position 299, is at 11:00 of Saturday 13 January 2024


def with_holidays(subject: Subject, days: list[int]) -> Subject:
    """The subject with columns of holidays and of the days beside them, days counted from the first."""
    day = np.arange(len(PANEL.values)) // 24
    day[PANEL.rows(1)] = 0
    on = np.isin(day, days)
    before, after = np.isin(day + 1, days) & ~on, np.isin(day - 1, days) & ~on
    known = np.column_stack([PANEL.known, on, before, after]).astype(float)
    names = ("temperature", "holiday", "holiday_before", "holiday_after")
    return replace(subject, panel=replace(PANEL, known=known, known_names=names))


def changed(before: Panel, after: Panel, name: str) -> np.ndarray:
    """Rows where a known covariate differs."""
    column = before.known_names.index(name)
    return np.flatnonzero(before.known[:, column] != after.known[:, column])


# -- the forecast --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["LSTM", "Hybrid"])
def test_with_nothing_changed_nothing_differs(kind):
    same = what_if(subject_of(kind))
    assert (same.difference == 0).all()
    assert same.sentences() == ("with nothing changed, the forecast would not move",)


def test_the_parts_of_the_difference_sum_to_it_exactly():
    moved = what_if(subject_of("Hybrid"), Shift("temperature", 3), Set("cloud", 1.0, "yesterday,today"))
    assert (moved.linear + moved.memory == moved.difference).all()
    np.testing.assert_allclose(moved.difference, moved.after.point[0] - moved.before.point[0], atol=1e-9)
    assert np.abs(moved.linear).max() > 0
    assert np.abs(moved.memory).max() > 0


def test_a_past_covariate_acts_through_the_memory_part_alone():
    moved = what_if(subject_of("Hybrid"), Shift("cloud", 1.0, "today"))
    assert (moved.linear == 0).all()
    assert np.abs(moved.memory).max() > 0


def test_a_change_ahead_is_read_ahead_and_the_calendar_stays():
    one = subject_of()
    edited = Shift("temperature", 3, "ahead").made(one)
    before, after = one.workings(), one.workings(edited.panel)
    for columns, old, new in (
        (before.history, before.batch.history, after.batch.history),
        (before.ahead, before.batch.ahead, after.batch.ahead),
    ):
        differs = [c.source for j, c in enumerate(columns) if (old[..., j] != new[..., j]).any()]
        assert differs == (["temperature"] if columns is before.ahead else [])


def test_sentences_say_what_when_how_much_and_by_which_part():
    moved = what_if(subject_of("Hybrid"), Shift("temperature", 3, "today"))
    first, second = moved.sentences("MW")[:2]
    assert first.startswith("with temperature 3 higher today, ")
    assert " would be " in first
    assert "MW" in first
    assert "(linear part " in first
    assert second.startswith(f"over the {HORIZON} steps ahead it would be ")
    assert "part" not in what_if(subject_of(), Shift("temperature", 3)).sentences()[0]


def test_values_history_has_never_seen_are_allowed_and_noted():
    notes = what_if(subject_of(), Set("temperature", 45), Set("cloud", -9, "today")).notes
    highest = PANEL.known[:300, 0].max()
    assert notes[0] == f"temperature: 45 is above the {highest:.3g} highest seen"
    assert "cloud: -9 is below the" in notes[1]
    assert what_if(subject_of(), Set("temperature", 15)).notes == ()


def test_the_figure_shows_both_forecasts_and_the_parts_of_their_difference():
    one = subject_of("Hybrid")
    moved = what_if(one, Shift("temperature", 3, "ahead"))
    figure = whatif_figure(moved, one.panel, unit="MW")
    names = [trace.name for trace in figure.data]
    assert names[-3:] == ["linear part", "memory part", "difference"]
    assert "with temperature 3 higher in all steps ahead" in names
    np.testing.assert_array_equal(figure.data[-1].y, moved.difference)
    assert figure.layout.yaxis2.title.text == "difference, MW"
    lone = what_if(subject_of(), Shift("temperature", 3), Shift("cloud", 1, "today"), Clamp("forget", 0))
    names = [trace.name for trace in whatif_figure(lone, one.panel).data]
    assert names[-1] == "difference"
    assert "forecast with the changes" in names


# -- holidays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("day", [3, 6, 7, 8, 12])
def test_a_holiday_and_the_days_beside_it_agree_as_if_they_had_been_so_from_the_start(day, free):
    given_days = [7, 9]
    made = Holiday(f"2024-01-{day + 1:02}", free).made(with_holidays(subject_of(), given_days))
    days = sorted({*given_days, day} if free else {*given_days} - {day})
    wanted = with_holidays(subject_of(), days).panel.known[PANEL.rows(0)]
    np.testing.assert_array_equal(made.panel.known[PANEL.rows(0)], wanted)


def test_a_holiday_lasts_the_whole_local_day():
    one = with_holidays(subject_of(), [5])
    rows = changed(one.panel, Holiday("today").made(one).panel, "holiday")
    assert one.stamps(slice(rows[0], rows[-1] + 1)).astype("datetime64[D]").tolist() == [
        np.datetime64("2024-01-13").item()
    ] * len(rows)
    assert len(rows) == 24


def test_where_no_holiday_is_read_or_it_is_unclear_which_it_is_refused():
    with pytest.raises(
        OptionError, match="no 0/1 covariate of holidays; it reads series, temperature, cloud"
    ):
        what_if(subject_of(), Holiday("today"))
    one = with_holidays(subject_of(), [5])
    two = replace(
        one, panel=replace(one.panel, known_names=("temperature", "holiday_a", "holiday_b", "holiday_after"))
    )
    with pytest.raises(OptionError, match=r"which holiday is meant.* holiday_a, holiday_b; name one"):
        Holiday("today").made(two)
    with pytest.raises(OptionError, match="'temperature' is no 0/1 covariate known ahead"):
        Holiday("today", name="temperature").made(one)
    numbered = Subject(
        subject_of().model,
        panel_of(autoregressive(100), known=[np.eye(100)[:, :1]], freq=1, names=("holiday",)),
        0,
        60,
    )
    with pytest.raises(OptionError, match="a holiday is a day, and a step of this series, 1 step, is none"):
        Holiday("ahead").made(numbered)


# -- gates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["LSTM", "Hybrid"])
def test_a_gate_held_where_it_stands_changes_nothing(kind):
    one = subject_of(kind, lambda network: hold(network.encoder, {"forget": 0.7}))
    gate = record(one.workings().network.encoder, one.workings().batch.history).layers[0].forget_gate
    held = what_if(one, Clamp("forget", float(gate.mean())))
    assert np.abs(held.difference).max() < 1e-4


@pytest.mark.parametrize(
    ("kind", "gate"),
    [("LSTM", "forget"), ("LSTM", "input"), ("LSTM", "output"), ("GRU", "update"), ("GRU", "reset")],
)
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_held_gate_has_its_value_at_every_step_and_the_others_answer(kind, gate, value):
    pieces = subject_of(kind).workings()
    layer = record(clamped(pieces.network.encoder, {gate: value}), pieces.batch.history).layers[0]
    np.testing.assert_allclose(getattr(layer, f"{gate}_gate").numpy(), value, atol=1e-6)
    free = record(pieces.network.encoder, pieces.batch.history).layers[0]
    assert (layer.candidate != free.candidate).any()


def test_held_from_a_step_on_it_is_the_plain_loop_with_the_gate_replaced():
    network, history = (lambda w: (w.network, w.batch.history[0]))(subject_of().workings())
    since = len(history) - 10
    weights = dict(network.encoder.named_parameters())
    hidden = cell = torch.zeros(network.encoder.hidden_size)
    with torch.no_grad():
        for t, x in enumerate(history):
            before = weights["weight_ih_l0"] @ x + weights["bias_ih_l0"]
            i, f, g, o = (before + weights["weight_hh_l0"] @ hidden + weights["bias_hh_l0"]).chunk(4)
            forget = torch.full_like(f, 0.25) if t >= since else f.sigmoid()
            cell = forget * cell + i.sigmoid() * g.tanh()
            hidden = o.sigmoid() * cell.tanh()
    steps = tuple({"forget": 0.25} if t >= since else {} for t in range(len(history)))
    fast = last_clamped_state(network.encoder, history, steps)
    torch.testing.assert_close(fast, hidden, rtol=1e-5, atol=1e-6)


def test_a_shut_output_gate_leaves_the_head_nothing_of_the_past():
    held = what_if(subject_of(), Clamp("output", 0))
    assert np.abs(held.difference).max() > 0
    again = what_if(subject_of(), Clamp("output", 0), Shift("cloud", 1.0, "history"))
    np.testing.assert_allclose(again.after.point, held.after.point, atol=1e-5)


def test_what_a_clamp_cannot_be_is_refused():
    with pytest.raises(OptionError, match="no gate 'forgot'; wanted one of input, forget"):
        Clamp("forgot", 0)
    with pytest.raises(OptionError, match=r"a forget gate cannot be at 1.5; it opens from 0 to 1"):
        Clamp("forget_gate", 1.5)
    with pytest.raises(OptionError, match="LSTM, has no reset gate; its gates are input, forget and output"):
        what_if(subject_of(), Clamp("reset", 0))
    with pytest.raises(OptionError, match="RNN, has no forget gate; a plain recurrent network has none"):
        what_if(subject_of("RNN"), Clamp("forget", 0))
    with pytest.raises(OptionError, match="'ahead' lies outside the 60 steps up to the origin"):
        what_if(subject_of(), Clamp("forget", 0, "ahead"))


def test_a_memory_that_is_not_believed_is_said_to_be_so():
    one = subject_of("Hybrid", lambda network: cut_loop(network))
    one.model.shares_ = np.zeros(2)
    held = what_if(one, Clamp("forget", 0))
    assert (held.difference == 0).all()
    assert "share in this series is 0" in held.sentences()[-1]


# -- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "first", "last", "count"),
    [
        ("today", HOURS.format(0), HOURS.format(23), 24),
        ("yesterday", "2024-01-12 00:00", "2024-01-12 23:00", 24),
        ("Yesterday , today", "2024-01-12 00:00", HOURS.format(23), 48),
        ("saturday", HOURS.format(12), HOURS.format(23), 12),
        ("ahead", HOURS.format(12), HOURS.format(23), 12),
        ("history", "2024-01-01 00:00", HOURS.format(11), 300),
        ("2024-01-05", "2024-01-05 00:00", "2024-01-05 23:00", 24),
        ("2024-01-05 06:00-09:00", "2024-01-05 06:00", "2024-01-05 08:00", 3),
        ("2024-01-05 22:00-02:00", "2024-01-05 00:00", "2024-01-05 23:00", 4),
        ("2024-01-05 06:00..2024-01-06 05:00", "2024-01-05 06:00", "2024-01-06 05:00", 24),
        ("2024-01-13 09:00..", HOURS.format(9), HOURS.format(23), 15),
        (("2024-01-05", "2024-01-05T01:00"), "2024-01-05 00:00", "2024-01-05 01:00", 2),
        ((None, np.datetime64("2024-01-01T03")), "2024-01-01 00:00", "2024-01-01 03:00", 4),
    ],
)
def test_a_time_names_its_steps(when, first, last, count):
    one = subject_of()
    rows = rows_when(one, when)
    stamps = one.stamps(slice(rows[0], rows[-1] + 1))
    assert (stamps[0], stamps[-1], len(rows)) == (np.datetime64(first), np.datetime64(last), count)


def test_tomorrow_is_the_day_after_the_origins_own():
    one = subject_of(position=286)  # 22:00 on Friday
    assert len(rows_when(one, "tomorrow")) == 11
    with pytest.raises(
        OptionError,
        match=r"no step lies in 'tomorrow'; the series goes from .* the origin is 2024-01-13 11:00",
    ):
        rows_when(subject_of(), "tomorrow")


def test_steps_without_a_calendar_are_named_by_number():
    one = Subject(subject_of().model, panel_of(autoregressive(100), freq=1), 0, 60)
    assert rows_when(one, "1005..1007").tolist() == [5, 6, 7]
    assert rows_when(one, "1005").tolist() == [5]
    assert rows_when(one, (1059, None)).tolist() == list(range(59, 73))
    with pytest.raises(OptionError, match="'today' needs a calendar, but this table counts steps"):
        rows_when(one, "today")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("someday", "names no time; wanted today, yesterday"),
        ("monday", "no monday among the steps ahead"),
        ("2024-13-01", "no date of the calendar"),
        ("today 09:00-09:00", "two different times of day"),
        ("soon..later", "'soon' is no time"),
        ("2031-01-01", "no step lies in '2031-01-01'"),
    ],
)
def test_what_names_no_time_is_refused_in_words(when, said):
    with pytest.raises(OptionError, match=said):
        rows_when(subject_of(), when)


def test_times_are_spoken_as_in_a_sentence():
    assert spoken("friday") == "on friday"
    assert spoken("2024-01-05..") == "from 2024-01-05 on"
    assert spoken((None, "2024-01-05")) == "until 2024-01-05"
    assert spoken("history") == "in all its history"


# -- changes in words ----------------------------------------------------------------------------

WHENS = st.sampled_from(
    ["ahead", "today", "yesterday,today", "2014-12-30", "tomorrow 12:00-18:00", "2014-12-30..2014-12-31"]
)
NAMES = st.sampled_from(["temperature", "cloud_cover", "day-ahead price", "wind+sun"])
NUMBERS = st.floats(-1e4, 1e4).map(lambda x: float(f"{x:g}"))
GATES = st.sampled_from(["input", "forget", "output", "reset", "update"])
CHANGES = st.one_of(
    st.builds(Shift, NAMES, NUMBERS.filter(bool), WHENS),
    st.builds(Set, NAMES, NUMBERS, WHENS),
    st.builds(Holiday, WHENS, st.booleans(), st.sampled_from([None, "public_holiday"])),
    st.builds(Clamp, GATES, st.sampled_from([0.0, 0.25, 1.0]), WHENS),
)


@given(CHANGES)
def test_a_change_that_is_written_is_read_again(change):
    assert parse_change(str(change)) == change


def test_changes_are_read_with_their_defaults():
    assert parse_change("temperature+3") == Shift("temperature", 3.0, "ahead")
    assert parse_change("temperature - 2.5 @ today") == Shift("temperature", -2.5, "today")
    assert parse_change("cloud=-.5@today") == Set("cloud", -0.5, "today")
    assert parse_change("forget gate=1") == Clamp("forget", 1.0, "history")
    assert parse_change("holiday=0@today") == Holiday("today", free=False)


@pytest.mark.parametrize(
    "text", ["", "temperature", "temperature+", "+3@today", "temperature+3@", "temperature@today", "a=b"]
)
def test_what_is_no_change_is_refused_with_examples(text):
    with pytest.raises(OptionError, match=r"is no change; wanted one such as temperature\+3@tomorrow"):
        parse_change(text)


def test_a_covariate_the_model_does_not_read_is_refused_by_those_it_reads():
    with pytest.raises(OptionError, match="does not read 'wind'; it reads series, temperature, cloud"):
        what_if(subject_of(), Shift("wind", 1))


def test_what_is_known_up_to_the_origin_cannot_be_changed_ahead_of_it():
    with pytest.raises(OptionError, match="'cloud' is known up to the origin only, and 'ahead' lies ahead"):
        what_if(subject_of(), Set("cloud", 0.0))
    one = subject_of()
    made = Set("series", 5.0, "today").made(one)
    assert np.flatnonzero(made.panel.values != one.panel.values)[0] == 288
    assert np.isnan(made.panel.values[300:312]).all()


@pytest.mark.parametrize("text", ["temperature=1e400", "temperature-1e999@tomorrow"])
def test_a_change_without_bounds_is_refused(text):
    with pytest.raises(OptionError, match=r"temperature cannot be changed by or to -?inf"):
        parse_change(text)
