"""Draw the README picture from a demo run: python scripts/draw_readme.py (needs kaleido and Chrome)."""

import tempfile
from pathlib import Path

from gatecast import demo
from gatecast.bars import Bars
from gatecast.data import sample_info
from gatecast.insight import fan_chart

PICTURE = Path(__file__).parents[1] / "docs" / "img" / "demand.png"
DAYS_BEFORE = 4


def main() -> None:
    """Run the demo and write its fan chart."""
    sample = sample_info("demand")
    with tempfile.TemporaryDirectory() as folder:
        result = demo.run("demand", Path(folder), Bars())
    figure = fan_chart(
        result.answer.panel,
        result.answer.forecast,
        level=demo.LEVEL,
        history=DAYS_BEFORE * sample.horizon,
        actual=result.actual,
        unit=sample.unit,
    )
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.write_image(PICTURE, width=1000, height=380, scale=1.5)


if __name__ == "__main__":
    main()
