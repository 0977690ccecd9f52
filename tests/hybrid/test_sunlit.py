"""With a site, the hybrid and its linear half are the solar ones by their own names; without, as ever."""

from functools import lru_cache

import numpy as np
import pytest

from gatecast import Hybrid, LinearHalf, Site, SolarHybrid, SolarLinear, load_sample
from gatecast.data import Panel, sky_of, target_rows
from gatecast.errors import OptionError, SeriesError
from gatecast.front import TableDoor
from gatecast.hybrid import linear_ledger
from gatecast.memory import Training
from gatecast.progress import Silent
from sunny_panels import GOLDEN, sunny_panel

QUICK = Training(steps=40, units=16)
LEVELS = (0.1, 0.5, 0.9)


@pytest.fixture(autouse=True)
def _quick_line(monkeypatch):
    """The line has 1500 steps to its optimum; laws hold long before."""
    monkeypatch.setattr("gatecast.solar.model.LINE_STEPS", 60)


@lru_cache
def sunny() -> Panel:
    return sunny_panel(days=20)


def said(model: TableDoor) -> tuple[bytes, bytes, bytes]:
    panel = sunny()
    found = model.learn(panel, Silent()).forecast(panel, panel.last_origins(), LEVELS)
    parts = (found.quantiles, found.linear_part, found.memory_part)
    return tuple(b"" if part is None else part.tobytes() for part in parts)


@pytest.mark.parametrize("site", [GOLDEN, {"roof 0": GOLDEN, "roof 1": Site(39.0, -105.0, 30, 180)}])
def test_with_a_site_a_hybrid_says_what_the_solar_hybrid_says_and_its_half_what_that_ones_half_says(site):
    whole, alone = said(Hybrid(24, training=QUICK, site=site)), said(LinearHalf(24, site=site))
    assert whole == said(SolarHybrid(24, training=QUICK, site=site))
    assert alone == said(SolarLinear(24, site=site))


def test_the_linear_part_of_a_hybrid_at_a_site_is_what_the_linear_half_says_there():
    panel = sunny()
    both, alone = Hybrid(24, training=QUICK, site=GOLDEN), LinearHalf(24, site=GOLDEN)
    both, alone = (m.learn(panel, Silent()) for m in (both, alone))
    assert both.shares_.shape == (2,)
    both.solar_.share_ = 1.0
    both, alone = (m.forecast(panel, panel.last_origins(), LEVELS) for m in (both, alone))
    np.testing.assert_array_equal(both.linear_part, alone.point)
    assert (both.linear_part + both.memory_part == both.point).all()
    assert np.abs(both.memory_part).max() > 0


def test_a_perceptron_in_place_of_the_memory_is_one_at_a_site_too():
    training = Training(steps=40, units=16, cell="mlp")
    solar = SolarHybrid(24, training=training, site=GOLDEN, recurrent="mlp")
    assert said(Hybrid(24, training=training, site=GOLDEN)) == said(solar)


@pytest.mark.parametrize("kind", [Hybrid, LinearHalf])
def test_a_table_keeps_the_models_own_name_its_nights_and_its_capacity(kind):
    table = load_sample("solar").tail(24 * 40)
    roof = Site(39.7406, -105.1775, tilt=45, azimuth=158, capacity=2.0)
    options = {"training": QUICK} if kind is Hybrid else {}
    model = kind(24, known=["ghi", "temperature"], site=roof, **options).fit(table.head(-24))
    frame = model.predict(level=[80], X_df=table.tail(24).drop("y"))
    name = kind.__name__
    assert frame.columns[2:] == [name, f"{name}-lo-80", f"{name}-hi-80"]
    panel = model.ahead(table.tail(24).drop("y"))
    night = sky_of(panel, roof).night[target_rows(panel, panel.last_origins(), 24)[0]]
    stated = frame[:, 2:].to_numpy()
    assert night.sum() > 8
    assert (stated[night] == 0).all()
    assert stated.min() == 0
    assert 1.0 < stated.max() <= 2.0


def test_a_site_taken_back_leaves_nothing_of_the_sun():
    panel, model = sunny(), LinearHalf(24, site=GOLDEN)
    model.learn(panel, Silent())
    model.site = None
    assert said(model) == said(LinearHalf(24))
    both = Hybrid(24, training=QUICK, site=GOLDEN).learn(panel, Silent())
    both.site = None
    assert said(both) == said(Hybrid(24, training=QUICK))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "residual"}, "mode='residual' beside a site"),
        ({"boost": True}, "boost=True beside a site"),
        ({"given": ["clarity"]}, r"given=\['clarity'\] beside a site"),
        ({"members": [LinearHalf(24)], "boost": True}, r"boost=True and members=\[...\] beside a site"),
        ({"training": Training(cell="gru")}, r"Training\(cell='gru'\) beside a site: .* lstm, mlp"),
        ({"training": Training(networks=3)}, r"Training\(networks=3\) beside a site: .* two networks"),
        ({"site": (39.7, -105.2)}, "is no site; wanted Site"),
        ({"site": {"roof 0": GOLDEN}}, "no site is given for series roof 1"),
    ],
)
def test_what_makes_no_sense_with_a_site_is_refused_before_anything_is_learned(options, words):
    with pytest.raises(OptionError, match=words):
        Hybrid(24, **{"site": GOLDEN} | options).learn(sunny(), Silent())


def test_what_is_not_recorded_at_a_site_is_refused_in_words():
    table = load_sample("solar").tail(24 * 40)
    model = Hybrid(24, training=QUICK, site=Site(39.7406, -105.1775)).fit(table)
    for look in (model.inspect, model.explain):
        with pytest.raises(SeriesError, match=r"this Hybrid forecasts at a site: .* not recorded"):
            look(at="2013-12-29 23:00")
    for one in (model, LinearHalf(24, site=Site(39.7406, -105.1775)).fit(table)):
        with pytest.raises(SeriesError, match="quantile regression of clearness, which has no such addends"):
            linear_ledger(one, one.panel_, 0, 24 * 39)


def test_a_site_stands_among_the_options_and_can_be_changed():
    model = Hybrid(24, site=GOLDEN)
    assert model.get_params()["site"] is GOLDEN
    assert LinearHalf(24).set_params(site=GOLDEN).site is GOLDEN
    assert "site=Site(latitude=39.74" in repr(model)
