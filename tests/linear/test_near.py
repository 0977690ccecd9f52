"""A regression asked about a few rows says of them what it says when asked about all."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast.data import Panel
from gatecast.linear import Autoregression, Saying, Trailed, clock_of, trailed_of
from gatecast.linear.near import Near
from plain_panels import panel_of
from synthetic_panels import hourly_panel


def fitted(panel: Panel, seen: int) -> Autoregression:
    model = Autoregression(horizon=4)
    model.fit_paths(panel.seen_until(panel.known_steps - seen))
    return model


def with_switch(panel: Panel, name: str) -> Panel:
    off = (panel.times // 86_400_000_000) % 6 == 0 if panel.times[0] > 10**9 else panel.times % 5 == 0
    return replace(panel, known=np.column_stack([panel.known, off]), known_names=(*panel.known_names, name))


def daily(rows: int, seasons: tuple[int, ...], freq: str | int) -> Panel:
    rng = np.random.default_rng(2)
    known = [rng.normal(size=(n, 1)).cumsum(axis=0) * 0.1 for n in (rows, rows - 30)]
    values = [50 + 3 * k[:, 0] + rng.normal(size=len(k)) for k in known]
    return panel_of(*values, known=known, freq=freq, seasons=seasons)


PANELS = {
    "rich": with_switch(hourly_panel((6000,), seasons=(24, 168)), "public_holiday"),
    "hinges": with_switch(hourly_panel((4800, 4600), seasons=(24, 168)), "event"),
    "lines and a switch": with_switch(hourly_panel((2500, 1900), seasons=(24, 168)), "event"),
    "lines": hourly_panel((500, 430)),
    "days": with_switch(daily(900, (7,), "D"), "holiday"),
    "steps": with_switch(daily(700, (12, 36), 1), "switch"),
    "hours of years": replace(
        hourly_panel((9000, 9100), seasons=(24, 168)), known=np.zeros((18100, 0)), known_names=()
    ),
}


def test_the_panels_below_have_regressions_of_every_detail_with_and_without_switches() -> None:
    fits = [one.regression for panel in PANELS.values() for one in fitted(panel, 40).fitted_]
    designs = [one.design for one in fits if one is not None]
    found = {(d.detail.covariates, d.detail.calendar, any(d.binary)) for d in designs}
    assert found >= {(2, True, True), (1, True, True), (0, True, True), (0, False, True), (0, False, False)}


@pytest.mark.parametrize("name", sorted(PANELS))
def test_the_last_rows_are_said_as_among_all(name: str) -> None:
    """Behind the history that was fitted: all at once, row by row, and ahead."""
    panel, coming = PANELS[name], 40
    model = fitted(panel, coming)
    assert all(one.regression is not None for one in model.fitted_)
    start = panel.known_steps - coming
    trailed = trailed_of(panel.seen_until(start))
    saying, every = Saying(model.fitted_), np.arange(len(panel))
    whole = [model.remainder(panel, i)[1][int(n) :] for i, n in enumerate(start)]
    rows = [np.arange(panel.offsets[i] + n, panel.offsets[i] + n + coming) for i, n in enumerate(start)]
    at = np.stack(rows)
    np.testing.assert_allclose(said(saying, every, panel, at, trailed), whole, atol=1e-10)
    for k in range(10):
        np.testing.assert_allclose(
            said(saying, every, panel, at[:, k : k + 1], trailed)[:, 0], [one[k] for one in whole], atol=1e-10
        )
        trailed.push(every, panel.times[at[:, k]], panel.known[at[:, k]])


def said(saying: Saying, some: np.ndarray, panel: Panel, at: np.ndarray, trailed: Trailed) -> np.ndarray:
    return saying.of(some, panel.times[at], panel.known[at], trailed)


def test_a_series_that_has_just_begun_looks_back_to_its_first_row() -> None:
    panel = PANELS["rich"]
    regression = fitted(panel, 10).fitted_[0].regression
    assert regression is not None
    assert regression.design.detail.covariates == 2
    near, rows = Near(regression, 24), np.arange(60)
    begun = replace(
        panel,
        values=panel.values[rows],
        times=panel.times[rows],
        known=panel.known[rows],
        past=panel.past[rows],
        given=panel.given[rows],
        offsets=np.array([0, 60]),
        known_steps=np.array([60]),
    )
    whole = regression.mean(begun, 0, np.full(60, -1))
    found = near.of(begun.times, clock_of(begun, 0), begun.known)
    np.testing.assert_allclose(found, whole, atol=1e-10)
