"""Boosted trees as plain arrays, and what they say of a row: nothing of the library that grew them is kept.

    value = baseline + Σ over trees of the leaf that the row falls into;  a row goes left where x ≤ threshold

The sum runs in the order the trees were grown, so that it rounds as the library's own does.
"""

from dataclasses import dataclass
from typing import Any, no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray

LEAF = -1


@dataclass(frozen=True)
class Forest:
    """Trees one behind the other; a node's children stand behind it.

    baseline     what is said before the first tree
    columns      how many features a row has
    feature      [nodes]  which one decides, -1 in a leaf
    threshold    [nodes]
    left, right  [nodes]  where the children stand
    value        [nodes]  of a leaf
    roots        [trees]
    """

    baseline: float
    columns: int
    feature: Int[IntArray, "nodes"]
    threshold: Float[FloatArray, "nodes"]
    left: Int[IntArray, "nodes"]
    right: Int[IntArray, "nodes"]
    value: Float[FloatArray, "nodes"]
    roots: Int[IntArray, "trees"]

    def of(self, features: Float[FloatArray, "rows columns"]) -> Float[FloatArray, "rows"]:
        """What the trees say of each row. [rows]

        features  [rows, columns]  finite

        Raises ValueError for rows of other features than it was grown on.
        """
        if features.shape[1] != self.columns:
            raise ValueError(f"rows have {features.shape[1]} features, wanted {self.columns}")
        rows = np.ascontiguousarray(features)
        said: FloatArray = _walk(
            rows,
            self.baseline,
            self.feature,
            self.threshold,
            self.left,
            self.right,
            self.value,
            self.roots,
        )
        return said


def forest_of(grown: Any, columns: int) -> Forest:
    """The trees of scikit-learn's HistGradientBoostingRegressor, whose every feature is a number."""
    trees = [stage[0].nodes for stage in grown._predictors]
    roots = np.concatenate([[0], np.cumsum([len(nodes) for nodes in trees])]).astype(np.int64)
    nodes = np.concatenate(trees)
    shift = np.repeat(roots[:-1], np.diff(roots))
    leaf = nodes["is_leaf"].astype(bool)

    def whole(name: str, fallback: int, moved: IntArray | int = 0) -> IntArray:
        return np.where(leaf, fallback, nodes[name].astype(np.int64) + moved)

    return Forest(
        baseline=float(np.ravel(grown._baseline_prediction)[0]),
        columns=columns,
        feature=whole("feature_idx", LEAF),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]),
        left=whole("left", 0, shift),
        right=whole("right", 0, shift),
        value=np.where(leaf, nodes["value"], 0.0),
        roots=roots[:-1],
    )


@numba.njit(
    "float64[::1](float64[:, ::1], float64, int64[::1], float64[::1], int64[::1], int64[::1], float64[::1],"
    " int64[::1])",
    cache=True,
    fastmath=False,
)
@no_type_check  # numba wants positional, untyped arguments
def _walk(rows, baseline, feature, threshold, left, right, value, roots):
    """Each row down every tree. [rows]"""
    total = np.full(len(rows), baseline)
    for row in range(len(rows)):
        for root in roots:
            node = root
            while feature[node] >= 0:
                node = left[node] if rows[row, feature[node]] <= threshold[node] else right[node]
            total[row] += value[node]
    return total
