"""The regressors: right by brute force, the same however far the panel reaches, never reading ahead."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Panel
from gatecast.linear.design import (
    Design,
    Detail,
    clock_of,
    columns,
    delayed,
    design_for,
    harmonics,
    hinges,
    shapes_of,
    width,
)
from plain_panels import panel_of

short = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40)


def weather(rows: int, seed: int = 0) -> np.ndarray:
    """A temperature that varies and a holiday that is 0 or 1. [rows, 2]"""
    rng = np.random.default_rng(seed)
    temperature = 15 + 8 * np.sin(2 * np.pi * np.arange(rows) / 24) + rng.normal(0, 2, rows)
    holiday = (rng.random(rows // 24 + 1) < 0.1).repeat(24)[:rows]
    return np.column_stack([temperature, holiday])


def panel_for(
    history: int, future: int = 0, freq: str | int = "h", seasons: tuple[int, ...] = (24,)
) -> Panel:
    """The first rows of one long world: longer panels only add rows."""
    values = np.random.default_rng(1).normal(size=12_000)[:history]
    known = weather(12_000)[: history + future]
    return panel_of(
        values, known=[known], future=future, freq=freq, seasons=seasons, names=("temperature", "holiday")
    )


def matrix(design: Design, panel: Panel) -> np.ndarray:
    return columns(*design.terms(panel, 0), slice(None))


KINDS = [
    ("h", (24, 168), 9000),
    ("h", (24,), 400),
    ("h", (24,), 60),
    ("30min", (48, 336), 3000),
    ("8h", (3, 21), 900),
    ("D", (7,), 800),
    ("W", (52,), 300),
    ("ME", (12,), 140),
    (1, (24, 168), 5000),
    (1, (1,), 400),
]


@pytest.mark.parametrize(("freq", "seasons", "history"), KINDS)
def test_future_rows_change_no_row_before_them(
    freq: str | int, seasons: tuple[int, ...], history: int
) -> None:
    panel, longer = (panel_for(history, future, freq, seasons) for future in (0, 60))
    design = design_for(panel, 0)
    assert design is not None
    found = matrix(design, panel)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(matrix(design, longer)[:history], found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("freq", "seasons", "history"), KINDS)
def test_no_row_reads_a_covariate_behind_it(freq: str | int, seasons: tuple[int, ...], history: int) -> None:
    """A forecast of 48 steps has weather for 48 steps: what a step reads must be there by then."""
    panel = panel_for(history, 60, freq, seasons)
    design = design_for(panel, 0)
    assert design is not None
    known = panel.known.copy()
    known[history + 20 :] = 1.0 - known[history + 20 :]
    changed = matrix(design, replace(panel, known=known))
    np.testing.assert_array_equal(changed[: history + 20], matrix(design, panel)[: history + 20])
    assert np.abs(changed - matrix(design, panel))[history + 20 :].max() > 0


@pytest.mark.parametrize(("freq", "seasons", "history"), KINDS)
def test_the_design_is_learned_from_history_alone(
    freq: str | int, seasons: tuple[int, ...], history: int
) -> None:
    panel = panel_for(history, 60, freq, seasons)
    known = panel.known.copy()
    known[history:] = 1e6
    one, two = design_for(panel, 0), design_for(replace(panel, known=known), 0)
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.knots, two.knots)
    assert (one.detail, one.span, one.binary) == (two.detail, two.span, two.binary)


@pytest.mark.parametrize(("freq", "seasons", "history"), KINDS)
def test_width_counts_the_columns_and_parts_make_the_whole(
    freq: str | int, seasons: tuple[int, ...], history: int
) -> None:
    panel = panel_for(history, 0, freq, seasons)
    design = design_for(panel, 0)
    assert design is not None
    terms, shapes = design.terms(panel, 0)
    whole = columns(terms, shapes, slice(None))
    assert whole.shape == (history, width(terms, shapes))
    parts = [columns(terms, shapes, slice(i, i + 37)) for i in range(0, history, 37)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert width(terms, shapes) * 12 <= history


@pytest.mark.parametrize(
    ("history", "detail"),
    [
        (11_000, Detail(2, True, 1)),
        (6_000, Detail(2, True, 0)),
        (4_000, Detail(1, True, 0)),
        (2_600, Detail(0, True, 0)),
        (200, Detail(0, False, 0)),
    ],
)
def test_a_longer_history_carries_more_detail(history: int, detail: Detail) -> None:
    design = design_for(panel_for(history), 0)
    assert design is not None
    assert design.detail == detail


def test_six_years_harmonics_need_two_years() -> None:
    panel = panel_of(np.ones(24 * 740), known=[weather(24 * 740)], names=("temperature", "holiday"))
    design = design_for(panel, 0)
    assert design is not None
    assert design.detail == Detail(2, True, 6)


def test_a_history_shorter_than_a_dozen_rows_per_column_has_no_design() -> None:
    assert design_for(panel_for(35), 0) is None
    assert design_for(panel_for(36), 0) is not None


def test_without_covariates_a_year_of_dated_rows_is_needed() -> None:
    assert design_for(panel_of(np.ones(24 * 364)), 0) is None
    assert design_for(panel_of(np.ones(24 * 366)), 0) is not None
    assert design_for(panel_of(np.ones(9000), freq=1), 0) is None
    assert design_for(panel_of(np.ones(900), freq="D", seasons=(7,)), 0) is None


def test_the_first_column_is_the_constant() -> None:
    for freq, seasons, history in KINDS:
        panel = panel_for(history, 0, freq, seasons)
        design = design_for(panel, 0)
        assert design is not None
        np.testing.assert_array_equal(matrix(design, panel)[:, 0], 1.0)


def test_binary_covariates_bring_their_day_and_the_day_after() -> None:
    panel = panel_for(9000)
    design = design_for(panel, 0)
    assert design is not None
    assert design.binary == (False, True)
    holiday = panel.known[:, 1]
    terms, _ = design.terms(panel, 0)
    slow = terms[-1].slow
    np.testing.assert_array_equal(slow[:, 0], holiday)
    expected = [(1 - holiday[t]) * holiday[max(t - 24, 0)] for t in range(9000)]
    np.testing.assert_array_equal(slow[:, 1], expected)


@pytest.mark.parametrize("level", [0.1, 5.0, 1e6 + 0.1, -1e-9])
def test_a_covariate_that_never_varied_says_nothing_ever(level: float) -> None:
    """Nothing can be learned of its effect, so a value never seen may not move a forecast."""
    history, future = 600, 48
    known = np.full((history + future, 1), level)
    known[history:] = level + 7.0
    panel = panel_of(np.random.default_rng(0).normal(size=history), known=[known], future=future)
    design = design_for(panel, 0)
    assert design is not None
    found = matrix(design, panel)
    calm = matrix(design, replace(panel, known=np.full_like(known, level)))
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, calm)


def test_a_holiday_that_is_still_to_come_is_harmless() -> None:
    known = np.zeros((700, 1))
    known[650:] = 1.0
    panel = panel_of(np.ones(600), known=[known], future=100, names=("holiday",))
    design = design_for(panel, 0)
    assert design is not None
    assert np.abs(matrix(design, panel)).max() <= 2.0


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20), st.integers(0, 5))
def test_harmonics_are_a_constant_then_sines_then_cosines(phases: list[float], count: int) -> None:
    found = harmonics(np.array(phases), count)
    assert found.shape == (len(phases), 1 + 2 * count)
    for row, p in zip(found, phases, strict=True):
        sines = [np.sin(2 * np.pi * k * p) for k in range(1, count + 1)]
        cosines = [np.cos(2 * np.pi * k * p) for k in range(1, count + 1)]
        np.testing.assert_allclose(row, [1.0, *sines, *cosines], atol=1e-12)


@given(short, st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5))
def test_hinges_rise_behind_their_knots_only(values: list[float], knots: list[float]) -> None:
    found = hinges(np.array(values), np.array(knots))
    for row, x in zip(found, values, strict=True):
        np.testing.assert_array_equal(row, [x, *(max(x - knot, 0.0) for knot in knots)])


@given(short, st.integers(1, 50))
def test_a_delayed_value_is_the_one_before_or_the_first(values: list[float], steps: int) -> None:
    expected = [values[max(t - steps, 0)] for t in range(len(values))]
    np.testing.assert_array_equal(delayed(np.array(values), steps), expected)


def test_shapes_of_a_day_follow_the_clock() -> None:
    clock = clock_of(panel_for(200), 0)
    shapes = shapes_of(clock)
    np.testing.assert_allclose(clock.day, (np.arange(200) % 24) / 24)
    np.testing.assert_array_equal(shapes["slots"].argmax(axis=1), np.arange(200) % 24)
    assert shapes["day"].shape == (200, 9)
    assert shapes["low"].shape == (200, 3)


def test_more_slots_than_half_hours_are_pooled() -> None:
    assert shapes_of(clock_of(panel_for(3000, 0, "5min", (288,)), 0))["slots"].shape[1] == 48


@pytest.mark.parametrize(("freq", "seasons"), [("D", (7,)), ("W", (52,)), ("ME", (12,)), (1, (1,))])
def test_rows_of_a_day_or_longer_have_no_shape(freq: str | int, seasons: tuple[int, ...]) -> None:
    clock = clock_of(panel_for(100, 0, freq, seasons), 0)
    assert clock.steps == 1
    assert all(shape.shape[1] == 1 for shape in shapes_of(clock).values())


def test_integer_steps_take_their_day_from_the_first_season_and_its_kind_from_the_second() -> None:
    clock = clock_of(panel_for(400, 0, 1, (24, 168)), 0)
    step = 1000 + np.arange(400)
    np.testing.assert_allclose(clock.day, (step % 24) / 24)
    np.testing.assert_array_equal(clock.kind, (step % 168) // 24)
    assert clock.year is None
    assert clock.steps == 24
