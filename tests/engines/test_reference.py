"""The reference engine against NumPy written by hand; shards change nothing but rounding."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engines.chain_rule import program_inputs
from chainrule.engines.reference import Reference, cut, tree
from chainrule.graph.operation import op
from chainrule.training.objective import ProgramObjective


def programs(*chain, loss=None, inputs=(3,)):
    return cr.trace(chain, loss or cr.SquaredError(), inputs)


def data(n=7, d=3, k=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(n, k))


# ---------------------------------------------------------------- by hand


def test_two_layers_by_hand():
    score = programs(cr.Dense(4), cr.Sigmoid(), cr.Dense(2, penalty=cr.L2(0.3))).score
    theta = np.random.default_rng(1).normal(size=score.size)
    X, y = data(k=2)
    c = np.random.default_rng(2).random(7)
    W1, b1, W2, b2 = np.split(theta, [12, 16, 24])
    W1, W2 = W1.reshape(3, 4), W2.reshape(4, 2)
    z1 = X @ W1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ W2 + b2
    L = c @ ((z2 - y) ** 2).mean(axis=1) + 0.3 * (W2**2).sum() / 2
    dz2 = c[:, None] * (z2 - y)  # ½ · 2
    dz1 = (dz2 @ W2.T) * a1 * (1 - a1)
    g = np.concatenate(
        [(X.T @ dz1).ravel(), dz1.sum(0), (a1.T @ dz2 + 0.3 * W2).ravel(), dz2.sum(0)]
    )
    loss, gradient = cr.loss_and_grad(score, theta, X, y, c=c)
    assert abs(loss - L) <= 1e-12 * L
    assert np.abs(gradient - g).max() <= 1e-12 * np.abs(g).max()
    engine = Reference(score)
    value = engine.forward(
        theta, program_inputs(score, {"x": X, "y": y, "c": c}, float), [slice(0, 7)]
    )
    for symbol, expected in {"z1": z1, "a1": a1, "z2": z2, "W2": W2, "L": L}.items():
        assert np.allclose(value[score.value(symbol)][0], expected, rtol=1e-13, atol=1e-14)


def test_batch_norm_by_hand():
    train = programs(cr.BatchNorm(rate=0.5, eps=0.01)).train
    theta = np.array([1.5, 0.5, 2.0, 0.1, 0.2, 0.3, 9, 9, 9, 9, 9, 9])
    X, y = data(6, k=3)
    loss, g = cr.loss_and_grad(train, theta, X, y)
    h = (X - X.mean(0)) / np.sqrt(X.var(0) + 0.01)
    error = theta[:3] * h + theta[3:6] - y
    assert np.isclose(loss, (error**2).mean(), rtol=1e-13)
    assert np.allclose(g[:3], (2 * error * h).sum(0) / 18, rtol=1e-12)
    assert np.allclose(g[3:6], (2 * error).sum(0) / 18, rtol=1e-12)
    assert np.allclose(
        g[6:], np.concatenate([X.mean(0), X.var(0)]), rtol=1e-13
    )  # this batch's statistics


class Thrice(cr.Layer):
    """x + (x + x): one value, three gradients."""

    def __call__(self, x):
        return x + (x + x)


def test_a_value_used_three_times_collects_three_gradients():
    score = programs(cr.Dense(2, bias=False), Thrice()).score
    theta, (X, y) = np.random.default_rng(0).normal(size=6), data(k=2)
    z = X @ theta.reshape(3, 2)
    expected = X.T @ (3 * (3 * z - y)) / 7
    assert np.allclose(cr.loss_and_grad(score, theta, X, y)[1], expected.ravel(), rtol=1e-12)
    found = cr.vjp(score, theta, {"x": X, "y": y}, seeds={"L": 1.0}, wrt=("z1", "s1", "s1_2"))
    by_size = sorted(np.abs(d).sum() for d in found.values())
    assert np.allclose(by_size[2], 3 * by_size[0], rtol=1e-12) and np.allclose(
        by_size[0], by_size[1], rtol=1e-12
    )


# ---------------------------------------------------------------- shards


@pytest.mark.parametrize(
    ("n", "shards"),
    [
        (0, 1),
        (1, 1),
        (63, 1),
        (64, 1),
        (127, 1),
        (128, 2),
        (200, 2),
        (255, 2),
        (256, 4),
        (4095, 32),
        (4096, 64),
        (10**6, 64),
    ],
)
def test_how_many_shards(n, shards):
    assert len(cut(n)) == shards


@given(st.integers(0, 5000), st.sampled_from([None, 1, 2, 4, 32, 64]))
def test_shards_are_consecutive_rows_of_nearly_one_size(n, shards):
    parts = cut(n, shards)
    assert parts[0].start == 0 and parts[-1].stop == n
    assert all(a.stop == b.start for a, b in pairwise(parts))
    sizes = {s.stop - s.start for s in parts}
    assert max(sizes) - min(sizes) <= 1


def test_the_tree_is_a_fixed_binary_one():
    class Text(str):
        def __add__(self, other):
            return Text(f"({self}{other})")

    def shape(n):
        return tree([Text(chr(97 + i)) for i in range(n)])

    assert [shape(n) for n in (1, 2, 3, 4, 5, 8)] == [
        "a",
        "(ab)",
        "((ab)c)",
        "((ab)(cd))",
        "(((ab)(cd))e)",
        "(((ab)(cd))((ef)(gh)))",
    ]
    given_parts = [np.ones(2), np.ones(2)]
    assert tree(given_parts).tolist() == [2, 2] and given_parts[0].tolist() == [1, 1]


CHAIN = (
    cr.Dense(6, penalty=cr.ElasticNet(0.01, 0.02)),
    cr.BatchNorm(rate=0.3),
    cr.Tanh(),
    cr.Dropout(0.3),
    cr.Residual(cr.Dense(6), cr.ReLU(), cr.BatchNorm()),
    cr.Shared("t", cr.Dense(6)),
    cr.Shared("t", cr.Dense(6)),
    cr.Dense(3),
)


@pytest.mark.parametrize("n", [64, 97])
@pytest.mark.parametrize("mode", ["train", "score"])
def test_any_number_of_shards_gives_the_same_numbers(n, mode):
    program = getattr(programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()), mode)
    theta = cr.initial_theta(program, 3)
    rng = np.random.default_rng(n)
    X, y = rng.normal(size=(n, 3)), rng.integers(0, 3, n)
    weights = rng.random(n)
    more = {
        "c": weights / weights.sum(),
        "row": rng.permutation(1000)[:n],
        "key": np.array([5, 17]),
    }
    loss, g = cr.loss_and_grad(program, theta, X, y, shards=1, **more)
    assert g[program.state[0].where].any() == (mode == "train")
    for shards in (2, 4, 32, n, None):
        other, h = cr.loss_and_grad(program, theta, X, y, shards=shards, **more)
        assert abs(other - loss) <= 1e-14 * abs(loss)
        assert np.abs(h - g).max() <= 1e-14 * np.abs(g).max()
    again, g2 = cr.loss_and_grad(program, theta, X, y, shards=4, **more)
    four, g4 = cr.loss_and_grad(program, theta, X, y, shards=4, **more)
    assert again == four and np.array_equal(g2, g4)


@pytest.mark.parametrize("shards", [0, -1, 2.0, "2", True, 100])
def test_a_number_of_shards_that_cannot_be(shards):
    score = programs(cr.Dense(1)).score
    X, y = data()
    with pytest.raises(cr.ParameterError, match="shards"):
        cr.loss_and_grad(score, np.zeros(4), X, y, shards=shards)


def test_contributions_of_the_shards_are_the_gradient():
    score = programs(cr.Dense(4), cr.Tanh(), cr.Dense(1)).score
    theta = cr.initial_theta(score, 1)
    X, y = data(9)
    engine = Reference(score)
    batch = program_inputs(score, {"x": X, "y": y}, float)
    for shards in (cut(9, 1), cut(9, 4), [slice(i, i + 1) for i in range(9)]):
        value = engine.forward(theta, batch, shards)
        for p in score.parameters:
            parts = engine.contributions(value, {score.output: [np.float64(1)]}, p.value)
            assert len(parts) == len(shards) and parts[0].shape == p.shape
            g = cr.loss_and_grad(score, theta, X, y)[1][p.where].reshape(p.shape)
            assert np.allclose(sum(parts), g, rtol=1e-12, atol=1e-15)
    for n in range(9):  # row n alone, with its c
        alone = cr.loss_and_grad(score, theta, X[n : n + 1], y[n : n + 1], c=[1 / 9])[1][
            score.params[0].where
        ]
        parts = engine.contributions(value, {score.output: [np.float64(1)]}, score.params[0].value)
        assert np.allclose(parts[n].ravel(), alone, rtol=1e-12, atol=1e-15)


# ---------------------------------------------------------------- only what is wanted


def test_unfrozen_parameters_get_the_slice_of_the_whole_gradient():
    train = programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()).train
    theta, rng = cr.initial_theta(train, 0), np.random.default_rng(0)
    batch = program_inputs(train, {"x": rng.normal(size=(8, 3)), "y": rng.integers(0, 3, 8)}, float)
    rows = [slice(0, 8)]
    loss, whole = Reference(train).loss_and_grad(theta, batch, rows)
    for kept in (train.parameters[:1], train.parameters[-2:], train.parameters[3:6], ()):
        engine = Reference(train, wrt=[p.value for p in kept])
        other, g = engine.loss_and_grad(theta, batch, rows)
        expected = np.zeros_like(whole)
        for p in (*kept, *train.state):
            expected[p.where] = whole[p.where]
        assert other == loss and np.array_equal(g, expected)


def test_steps_before_the_first_wanted_parameter_are_skipped():
    counted = []

    @op
    def count(x):
        """z = x"""
        return x + 0

    @count.gradient
    def count_backward(dz, z, x):
        """dx = dz"""
        counted.append(len(dz))
        return (dz,)

    class Count(cr.Layer):
        def __call__(self, x):
            return count(x)

    score = programs(Count(), cr.Dense(4), Count(), cr.Tanh(), cr.Dense(1), Count()).score
    theta, (X, y) = cr.initial_theta(score), data()
    batch = {"x": X, "y": y, "c": np.full(7, 1 / 7)}
    calls = {}
    for frozen in ((), ("dense1",), ("dense1", "dense2")):
        counted.clear()
        _, g, _ = ProgramObjective(score, frozen)(theta, batch, np.zeros(2, int), {})
        calls[frozen] = len(counted)
        for p in score.parameters:
            assert g[p.where].any() == (p.path.partition("/")[0] not in frozen)
    assert calls == {(): 2, ("dense1",): 1, ("dense1", "dense2"): 0}


# ---------------------------------------------------------------- dtypes


def test_float32_stays_float32():
    train = programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()).train
    theta = cr.initial_theta(train, 0, np.float32)
    rng = np.random.default_rng(0)
    batch = program_inputs(
        train, {"x": rng.normal(size=(8, 3)), "y": rng.integers(0, 3, 8)}, np.float32
    )
    for shards in (1, 4):
        engine = Reference(train)
        value = engine.forward(theta, batch, cut(8, shards))
        for v, parts in zip(train.values, value, strict=True):
            if v.number == "real":
                assert all(np.asarray(part).dtype == np.float32 for part in parts), v.symbol
        grad = engine.backward(value, {train.output: [np.float32(1)]})
        for d in grad.values():
            assert all(part.dtype == np.float32 for part in (d if isinstance(d, list) else [d]))
        loss, g = engine.loss_and_grad(theta, batch, cut(8, shards))
        assert g.dtype == np.float32 and np.asarray(loss).dtype == np.float32


def test_a_complex_theta_gives_a_complex_loss_and_gradient():
    train = programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()).train
    theta, rng = cr.initial_theta(train), np.random.default_rng(0)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 3, 8)
    loss, g = cr.loss_and_grad(train, theta, X, y)
    v = rng.normal(size=theta.shape)
    for p in train.state:
        v[p.where] = 0
    there, h = cr.loss_and_grad(train, theta + 1e-30j * v, X, y, shards=4)
    assert isinstance(there, complex) and h.dtype == np.complex128
    assert np.isclose(there.real, loss, rtol=1e-14) and np.allclose(
        h.real, g, rtol=1e-12, atol=1e-14
    )
    assert np.isclose(
        there.imag / 1e-30, sum(g[p.where] @ v[p.where] for p in train.parameters), rtol=1e-12
    )


def test_inputs_and_theta_are_not_changed():
    train = programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()).train
    theta, rng = cr.initial_theta(train), np.random.default_rng(0)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 3, 8)
    for array in (theta, X, y):
        array.setflags(write=False)
    engine = Reference(train)
    batch = program_inputs(train, {"x": X, "y": y}, float)
    value = engine.forward(theta, batch, [slice(0, 8)])
    before = [[np.array(part) for part in parts] for parts in value]
    engine.backward(value, {train.output: [np.float64(1)]})
    for old, new in zip(before, value, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(old, new, strict=True))


def test_predictions_are_the_same_from_any_shards():
    predict = programs(*CHAIN, loss=cr.SoftmaxCrossEntropy()).predict
    theta, X = cr.initial_theta(predict), np.random.default_rng(0).normal(size=(9, 3))
    engine = Reference(predict)
    p = engine.predict(theta, {"x": X}, [slice(0, 9)])
    assert p.shape == (9, 3) and np.allclose(p.sum(axis=1), 1, rtol=1e-14)
    for shards in (2, 4, 9):
        assert np.allclose(engine.predict(theta, {"x": X}, cut(9, shards)), p, rtol=1e-14)
