"""Which ARMA orders: a stepwise search by exact AICc, every candidate at its exact maximum likelihood.

The path is that of Hyndman & Khandakar: four plain models, then neighbours of the best until none is
better. A candidate starts from the partial autocorrelations of its parent, shortened or padded with zeros.
The likelihood has several local maxima, so seed orders follow the search and other starts the winner.

Source: Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gatecast._types import FloatArray
from gatecast.errors import SeriesError
from gatecast.linear.arma import stride
from gatecast.linear.lanes import LANES
from gatecast.linear.maximum import maximise
from gatecast.linear.process import aligned
from gatecast.linear.shape import Fit, Problem, Shape, admissible, corrected_aic, factors, numbers
from gatecast.linear.start import LaggedProducts, plain_starts, scattered_starts

MOST = (5, 5, 2, 2)  # p, q, P, Q
SCATTERED = 14  # further starts where the order is given
LONG_SEASON = 100  # steps from which on P and Q end at one: the state is as long as the season
QUICK = 8, 0.05  # steps and tolerance of −2 log L
REFINE = 25, 0.02
LAST = 60, 1e-4
NUDGES = np.array([[0.3], [-0.3]])  # where a parameter may start that a parent lacks
HOPELESS = 20.0  # AIC by regression above that of the best shape
REFINED, RESTARTED = 3, 1  # candidates carried to their maxima after each climb, and those started anew


@dataclass
class Search:
    """The candidates tried so far on one problem, and the best of them."""

    problem: Problem
    most: tuple[int, ...] = MOST
    pinned: tuple[int | None, ...] = (None,) * 4
    tried: dict[Shape, Fit | None] = field(default_factory=dict)
    best: Fit | None = None
    refined: set[Shape] = field(default_factory=set)
    restarted: set[Shape] = field(default_factory=set)
    fresh: set[Shape] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._plain = np.ascontiguousarray(self.problem.columns)
        self._constant = self.problem.with_constant()
        self._work = np.empty((0, LANES))
        self._regressions: dict[tuple[int, int, int, int], tuple[FloatArray, float]] = {}
        w = self._plain[0] - self._plain[0].mean()
        self._lagged = LaggedProducts.of(w, max(self.most[:2]), max(self.most[2:]), self.problem.season)

    def fit(
        self, shape: Shape, starts: FloatArray, steps: int, tolerance: float, ceiling: float = np.inf
    ) -> Fit | None:
        """Maximum likelihood at one shape; None where it cannot be had."""
        columns = self._constant if shape.constant else self._plain
        problem = self.problem
        estimated = shape.parameters + columns.shape[0] - problem.gaps  # σ² stands for w's own column
        if problem.seen - estimated - 1 <= 0:
            return None
        unit = 2.0 * problem.seen * np.log(problem.scale)
        penalty = corrected_aic(0.0, estimated, problem.seen) + unit
        x, loss, beta, information = maximise(
            self._room(columns.shape, shape.parameters),
            columns,
            problem.gaps,
            numbers(shape, problem.season),
            starts,
            steps,
            tolerance,
            ceiling - penalty,
        )
        if not (np.isfinite(loss) and np.isfinite(information).all()):  # beyond what rounding lets be told
            return None
        return Fit(
            shape, x, factors(x, shape, problem.season), loss + unit, beta, information, loss + penalty
        )

    def _room(self, columns: tuple[int, ...], parameters: int) -> FloatArray:
        """Memory for the kernel, kept from fit to fit."""
        rows = (columns[0] + max(1, -(-parameters // (LANES - 1)))) * stride(columns[1])
        if len(self._work) < rows:
            self._work = aligned(rows)
        return self._work

    def consider(self, shape: Shape) -> bool:
        """Try a shape unless tried before; say whether it is the new best."""
        p, q, P, Q = (n if g is None else g for n, g in zip(shape[:4], self.pinned, strict=True))
        shape = Shape(p, q, P, Q, shape.constant)
        if shape in self.tried or not self._allowed(shape):
            return False
        ceiling = self.best.aicc if self.best else np.inf
        fit = self.fit(shape, self._starts(shape), *QUICK, ceiling)
        self.tried[shape] = fit
        return fit is not None and self.keep(fit)

    def keep(self, fit: Fit) -> bool:
        """Note a fit; say whether it is the new best."""
        self.tried[fit.shape] = fit
        ceiling = self.best.aicc if self.best else np.inf
        better = fit.aicc < ceiling and admissible(fit.coefficients, fit.shape)
        if better:
            self.best = fit
        return better

    def fitted(self) -> list[Fit]:
        """What was found at every shape tried."""
        return [fit for fit in self.tried.values() if fit is not None]

    def regressed(self, shape: Shape) -> FloatArray:
        """The start by regression, if the series is long enough for one. [0 or 1, parameters]"""
        if self._lagged is None:
            return np.zeros((0, shape.parameters))
        return self._regression(shape)[0][None, :]

    def promises(self, shape: Shape) -> bool:
        """Whether a regression on lags does not rule a shape out beside the best."""
        if self._lagged is None or self.best is None:
            return True
        criteria = [
            self.problem.seen * np.log(max(self._regression(s)[1], 1e-300)) + 2.0 * s.parameters
            for s in (shape, self.best.shape)
        ]
        return bool(criteria[0] < criteria[1] + HOPELESS)

    def _regression(self, shape: Shape) -> tuple[FloatArray, float]:
        key = shape[:4]
        if key not in self._regressions and self._lagged is not None:
            self._regressions[key] = self._lagged.start(key, self.problem.season)
        return self._regressions[key]

    def _allowed(self, shape: Shape) -> bool:
        return all(0 <= n <= most for n, most in zip(shape[:4], self.most, strict=True))

    def _starts(self, shape: Shape) -> FloatArray:
        regressed = self.regressed(shape)
        if self.best is None:
            return np.vstack([plain_starts(shape), regressed])
        parent = resized(self.best, shape)
        starts = np.zeros((4 + len(regressed), shape.parameters))
        starts[0] = parent
        starts[2:4] = np.where(parent == 0.0, NUDGES, parent)
        starts[4:] = regressed
        return starts


def resized(fit: Fit, shape: Shape) -> FloatArray:
    """The parameters of a fit for another shape: each factor shortened or padded with zeros."""
    out, at, to = np.zeros(shape.parameters), 0, 0
    for have, want in zip(fit.shape[:4], shape[:4], strict=True):
        kept = min(have, want)
        out[to : to + kept] = fit.x[at : at + kept]
        at, to = at + have, to + want
    return out


def best_of_starts(search: Search, shape: Shape) -> Fit | None:
    """The highest maximum reached from several starts, each carried to its end."""
    best: Fit | None = None
    groups = [plain_starts(shape), search.regressed(shape)]
    groups += [start[None, :] for start in scattered_starts(shape, SCATTERED)]
    for starts in groups:
        fit = search.fit(shape, starts, *LAST) if len(starts) else None
        if fit is not None and (best is None or fit.loss < best.loss):
            best = fit
    return best


def neighbours(shape: Shape, may_have_constant: bool) -> Iterator[Shape]:
    """Shapes one step away, seasonal orders first."""
    p, q, P, Q, constant = shape
    for dP, dQ in ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)):
        yield Shape(p, q, P + dP, Q + dQ, constant)
    for dp, dq in ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)):
        yield Shape(p + dp, q + dq, P, Q, constant)
    if may_have_constant:
        yield Shape(p, q, P, Q, not constant)


def climb(search: Search, may_have_constant: bool) -> None:
    """Move to a better neighbour until there is none."""
    moved = search.best is not None
    while moved and search.best:
        around = neighbours(search.best.shape, may_have_constant)
        moved = any(search.promises(shape) and search.consider(shape) for shape in around)


def choose_order(
    problem: Problem, may_have_constant: bool, seasonal: bool, pinned: tuple[int | None, ...] = (None,) * 4
) -> Fit:
    """The best shape by AICc and its parameters.

    may_have_constant  whether a constant in the differenced series is a candidate: at most one difference
    seasonal           whether seasonal orders are candidates
    pinned             p, q, P, Q that are given
    """
    most = MOST if problem.season < LONG_SEASON else (*MOST[:2], 1, 1)
    most = most if seasonal else (*MOST[:2], 0, 0)
    search = Search(problem, tuple(max(n, g or 0) for n, g in zip(most, pinned, strict=True)), pinned)
    s = int(seasonal)
    c = may_have_constant
    first = [Shape(2, 2, s, s, c), Shape(0, 0, 0, 0, c), Shape(1, 0, s, 0, c), Shape(0, 1, 0, s, c)]
    for shape in [*first, Shape(0, 0, 0, 0, False)]:
        search.consider(shape)
    climb(search, may_have_constant)
    if search.best is None:  # orders that are given may leave roots at the unit circle only
        search.best = min(search.fitted(), key=lambda f: f.aicc, default=None)
    if search.best is None:
        raise SeriesError(
            f"no ARMA order can be fitted on {problem.seen} differenced values; "
            "give more history or lower orders"
        )
    while True:
        for shape in seeds(search.best.shape, seasonal):
            if shape not in search.tried and search.promises(shape):
                search.consider(shape)
        climb(search, may_have_constant)
        if not refine(search):
            return better_of(search.best, search.fit(search.best.shape, search.best.x[None, :], *LAST))


def refine(search: Search) -> bool:
    """Carry the best candidates to their maxima, the very best from several starts.

    returns  whether another shape came to be the best
    """
    leader = search.best
    try_fullest(search)
    for count, done, carry in (
        (REFINED, search.refined, carried_on),
        (RESTARTED, search.restarted, restarted),
    ):
        found = sorted(search.fitted(), key=lambda f: f.aicc)
        for fit in found[:count]:
            if fit.shape not in done:
                done.add(fit.shape)
                search.keep(carry(search, fit))
    return leader is not None and search.best is not None and search.best.shape != leader.shape


def try_fullest(search: Search) -> None:
    """Fit the best shape with every seasonal order at its most, from a regression rather than its parent.

    Seasonal AR and MA that nearly cancel have a maximum of their own, at times hundreds below the parent's,
    where no climb from a parent without them leads.
    """
    if search.best is None or not search.most[3]:
        return
    P, Q = (n if g is None else g for n, g in zip(search.most[2:], search.pinned[2:], strict=True))
    shape = search.best.shape._replace(P=P, Q=Q)
    starts, known = search.regressed(shape), search.tried.get(shape)
    if shape not in search.fresh and len(starts):
        search.fresh.add(shape)
        fit = search.fit(shape, starts, *QUICK, search.best.aicc)
        if fit is not None and (known is None or fit.aicc < known.aicc):
            search.keep(fit)


def seeds(shape: Shape, seasonal: bool) -> Iterator[Shape]:
    """Orders that often win and that a climb may not reach; without seasons, all of them."""
    if not seasonal:
        for p in range(MOST[0] + 1):
            for q in range(MOST[1] + 1):
                yield shape._replace(p=p, q=q)
        return
    for p, q in ((1, 1), (3, 0), (1, 2), (2, 1), (3, 1), (0, 2), (5, 0)):
        yield shape._replace(p=p, q=q)
    for P, Q in ((0, 1), (1, 1), (0, 2), (2, 0)):
        yield shape._replace(P=P, Q=Q)


def carried_on(search: Search, fit: Fit) -> Fit:
    """A fit carried on from where it stopped."""
    return better_of(fit, search.fit(fit.shape, fit.x[None, :], *REFINE))


def restarted(search: Search, fit: Fit) -> Fit:
    """A fit, or a better one of the same shape found from other starts."""
    found = fit
    for starts in (search.regressed(fit.shape), plain_starts(fit.shape)):
        if len(starts):
            found = better_of(found, search.fit(fit.shape, starts, *REFINE, found.aicc))
    return found


def better_of(found: Fit, fit: Fit | None) -> Fit:
    """The second if it is admissible and better, else the first."""
    if fit is not None and fit.aicc < found.aicc and admissible(fit.coefficients, fit.shape):
        return fit
    return found
