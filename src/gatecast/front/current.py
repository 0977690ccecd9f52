"""A model that stays current: its options, the table it was fitted on, and where it stands behind it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self, TypeAlias

import numpy as np

from gatecast.data import Panel, Reading, add_holidays, continued
from gatecast.errors import NotFittedError, OptionError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.front.options import options_of, unchanged
from gatecast.front.replayed import Replayed
from gatecast.front.steps import arrivals, foreseen_in
from gatecast.progress import Progress
from gatecast.standing import Standing

Frame: TypeAlias = Any  # a pandas or polars DataFrame or a pyarrow Table: what comes in goes out


class Current(ABC):
    """What of a model new rows need: `update` moves it on, nothing is learned.

    A subclass implements `learn` and `forecast`, and `_stand` where it need not read its history again for
    every forecast.
    """

    reading_: Reading
    panel_: Panel
    notes_: tuple[str, ...]

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
    ) -> None:
        self.horizon = horizon
        self.season = season
        self.known = known
        self.past = past
        self.static = static
        self.holidays = holidays

    @abstractmethod
    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit on every known value of the panel."""

    @abstractmethod
    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Forecast `horizon` steps from each origin, reading no value behind it."""

    @property
    def name(self) -> str:
        """What the columns and the leaderboard call it."""
        return type(self).__name__

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options by name, as given; scikit-learn's `clone` works by it."""
        del deep  # no option is itself an estimator
        return {name: getattr(self, name) for name in options_of(type(self))}

    def set_params(self, **options: Any) -> Self:
        """Change options by name. Raises OptionError for a name there is not."""
        known = options_of(type(self))
        unknown = [name for name in options if name not in known]
        if unknown:
            raise OptionError(f"{self.name} has no option {listed(unknown)}; it has {', '.join(known)}")
        for name, value in options.items():
            setattr(self, name, value)
        return self

    def update(self, df: Frame) -> Self:
        """Take in new rows behind the history; nothing is learned.

        df  as for `fit`, the rows that follow each series' last one, without a value where one is missing; a
            series may have none, and rows at its end with known covariates only are the future, as in `fit`

        Where the model stands moves on by the new rows alone, at a cost for each that does not grow with the
        history; `predict` then says what a model with the same coefficients says that reads the whole table.

        Raises NotFittedError before `fit`, TableError for rows that do not follow or series never seen,
        OptionError if `holidays` has changed since; this model is then as it was.
        """
        reading = self._fitted()
        panel = continued(reading.panel, reading.layout, df)
        if panel is reading.panel:
            return self
        whole = self._as_fitted(panel)
        standing = self._moved_on(whole)
        self.reading_, self.panel_, self.standing_ = replace(reading, panel=panel), whole, standing
        return self

    @property
    def standing_(self) -> Standing | None:
        """Where the model stands behind `panel_`, for the options as they are; None if nowhere yet."""
        kept = self.__dict__.get("_standing")
        if kept is None or not unchanged(kept[1], self.get_params()) or not self._stands(kept[0]):
            return None
        standing: Standing = kept[0]
        held: Panel | None = self.__dict__.get("panel_")
        behind = held is not None and np.array_equal(standing.clock, held.known_steps - 1)
        return standing if behind else None

    @standing_.setter
    def standing_(self, standing: Standing | None) -> None:
        self.__dict__["_standing"] = None if standing is None else (standing, self.get_params())

    def _stand(self, panel: Panel) -> Standing:
        """Where the model stands behind the last steps of a panel that has all it learned from.

        One that keeps a state behind these steps gives it here; the others read the history again.
        """
        return Replayed(self, panel)

    def _stands(self, standing: Standing) -> bool:
        """Whether this is a standing of what has been learned; options are looked after elsewhere."""
        return not isinstance(standing, Replayed) or standing.model is self

    def _ahead(self, panel: Panel, levels: Sequence[float]) -> Forecast:
        """Forecast behind the last steps of `panel_`, which is given here continued into the future.

        From where the model stands, once it has stood: otherwise the history is read.
        """
        if self.__dict__.get("_standing") is None:
            return self.forecast(panel, panel.last_origins(), levels)
        standing = self.standing_
        if standing is None:
            self.standing_ = standing = self._stand(self.panel_)
        return standing.ahead(foreseen_in(panel, self.horizon), levels)

    def _moved_on(self, panel: Panel) -> Standing:
        """Where the model stands behind a panel that continues `panel_`; this one's standing stays."""
        standing = self.standing_
        if standing is None:
            return self._stand(panel)
        moved = standing.copy()
        for rows in arrivals(panel, standing.clock):
            moved.advance(rows)
        return moved

    def _fitted(self) -> Reading:
        reading: Reading | None = getattr(self, "reading_", None)
        if reading is None:
            raise NotFittedError(f"this {self.name} is not fitted; call fit with a table first")
        return reading

    def _as_fitted(self, panel: Panel) -> Panel:
        """A panel that continues the fitted one, with its holidays; OptionError if they are others by now."""
        whole = self._with_holidays(panel)
        if whole.known_names != self.panel_.known_names:
            raise OptionError(
                f"holidays={self.holidays!r} is not what this {self.name} was fitted with: it knows "
                f"{listed(self.panel_.known_names) or 'no covariates'}; set it back, or fit again"
            )
        return whole

    def _with_holidays(self, panel: Panel) -> Panel:
        return panel if self.holidays is None else add_holidays(panel, self.holidays)
