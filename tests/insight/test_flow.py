"""Gradient flow is what autograd finds through the unrolled cell, and the Jacobians multiply to it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gatecast.errors import OptionError, RecordError
from gatecast.insight import Flow, flow, flows
from gatecast.insight.gradients.jacobian import largest_singular_values, step_jacobians
from gatecast.insight.gradients.strand import strand
from gatecast.memory import Cell, ElmanCell, LSTMCell, chrono_, forget_bias_
from memory.random_cells import EVERY_CELL, drawn, elman, lstm, random_state, randomised

EXACT = {"rtol": 1e-10, "atol": 1e-13}


def nudged(cell: Cell, x: Tensor, state: tuple[Tensor, ...]) -> dict[str, list[Tensor]]:
    """Gradients of Σ h_T, by part and lag, with respect to a nudge of what each step hands on."""
    inputs = [x_t.clone().requires_grad_() for x_t in x.unbind(1)]
    nudges: list[tuple[Tensor, ...]] = []
    for x_t in inputs:
        state, _ = cell.step(x_t, state)
        nudges.append(tuple(torch.zeros_like(part, requires_grad=True) for part in state))
        state = type(state)(*(part + nudge for part, nudge in zip(state, nudges[-1], strict=True)))
    wanted = [*inputs, *(nudge for step in nudges for nudge in step)]
    found = torch.autograd.grad(state.hidden.sum(), wanted, materialize_grads=True)
    time, names = len(inputs), type(state)._fields
    result = {"input": list(found[:time])[::-1]}
    for k, name in enumerate(names):
        result[name] = list(found[time + k :: len(names)])[::-1]
    return result


def norms(gradients: list[Tensor]) -> np.ndarray:
    return np.array([g.square().sum(-1).mean().sqrt().item() for g in gradients])


@pytest.mark.parametrize("kind", EVERY_CELL)
@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 3), time=st.integers(1, 9))
def test_the_flow_is_what_autograd_finds_through_the_unrolled_cell(kind, seed, batch, time):
    draw = drawn(seed)
    cell = EVERY_CELL[kind](draw)
    x, state = draw(batch, time, cell.inputs), random_state(cell, batch, draw)
    found, wanted = flow(cell, x, state=state, spectrum=False), nudged(cell, x, state)
    for name, gradients in wanted.items():
        np.testing.assert_allclose(found.norms[name], norms(gradients), **EXACT)
    parts = [norms(gradients) ** 2 for name, gradients in wanted.items() if name != "input"]
    np.testing.assert_allclose(found.norms["state"] ** 2, sum(parts), **EXACT)


@pytest.mark.parametrize("kind", EVERY_CELL)
def test_the_jacobians_multiply_to_the_gradient(kind):
    draw = drawn(7)
    cell = EVERY_CELL[kind](draw)
    x, time = draw(1, 12, cell.inputs), 12
    state = random_state(cell, 1, draw)
    found = flow(cell, x, state=state)
    chain = strand(cell, x, state, None, 0).chain
    states = [chain.start]
    for x_t in x.unbind(1):
        states.append(chain.step(x_t, states[-1]))
    jacobians = step_jacobians(chain.step, x[0], torch.cat(states[:-1]))
    adjoint = torch.zeros_like(states[-1][0])
    adjoint[chain.columns("hidden")] = 1.0
    product = torch.eye(len(adjoint), dtype=torch.float64)
    for lag in range(time):
        singular = torch.linalg.svdvals(jacobians[time - 1 - lag])[0].item()
        assert found.singular[lag] == pytest.approx(singular, rel=1e-10)
        assert found.product[lag] == pytest.approx(torch.linalg.svdvals(product)[0].item(), rel=1e-9)
        assert found.norms["state"][lag] == pytest.approx((product.T @ adjoint).norm().item(), rel=1e-9)
        assert found.relative("state")[lag] <= found.product[lag] * (1 + 1e-9)
        product = product @ jacobians[time - 1 - lag]


def test_a_jacobian_is_that_of_autograd():
    cell = lstm(drawn(1))
    chain = strand(cell, torch.zeros(1, 1, cell.inputs, dtype=torch.float64), None, None, 0).chain
    x, before = drawn(2)(5, cell.inputs), drawn(3)(5, 8)
    jacobians = step_jacobians(chain.step, x, before)
    for x_t, s, jacobian in zip(x, before, jacobians, strict=True):
        wanted = torch.autograd.functional.jacobian(lambda s, x_t=x_t: chain.step(x_t[None], s[None])[0], s)
        torch.testing.assert_close(jacobian, wanted, rtol=1e-12, atol=1e-14)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 12))
def test_the_largest_singular_value_is_that_of_the_decomposition(seed, size):
    matrices = drawn(seed)(3, size, size)
    wanted = torch.linalg.svdvals(matrices)[:, 0]
    torch.testing.assert_close(largest_singular_values(matrices), wanted, rtol=1e-12, atol=1e-14)


def test_a_linear_net_has_the_gradient_written_on_paper():
    """Where every unit is above 0, relu is linear: ∂L/∂x_{T-k} = Wᵀ(Uᵀ)ᵏ1, whatever x is."""
    draw = drawn(0)
    W, U = draw(6, 2).abs(), draw(6, 6).abs() / 12
    found = flow(ElmanCell(W, U, torch.ones(6, dtype=torch.float64), "relu"), draw(2, 80, 2).abs())
    power = torch.eye(6, dtype=torch.float64)
    for lag in range(80):
        gradient = power.T @ torch.ones(6, dtype=torch.float64)
        assert found.norms["hidden"][lag] == pytest.approx(gradient.norm().item(), rel=1e-10)
        assert found.norms["input"][lag] == pytest.approx((W.T @ gradient).norm().item(), rel=1e-10)
        assert found.product[lag] == pytest.approx(torch.linalg.svdvals(power)[0].item(), rel=1e-9)
        power = power @ U
    np.testing.assert_allclose(found.singular, torch.linalg.svdvals(U)[0].item(), rtol=1e-12)


def test_a_product_beyond_the_range_of_doubles_is_nothing_and_no_error():
    shrinking = ElmanCell(*(torch.full(shape, 1e-3).double() for shape in ((1, 1), (1, 1), (1,))), "relu")
    found = flow(shrinking, torch.ones(1, 150, 1).double())
    assert found.product[100] == pytest.approx(1e-300, rel=1e-6)
    assert found.product[-1] == 0 == found.norms["input"][-1]
    assert found.verdict == "vanishing"
    growing = ElmanCell(*(torch.full(shape, 1e3).double() for shape in ((1, 1), (1, 1), (1,))), "relu")
    assert flow(growing, torch.zeros(1, 90, 1).double()).verdict == "exploding"


MODULES = {
    "lstm": lambda: nn.LSTM(3, 5, batch_first=True),
    "two layers": lambda: nn.LSTM(3, 5, num_layers=2, batch_first=True, dropout=0.0),
    "projected": lambda: nn.LSTM(3, 5, num_layers=2, proj_size=2, batch_first=True),
    "gru": lambda: nn.GRU(3, 5, num_layers=3, batch_first=True),
    "rnn": lambda: nn.RNN(3, 5, num_layers=2, batch_first=True, nonlinearity="relu"),
    "no bias": lambda: nn.GRU(3, 5, bias=False, batch_first=True),
}


@pytest.mark.parametrize("name", MODULES)
def test_all_layers_together_are_what_the_module_itself_backpropagates(name):
    module = randomised(MODULES[name](), dtype=torch.float64)
    x = drawn(1)(2, 14, 3).requires_grad_()
    module(x)[0][:, -1].sum().backward()
    found = flow(module, x.detach(), spectrum=False)
    np.testing.assert_allclose(found.norms["input"], norms(list(x.grad.unbind(1))[::-1]), **EXACT)


@pytest.mark.parametrize("direction", [0, 1])
def test_a_layer_by_itself_owes_its_last_step_to_what_the_layer_below_shows(direction):
    module = randomised(nn.GRU(3, 5, num_layers=2, bidirectional=True), dtype=torch.float64)
    lower = nn.GRU(3, 5, bidirectional=True).double()
    upper = nn.GRU(10, 5, bidirectional=True).double()
    for own, layer in ((lower, 0), (upper, 1)):
        for parameter, value in own.named_parameters():
            value.data = getattr(module, parameter.replace("_l0", f"_l{layer}")).data
    x, first = drawn(1)(9, 2, 3), drawn(2)(4, 2, 5)
    shown = lower(x, first[:2])[0].detach().requires_grad_()
    output = upper(shown, first[2:])[0]
    (output[-1, :, :5] if direction == 0 else output[0, :, 5:]).sum().backward()
    found = flow(module, x, state=first, layer=1, direction=direction, spectrum=False)
    ordered = list(shown.grad.unbind(0))
    wanted = norms(ordered[::-1] if direction == 0 else ordered)
    np.testing.assert_allclose(found.norms["input"], wanted, **EXACT)
    assert found.what == f"GRU, layer 2 of 2, reading {'backwards' if direction else 'forwards'}"
    assert flow(module, x, spectrum=False).what == "GRU, layer 2 of 2, reading forwards"
    assert len(flows(module, x)) == 4


def test_a_fused_layer_hides_its_path_through_time():
    """The gradient of its output is zero but at the last step, where the true one is not."""
    module = randomised(nn.LSTM(3, 5, batch_first=True), dtype=torch.float64)
    x = drawn(1)(1, 10, 3)
    output = module(x)[0]
    output.retain_grad()
    output[:, -1].sum().backward()
    assert output.grad[:, :-1].abs().max() == 0
    assert (flow(module, x, spectrum=False).norms["hidden"] > 0).all()


def nets(seed: int) -> dict[str, nn.RNNBase]:
    """The nets of the table, each as its initialisation leaves it, 64 units and 4 inputs."""
    torch.manual_seed(seed)

    def rnn(gain: float, nonlinearity: str = "tanh") -> nn.RNN:
        layer = nn.RNN(4, 64, nonlinearity=nonlinearity, batch_first=True)
        nn.init.orthogonal_(layer.weight_hh_l0, gain)
        return layer

    return {
        "rnn": nn.RNN(4, 64, batch_first=True),
        "orthogonal": rnn(1.0),
        "relu": rnn(1.6, "relu"),
        "lstm": nn.LSTM(4, 64, batch_first=True),
        "bias 1": forget_bias_(nn.LSTM(4, 64, batch_first=True), 1.0),
        "bias 3": forget_bias_(nn.LSTM(4, 64, batch_first=True), 3.0),
        "chrono": chrono_(nn.LSTM(4, 64, batch_first=True), 200),
    }


# What was measured once, on one draw of each: gradient at lags 10, 50, 100, 200 relative to lag 0.
TABLE = {
    "rnn": (2e-3, 3e-13),
    "orthogonal": (0.35, 6e-3, 4e-5, 2e-9),
    "relu": (1.7, 24, 770, 2e5),
    "lstm": (4e-3, 3.5e-11, 6e-21),
    "bias 1": (0.13, 3e-4, 8e-8, 7e-15),
    "bias 3": (0.30, 0.25, 0.31, 3.1),
    "chrono": (0.48, 0.16, 0.08, 0.04),
}
VERDICTS = dict.fromkeys(TABLE, "vanishing") | {"relu": "exploding", "bias 3": "healthy", "chrono": "healthy"}


def powers_of_ten(draws: range, batch: int) -> dict[str, np.ndarray]:
    """Each net's relative gradients at the table's lags, as logarithms, a row a draw."""
    x = drawn(5, torch.float32)(batch, 201, 4)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in TABLE}
    for seed in draws:
        for name, net in nets(seed).items():
            found = flow(net, x, spectrum=False)
            assert found.verdict == VERDICTS[name], (name, seed)
            rows[name].append(np.log10(found.relative()[[10, 50, 100, 200][: len(TABLE[name])]]))
    return {name: np.array(row) for name, row in rows.items()}


def test_what_vanishes_what_explodes_and_what_survives():
    """One draw of each net lies about the table's, give or take a few percent in the factor of each step."""
    for name, found in powers_of_ten(range(1), 1).items():
        wanted = np.log10(TABLE[name])
        near = np.abs(found[0] - wanted) < 1 + np.abs(wanted) / 10
        assert near.all() or (name == "relu" and (found[0] > 0).all()), name


@pytest.mark.slow
def test_the_median_draw_has_the_order_of_magnitude_of_the_table():
    """Of nine draws; at 200 steps, where they lie orders apart, of the half that lies in the middle.

    The relu net's lie furthest apart, and the table's is the calmest.
    """
    for name, found in powers_of_ten(range(9), 8).items():
        wanted = np.log10(TABLE[name])
        low, middle, high = np.quantile(found, [0.25, 0.5, 0.75], axis=0)
        if name == "relu":
            assert (found.min(axis=0) < wanted + 1).all()
            assert (found.max(axis=0) > wanted).all()
            continue
        assert np.abs(middle - wanted)[:3].max() < 1.0, name
        assert ((low - 1 < wanted) & (wanted < high + 1)).all(), name


def test_a_verdict_says_what_would_help_with_its_numbers():
    x = torch.ones(1, 101, 4)
    vanished = flow(nn.LSTM(4, 8, batch_first=True), x, spectrum=False).judged()
    assert "start the forget bias at 5.0" in vanished.remedies[0]
    assert "chrono_(layer, 100)" in vanished.remedies[1]
    assert vanished.value < 0.01
    assert "beyond" in vanished.sentence
    plain = flow(nn.RNN(4, 8, batch_first=True), x, spectrum=False).judged(50)
    assert "take an LSTM or a GRU" in plain.remedies[0]
    assert plain.lag == 50
    exploded = flow(nets(0)["relu"], torch.randn(1, 101, 4), spectrum=False).judged()
    assert "clip" in exploded.remedies[0]
    assert "cut backpropagation off after" in exploded.remedies[1]
    healthy = flow(forget_bias_(nn.GRU(4, 8, batch_first=True), 6.0), x, spectrum=False)
    assert (healthy.verdict, healthy.judged().remedies) == ("healthy", ())


def test_a_dead_net_has_no_gradient_and_no_division_by_it():
    dead = ElmanCell(torch.ones(2, 1), torch.eye(2), torch.full((2,), -9.0), "relu")
    found = flow(dead, torch.zeros(1, 5, 1))
    assert not found.relative().any()
    judged = found.judged()
    assert (judged.word, judged.lag) == ("vanishing", 0)
    assert judged.sentence == "no gradient arrives at the last step itself, so none can at an earlier one"
    assert "saturated" in judged.remedies[1]
    assert not any("orthogonal" in remedy for remedy in judged.remedies)


def test_the_loss_may_be_any_function_of_the_last_hidden_state():
    cell, x = elman(drawn(0)), drawn(1)(3, 6, 3)
    one = flow(cell, x, lambda h: h[:, 2])
    np.testing.assert_allclose(one.norms["hidden"][0], 1.0)
    with pytest.raises(OptionError, match=r"does not depend on the hidden state"):
        flow(cell, x, lambda h: h.detach().sum())


def test_what_is_not_there_is_refused_in_words():
    module, x = nn.LSTM(3, 4, num_layers=2, batch_first=True), torch.zeros(2, 5, 3)
    with pytest.raises(OptionError, match=r"layer=2, but the model has 2; give 0 to 1"):
        flow(module, x, layer=2)
    with pytest.raises(OptionError, match=r"direction=1, but the model has 1; give 0"):
        flow(module, x, direction=1)
    with pytest.raises(OptionError, match=r"at=5 is no lag of this flow; give 1 to 4"):
        flow(module, x, spectrum=False).judged(5)
    with pytest.raises(OptionError, match=r"has no 'cell'; it has input, state, hidden"):
        flow(nn.GRU(3, 4), x, spectrum=False).relative("cell")
    with pytest.raises(RecordError, match=r"no last step in common"):
        flow(module, nn.utils.rnn.pack_sequence([torch.zeros(3, 3), torch.zeros(2, 3)]))
    with pytest.raises(RecordError):
        flow(nn.Linear(3, 4), x)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_it_works_where_gradients_are_off(context):
    module = randomised(nn.LSTM(3, 4, batch_first=True))
    with context():
        x = torch.ones(1, 6, 3)
        found = flow(module, x)
    np.testing.assert_array_equal(found.norms["input"], flow(module, torch.ones(1, 6, 3)).norms["input"])
    single = flow(module, torch.ones(6, 3))
    np.testing.assert_array_equal(found.norms["input"], single.norms["input"])


def test_layers_of_different_cells_make_a_chain():
    draw = drawn(0)
    cells = (elman(draw, 3, 4), LSTMCell(draw(8, 4), draw(8, 2), draw(8)))
    found = flow(cells, draw(1, 9, 3))
    assert found.what == "2 layers of Elman and LSTM"
    assert found.kinds == ("Elman", "LSTM")
    assert found.norms["cell"][0] == 0 < found.norms["cell"][1]


@pytest.mark.filterwarnings("error")
def test_what_overflows_explodes_in_words_and_without_a_warning():
    growing = ElmanCell(*(torch.full(shape, 1e3).double() for shape in ((1, 1), (1, 1), (1,))), "relu")
    judged = flow(growing, torch.zeros(1, 150, 1).double(), spectrum=False).judged()
    assert (judged.word, judged.value) == ("exploding", np.inf)
    assert "the gradient is infinitely many times the last step's" in judged.sentence
    tenfold = ElmanCell(*(torch.full(shape, 10.0).double() for shape in ((1, 1), (1, 1), (1,))), "relu")
    ten = flow(tenfold, torch.zeros(1, 5, 1).double(), lambda h: 1e-3 * h.sum(), spectrum=False).judged()
    assert ten.sentence.startswith("4 steps back the gradient is 10,000 times the last step's")
    endless = Flow(
        "LSTM", ("LSTM",), dict.fromkeys(("input", "state"), np.full(5, np.inf)), *2 * (np.empty(0),)
    )
    assert endless.verdict == "exploding"


def test_nothing_is_judged_healthy_that_was_not_measured():
    with pytest.raises(OptionError, match="one step, so no gradient went back through time"):
        _ = flow(elman(drawn(0)), drawn(1)(2, 1, 3)).verdict
    with pytest.raises(OptionError, match="gradient of the loss at the last hidden state is NaN or infinite"):
        flow(elman(drawn(0)), drawn(1)(2, 5, 3), lambda h: (h - h).square().sum().sqrt())
