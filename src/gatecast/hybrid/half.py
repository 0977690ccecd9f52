"""The linear half on its own: what the hybrid says when its memory is silent."""

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel, fit_scale
from gatecast.forecaster import Origins
from gatecast.hybrid.pool import Pool, origins_by_series
from gatecast.linear import PathForecaster, until_compiled


class LinearHalf(PathForecaster):
    """A pool of linear forecasts, each weighted by how well it has done of late; no network takes part.

    horizon   steps ahead
    season    lengths of the cycles in steps; inferred from the frequency if not given
    known     covariates known ahead: weather forecast, holiday
    past      accepted for interchange with other models; a linear recursion cannot use them
    static    likewise
    holidays  country or region whose public holidays to add, e.g. "AU-VIC"
    """

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
