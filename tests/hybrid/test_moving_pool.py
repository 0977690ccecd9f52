"""A pool that moves on by rows stands where one stands that reads the longer history."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Panel, fit_scale
from gatecast.errors import CovariateError
from gatecast.hybrid import LinearHalf
from gatecast.hybrid.begun import begin_moving, lengthened, moves_on
from gatecast.hybrid.bent import bent
from gatecast.hybrid.given import given_makers
from gatecast.hybrid.half_standing import HalfStanding
from gatecast.hybrid.pool import Pool
from gatecast.progress import Silent
from plain_panels import panel_of
from rows_that_come import arrivals, cut, foreseen_behind, origins_at, row_at
from synthetic_panels import hourly_panel, with_given

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def gapped(panel: Panel, share: float, seed: int = 3) -> Panel:
    values = panel.values.copy()
    values[np.random.default_rng(seed).random(len(values)) < share] = np.nan
    return replace(panel, values=values)


def with_days_off(panel: Panel, every: int = 9) -> Panel:
    """A public holiday every so many days."""
    day = (panel.times // 86_400_000_000) % every == 0
    return replace(
        panel,
        known=np.column_stack([panel.known, day]),
        known_names=(*panel.known_names, "public_holiday"),
    )


def two_cycles(lengths: tuple[int, ...], seasons: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
    draw, series = np.random.default_rng(seed), []
    for i, length in enumerate(lengths):
        step = np.arange(length)
        value = 50.0 * (i + 1) + draw.normal(0, 1, length).cumsum() * 0.1 + draw.normal(0, 1, length)
        for season in seasons:
            value = value + 5 * np.sin(2 * np.pi * step / max(season, 2) + i)
        series.append(value - (60.0 if i == 1 else 0.0))  # one that goes below zero: no logarithm
    return series


PANELS = {
    "hourly": gapped(hourly_panel((620, 560), seasons=(24, 168)), 0.03),
    "days off": with_days_off(gapped(hourly_panel((1700,), seasons=(24, 168)), 0.02)),
    "half-hourly": gapped(
        panel_of(*two_cycles((900, 1000), (48, 336)), freq="30min", seasons=(48, 336)), 0.03
    ),
    "daily": gapped(panel_of(*two_cycles((300, 260), (7,)), freq="D", seasons=(7,)), 0.05),
    "years of days": gapped(panel_of(*two_cycles((800, 700), (7,)), freq="D", seasons=(7,)), 0.05),
    "no season": gapped(panel_of(*two_cycles((200, 150), (1,)), freq=1, seasons=(1,)), 0.05),
    "no calendar": panel_of(
        *two_cycles((260, 300), (7,)),
        known=[np.random.default_rng(1).normal(size=(n, 2)) for n in (260, 300)],
        freq=1,
        seasons=(7,),
    ),
}
HORIZONS = {
    "years of days": 6,
    "hourly": 24,
    "days off": 30,
    "half-hourly": 5,
    "daily": 9,
    "no season": 3,
    "no calendar": 7,
}
COMING = 90


for late in ("years of days", "hourly"):
    PANELS[late].values[:11] = np.nan  # begins with nothing


@pytest.fixture(scope="module")
def fitted() -> dict[str, LinearHalf]:
    halves = {}
    for name, panel in PANELS.items():
        start = cut(panel, panel.known_steps - COMING)
        halves[name] = LinearHalf(HORIZONS[name]).learn(start, Silent())
    return halves


@pytest.mark.parametrize("name", sorted(PANELS))
@settings(max_examples=4, deadline=None)
@given(draws=st.data())
def test_the_linear_half_forecasts_as_from_the_longer_table(
    fitted: dict[str, LinearHalf], name: str, draws: st.DataObject
) -> None:
    """Whatever came, whichever series it came for, and wherever it stood before."""
    whole, half, horizon = PANELS[name], fitted[name], HORIZONS[name]
    before = draws.draw(st.integers(0, 20), label="rows read at once")
    start = whole.known_steps - COMING - 1 + before
    standing = half._stand(cut(whole, start + 1))
    assert isinstance(standing, HalfStanding)
    draw = np.random.default_rng(draws.draw(st.integers(0, 2**32 - 1), label="seed"))
    for _ in range(draws.draw(st.integers(0, 50), label="rows one by one")):
        some = np.flatnonzero(draw.random(len(whole)) < 0.8)
        some = some[standing.clock[some] < whole.known_steps[some] - 1 - horizon]
        standing.advance(row_at(whole, some, standing.clock[some] + 1))
    now = standing.ahead(foreseen_behind(whole, standing.clock, horizon), LEVELS)
    longer = cut(whole, standing.clock + 1, horizon)
    replayed = half.forecast(longer, origins_at(standing.clock), LEVELS)
    np.testing.assert_allclose(now.point, replayed.point, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(now.quantiles, replayed.quantiles, rtol=1e-9, atol=1e-9)


def test_members_that_are_not_linear_move_on_as_they_would_stand() -> None:
    whole = with_given(with_days_off(gapped(hourly_panel((2000, 1900), seasons=(24, 168)), 0.02)), 0)
    whole = replace(whole, given=np.nan_to_num(whole.given, nan=100.0))
    panel = cut(whole, whole.known_steps - COMING)
    pool = Pool(12, fit_scale(panel)).fit(
        panel, bent(panel, 0, boost=False) + given_makers(panel, ["operator"])
    )
    assert "regression that bends" in pool.names
    moving, _ = begin_moving(pool, panel, 0)
    for row in arrivals(whole, panel.known_steps - 1, panel.known_steps + 29):
        moving.advance(row)
    said = moving.ahead(foreseen_behind(whole, moving.clock, 12))
    longer = cut(whole, moving.clock + 1, 12)
    for i, last in enumerate(moving.clock.tolist()):
        stood = pool.stand(longer, pool.scaled(longer), i, last, last)
        np.testing.assert_allclose(said.paths[i], stood.paths[0], atol=1e-9)
        np.testing.assert_allclose(said.mix[i], stood.mix[0], atol=1e-9)
        np.testing.assert_allclose(said.linear[i], stood.linear.mix[0], atol=1e-9)
        np.testing.assert_allclose(moving.newest[i], stood.prior[0], atol=1e-9)


def test_lasting_weights_stay_with_what_moves_on() -> None:
    whole = hourly_panel((24 * 185 + 40,), seasons=(24,))
    panel = cut(whole, whole.known_steps - 40)
    pool = Pool(6, fit_scale(panel)).fit(panel)
    assert pool.stack_ is not None
    assert np.isfinite(pool.stack_).all()
    moving, _ = begin_moving(pool, panel, 0)
    for row in arrivals(whole, panel.known_steps - 1, panel.known_steps + 19):
        moving.advance(row)
    last = int(moving.clock[0])
    longer = cut(whole, moving.clock + 1, 6)
    stood = pool.stand(longer, pool.scaled(longer), 0, last, last)
    np.testing.assert_allclose(moving.newest[0], stood.prior[0], atol=1e-9)


def test_a_snapshot_stays_where_it_was(fitted: dict[str, LinearHalf]) -> None:
    whole, half = PANELS["hourly"], fitted["hourly"]
    start = whole.known_steps - COMING - 1
    standing = half._stand(cut(whole, start + 1))
    foreseen = foreseen_behind(whole, standing.clock, 24)
    before, snapshot = standing.ahead(foreseen, LEVELS), standing.copy()
    state = {name: part.copy() for name, part in standing.state().items()}
    for row in arrivals(whole, start, start + 30):
        standing.advance(row)
    after = snapshot.ahead(foreseen, LEVELS)
    np.testing.assert_array_equal(after.quantiles, before.quantiles)
    for name, part in snapshot.state().items():
        np.testing.assert_array_equal(part, state[name], err_msg=name)
    assert not np.array_equal(standing.state()["clock"], state["clock"])


def test_a_holiday_that_is_no_longer_a_yes_or_no_is_refused(fitted: dict[str, LinearHalf]) -> None:
    whole = PANELS["days off"]
    standing = fitted["days off"]._stand(cut(whole, whole.known_steps - COMING))
    row = row_at(whole, np.array([0]), standing.clock + 1)
    with pytest.raises(CovariateError, match="'public_holiday' has said yes"):
        standing.advance(replace(row, known=row.known * 0 + 0.5))


def test_a_series_of_no_value_at_all_is_read_again() -> None:
    panel = hourly_panel((400, 340))
    values = panel.values.copy()
    values[panel.rows(1)] = np.nan
    nothing = replace(panel, values=values)
    half = LinearHalf(8).learn(nothing, Silent())
    assert not moves_on(half.pool_, nothing)
    assert not isinstance(half._stand(nothing), HalfStanding)


def test_rows_behind_a_history_are_those_of_its_grid() -> None:
    panel = lengthened(hourly_panel((50, 40)), 5)
    np.testing.assert_array_equal(panel.lengths, [55, 45])
    for i in range(2):
        assert (np.diff(panel.times[panel.rows(i)]) == 3_600_000_000).all()
        assert np.isnan(panel.values[panel.rows(i)][-5:]).all()
