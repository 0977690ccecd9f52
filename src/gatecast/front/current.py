"""A model that stays current: its options, the table it was fitted on, and where it stands behind it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Layout, Panel, Reading, Recent, Taken, add_holidays, read_news, recent_of
from gatecast.errors import NotFittedError, OptionError, listed
from gatecast.forecaster import Forecast, Origins
from gatecast.front.options import options_of, unchanged
from gatecast.front.replayed import Replayed
from gatecast.front.reporting import reports_of
from gatecast.front.steps import arrivals, foreseen_in
from gatecast.front.told import News, told
from gatecast.front.trail import Trail
from gatecast.progress import Progress
from gatecast.standing import Standing

DAY = 24  # steps between snapshots where no season is known
Frame: TypeAlias = Any  # a pandas or polars DataFrame or a pyarrow Table: what comes in goes out


class Current(ABC):
    """What of a model new rows need: `update` moves it on, nothing is learned.

    A subclass implements `learn` and `forecast`, and `_stand` where it need not read its history again for
    every forecast.
    """

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

    @property
    def reading_(self) -> Reading:
        """The table that was fitted, as it was read, with the rows that came since."""
        self._join()
        found: Reading = self._found("reading_")
        return found

    @reading_.setter
    def reading_(self, reading: Reading) -> None:
        self.__dict__["reading_"] = reading
        self.__dict__.pop("_recent", None)

    @property
    def panel_(self) -> Panel:
        """Its series as the model reads them: holidays added."""
        self._join()
        found: Panel = self._found("panel_")
        return found

    @panel_.setter
    def panel_(self, panel: Panel) -> None:
        self.__dict__["panel_"] = panel

    @property
    def news_(self) -> News | None:
        """What the last update did; None before the first."""
        news: News | None = self.__dict__.get("_news")
        return news

    @property
    def standing_(self) -> Standing | None:
        """Where the model stands behind `panel_`, for the options as they are; None if nowhere yet."""
        kept = self.__dict__.get("_standing")
        if kept is None or not unchanged(kept[1], self.get_params()) or not self._stands(kept[0]):
            return None
        standing: Standing = kept[0]
        behind = "reading_" in self.__dict__ and np.array_equal(standing.clock, self._came().known_steps - 1)
        return standing if behind else None

    @standing_.setter
    def standing_(self, standing: Standing | None) -> None:
        self.__dict__["_standing"] = None if standing is None else (standing, self.get_params())
        self.__dict__.pop("_trail", None)

    def update(self, df: Frame, progress: Progress | bool | None = None) -> Self:
        """Take in rows that came since, in any order; nothing is learned.

        df        as for `fit`. New rows go behind each history, steps left out between become missing ones;
                  a value for a step that had none is late, another value for one that had is a correction;
                  an empty cell says nothing and takes nothing away. A series may have no rows; those at its
                  end with known covariates only are the future, as in `fit`
        progress  what was done is noted there; `news_` holds it, too

        Where the model stands moves on by the new rows alone, at a cost for each that does not grow with the
        history; `predict` then says what a model with the same coefficients says that reads the whole table.

        Raises NotFittedError before `fit`, TableError for series never seen and rows that cannot belong to
        the table, OptionError if `holidays` has changed since; this model is then as it was.
        """
        layout, recent = self._layout(), self._came()
        rows = read_news(recent.tail, layout, df)
        if rows is None:
            return self
        taken = recent.take(rows)
        standing = self.standing_
        moved = self._move(taken, standing)
        news = told(taken.revision, self.__dict__["reading_"].panel, moved.since)
        if taken.recent is not recent or moved.standing is not standing:
            self.__dict__["_recent"], self.standing_ = taken.recent, moved.standing
            self.__dict__["_trail"] = moved.trail
        self.__dict__["_news"] = news
        reports_of(progress).note(news.said)
        return self

    def _stand(self, panel: Panel) -> Standing:
        """Where the model stands behind the last steps of a panel that has all it learned from.

        One that keeps a state behind these steps gives it here; the others read the history again. What it
        gives is never moved on itself: its copies are.
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
        return self._standing_anyhow().ahead(foreseen_in(panel, self.horizon), levels)

    def _standing_anyhow(self) -> Standing:
        """Where the model stands behind `panel_`; made if need be, and kept."""
        standing = self.standing_
        if standing is None:
            self.standing_ = standing = self._stand(self.panel_)
        return standing

    def _move(self, taken: Taken, standing: Standing | None) -> "Moved":
        """Where the model stands with rows taken in: this one's standing stays, and so do its snapshots."""
        revision, panel = taken.revision, self.__dict__["reading_"].panel
        trail = self._seen(panel, fresh=standing is None)
        if standing is not None and not (len(revision.late) or len(revision.corrected)):
            if (taken.span.known_steps - 1 == taken.clock).all():
                return Moved(standing, trail, None)
            moved = followed(standing, self._as_fitted(taken.span), taken.clock)
            return Moved(moved, trail.after(standing, moved), None)
        whole, trail = self._as_fitted(taken.recent.joined()), trail.before(revision.first)
        if not trail.snapshots:
            return Moved(self._stand(whole), trail, None)
        before = trail.snapshots[-1].standing
        return Moved(followed(before, whole, before.clock), trail, before.clock)

    def _seen(self, panel: Panel, *, fresh: bool) -> Trail:
        """Snapshots of where it stood; none where it stands anew."""
        trail: Trail | None = None if fresh else self.__dict__.get("_trail")
        return trail or Trail(panel.seasons[0] if panel.seasons[0] > 1 else DAY)

    def _came(self) -> Recent:
        """The rows that came since the panel was last joined."""
        recent: Recent | None = self.__dict__.get("_recent")
        return recent_of(self.__dict__["reading_"].panel) if recent is None else recent

    def _join(self) -> None:
        """Put the rows that came behind the histories."""
        reading, recent = self.__dict__.get("reading_"), self.__dict__.get("_recent")
        if reading is None or recent is None or (recent.panel is reading.panel and not recent.rows):
            return
        panel = recent.joined()
        self.__dict__["panel_"] = self._as_fitted(panel)
        self.__dict__["reading_"] = replace(reading, panel=panel)
        self.__dict__["_recent"] = recent if recent.panel is panel else recent_of(panel)

    def _found(self, name: str) -> Any:
        """What fitting has found."""
        if name not in self.__dict__:
            raise AttributeError(f"this {self.name} is not fitted: it has no {name}")
        return self.__dict__[name]

    def _layout(self) -> Layout:
        """How the table was written. Raises NotFittedError before `fit`."""
        reading: Reading | None = self.__dict__.get("reading_")
        if reading is None:
            raise NotFittedError(f"this {self.name} is not fitted; call fit with a table first")
        return reading.layout

    def _fitted(self) -> Reading:
        """The table with what came since. Raises NotFittedError before `fit`."""
        self._layout()
        return self.reading_

    def _as_fitted(self, panel: Panel) -> Panel:
        """A panel that continues the fitted one, with its holidays; OptionError if they are others by now."""
        whole, held = self._with_holidays(panel), self.__dict__["panel_"]
        if whole.known_names != held.known_names:
            raise OptionError(
                f"holidays={self.holidays!r} is not what this {self.name} was fitted with: it knows "
                f"{listed(held.known_names) or 'no covariates'}; set it back, or fit again"
            )
        return whole

    def _with_holidays(self, panel: Panel) -> Panel:
        return panel if self.holidays is None else add_holidays(panel, self.holidays)


@dataclass(frozen=True)
class Moved:
    """Where a model stands now.

    since  [series]  where it went on from, where rows changed what had been read; None from the beginning
    """

    standing: Standing
    trail: Trail
    since: IntArray | None


def followed(standing: Standing, panel: Panel, clock: IntArray) -> Standing:
    """A copy of a standing, moved on by the rows of a panel behind a clock."""
    moved = standing.copy()
    for rows in arrivals(panel, clock):
        moved.advance(rows)
    return moved
