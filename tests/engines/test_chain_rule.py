"""loss_and_grad and vjp, also for scipy.optimize; c and λ are inputs, wrong ones are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.training.objective import ProgramObjective


def programs(*chain, loss=None, inputs=(3,)):
    return cr.trace(chain, loss or cr.SquaredError(), inputs)


def data(n=7, d=3, k=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(n, k))


LINEAR = programs(cr.Dense(1, bias=False, penalty=cr.L2(0.5)), inputs=(2,)).score
X2, Y2 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[1.0], [0.0], [2.0]])
W2 = np.array([0.5, -1.0])
ERROR = X2 @ W2 - Y2[:, 0]  # −2.5, −2.5, −5.5


# ---------------------------------------------------------------- c and λ by hand


def linear(**inputs):
    return cr.loss_and_grad(LINEAR, W2, X2, Y2, **inputs)


def by_hand(c, lam):
    return c @ ERROR**2 + lam * (W2 @ W2) / 2, X2.T @ (2 * c * ERROR) + lam * W2


@pytest.mark.parametrize(
    ("given_c", "c"),
    [
        (None, np.full(3, 1 / 3)),  # the mean
        (np.ones(3), np.ones(3)),  # the sum
        (np.array([1.0, 0.0, 3.0]) / 4, np.array([0.25, 0.0, 0.75])),  # weights; masked
        ([0, 0, 0], np.zeros(3)),
    ],
)
@pytest.mark.parametrize("lam", [None, 0.0, 2.0])
def test_mean_sum_weights_and_penalty_by_hand(given_c, c, lam):
    loss, g = linear(**{k: v for k, v in {"c": given_c, "lam": lam}.items() if v is not None})
    L, dW = by_hand(c, 0.5 if lam is None else lam)
    assert np.isclose(loss, L, rtol=1e-14) and np.allclose(g, dW, rtol=1e-14, atol=1e-15)
    assert type(loss) is float


@given(st.lists(st.integers(0, 4), min_size=5, max_size=5).filter(any), st.integers(0, 100))
def test_integer_weights_are_repeated_rows(weights, seed):
    score = SOFTMAX
    rng = np.random.default_rng(seed)
    X, y, w = rng.normal(size=(5, 3)), rng.integers(0, 3, 5), np.array(weights)
    theta = rng.normal(size=score.size)
    loss, g = cr.loss_and_grad(score, theta, X, y, c=w / w.sum())
    again, h = cr.loss_and_grad(score, theta, np.repeat(X, w, axis=0), np.repeat(y, w))
    assert abs(loss - again) <= 1e-12 * max(1, abs(loss))
    assert np.abs(g - h).max() <= 1e-12 * max(1, np.abs(g).max())


SOFTMAX = programs(
    cr.Dense(4), cr.Tanh(), cr.Dense(3, penalty=cr.L2(0.01)), loss=cr.SoftmaxCrossEntropy()
).score


def test_several_lambdas_each_their_own():
    score = programs(cr.Dense(1, bias=False, penalty=cr.ElasticNet(0.0, 0.0)), inputs=(2,)).score
    base = cr.loss_and_grad(score, W2, X2, Y2)
    l1 = cr.loss_and_grad(score, W2, X2, Y2, lam1=2.0)
    l2 = cr.loss_and_grad(score, W2, X2, Y2, lam2=2.0)
    assert np.isclose(l1[0] - base[0], 3.0) and np.allclose(l1[1] - base[1], [2, -2])
    assert np.isclose(l2[0] - base[0], 1.25) and np.allclose(l2[1] - base[1], [1, -2])


def test_the_programs_objective_takes_lambda_in_thetas_precision():
    for dtype in (np.float32, np.float64):
        theta = W2.astype(dtype)
        batch = {"x": X2.astype(dtype), "y": Y2.astype(dtype), "c": np.full(3, 1 / 3, dtype)}
        loss, g, carry = ProgramObjective(LINEAR)(theta, batch, np.zeros(2, int), {})
        assert loss.dtype == g.dtype == dtype and carry == {}
        assert np.isclose(loss, by_hand(np.full(3, 1 / 3), 0.5)[0], rtol=1e-6)


def test_the_first_value_that_is_not_finite_is_named():
    score = programs(cr.Dense(2), cr.Tanh(), cr.Dense(1)).score
    objective, theta = ProgramObjective(score), cr.initial_theta(score)
    X, y = data()
    batch = {"x": X, "y": y, "c": np.full(7, 1 / 7)}
    theta[score.params[2].start] = np.inf
    with np.errstate(all="ignore"):
        assert objective.explain(theta, batch, np.zeros(2, int)) == "W2 (dense2)"
        X[2, 1] = np.nan
        assert objective.explain(theta, batch, np.zeros(2, int)) == "x"


# ---------------------------------------------------------------- scipy


def test_scipy_minimises_it_as_it_is():
    optimize = pytest.importorskip("scipy.optimize")
    score = programs(cr.Dense(1), inputs=(3,)).score
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 3))
    y = X @ [[1.0], [-2.0], [0.5]] + 0.3
    found = optimize.minimize(
        lambda t: cr.loss_and_grad(score, t, X, y), np.zeros(4), jac=True, method="BFGS", tol=1e-9
    )
    assert np.allclose(found.x, [1, -2, 0.5, 0.3], atol=1e-6) and found.fun < 1e-12
    ridge = programs(cr.Dense(1, bias=False, penalty=cr.L2(0.7)), inputs=(3,)).score
    found = optimize.minimize(
        lambda t, *a: cr.loss_and_grad(ridge, t, *a),
        np.zeros(3),
        args=(X, y),
        jac=True,
        method="L-BFGS-B",
        tol=1e-12,
    )
    exact = np.linalg.solve(2 * X.T @ X / 30 + 0.7 * np.eye(3), 2 * X.T @ y / 30)
    assert np.allclose(found.x, exact[:, 0], atol=1e-6)


# ---------------------------------------------------------------- vjp


def test_saliency_is_the_gradient_of_one_output_by_the_input():
    p = programs(cr.Dense(4), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy()).predict
    theta, (X, _) = cr.initial_theta(p, 1), data()
    seed = np.zeros((7, 3))
    seed[:, 1] = 1
    for seeded in ("z2", "p"):
        (dx,) = cr.vjp(p, theta, {"x": X}, seeds={seeded: seed}, wrt=("x",)).values()
        for n, d in ((0, 0), (3, 2), (6, 1)):
            h = np.zeros_like(X)
            h[n, d] = 1e-6

            def output(shift, seeded=seeded):
                given = cr.checks.Reference(p).forward(theta, {"x": X + shift}, [slice(0, 7)])
                return given[p.value(seeded)][0][:, 1].sum()

            assert np.isclose(dx[n, d], (output(h) - output(-h)) / 2e-6, rtol=1e-6, atol=1e-9)


def test_seeds_and_wrt_by_symbol_or_path():
    p = programs(cr.Dense(2, bias=False), cr.Tanh(), cr.Dense(1, bias=False)).predict
    theta, (X, _) = np.arange(1.0, 9.0) / 10, data()
    W, V = theta[:6].reshape(3, 2), theta[6:].reshape(2, 1)
    a = np.tanh(X @ W)
    found = cr.vjp(
        p,
        theta,
        {"x": X},
        seeds={"dense2/z": np.ones((7, 1))},
        wrt=("a1", "W2", "dense1/W", "x", "z2"),
    )
    dz = np.ones((7, 1)) @ V.T * (1 - a * a)
    expected = {
        "a1": np.ones((7, 1)) @ V.T,
        "W2": a.sum(0)[:, None],
        "dense1/W": X.T @ dz,
        "x": dz @ W.T,
        "z2": np.ones((7, 1)),
    }
    assert list(found) == list(expected)
    for name, d in expected.items():
        assert found[name].shape == d.shape and np.allclose(found[name], d, rtol=1e-12)


def test_two_seeds_add_up_and_nothing_flows_against_the_arrow():
    p = programs(cr.Dense(2, bias=False), cr.Tanh(), cr.Dense(1, bias=False)).predict
    theta, (X, _) = np.arange(1.0, 9.0) / 10, data()
    rng = np.random.default_rng(1)
    dz1, dz2 = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))

    def grad(**seeds):
        return cr.vjp(p, theta, {"x": X}, seeds=seeds, wrt=("W1", "W2"))

    both, one, two = grad(z1=dz1, z2=dz2), grad(z1=dz1), grad(z2=dz2)
    assert np.allclose(both["W1"], one["W1"] + two["W1"], rtol=1e-12)
    assert not one["W2"].any() and one["W2"].shape == (2, 1)


def test_the_seed_of_l_is_the_gradient():
    theta = np.random.default_rng(0).normal(size=SOFTMAX.size)
    X, y = data()[0], np.array([0, 1, 2, 0, 1, 2, 0])
    names = tuple(SOFTMAX.values[p.value].symbol for p in SOFTMAX.parameters)
    found = cr.vjp(SOFTMAX, theta, {"x": X, "y": y}, seeds={"L": 2.0}, wrt=names)
    flat = np.concatenate([found[name].ravel() for name in names])
    assert np.allclose(flat, 2 * cr.loss_and_grad(SOFTMAX, theta, X, y)[1], rtol=1e-12)


# ---------------------------------------------------------------- refused in words


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": None}, cr.ParameterError, r"^score program: expected the input y, got x. Add it.$"),
        ({"x": None}, cr.ParameterError, r"^score program: expected the input x, got y. Add it.$"),
        (
            {"x": np.ones((3, 3))},
            cr.ShapeError,
            r"^input x: expected \(N, 2\), got \(3, 3\). Reshape it.$",
        ),
        ({"x": np.ones(2)}, cr.ShapeError, r"^input x: expected \(N, 2\), got \(2,\)"),
        ({"y": np.ones(3)}, cr.ShapeError, r"^input y: expected \(N, 1\), got \(3,\)"),
        ({"y": np.ones((2, 1))}, cr.ShapeError, r"^input y: expected \(N, 1\), got \(2, 1\)"),
        ({"c": np.ones(2)}, cr.ShapeError, r"^input c: expected \(N,\), got \(2,\)"),
        ({"c": 1.0}, cr.ShapeError, r"^input c: expected \(N,\), got \(\)"),
        ({"lam": np.ones(2)}, cr.ShapeError, r"^input lam: expected \(\), got \(2,\)"),
        ({"theta": np.ones(1)}, cr.ShapeError, r"theta.*\(2,\).*\(1,\)"),
        ({"theta": np.ones(3)}, cr.ShapeError, r"theta.*\(2,\).*\(3,\)"),
        ({"theta": np.ones((2, 1))}, cr.ShapeError, r"theta.*\(2,\).*\(2, 1\)"),
        ({"lamb": 0.1}, cr.ParameterError, r"lamb"),
        ({"x": [["a", "b"]] * 3}, cr.ChainruleError, r"x"),
        ({"x": [[1.0, 2.0], [3.0]]}, cr.ChainruleError, r"x"),
    ],
)
def test_wrong_inputs(change, error, message):
    given_inputs = {"theta": W2, "x": X2, "y": Y2} | change
    with pytest.raises(error, match=message):
        cr.loss_and_grad(LINEAR, **given_inputs)
    assert np.array_equal(W2, [0.5, -1.0])


@pytest.mark.parametrize(
    ("seeds", "wrt", "error", "message"),
    [
        (
            {"z1": np.ones((3, 2))},
            ("x",),
            cr.ShapeError,
            r"^seeds\['z1'\]: expected shape \(3, 1\), got \(3, 2\). "
            r"A seed has the shape of its value.$",
        ),
        (
            {"z7": np.ones((3, 1))},
            ("x",),
            cr.ParameterError,
            r"^'z7': there is no such value in this score program. It has x, W1",
        ),
        ({"z1": np.ones((3, 1))}, ("a1",), cr.ParameterError, r"^'a1': there is no such value"),
    ],
)
def test_wrong_seeds(seeds, wrt, error, message):
    with pytest.raises(error, match=message):
        cr.vjp(LINEAR, W2, {"x": X2, "y": Y2}, seeds=seeds, wrt=wrt)


def test_whole_numbers_as_theta_are_not_the_type_of_everything():
    """Else x would lose its fractions and 1/N become 0."""
    loss, g = cr.loss_and_grad(LINEAR, [1, 2], X2 / 4, Y2)
    expected, h = cr.loss_and_grad(LINEAR, [1.0, 2.0], X2 / 4, Y2)
    assert loss == expected and np.array_equal(g, h)
    (dx,) = cr.vjp(
        LINEAR, [1, 2], {"x": X2, "y": Y2}, seeds={"z1": np.full((3, 1), 0.5)}, wrt=("x",)
    ).values()
    assert dx.tolist() == [[0.5, 1.0]] * 3


@pytest.mark.parametrize(
    ("y", "rule"), [([0, 1, -1], "0 to 2"), ([0, 1, 3], "0 to 2"), ([0, 1, 0.5], "whole numbers")]
)
def test_a_class_that_is_not_there(y, rule):
    theta = np.zeros(SOFTMAX.size)
    with pytest.raises(cr.DataError, match=rf"y.*expected .*{rule}"):
        cr.loss_and_grad(SOFTMAX, theta, np.ones((3, 3)), y)


def test_influence_adds_up_to_the_gradient_of_the_data():
    """Each example's part; a penalty belongs to none of them."""
    X, y = data(d=2)
    for penalty in (None, cr.L2(0.7)):
        layer = cr.Dense(1, penalty=penalty)
        net = cr.Network(layer, loss=cr.SquaredError(), inputs=(2,), dtype="float64", seed=1)
        parts = net.influence("W1", X, y)
        assert parts.shape == (7, 2, 1)
        rest = 0.7 * net.parameters["W1"] if penalty else 0.0
        assert np.allclose(parts.sum(axis=0) + rest, net.loss_and_grad(X, y)[1]["W1"], rtol=1e-12)
    assert "penalt" in cr.Network.influence.__doc__
