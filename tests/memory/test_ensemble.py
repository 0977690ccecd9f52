"""Several networks say the mean of what each would say, and are no memory to look into."""

from dataclasses import replace

import numpy as np
import pytest
from small_training import TINY, Setting, small_setting

from gatecast import GRU
from gatecast.errors import SeriesError
from gatecast.interval import LEVELS
from gatecast.memory import learn_network, learn_networks, read, read_mean
from gatecast.memory.ensemble import APART
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

THREE = replace(TINY, networks=3)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return small_setting()


def test_it_says_the_mean_of_what_its_networks_say(setting: Setting) -> None:
    together = learn_networks("lstm", setting.windows, setting.judged, THREE, 5, Silent(), "three")
    alone = [
        learn_network("lstm", setting.windows, setting.judged, TINY, 5 + k * APART, Silent(), "one")
        for k in range(3)
    ]
    said = [read(one.network, setting.judged)[0] for one in alone]
    np.testing.assert_allclose(read_mean(together, setting.judged), np.mean(said, axis=0), rtol=1e-12)
    assert not np.array_equal(said[0], said[1])
    assert (np.diff(read_mean(together, setting.judged), axis=-1) >= 0).all()


def test_one_network_is_what_it_was_to_the_bit(setting: Setting) -> None:
    one = learn_networks("lstm", setting.windows, setting.judged, TINY, 0, Silent(), "one")
    same = learn_network("lstm", setting.windows, setting.judged, TINY, 0, Silent(), "one")
    assert one.others == ()
    assert read_mean(one, setting.judged).tobytes() == read(same.network, setting.judged)[0].tobytes()


def test_networks_go_on_from_old_ones_each_from_its_own(setting: Setting) -> None:
    """One step at no rate to speak of moves none of them far."""
    two = replace(TINY, networks=2)
    old = learn_networks("lstm", setting.windows, setting.judged, two, 0, Silent(), "two")
    brief = replace(two, steps=1, rate=1e-9)
    new = learn_networks("lstm", setting.windows, 1, brief, 0, Silent(), "two", old)
    before, after = read_mean(old, setting.judged), read_mean(new, setting.judged)
    np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-4)


def test_the_largest_seed_has_neighbours_too(setting: Setting) -> None:
    two = replace(TINY, networks=2, steps=2)
    found = learn_networks("rnn", setting.windows, setting.judged, two, 2**63 - 1, Silent(), "two")
    assert len(found.others) == 1


def test_looking_into_several_is_refused_in_words() -> None:
    panel = hourly_panel((200,))
    model = GRU(horizon=6, season=24, training=replace(TINY, networks=2)).learn(panel, Silent())
    assert np.isfinite(model.forecast(panel, panel.last_origins(), LEVELS).quantiles).all()
    with pytest.raises(SeriesError, match=r"averages 2 networks, .* fit with Training\(networks=1\)"):
        model.workings(panel, panel.last_origins(), LEVELS)
