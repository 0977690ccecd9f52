"""What the gate reads of an origin depends on that origin alone, and on nothing behind it."""

from dataclasses import astuple

import numpy as np
import pytest

from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.features import SMALLEST_UNIT, View, error_size, realised_errors, view
from gatecast.hybrid.pool import Pool, Standing
from gatecast.memory import Inputs, learn_inputs
from gatecast.memory.inputs import PLACES
from synthetic_panels import corrupted_after, hourly_panel

CONTEXT = 48
HALF_A_PLACE = 0.501 * 10.0**-PLACES  # what rounding may move, and single precision a little
PANEL = hourly_panel((330, 280), future=24)
UNIT = np.array([0.1, 0.2])
INPUTS = learn_inputs(PANEL)
POOLS = {horizon: Pool(horizon, INPUTS.scale).fit(PANEL) for horizon in (1, 6, 24)}


def read_by(origins: Origins, horizon: int, panel: Panel = PANEL, inputs: Inputs = INPUTS) -> View:
    return view(panel, POOLS[horizon], inputs, origins, CONTEXT, UNIT)


def same_at(first: View, second: View, chosen: np.ndarray, origins: Origins) -> None:
    """The second view, of the chosen origins of the first, shows the network the same."""
    for part in ("ahead", "members", "prior", "unit", "weight"):
        mine, theirs = getattr(first.extras, part)[chosen], getattr(second.extras, part)
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6, err_msg=part)
    np.testing.assert_allclose(first.mix[chosen], second.mix, rtol=1e-7, atol=1e-9)
    for series, position in zip(origins.series, origins.position, strict=True):
        end = PANEL.offsets[series] + position + 1
        window = slice(max(end - CONTEXT, PANEL.offsets[series]), end)
        np.testing.assert_allclose(
            first.rows.history[window], second.rows.history[window], rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("horizon", sorted(POOLS))
def test_an_origin_is_seen_the_same_whatever_others_are_asked_for(horizon: int) -> None:
    """However short the horizon: the errors averaged over a day begin a day before the window does."""
    origins = Origins(np.repeat([0, 1], 60), np.concatenate([np.arange(200, 260), np.arange(180, 240)]))
    whole = read_by(origins, horizon)
    for chosen in (np.array([0]), np.array([59]), np.array([5, 40, 70]), np.array([119, 30])):
        some = origins.where(chosen)
        same_at(whole, read_by(some, horizon), chosen, some)


@pytest.mark.parametrize("horizon", sorted(POOLS))
@pytest.mark.parametrize("position", [40, 170, 270])
def test_nothing_behind_the_origin_is_read(horizon: int, position: int) -> None:
    origins = Origins(np.array([0, 1]), np.array([position, position]))
    known = np.array([position + 1, position + 1])
    honest = read_by(origins, horizon)
    for other in (corrupted_after(PANEL, known), PANEL.seen_until(known)):
        same_at(honest, read_by(origins, horizon, other), np.arange(2), origins)


def test_everything_shown_to_the_network_is_finite_and_of_ordinary_size() -> None:
    origins = Origins(np.array([0, 0, 1]), np.array([0, 25, 279]))
    seen = read_by(origins, 24)
    for part in (seen.rows.history, seen.rows.ahead, seen.extras.ahead):
        assert np.isfinite(part).all()
        assert np.abs(part).max() <= 6.0


def test_a_series_without_origins_takes_the_mean_unit() -> None:
    origins = Origins(np.zeros(5, dtype=np.int64), np.arange(200, 205))
    seen = view(PANEL, POOLS[6], INPUTS, origins, CONTEXT)
    assert seen.unit[1] == seen.unit[0] > 0


def test_the_unit_is_the_mean_absolute_error_of_what_is_known() -> None:
    own, mix = np.array([0.0, 1.0, np.nan, 4.0]), np.array([[0.0, 0.0], [0.0, 3.0]])
    assert error_size(own, np.array([0, 1]), mix) == pytest.approx((1.0 + 1.0) / 2)
    assert error_size(own, np.array([0]), np.array([[1.0, 9.0]])) == SMALLEST_UNIT
    assert np.isnan(error_size(own, np.array([3]), np.array([[1.0, 9.0]])))


def test_realised_errors_are_those_of_forecasts_made_before() -> None:
    draw = np.random.default_rng(0)
    own, paths = draw.normal(size=40), draw.normal(size=(30, 6, 2))
    standing = Standing(10, paths, np.zeros((30, 2)), paths[..., 0])
    read = realised_errors(own, standing, 0.5, season=4)[:, :6]
    for row in range(12, 30):
        far = np.array([own[10 + r] - paths[r - 4, 3] for r in range(row - 3, row + 1)])
        errors = np.concatenate([own[10 + row] - paths[row - 1, 0], far[-1], far.mean(axis=0)])
        np.testing.assert_allclose(read[row], np.arcsinh(errors / 0.5), rtol=0, atol=HALF_A_PLACE)


def test_a_part_of_a_view_is_the_view_of_that_part_by_the_unit_of_the_leading_origins() -> None:
    """All that is taught and judged by is read in one pass; only what trains says how large an error is."""
    first = Origins(np.repeat([0, 1], 40), np.concatenate([np.arange(150, 190), np.arange(140, 180)]))
    later = Origins(np.repeat([0, 1], 20), np.concatenate([np.arange(230, 250), np.arange(200, 220)]))
    both = Origins(*(np.concatenate(pair) for pair in zip(astuple(first), astuple(later), strict=True)))
    whole = view(PANEL, POOLS[6], INPUTS, both, CONTEXT, measured_at=len(first))
    alone = view(PANEL, POOLS[6], INPUTS, first, CONTEXT)
    np.testing.assert_allclose(whole.unit, alone.unit, rtol=1e-7)
    same_at(whole.part(slice(0, 80)), alone, np.arange(80), first)
    after = view(PANEL, POOLS[6], INPUTS, later, CONTEXT, alone.unit)
    same_at(whole.part(slice(80, None)), after, np.arange(40), later)
