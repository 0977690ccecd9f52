"""The command line: parse, call one public function, print.

Exit codes: 0 done; 1 something about the input that the message says how to put right; 2 a command that
cannot be understood; 130 interrupted. Nothing heavy is imported until a command runs.
"""

import sys
from typing import Annotated

import typer

import gatecast
from gatecast.cli import show
from gatecast.cli.backtest import EXAMPLES as BACKTEST_EXAMPLES
from gatecast.cli.backtest import backtest
from gatecast.cli.demo import EXAMPLES as DEMO_EXAMPLES
from gatecast.cli.demo import demo
from gatecast.cli.explain import EXAMPLES as EXPLAIN_EXAMPLES
from gatecast.cli.explain import explain
from gatecast.cli.forecast import EXAMPLES as FORECAST_EXAMPLES
from gatecast.cli.forecast import forecast
from gatecast.cli.lab import EXAMPLES as LAB_EXAMPLES
from gatecast.cli.lab import lab
from gatecast.cli.predict import EXAMPLES as PREDICT_EXAMPLES
from gatecast.cli.predict import predict
from gatecast.cli.state import EXAMPLES as STATE_EXAMPLES
from gatecast.cli.state import state
from gatecast.cli.update import EXAMPLES as UPDATE_EXAMPLES
from gatecast.cli.update import update
from gatecast.cli.wording import in_shell_words
from gatecast.errors import GatecastError

EXIT_CODES = """
Exit codes: 0 done; 1 the input needs something, said on standard error; 2 usage; 130 interrupted.
"""

app = typer.Typer(
    name="gatecast",
    help="Energy forecasts made of two halves on view: linear, and an LSTM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
)
app.command(epilog=FORECAST_EXAMPLES)(forecast)
app.command(epilog=PREDICT_EXAMPLES)(predict)
app.command(epilog=UPDATE_EXAMPLES)(update)
app.command(epilog=STATE_EXAMPLES)(state)
app.command(epilog=EXPLAIN_EXAMPLES)(explain)
app.command(epilog=BACKTEST_EXAMPLES)(backtest)
app.command(epilog=DEMO_EXAMPLES)(demo)
app.command(epilog=LAB_EXAMPLES)(lab)


def _say_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        show.machine(f"gatecast {gatecast.__version__}")
        raise typer.Exit


@app.callback()
def _gatecast(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line; a mistake of the caller's is told without a traceback."""
    try:
        app(prog_name="gatecast")
    except GatecastError as error:
        show.failed(in_shell_words(str(error)))
        sys.exit(1)
    except KeyboardInterrupt:  # outside a command, such as while a room is imported
        sys.exit(130)
