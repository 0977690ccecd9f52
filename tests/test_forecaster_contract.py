"""Every forecaster keeps the contract, and the contract catches those that do not."""

from collections.abc import Callable

import numpy as np
import pytest

import contract
import fake_forecasters as fakes
from contract import HORIZON, LAWS_OF_FORECASTING, LAWS_OF_LEARNING, PANEL, Case, Law
from contract_cases import CASES
from gatecast.forecaster import Forecaster
from synthetic_panels import corrupted_after

pytestmark = pytest.mark.usefixtures("bends_early")


def _marked(law: Law, case: Case) -> object:
    slow = case.heavy and law in LAWS_OF_LEARNING
    name = f"{case.name}-{law.__name__}"
    return pytest.param(law, case, id=name, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize(
    ("law", "case"), [_marked(law, case) for case in CASES for law in LAWS_OF_FORECASTING + LAWS_OF_LEARNING]
)
def test_it_keeps_the_contract(law: Law, case: Case) -> None:
    law(case)


@pytest.mark.parametrize(
    ("law", "make"),
    [
        (contract.reads_nothing_behind_its_origin, fakes.Peeking),
        (contract.reads_known_covariates_no_further_than_its_horizon, fakes.Farsighted),
        (contract.forecasting_leaves_no_trace, fakes.Restless),
        (contract.answers_what_was_asked, fakes.Blank),
        (contract.its_quantiles_do_not_cross, fakes.Crossing),
        (contract.its_point_is_its_median, fakes.OffCentre),
        (contract.the_order_of_origins_changes_nothing, fakes.Forgetful),
        (contract.the_same_seed_gives_the_same_bytes, fakes.Unseeded),
        (contract.the_unit_does_not_matter, fakes.Unscaled),
        (contract.the_panel_stays_as_it_was, fakes.Meddling),
    ],
)
def test_the_contract_catches_who_breaks_it(law: Law, make: Callable[[int], Forecaster]) -> None:
    with pytest.raises(AssertionError):
        law(Case(make.__name__, make))


@pytest.mark.parametrize("back", [HORIZON, 60, 200])
def test_the_panel_as_it_stood_holds_nothing_that_came_later(back: int) -> None:
    """What learns from `seen_until` cannot have read later values: they are not in it."""
    known = PANEL.known_steps - back
    seen, other = PANEL.seen_until(known), corrupted_after(PANEL, known).seen_until(known)
    assert seen.values.tobytes() == other.values.tobytes()
    assert seen.past.tobytes() == other.past.tobytes()
    np.testing.assert_array_equal(seen.known_steps, known)
    np.testing.assert_array_equal(seen.known, PANEL.known)
