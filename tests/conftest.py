"""What every test shares: shapes are checked as code runs, and compiling on first use is not slowness."""

import signal
from collections.abc import Iterator

# What a module under the hook is the first to import is compiled apart from what others use, which takes
# seconds: so these come before it.
import beartype  # noqa: F401
import holidays  # noqa: F401
import numba  # noqa: F401
import polars  # noqa: F401
import pytest
import torch  # noqa: F401
from hypothesis import settings
from jaxtyping import install_import_hook

# Set up before anything of ours is imported. Every call in these is watched, which is felt where calls are
# many and numbers single: `backtest.student` is left out.
ARRAYS_IN = (
    "gatecast.forecaster",
    "gatecast.interval",
    "gatecast.backtest.paired",
    "gatecast.backtest.profile",
    "gatecast.backtest.record",
    "gatecast.backtest.scores",
    "gatecast.linear",
    "gatecast.memory",
    "gatecast.hybrid",
    "gatecast.insight.gradients.chain",
    "gatecast.insight.gradients.flow",
    "gatecast.insight.gradients.jacobian",
    "gatecast.insight.account.ledger",
    "gatecast.insight.gradients.strand",
    "gatecast.insight.gradients.training_flow",
    "gatecast.insight.gradients.verdict",
)
install_import_hook(ARRAYS_IN, "array_checks.checked")

from gatecast.memory import Practice  # noqa: E402  # under the hook

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def brief_practice(request: pytest.FixtureRequest) -> Iterator[None]:
    """Regressions that bend practise briefly: only slow tests claim anything of what they learn."""
    if request.config.option.markexpr != "not slow":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatecast.hybrid.neural.PRACTICE", Practice(units=16, steps=20, rows=64))
        yield


@pytest.fixture(scope="module")
def bends_early() -> Iterator[None]:
    """Short histories have a regression that bends, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatecast.hybrid.curve.FEWEST_DAYS", 8)
        yield


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """A shell that starts tests behind itself has them ignore Ctrl-C, and tests of Ctrl-C with them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
