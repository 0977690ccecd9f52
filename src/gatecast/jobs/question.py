"""What is asked of a table, and the table read for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatecast.catalogue import model
from gatecast.data import Panel, Reading, Schema, Sites, add_holidays, panel_from

if TYPE_CHECKING:
    from gatecast.front import TableDoor


@dataclass(frozen=True)
class Question:
    """What is asked of a table: how to read it and how far to look ahead.

    schema    which column means what
    horizon   steps ahead
    season    lengths of the cycles in steps; from the frequency when empty
    freq      step between rows; inferred when None
    zone      IANA zone people live in; the stamps' own when None
    holidays  region whose public holidays are covariates, such as AU-VIC
    seed      of whatever is left to chance
    boost     whether boosted trees join the pool of a model that has one
    site      where the panels stand, of models that can place the sun over them
    """

    schema: Schema
    horizon: int
    season: tuple[int, ...] = ()
    freq: str | int | None = None
    zone: str | None = None
    holidays: str | None = None
    seed: int = 0
    boost: bool = False
    site: Sites | None = None


@dataclass(frozen=True)
class Source:
    """A table that has been read for a question; `panel` has the holidays besides."""

    question: Question
    reading: Reading
    panel: Panel

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the table on reading."""
        return self.reading.notes


def read(frame: Any, question: Question) -> Source:
    """Read a table as a panel, holidays added.

    Raises TableError and its kin for whatever is wrong with the table.
    """
    reading = panel_from(
        frame, question.schema, freq=question.freq, season=question.season or None, zone=question.zone
    )
    return Source(question, reading, with_holidays(reading.panel, question))


def with_holidays(panel: Panel, question: Question) -> Panel:
    """The panel with the holidays asked for, if any were."""
    return add_holidays(panel, question.holidays) if question.holidays else panel


def make(name: str, question: Question) -> "TableDoor":
    """The model of the catalogue that goes by a name, made for a question.

    Raises OptionError for a name that is not in the catalogue.
    """
    schema = question.schema
    return model(
        name,
        question.horizon,
        season=question.season or None,
        known=schema.known,
        past=schema.past,
        static=schema.static,
        holidays=question.holidays,
        seed=question.seed,
        given=schema.given,
        boost=question.boost,
        site=question.site,
    )
