"""A layout in words names its library and types, and comes back from them; polars takes over what it can."""

from dataclasses import replace
from datetime import datetime

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gatecast.data import Layout, in_polars, is_installed, make_future, panel_from
from gatecast.data.frames import from_words, in_words
from gatecast.data.schema import Schema
from gatecast.errors import OptionError

STAMPS = [datetime(2024, 1, 1 + day) for day in range(4)]
ID_TYPES = (pl.String, pl.Categorical, pl.Enum(["a", "b"]))
POLARS = [
    pl.DataFrame({"unique_id": pl.Series(list("aabb"), dtype=kind), "ds": STAMPS[:2] * 2, "y": [1.0] * 4})
    for kind in ID_TYPES
]
TABLES = [
    *POLARS,
    POLARS[0].with_columns(pl.col("ds").dt.replace_time_zone("Europe/Madrid")),
    POLARS[0].with_columns(pl.col("ds").cast(pl.Date)),
    POLARS[0].with_columns(unique_id=pl.Series([1, 1, 2, 2], dtype=pl.UInt64)),
    pl.DataFrame({"ds": [1, 2, 3], "y": [1.0, 2.0, 3.0]}),
    pd.DataFrame({"unique_id": list("aabb"), "ds": STAMPS[:2] * 2, "y": [1.0] * 4}),
    pd.DataFrame(
        {"unique_id": list("aabb"), "ds": pd.Series(STAMPS[:2] * 2).astype("datetime64[s]"), "y": [1.0] * 4}
    ),
    pd.DataFrame({"unique_id": pd.Series([1, 1, 2, 2], dtype=object), "ds": STAMPS[:2] * 2, "y": [1.0] * 4}),
    pa.table({"unique_id": list("aabb"), "ds": STAMPS[:2] * 2, "y": [1.0] * 4}),
    pa.table({"unique_id": pa.array(list("aabb")).dictionary_encode(), "ds": STAMPS[:2] * 2, "y": [1.0] * 4}),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_layout_comes_back_from_its_words_and_has_a_like_in_polars(table):
    reading = panel_from(table, Schema())
    layout = reading.layout
    assert from_words(in_words(layout)) == layout
    assert is_installed(layout)
    theirs = make_future(reading.panel, layout, 2)
    ours = make_future(reading.panel, in_polars(layout, reading.panel.ids), 2)
    assert isinstance(ours, pl.DataFrame)
    wanted = pl.DataFrame(nw.from_native(theirs).to_dict(as_series=False))
    assert ours.rows() == wanted.rows()
    if isinstance(theirs, pl.DataFrame):
        assert ours.schema == theirs.schema


def test_what_has_no_name_is_refused_and_so_is_a_name_that_is_not_known():
    layout: Layout = panel_from(TABLES[0], Schema()).layout
    with pytest.raises(OptionError, match="a table of dask cannot be named; wanted one of polars, pandas"):
        in_words(replace(layout, backend=nw.Implementation.DASK))
    with pytest.raises(OptionError, match=r"a column of List.* cannot be named"):
        in_words(replace(layout, id_type=nw.List(nw.Int64())))
    words = in_words(layout)
    for wrong in (
        replace(words, library="os"),
        replace(words, id_type=("DType",)),
        replace(words, id_type=("String", "x")),
        replace(words, id_type=None),
        replace(words, time_type=()),
        replace(words, time_type=("Datetime", "years")),
    ):
        with pytest.raises(ValueError, match=r"there is no|come together"):
            from_words(wrong)
