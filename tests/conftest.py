"""What every test shares: shapes are checked as code runs, and compiling on first use is not slowness."""

from hypothesis import settings
from jaxtyping import install_import_hook

# Named here before anything of theirs is imported. Rooms that speak of tables, pages and commands are left
# out: they have no array at their door that these do not have.
ROOMS_OF_ARRAYS = ("forecaster", "interval", "backtest", "linear", "memory", "hybrid")
install_import_hook([f"gatecast.{room}" for room in ROOMS_OF_ARRAYS], "array_checks.checked")

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
