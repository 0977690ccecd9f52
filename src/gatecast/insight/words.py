"""What the numbers say, in words: for pages and terminals alike."""

from gatecast.backtest import Backtest, Leaderboard, Standing

BOARD_HEAD = ("model", "MASE", "sMAPE", "scaled CRPS", "in 80 %", "in 95 %", "seconds", "paired test")


def number(value: float) -> str:
    """A number to three significant digits or so, with its thousands apart; a dash where there is none.

    >>> number(4812.34), number(0.51234), number(float("nan"))
    ('4,812', '0.512', '–')
    """
    if value != value:
        return "–"
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:.3g}"


def share(value: float) -> str:
    """A share in percent; a dash where there is none.

    >>> share(0.8123)
    '81.2 %'
    """
    return "–" if value != value else f"{value:.1%}".replace("%", " %")


def _verdict(row: Standing) -> str:
    """The paired test of one model, in words."""
    if row.verdict == "reference":
        return "reference"
    if row.verdict == "untested":
        return row.verdict
    chance = "p < 0.001" if row.p_value < 0.001 else f"p = {row.p_value:.3f}"
    chance = chance.replace(" ", "\N{NO-BREAK SPACE}")
    return f"{row.verdict}, {chance}"


def board_rows(board: Leaderboard) -> list[tuple[str, ...]]:
    """The leaderboard in words and numbers, a row per model under `BOARD_HEAD`."""
    return [_board_row(row) for row in board.rows]


def _board_row(row: Standing) -> tuple[str, ...]:
    """One model's cells."""
    return (
        row.model,
        _places(row.mase, 3),
        share(row.smape),
        _places(row.scaled_crps, 4),
        share(row.coverage_80),
        share(row.coverage_95),
        _places(row.seconds, 1),
        _verdict(row),
    )


def board_remarks(board: Leaderboard) -> list[str]:
    """What to know when reading the leaderboard."""
    tested = (
        f"The paired test compares with {board.reference} over {board.units} {board.unit}; "
        "p is two-sided and not adjusted for comparing several models."
    )
    left_out = f"{len(board.unscaled)} series are left out of MASE: their history is constant or too short."
    return [tested, left_out] if board.unscaled else [tested]


def compared_over(backtest: Backtest) -> str:
    """What the comparison rests on."""
    count = len(backtest.panel)
    series = "" if count == 1 else f" of each of {count} series"
    learned = (
        "each model learned anew at every origin"
        if backtest.refit
        else "each model learned once, before the first"
    )
    return (
        f"{backtest.n_windows} origins{series}, {backtest.step} steps apart, "
        f"{backtest.horizon} steps ahead from each; {learned}."
    )


def headline(board: Leaderboard) -> str:
    """The result of the comparison in a sentence: the best model against each other, whichever it is."""
    scored = [row for row in board.rows if row.mase > 0]
    if not scored:
        return "No model could be scored: the history or the windows hold nothing to scale errors by."
    best, *others = scored
    against = ", ".join(f"{_less(best.mase / row.mase)} {row.model} ({row.mase:.3f})" for row in others)
    return f"{best.model} has the lowest error, a MASE of {best.mase:.3f}{f': {against}' if others else ''}."


def _places(value: float, digits: int) -> str:
    """A number to so many digits; a dash where there is none."""
    return "–" if value != value else f"{value:.{digits}f}"


def _less(ratio: float) -> str:
    """How two errors compare.

    >>> _less(0.6), _less(0.9996)
    ('40.0 % below', 'level with')
    """
    return "level with" if abs(1 - ratio) < 0.0005 else f"{1 - ratio:.1%}".replace("%", " %") + " below"
