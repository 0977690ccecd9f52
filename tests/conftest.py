"""What every test shares: no deadlines, since compiling on first use is not slowness."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
