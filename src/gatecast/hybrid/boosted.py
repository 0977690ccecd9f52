"""Boosted trees as the learner of a regression that bends: they find thresholds, and need scikit-learn.

Source: Friedman, Greedy function approximation: a gradient boosting machine (2001).
"""

from gatecast.errors import OptionError
from gatecast.hybrid.curve import Learner, Lesson
from gatecast.hybrid.forest import Forest, forest_of

LEAF_ROWS = 50


def trees(seed: int) -> Learner:
    """Learns by boosted trees; the same seed gives the same ones.

    Raises OptionError where scikit-learn is not installed.
    """
    _regressor(seed)

    def learn(lesson: Lesson) -> Forest:
        from threadpoolctl import threadpool_limits  # comes with scikit-learn, whose absence is told before

        features, target = lesson.features[lesson.rows], lesson.target[lesson.rows]
        with threadpool_limits(1):  # on a busy machine several threads wait for each other
            grown = _regressor(seed).fit(features, target)  # type: ignore[attr-defined]
        return forest_of(grown, features.shape[1])

    return learn


def _regressor(seed: int) -> object:
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError as absent:
        raise OptionError(
            "boost=True grows its trees with scikit-learn, which is not installed; "
            "install gatecast[boost], or leave boost out"
        ) from absent
    regressor: object = HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.1,
        max_leaf_nodes=31,
        min_samples_leaf=LEAF_ROWS,
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed % 2**32,  # as many bits as it takes
    )
    return regressor
