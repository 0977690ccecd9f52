"""Write the fixtures of test_store: files as gatecast wrote them when their schema was new.

    PYTHONPATH=src:tests python tests/artifact/build_fixtures.py

Until a version is published they may be written anew; from then on a new schema gets files of its own.
"""

from pathlib import Path

from artifact.small_models import fitted
from gatecast import save

NAMES = ("drift", "arima by steps", "rnn")

if __name__ == "__main__":
    for name in NAMES:
        save(fitted(name), Path(__file__).parent / "fixtures" / f"{name.replace(' ', '_')}.gatecast")
