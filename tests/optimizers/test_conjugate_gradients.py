"""Conjugate gradients: quadratics in n steps, known minima, checkpoints, and fits."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import TrainingError
from chainrule.optimizers import FletcherReeves, PolakRibiere

both = pytest.mark.parametrize("cls", [PolakRibiere, FletcherReeves], ids=lambda c: c.__name__)
TRUTH = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0.0], [1], [1], [0]])


def rosenbrock(theta):
    x, y = theta
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2, np.array(
        [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
    )


def quadratic(n):
    rng = np.random.default_rng(n)
    Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    A, b = (Q * np.geomspace(1, 30, n)) @ Q.T, rng.normal(size=n)
    return (lambda v: (0.5 * v @ A @ v - b @ v, A @ v - b)), np.linalg.solve(A, b)


@both
@pytest.mark.parametrize("n", [2, 5, 10])
def test_a_quadratic_ends_in_n_steps(cls, n):
    """With an exact line search the directions are conjugate (theorem 5.3)."""
    f, minimum = quadratic(n)
    theta = np.zeros(n)
    losses = cls(curvature=1e-9, tolerance=1e-6).minimise(f, theta)
    assert len(losses) <= n
    assert theta == pytest.approx(minimum, abs=1e-5)


@both
def test_the_formula_by_hand(cls):
    new, old = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    expected = {"PolakRibiere": (1 * -2 + 2 * 3) / 10, "FletcherReeves": 0.0}[cls.__name__]
    assert cls().beta(new, old) == pytest.approx(expected)  # gᵀg₋ = 1 ≥ 0.1 · 5: begin again
    assert FletcherReeves().beta(np.array([1.0, 3.0]), old) == pytest.approx(1.0)
    assert PolakRibiere().beta(old / 2, old) == 0.0


@both
def test_it_finds_the_end_of_the_valley(cls):
    theta = np.array([-1.2, 1.0])
    losses = cls(tolerance=1e-8).minimise(rosenbrock, theta, iterations=300)
    assert theta == pytest.approx([1, 1], abs=1e-6) and len(losses) < 300
    assert (np.diff(losses) <= 0).all()


@both
@pytest.mark.parametrize("cut", [0, 1, 3, 15])
def test_it_goes_on_from_a_checkpoint(cls, cut):
    rule, whole, parts = cls(), np.array([-1.2, 1.0]), np.array([-1.2, 1.0])
    state, other = rule.start(whole), rule.start(parts)
    for _ in range(20):
        rule.iterate(rosenbrock, whole, state)
    for _ in range(cut):
        rule.iterate(rosenbrock, parts, other)
    other = {name: np.array(value.tolist(), value.dtype) for name, value in other.items()}
    for _ in range(20 - cut):
        rule.iterate(rosenbrock, parts, other)
    assert whole.tobytes() == parts.tobytes()
    assert all(state[name].tobytes() == other[name].tobytes() for name in rule.slots)


@both
def test_it_ends_where_nothing_is_lower(cls):
    theta = np.array([-1.2, 1.0])
    losses = cls(tolerance=0).minimise(rosenbrock, theta, iterations=2000)
    assert len(losses) < 2000 and theta == pytest.approx([1, 1], abs=1e-5)


@both
def test_a_loss_that_is_not_finite_is_said(cls):
    with pytest.raises(TrainingError, match="the loss is inf at the first point"):
        cls().minimise(lambda v: (np.inf, v), np.ones(2))


@both
@pytest.mark.parametrize("engine", ["reference", "native"])
def test_it_learns_xor(cls, engine):
    if engine == "native" and not cr.engines.native.available():
        pytest.skip("the native engine was not built")

    def net():
        layers = (cr.Dense(4), cr.Tanh(), cr.Dense(1))
        return cr.Network(*layers, loss=cr.SquaredError(), inputs=(2,), seed=3, engine=engine)

    once, twice = net(), net()
    given = {"optimizer": cls(), "batch_size": None, "verbose": 0}
    history = once.fit(*TRUTH, epochs=100, **given)
    assert history.loss[-1] < 1e-6
    twice.fit(*TRUTH, epochs=6, **given)
    twice.fit(*TRUTH, epochs=6, **given)
    again = net()
    again.fit(*TRUTH, epochs=12, **given)
    assert (twice.theta == again.theta).all()


@both
def test_it_takes_the_whole_set(cls):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    with pytest.raises(cr.ParameterError, match=r"whole set at each step.*batch_size=None"):
        net.fit(*TRUTH, optimizer=cls(), batch_size=2, verbose=0)
