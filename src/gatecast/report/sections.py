"""The parts of the page, each from what is known; a part without anything to say is left out."""

from html import escape

import numpy as np

from gatecast.forecaster import Forecast
from gatecast.insight import (
    BOARD_HEAD,
    board_remarks,
    board_rows,
    compared_over,
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    facts,
    fan_chart,
    headline,
    leaderboard_figure,
    number,
    parts_figure,
    parts_words,
    share,
)
from gatecast.report.contents import Contents
from gatecast.report.markup import bullets, facts_table, paragraph, plot, preformatted, section, table

MOST_SERIES = 4  # on one page; the table file has them all


def forecast_section(contents: Contents) -> str:
    """A fan chart of the first few series."""
    forecast, panel = contents.forecast, contents.panel
    if forecast is None:
        return ""
    shown = _shown(forecast)
    figures = []
    for origin in range(shown):
        actual = None if contents.actual is None else contents.actual[origin]
        figure = fan_chart(panel, forecast, origin, level=contents.level, actual=actual, unit=contents.unit)
        figures.append(plot(f"fan-{origin}", figure, _fan_caption(contents, origin)))
    total = len(forecast.origins)
    more = (
        [paragraph(f"The first {shown} of {total} series; the forecast file holds them all.")]
        if total > shown
        else []
    )
    return section("forecast", "The forecast", *more, *figures)


def parts_section(contents: Contents) -> str:
    """Linear part, pool part where there is one, memory part and their sum."""
    forecast = contents.forecast
    if forecast is None or forecast.memory_part is None or forecast.linear_part is None:
        return ""
    size = np.nanmean(np.abs(forecast.memory_part)) / max(float(np.nanmean(np.abs(forecast.point))), 1e-12)
    said = f"{parts_words(forecast)} The memory part moves it by {share(float(size))} on average."
    figures = [
        plot(f"parts-{origin}", parts_figure(contents.panel, forecast, origin, unit=contents.unit), said)
        for origin in range(_shown(forecast))
    ]
    heading = "What each half says" if forecast.pool_part is None else "What each part says"
    return section("parts", heading, *figures)


def comparison_section(contents: Contents) -> str:
    """Leaderboard, and errors and coverage by step."""
    backtest, board = contents.backtest, contents.board
    if backtest is None or board is None:
        return ""
    return section(
        "comparison",
        "The comparison",
        paragraph(compared_over(backtest)),
        table(BOARD_HEAD, board_rows(board), best=0, words=len(BOARD_HEAD) - 1),
        *(paragraph(remark, "quiet") for remark in board_remarks(board)),
        plot(
            "board",
            leaderboard_figure(board),
            "Lower is better; 1 is the seasonal naive's error on the history.",
        ),
        plot("errors", errors_by_step_figure(backtest), "Errors by step: how fast each model loses its way."),
        *_coverage(contents),
    )


def covariates_section(contents: Contents) -> str:
    """The covariates of the first series."""
    panel, forecast = contents.panel, contents.forecast
    if forecast is None or not (panel.known_names or panel.past_names):
        return ""
    figure = covariates_figure(panel, forecast, units=contents.units)
    said = "What the model was told beside the history. Shaded: the steps forecast."
    return section("covariates", "Covariates", plot("covariates-0", figure, said))


def read_section(contents: Contents) -> str:
    """What was read, and what was done to it."""
    notes = [bullets(contents.notes)] if contents.notes else []
    return section("read", "What was read", facts_table(facts(contents.panel)), *notes)


def repeat_section(contents: Contents) -> str:
    """How to get this page again."""
    seed = [] if contents.seed is None else [("seed", str(contents.seed))]
    lines = [*seed, *contents.versions]
    commands = [preformatted("\n".join(contents.commands))] if contents.commands else []
    return section("repeat", "How to repeat it", *commands, facts_table(lines))


def headline_part(contents: Contents) -> str:
    """The result in a few sentences, before anything else."""
    said = [] if contents.board is None else [paragraph(headline(contents.board), "lead")]
    disclosure = [f'<div class="aside">{paragraph(contents.disclosure)}</div>'] if contents.disclosure else []
    return "".join([*said, *disclosure])


def values_part(contents: Contents) -> str:
    """The forecast of the first series in numbers, folded away."""
    forecast = contents.forecast
    if forecast is None:
        return ""
    head = ("step", "forecast", *(f"{p:.1%} quantile" for p in forecast.levels))
    rows = [
        (str(k + 1), number(float(point)), *(number(float(q)) for q in quantiles))
        for k, (point, quantiles) in enumerate(zip(forecast.point[0], forecast.quantiles[0], strict=True))
    ]
    series = escape(str(contents.panel.ids[int(forecast.origins.series[0])]))
    return f"<details><summary>The forecast of {series} in numbers</summary>{table(head, rows)}</details>"


def _coverage(contents: Contents) -> list[str]:
    """Coverage of those intervals whose quantiles the backtest holds."""
    if contents.backtest is None:
        return []
    held = contents.backtest.levels
    level = [w for w in contents.level if np.any(np.abs(held - (0.5 - w / 200)) < 1e-6)]
    if not level:
        return []
    said = "Share of actuals inside each interval; the dashed line is what the interval promises."
    return [plot("coverage", coverage_figure(contents.backtest, level), said)]


def _shown(forecast: Forecast) -> int:
    """How many of the forecast's series the page draws."""
    return min(len(forecast.origins), MOST_SERIES)


def _fan_caption(contents: Contents, origin: int) -> str:
    """What one fan chart shows."""
    forecast = contents.forecast
    assert forecast is not None  # the section is left out otherwise; for the type checker
    series = contents.panel.ids[int(forecast.origins.series[origin])]
    came = "" if contents.actual is None else " What came was kept from the model."
    return f"{contents.model or 'Forecast'} of {series}, {forecast.point.shape[1]} steps ahead.{came}"
