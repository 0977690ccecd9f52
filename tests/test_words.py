"""Sentences about a comparison are true whoever wins."""

import math

from gatecast.backtest import Leaderboard, Standing
from gatecast.insight import board_remarks, board_rows, headline


def standing(model: str, mase: float, verdict: str = "no difference", p_value: float = 0.2) -> Standing:
    """One row with the numbers a sentence reads."""
    return Standing(model, mase, 0.05, 10.0, 12.0, 0.03, 0.81, math.nan, 2.0, 0.0, p_value, verdict)


def board(*rows: Standing, unscaled: tuple[object, ...] = ()) -> Leaderboard:
    """A leaderboard of these rows."""
    return Leaderboard(rows, "LinearHalf", "windows", 28, unscaled, 3, 28)


def test_the_best_is_named_whichever_it_is():
    """The linear half may win, and then the headline says so."""
    said = headline(
        board(standing("LinearHalf", 0.4), standing("Hybrid", 0.5), standing("SeasonalNaive", 1.0))
    )
    assert said.startswith("LinearHalf has the lowest error, a MASE of 0.400")
    assert "20.0 % below Hybrid (0.500)" in said
    assert "60.0 % below SeasonalNaive (1.000)" in said


def test_equal_errors_are_level():
    assert "level with Hybrid" in headline(board(standing("LinearHalf", 0.5), standing("Hybrid", 0.5)))


def test_one_model_alone_has_nobody_to_be_below():
    assert headline(board(standing("Hybrid", 0.5))) == "Hybrid has the lowest error, a MASE of 0.500."


def test_nothing_scored_is_said():
    assert "No model could be scored" in headline(board(standing("Hybrid", math.nan)))


def test_a_model_without_a_score_is_left_out_of_the_headline():
    assert "Drift" not in headline(board(standing("Hybrid", 0.5), standing("Drift", math.nan)))


def test_missing_numbers_are_dashes_and_small_chances_are_bounded():
    (row,) = board_rows(board(standing("Hybrid", math.nan, "better", 0.00001)))
    assert row[1] == "–"
    assert row[5] == "–"
    assert row[-1].replace("\N{NO-BREAK SPACE}", " ") == "better, p < 0.001"


def test_series_left_out_are_counted():
    assert board_remarks(board(standing("Hybrid", 0.5), unscaled=("a", "b")))[-1].startswith(
        "2 series are left out"
    )
