"""Boosted trees speak from plain arrays as their library does, and say what to install."""

import builtins
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor

from gatecast import Hybrid
from gatecast.errors import OptionError
from gatecast.hybrid.boosted import trees
from gatecast.hybrid.curve import Lesson
from gatecast.hybrid.forest import forest_of
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

TINY = Training(units=8, steps=4, windows=8, origins=4)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), columns=st.integers(1, 4), rows=st.integers(30, 200))
def test_plain_arrays_say_what_the_library_says_to_the_bit(seed: int, columns: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(rows, columns)).round(1)
    target = features[:, 0] ** 2 + draw.normal(size=rows)
    grown = HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=3, random_state=seed)
    grown.fit(features, target)
    other = draw.normal(size=(50, columns)).round(1)
    for some in (features, other):
        assert forest_of(grown, columns).of(some).tobytes() == grown.predict(some).tobytes()


def test_rows_of_other_features_are_refused() -> None:
    grown = HistGradientBoostingRegressor(max_iter=2).fit(np.zeros((30, 2)), np.arange(30.0))
    with pytest.raises(ValueError, match="rows have 3 features, wanted 2"):
        forest_of(grown, 2).of(np.zeros((4, 3)))


def test_trees_learn_from_the_rows_they_are_given_alone() -> None:
    draw = np.random.default_rng(0)
    features, target, rows = draw.normal(size=(600, 2)), draw.normal(size=600), np.arange(600) < 400
    spoilt = np.where(rows, target, np.nan)
    own, other = (trees(3)(Lesson(features, some, rows, 24)).of(features) for some in (target, spoilt))
    assert own.tobytes() == other.tobytes()
    assert own.std() > 0.1


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(OptionError, match=r"scikit-learn, which is not installed; install gatecast\[boost\]"):
        Hybrid(12, boost=True, training=TINY).learn(hourly_panel((400,)), Silent())
