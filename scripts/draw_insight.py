"""Draw the pictures of docs/insight.md: python scripts/draw_insight.py (needs kaleido and Chrome)."""

from pathlib import Path

from gatecast import jobs, load_sample
from gatecast.bars import Bars
from gatecast.data import Schema
from gatecast.insight import (
    Explanation,
    fan_chart,
    linear_figure,
    parts_figure,
    reasons_figure,
    whatif_figure,
)

PICTURES = Path(__file__).parents[1] / "docs" / "img"
ORIGIN, DAYS_BEHIND = "2014-12-28 23:30", 2
CHANGES = ("holiday@tomorrow", "forget_gate=0")
WIDTH, SCALE = 1000, 1.5


def main() -> None:
    """Explain the worst day of the demonstration's eight weeks and write its figures."""
    table = load_sample("demand")
    question = jobs.Question(Schema(known=("temperature", "holiday")), horizon=48)
    source = jobs.read(table.head(table.height - 48 * DAYS_BEHIND), question)
    learner = jobs.make("hybrid", question)
    found, _ = jobs.explain_table(source, learner, Bars(), at=ORIGIN, changes=CHANGES, unit="MW")
    for line in found.sentences:
        print(line)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, figure in pictures(found).items():
        figure.update_layout(paper_bgcolor="white")
        figure.write_image(PICTURES / f"{name}.png", width=WIDTH, height=figure.layout.height, scale=SCALE)


def pictures(found: Explanation) -> dict:
    """The figures by the names of their files."""
    subject, forecast = found.subject, found.forecast
    fan = fan_chart(subject.panel, forecast, level=(80,), actual=subject.actual(), unit="MW")
    return {
        "bad-day": fan.update_layout(height=360),
        "bad-day-reasons": reasons_figure(found.reasons, unit="MW"),
        "bad-day-parts": parts_figure(subject.panel, forecast, unit="MW"),
        "bad-day-linear": linear_figure(found.linear, subject.coming(), unit="MW"),
        "bad-day-whatif": whatif_figure(found.what_ifs[0], subject.panel, unit="MW"),
        "xray": found.inspection.figure(unit="MW", history=192),
    }


if __name__ == "__main__":
    main()
