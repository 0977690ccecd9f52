"""The linear half on its own: what the hybrid says when its memory is silent."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Sites, fit_scale, is_wide
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.begun import moves_on
from gatecast.hybrid.half_standing import HalfStanding, half_standing
from gatecast.hybrid.likewise import part_of_pool
from gatecast.hybrid.pool import Pool, origins_by_series
from gatecast.hybrid.wide import learn_wide_half
from gatecast.linear import FEWEST_STEPS, PathForecaster, require_steps, until_compiled
from gatecast.progress import Progress
from gatecast.solar import SolarLinear
from gatecast.standing import Standing


class LinearHalf(PathForecaster):
    """A pool of linear forecasts, each weighted by how well it has done of late; no network takes part.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known     covariates known ahead: weather forecast, holiday
    past      accepted for interchange with other models; a linear recursion cannot use them
    static    likewise
    holidays  country or region whose public holidays to add, e.g. "AU-VIC"
    site      where panels stand whose output this is, for every series or by id: what is fitted then is a
              `SolarLinear`, bounded by night and capacity; gatecast[solar]
    """

    solar_: SolarLinear | None = None  # saved before there was such a thing

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
        site: Sites | None = None,
    ) -> None:
        super().__init__(horizon, season, known, past, static, holidays)
        self.site = site

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit on everything and calibrate on past errors; at a site, hand over to the solar half."""
        self.solar_ = None
        if self.site is None and is_wide(panel):
            require_steps(panel, FEWEST_STEPS, self.name)
            learn_wide_half(self, super().learn, panel, progress)
            return self
        if self.site is None:
            return super().learn(panel, progress)
        self.solar_ = SolarLinear(self.horizon, site=self.site).learn(panel, progress)
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Point forecasts with calibrated quantiles around them."""
        if self.solar_ is not None:
            return self.solar_.forecast(panel, origins, levels)
        return super().forecast(panel, origins, levels)

    def first_unseen(self, panel: Panel) -> IntArray:
        """Of the pool all of the history; of the solar half what it says."""
        return super().first_unseen(panel) if self.solar_ is None else self.solar_.first_unseen(panel)

    def scores(self, panel: Panel, origins: Origins) -> FloatArray:
        """Where what came fell among the quantiles of forecasts that had not seen it. [origins, horizon]"""
        if self.solar_ is not None:
            return self.solar_.scores(panel, origins)
        return super().scores(panel, origins)

    def part(self, series: IntArray) -> Self:
        """This model of some of its series, in this order."""
        part = super().part(series)
        part.pool_ = part_of_pool(self.pool_, series)
        return part

    @property
    def work(self) -> str:
        """What a bar says while the pool is fitted."""
        return f"{until_compiled()}fitting"

    def fit_paths(self, panel: Panel) -> None:
        """Fit every member of the pool."""
        self.pool_ = Pool(self.horizon, fit_scale(panel)).fit(panel)

    def paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """The members' mixture by prior weights, in the series' unit. [origins, horizon]"""
        return self.past_paths(panel, origins)

    def past_paths(self, panel: Panel, origins: Origins) -> FloatArray:
        """The same: the pool always forecasts by coefficients that have not seen the outcome."""
        scaled = self.pool_.scaled(panel)
        result = np.empty((len(origins), self.horizon))
        for series, mine in origins_by_series(origins).items():
            position = origins.position[mine]
            standing = self.pool_.stand(panel, scaled, series, int(position.min()), int(position.max()))
            result[mine] = self.pool_.scale_.inverse(standing.mix[position - standing.first], series)
        return result

    def _stand(self, panel: Panel) -> Standing:
        """Where each member stands: new rows move it on, no history is read again."""
        if self.solar_ is not None or not moves_on(self.pool_, panel):
            return super()._stand(panel)
        return half_standing(self.pool_, self.scale_, self.spread_, panel)

    def _stands(self, standing: Standing) -> bool:
        """Whether this is a standing of the pool as it is now."""
        if isinstance(standing, HalfStanding):
            return self.solar_ is None and standing.moving.pool is self.pool_
        return super()._stands(standing)
