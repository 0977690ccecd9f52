"""The perceptron learns a curved answer, not the noise around it."""

import numpy as np
import pytest
import torch
from torch import nn

from gatecast.memory.response import Practice, Response, learn_response

QUICK = Practice(units=16, steps=150, rows=256, dropout=0.0)


def rows_of(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, what they truly bring about, and that with errors alike from day to day."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(3000, 2))
    true = np.abs(x[:, 0]) * (x[:, 1] > 0)
    drift = np.zeros(3000)
    for t in range(24, 3000):
        drift[t] = 0.9 * drift[t - 24] + draw.normal()
    return x, true, true + noise * drift


def test_it_finds_a_product_that_no_line_can_say():
    x, true, y = rows_of(0, noise=0.3)
    said = learn_response(x, y, np.arange(24, 2000), 24, seed=0, practice=QUICK).of(x)
    line = np.column_stack([x, np.ones(len(x))])
    by_line = line @ np.linalg.lstsq(line[:2000], true[:2000])[0]
    assert np.std(true[2000:] - said[2000:]) < 0.6 * np.std(true[2000:] - by_line[2000:])


def test_its_own_evaluation_is_that_of_torch():
    x, _, y = rows_of(1, noise=0.1)
    made = learn_response(x, y, np.arange(24, 500), 24, seed=3, practice=QUICK)
    layers = [nn.Linear(*weight.shape[::-1]).double() for weight, _ in made.layers]
    for layer, (weight, bias) in zip(layers, made.layers, strict=True):
        layer.weight.data, layer.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
    stacked = nn.Sequential(layers[0], nn.SiLU(), layers[1], nn.SiLU(), layers[2])
    inputs = torch.from_numpy(np.clip((x - made.center) / made.spread, -4, 4))
    np.testing.assert_allclose(made.of(x), made.unit * stacked(inputs)[:, 0].detach().numpy(), atol=1e-10)


def test_the_same_seed_gives_the_same_bytes_and_leaves_the_world_as_it_was():
    x, _, y = rows_of(2, noise=0.1)
    before = torch.random.get_rng_state()
    one, two = (learn_response(x, y, np.arange(24, 500), 24, seed=5, practice=QUICK) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(sum(one.layers, ()), sum(two.layers, ()), strict=True))
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_input_that_never_varied_and_rows_not_chosen_say_nothing():
    x, _, y = rows_of(3, noise=0.1)
    x = np.column_stack([x, np.full(len(x), 7.0)])
    chosen = np.arange(24, 500)
    one = learn_response(x, y, chosen, 24, seed=5, practice=QUICK)
    y[500:], x[500:, 2] = np.nan, 1e6
    other = learn_response(x, y, chosen, 24, seed=5, practice=QUICK)
    assert np.array_equal(one.of(x), other.of(x))
    assert np.array_equal(one.of(x), one.of(np.column_stack([x[:, :2], np.zeros(len(x))])))


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_it_says_what_it_says_in_the_targets_unit(unit):
    x, _, y = rows_of(4, noise=0.1)
    made: Response = learn_response(x, y * unit, np.arange(24, 500), 24, seed=5, practice=QUICK)
    assert 0.1 < np.std(made.of(x)) / np.std(y * unit) < 2
