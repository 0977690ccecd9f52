"""What every claim's finding must be, besides true."""

from gatecast.lab import CLAIMS, Finding

PAGE_SEED, OTHER_SEED = 0, 1


def found(name: str, seed: int) -> Finding:
    """Measure a claim; its finding is complete, says what it does not show, and is told in words."""
    finding = CLAIMS[name](seed)
    assert (finding.name, finding.seed) == (name, seed)
    assert finding.title
    assert finding.told
    assert finding.limits
    assert finding.figures
    assert all(drawn.caption.endswith(".") for drawn in finding.figures)
    assert finding.measures[0].wanted, "the headline is held to something"
    return finding
