"""What bench/peers.py hands to other libraries: windows that hold nothing of what is to be forecast."""

import numpy as np
import pytest

import peers
from energy_sets import load_held
from gatecast.forecaster import Origins
from peers_neural import covariates, frame, rounds
from plain_panels import panel_of

HOURS = 500


def held():
    rng = np.random.default_rng(0)
    return load_held("load", panel_of(rng.normal(100, 1, HOURS)), 240, 24, tune=False)


def test_the_few_origins_end_a_day_and_are_spread_over_the_part():
    few = peers.spread(held(), 3)
    assert (few.hour == np.arange(24)).all()
    assert len(few.origins) == 3
    assert few.origins.position[0] < HOURS - 200
    assert few.origins.position[-1] > HOURS - 60
    assert np.array_equal(few.actual[:, 0], few.panel.values[few.origins.position + 1])


def test_a_round_holds_each_series_once_and_all_rounds_every_origin():
    origins = Origins(np.array([0, 0, 1, 2, 2, 2]), np.array([5, 9, 4, 1, 2, 3]))
    found = list(rounds(origins))
    assert sorted(np.concatenate(found).tolist()) == list(range(6))
    for chosen in found:
        assert len(set(origins.series[chosen])) == len(chosen)


def test_a_history_ends_at_its_origin_and_the_steps_ahead_follow_it():
    pytest.importorskip("pandas")
    panel = panel_of(np.arange(50.0), np.arange(100.0, 140.0))
    known = covariates(panel)
    until = np.array([30, 20])
    history = frame(panel, until, known)
    ahead = frame(panel, until + 6, known, start=until)
    last = history.groupby("unique_id")["y"].last()
    assert last.tolist() == [29.0, 119.0]
    assert ahead.groupby("unique_id")["y"].first().tolist() == [30.0, 120.0]
    assert len(ahead) == 12
    assert {"hour_sine", "weekday_cosine", "season_sine"} <= set(history.columns)


def test_expensive_models_run_on_series_from_the_first_to_the_last():
    assert peers.evenly(3, 9).tolist() == [0, 4, 8]
    assert peers.evenly(40, 1).tolist() == [0]
