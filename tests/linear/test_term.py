"""A term's values are the wide table's product, and no row's depends on those beside it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.linear.design import Term, columns
from gatecast.linear.term import term_values


@given(
    seed=st.integers(0, 1000),
    time=st.integers(1, 30),
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 4)),
    blocks=st.integers(0, 3),
)
def test_a_term_says_what_its_table_times_the_coefficients_says(
    seed: int, time: int, sizes: tuple[int, int], blocks: int
) -> None:
    draw = np.random.default_rng(seed)
    slow = np.where(draw.random((time, sizes[0])) < 0.3, 0.0, draw.normal(size=(time, sizes[0])))
    shape = draw.normal(size=(time, sizes[1]))
    beta = draw.normal(size=(blocks + 1, *sizes))
    block = draw.integers(-1, blocks, time)
    table = columns([Term(slow, "day")], {"day": shape}, slice(None))
    expected = (table * beta.reshape(blocks + 1, -1)[block]).sum(axis=1)
    found = term_values(slow, shape, beta, block)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    some = slice(time // 3, None)
    assert term_values(slow[some], shape[some], beta, block[some]).tobytes() == found[some].tobytes()
