"""Fit a model again on what it has read by now, or on another table, from nothing or from its old weights."""

from typing import Any

from gatecast.data import Reading, Schema, panel_from
from gatecast.errors import OptionError
from gatecast.progress import Noting


def reading_again(model: Any, schema: Schema, df: Any | None, reports: Noting) -> Reading:
    """What is to be fitted: the rows read by now, or those of a table like the one that was fitted.

    schema  that of the fitted table, by the roles that columns have now

    Raises OptionError where columns that were not read have a role by now, TableError for a table that is not
    what it must be.
    """
    reading: Reading = model.reading_
    panel, old = reading.panel, reading.layout.schema
    if df is None:
        if schema != old:
            raise OptionError(
                f"the covariates of this {model.name} have changed since its table was read; give refit the "
                "table, too, or set them back"
            )
        return reading
    frequency = panel.frequency
    freq = frequency.count if frequency.unit == "step" else frequency.alias()
    found = panel_from(df, schema, freq=freq, season=model.season, zone=panel.zone)
    for note in found.notes:
        reports.note(note)
    return found


def become(model: Any, other: Any) -> None:
    """Make a model what another one of its class is. Until then nothing of it has changed."""
    vars(model).clear()
    vars(model).update(vars(other))
