"""The models with a memory as people meet them: they forecast, and can be looked into and asked for reasons.

Forecasting knows nothing of its explanation: these classes stand to the right of both and add the two doors.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gatecast.artifact as artifact
import gatecast.hybrid as hybrid
import gatecast.memory as memory
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.front import Frame, TableDoor, reports_of
from gatecast.insight import Change, Explanation, Inspection, Subject, choose, explain, inspect
from gatecast.progress import Progress


class Open(TableDoor):
    """A model that can be looked into once it is fitted."""

    @abstractmethod
    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> memory.Workings:
        """What the forecasts from some origins are made of."""

    def inspect(self, series: object = None, at: Any = None, X_df: Frame | None = None) -> Inspection:
        """Every gate, both states and the inputs of the network on its way to one forecast.

        series  id; the first series unless given
        at      origin, the last step whose value the forecast may know: a time, local where it has no zone,
                or a step number; the end of the history unless given
        X_df    known covariates of the steps ahead, as `predict` takes them; needed near the history's end

        Raises NotFittedError before `fit`, OptionError for a series or a time there is not, CovariateError
        where known covariates lack ahead, SeriesError where no memory was trained.
        """
        return inspect(self._subject(series, at, X_df))

    def explain(
        self,
        series: object = None,
        at: Any = None,
        X_df: Frame | None = None,
        *,
        changes: Sequence[Change] | None = None,
        unit: str = "",
        progress: Progress | bool | None = None,
    ) -> Explanation:
        """Why one forecast is what it is: tested reasons, its parts, its memory, what would change it.

        series, at, X_df  which forecast, as for `inspect`
        changes           what to change in thought, each by itself; the usual ones unless given
        unit              of the series, such as MW, for the sentences
        progress          True draws bars

        `write_explanation` makes a page of it. Raises what `inspect` raises, and SeriesError where too little
        history lies before the origin.
        """
        subject = self._subject(series, at, X_df)
        return explain(subject, changes=changes, unit=unit, progress=reports_of(progress))

    def _subject(self, series: object, at: Any, X_df: Frame | None) -> Subject:
        self._fitted()
        return choose(self, self.panel_, lambda: self.ahead(X_df), series, at)


class Hybrid(hybrid.Hybrid, Open):  # noqa: D101  # said where it is made
    __doc__ = hybrid.Hybrid.__doc__


class LSTM(memory.LSTM, Open):  # noqa: D101  # said where it is made
    __doc__ = memory.LSTM.__doc__


class GRU(memory.GRU, Open):  # noqa: D101  # said where it is made
    __doc__ = memory.GRU.__doc__


class RNN(memory.RNN, Open):  # noqa: D101  # said where it is made
    __doc__ = memory.RNN.__doc__


MAKERS: dict[str, type[TableDoor]] = {"hybrid": Hybrid, "lstm": LSTM, "gru": GRU, "rnn": RNN}


def save(model: TableDoor, path: str | Path) -> Path:
    """Write a fitted model, and the table it was fitted on, to one file that holds no code.

    path  an old file stays whole until the new one is; `.gatecast` is the usual ending

    Raises NotFittedError before `fit`, ArtifactError for what cannot be saved, before anything is written,
    and OptionError where the file cannot be.
    """
    return artifact.save(model, path, MAKERS)


def load(path: str | Path, progress: Progress | None = None, *, always_polars: bool = False) -> TableDoor:
    """Read a fitted model back: it forecasts, and updates, as it did when it was saved. Nothing in it is run.

    Forecasts come in tables of the library the model was fitted with, or, where that is not installed, in
    polars.

    progress       what there is to note is said there, as a warning unless given
    always_polars  tables come in polars, whatever the model was fitted with

    Raises ArtifactError for a file that is not a saved model, is damaged, or is of a newer gatecast.
    """
    return artifact.load(path, progress, always_polars=always_polars, makers=MAKERS)
