"""Stretches that stand out are the maximal ones, and deviations are counted as they should be."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.insight.why.segment import segments

SCORES = st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(lambda s: np.array(s, dtype=float))


@given(SCORES)
def test_the_best_stretch_of_all_is_among_them(scores):
    total = np.concatenate([[0.0], np.cumsum(scores)])
    best = max(total[j] - total[i] for i in range(len(total)) for j in range(i, len(total)))
    found = segments(scores)
    assert max((one.score for one in found), default=0.0) == best


@given(SCORES)
def test_stretches_lie_apart_in_order_and_their_scores_are_their_sums(scores):
    found = segments(scores)
    assert all(one.score == scores[one.first : one.stop].sum() > 0 for one in found)
    assert all(before.stop <= after.first for before, after in pairwise(found))


@given(SCORES)
def test_no_end_can_be_cut_or_moved_for_a_better_score(scores):
    for one in segments(scores):
        inner = np.cumsum(scores[one.first : one.stop])
        assert (inner > 0).all()
        assert (inner[-1] - inner[:-1] > 0).all()


@given(SCORES)
def test_every_positive_step_lies_in_one_of_them(scores):
    inside = np.zeros(len(scores), dtype=bool)
    for one in segments(scores):
        inside[one.first : one.stop] = True
    assert inside[scores > 0].all()
