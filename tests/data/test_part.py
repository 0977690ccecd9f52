"""Some series of a panel are a panel, and portions are all of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import is_wide, part_of, portions, taught
from gatecast.data.part import MOST_TAUGHT, PORTION
from synthetic_panels import hourly_panel

PANEL = hourly_panel((60, 41, 55, 48), future=5)


@given(st.lists(st.integers(0, 3), unique=True))
def test_a_part_holds_what_the_panel_holds_of_its_series(chosen: list[int]) -> None:
    part = part_of(PANEL, np.array(chosen, dtype=np.int64))
    assert part.ids == tuple(PANEL.ids[i] for i in chosen)
    for place, i in enumerate(chosen):
        for name in ("values", "times", "known", "past"):
            np.testing.assert_array_equal(
                getattr(part, name)[part.rows(place)], getattr(PANEL, name)[PANEL.rows(i)]
            )
    np.testing.assert_array_equal(part.known_steps, PANEL.known_steps[chosen])


def test_neighbours_are_not_copied() -> None:
    assert part_of(PANEL, np.array([1, 2])).values.base is PANEL.values


@given(st.lists(st.integers(1, 3 * PORTION), min_size=1, max_size=60))
def test_portions_are_every_series_once_and_in_order(lengths: list[int]) -> None:
    found = portions(np.array(lengths))
    np.testing.assert_array_equal(np.concatenate(found), np.arange(len(lengths)))
    assert all(len(one) and sum(lengths[i] for i in one[1:]) <= PORTION for one in found)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=1000))
def test_no_portion_is_wide_itself(lengths: list[int]) -> None:
    assert all(len(one) <= MOST_TAUGHT for one in portions(np.array(lengths)))


def test_who_teaches_does_not_depend_on_the_order_of_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatecast.data.part.MOST_TAUGHT", 2)
    turned = part_of(PANEL, np.array([2, 0, 3, 1]))
    names = [[panel.ids[i] for i in taught(panel, 7)] for panel in (PANEL, turned)]
    assert names[0] == names[1]
    assert len(names[0]) == 2


def test_few_series_are_never_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long they are: there is nobody to learn from but all of them."""
    monkeypatch.setattr("gatecast.data.part.MOST_ROWS", 100)
    assert not is_wide(PANEL)
    monkeypatch.setattr("gatecast.data.part.MOST_TAUGHT", 3)
    assert is_wide(PANEL)
