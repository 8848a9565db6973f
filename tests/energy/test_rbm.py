"""The mathematics of the RBM against loops over every state, for each kind of units and each sampler."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy.native import uniforms
from chainrule.energy.rbm.draws import Draws
from chainrule.energy.rbm.estimate import Estimate
from chainrule.energy.rbm.samplers import CD, PCD, ParallelTempering
from chainrule.energy.rbm.units import one_of
from chainrule.engines import native

KINDS = [("binary", 0), ("gaussian", 0), ("binary", 3), ("gaussian", 2)]
kinds = pytest.mark.parametrize(("kind", "classes"), KINDS, ids=lambda v: str(v))


def machine(kind="binary", classes=0, hidden=4, visible=3, seed=0, scale=1.0, **options):
    """Normal weights in float64."""
    rbm = cr.RBM(hidden, visible=visible, kind=kind, classes=classes, dtype="float64", **options)
    rbm.theta[...] = scale * np.random.default_rng(seed).normal(size=rbm.theta.size)
    return rbm


# ---------------------------------------------------------------- the oracle: loops


def naive_energy(rbm, v, h):
    """E(v, h) by its sums; v has the class behind it."""
    w, D = rbm.weights, rbm.units.visible
    E = 0.0
    for i, x in enumerate(v):
        E += (x - w.b[i]) ** 2 / 2 if i < D and rbm.kind == "gaussian" else -w.b[i] * x
    for j, on in enumerate(h):
        E -= on * (w.c[j] + sum(w.W[j, i] * x for i, x in enumerate(v)))
    return E


def bits(n):
    return list(itertools.product([0.0, 1.0], repeat=n))


def all_visible(rbm, points=None):
    """Every state of the visible units; of Gaussian ones a grid."""
    D, K = rbm.units.visible, rbm.classes
    rows = bits(D) if rbm.kind == "binary" else list(itertools.product(points, repeat=D))
    return [(*row, *label) for row in rows for label in (np.eye(K).tolist() if K else [()])]


def naive_free_energy(rbm, v):
    return -math.log(sum(math.exp(-naive_energy(rbm, v, h)) for h in bits(rbm.hidden)))


def naive_log_z(rbm):
    """Sums over all binary states; integrals over Gaussian ones by the rectangle rule, which is exact here to ten digits."""
    if rbm.kind == "binary":
        return math.log(sum(math.exp(-naive_free_energy(rbm, v)) for v in all_visible(rbm)))
    points = np.arange(-10, 10, 0.5)
    grid = np.array(all_visible(rbm, points))
    h = np.array(bits(rbm.hidden))
    w, D = rbm.weights, rbm.units.visible
    E = ((grid[:, :D] - w.b[:D]) ** 2).sum(1) / 2 - grid[:, D:] @ w.b[D:]
    total = np.exp(-E[:, None] + h @ w.c + grid @ w.W.T @ h.T).sum()
    return math.log(total * 0.5**D)


# ---------------------------------------------------------------- energies


@kinds
def test_energy_and_free_energy(kind, classes):
    rbm = machine(kind, classes)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(5, 3)) if kind == "gaussian" else rng.integers(0, 2, (5, 3))
    y = rng.integers(0, classes, 5) if classes else None
    H = rng.integers(0, 2, (5, 4))
    rows = np.concatenate([X, np.eye(classes)[y]], axis=1) if classes else X
    np.testing.assert_allclose(
        rbm.energy(X, H, y), [naive_energy(rbm, v, h) for v, h in zip(rows, H, strict=True)]
    )
    np.testing.assert_allclose(rbm.free_energy(X, y), [naive_free_energy(rbm, v) for v in rows])


@kinds
def test_log_z_and_log_likelihood_sum_to_one(kind, classes):
    rbm = machine(kind, classes, hidden=4, visible=3 if kind == "binary" else 2, scale=0.7)
    assert rbm.log_z() == pytest.approx(naive_log_z(rbm), rel=1e-9)
    if kind == "binary":
        v = np.array(all_visible(rbm))
        y = v[:, 3:].argmax(axis=1) if classes else None
        assert np.exp(rbm.log_likelihood(v[:, :3], y)).sum() == pytest.approx(1)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_log_z_from_either_layer(hidden, visible, seed):
    rbm = machine(hidden=hidden, visible=visible, seed=seed)
    assert rbm.log_z() == pytest.approx(naive_log_z(rbm), rel=1e-12)


def test_means_given_the_other_layer():
    rbm = machine("binary", 2)
    x, y = np.array([[1.0, 0, 1]]), [1]
    p = {h: math.exp(-naive_energy(rbm, (1, 0, 1, 0, 1), h)) for h in bits(4)}
    expected = [sum(q for h, q in p.items() if h[j]) / sum(p.values()) for j in range(4)]
    np.testing.assert_allclose(rbm.transform(x, y)[0], expected)
    p = {v: math.exp(-naive_energy(rbm, v, (1, 0, 1, 1))) for v in all_visible(rbm)}
    expected = [sum(q for v, q in p.items() if v[i]) / sum(p.values()) for i in range(5)]
    h = np.array([[1.0, 0, 1, 1]])
    np.testing.assert_allclose(rbm.units.visible_mean(rbm.weights, h)[0], expected)
    np.testing.assert_allclose(rbm.inverse_transform(h)[0], expected[:3])


def test_classes_are_predicted_exactly():
    rbm = machine("binary", 3)
    for x in bits(3):
        p = np.array([math.exp(-naive_free_energy(rbm, (*x, *label))) for label in np.eye(3)])
        np.testing.assert_allclose(rbm.predict([x])[0], p / p.sum())
        assert rbm.free_energy([x])[0] == pytest.approx(-math.log(p.sum()))
        means = [rbm.transform([x], [k])[0] for k in range(3)]
        np.testing.assert_allclose(rbm.transform([x])[0], p / p.sum() @ np.array(means))


def test_pseudo_likelihood():
    rbm = machine(hidden=3, visible=4)
    for v in bits(4):
        total = 0.0
        for i in range(4):
            other = tuple(1 - x if k == i else x for k, x in enumerate(v))
            p, q = (math.exp(-naive_free_energy(rbm, state)) for state in (v, other))
            total += math.log(p / (p + q))
        assert rbm.pseudo_likelihood([v])[0] == pytest.approx(total)


# ---------------------------------------------------------------- log Z by annealing


@pytest.mark.parametrize("seed", range(3))
def test_ais_of_the_issue(seed):
    rbm = cr.RBM(
        10, visible=12, initial_weights={"W": np.random.default_rng(seed).normal(size=(10, 12))}
    )
    estimate = rbm.ais(seed)
    assert abs(estimate.log_z - rbm.log_z()) < 0.1
    assert estimate.error < 0.05


@kinds
def test_ais_of_every_kind(kind, classes):
    rbm = machine(kind, classes, scale=0.7)
    estimate = rbm.ais(seed=1, chains=400, steps=200)
    assert abs(estimate.log_z - rbm.log_z()) < 5 * estimate.error < 0.5
    assert rbm.ais(seed=1, chains=400, steps=200) == estimate


# ---------------------------------------------------------------- the estimate


def exact_gradient(rbm, rows):
    """−∂ mean log p(v)/∂θ by central differences of the exact likelihood."""
    theta, g = rbm.theta.copy(), np.empty(rbm.theta.size)
    for k in range(g.size):
        loss = []
        for step in (1e-5, -1e-5):
            rbm.theta[...] = theta
            rbm.theta[k] += step
            loss.append(rbm.units.free_energy(rbm.weights, rows).mean() + rbm.log_z())
        g[k] = (loss[0] - loss[1]) / 2e-5
    rbm.theta[...] = theta
    return g


def some_rows(rbm, n, seed=2):
    rng = np.random.default_rng(seed)
    D, K = rbm.units.visible, rbm.classes
    X = (
        rng.normal(size=(n, D))
        if rbm.kind == "gaussian"
        else rng.integers(0, 2, (n, D)).astype(float)
    )
    return np.concatenate([X, np.eye(K)[rng.integers(0, K, n)]], axis=1) if K else X


def batch(rows):
    return {"x": rows, "c": np.full(len(rows), 1 / len(rows))}


SAMPLERS = [CD(k=40), PCD(k=40, chains=1000), ParallelTempering(k=10, chains=1000, temperatures=4)]


@kinds
@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
def test_with_many_rounds_the_estimate_is_the_gradient_of_the_likelihood(kind, classes, sampler):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    rows = some_rows(rbm, 1000)
    estimate = Estimate(rbm.units, sampler, engine=rbm.engine)
    carry = sampler.start(rbm.units, 1000, np.float64)
    found = []
    for step in range(3):
        _, g, carry = estimate(rbm.theta, batch(rows), (7, step), carry)
        found.append(g)
    np.testing.assert_allclose(
        np.mean(found, axis=0), exact_gradient(rbm, rows), atol=0.1 if kind == "gaussian" else 0.05
    )


@kinds
@pytest.mark.parametrize("sampler", [CD(), PCD(k=2), ParallelTempering(temperatures=3)], ids=repr)
def test_the_estimate_is_the_gradient_of_free_energies_while_samples_are_held(
    kind, classes, sampler
):
    rbm = machine(kind, classes)
    units, rows = rbm.units, some_rows(rbm, 6)
    c = np.array([0.3, 0.1, 0.2, 0.15, 0.15, 0.1])
    carry = sampler.start(units, 6, np.float64)
    h = units.hidden_mean(rbm.weights, rows)
    v_model, _, _ = sampler.sample(units, rbm.weights, rows, h, Draws((1, 2)), carry)
    penalty = cr.L2(0.3)
    _, g, _ = Estimate(units, sampler, penalty)(rbm.theta, {"x": rows, "c": c}, (1, 2), carry)

    def loss(theta):
        w = units.split(theta)
        phases = c @ units.free_energy(w, rows) - units.free_energy(w, v_model).mean()
        return phases + 0.3 * (w.W**2).sum() / 2

    for k in range(g.size):
        step = np.zeros(g.size)
        step[k] = 1e-6
        assert g[k] == pytest.approx(
            (loss(rbm.theta + step) - loss(rbm.theta - step)) / 2e-6, abs=1e-7
        )


def test_sparsity_adds_the_gradient_of_its_divergence():
    rbm = machine()
    units, rows, sampler = rbm.units, some_rows(rbm, 8), CD()
    plain, sparse = (
        Estimate(units, sampler, None, s)(rbm.theta, batch(rows), (1, 2), {})[1]
        for s in (None, cr.energy.Sparsity(0.2, cost=2))
    )

    def cost(theta):
        q = units.hidden_mean(units.split(theta), rows).mean(axis=0)
        return 2 * (0.2 * np.log(0.2 / q) + 0.8 * np.log(0.8 / (1 - q))).sum()

    for k in range(plain.size):
        step = np.zeros(plain.size)
        step[k] = 1e-6
        slope = (cost(rbm.theta + step) - cost(rbm.theta - step)) / 2e-6
        assert sparse[k] - plain[k] == pytest.approx(slope, abs=1e-6)


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 7),
    st.sampled_from([CD(), CD(k=3), PCD(), PCD(k=2, chains=5)]),
)
def test_the_kernel_in_c_is_the_reference(hidden, visible, n, sampler):
    for dtype, tolerance in (("float64", 1e-13), ("float32", 1e-5)):
        rbm = cr.RBM(hidden, visible=visible, dtype=dtype)
        rbm.theta[...] = np.random.default_rng(n).normal(size=rbm.theta.size)
        rows = np.random.default_rng(3).random((n, visible)).astype(dtype)
        c = np.arange(1, n + 1, dtype=dtype) / n
        carry = sampler.start(rbm.units, 4, rbm.dtype)
        results = []
        for engine in ("reference", "native"):
            estimate = Estimate(rbm.units, sampler, cr.L1(0.1), engine=engine)
            assert estimate.native == (engine == "native")
            results.append(estimate(rbm.theta, {"x": rows, "c": c}, (5, 6), carry))
        (error, g, chains), (error_c, g_c, chains_c) = results
        assert error_c == pytest.approx(error, rel=1e-4 if dtype == "float32" else 1e-12)
        np.testing.assert_allclose(g_c, g, atol=tolerance * max(1, abs(g).max()))
        assert chains.keys() == chains_c.keys() and all(
            (chains[k] == chains_c[k]).all() for k in chains
        )
        assert not carry or not carry["h"].any()  # what came in is unchanged


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 9),
    st.integers(1, 5),
    st.integers(1, 9),
)
def test_uniform_numbers_in_c_are_those_of_random(seed, step, row, rows, columns):
    expected = cr.random.uniform(
        (seed, step), cr.random.SAMPLE, 77, np.arange(row, row + rows), columns
    )
    assert (uniforms((seed, step), 77, row, rows, columns) == expected).all()


def test_given_uniform_numbers_are_used_in_their_order():
    rbm, u = machine(), np.random.default_rng(0).random(2 * (3 + 4))
    rows = some_rows(rbm, 2)
    for engine in ("reference", "native") if native.available() else ("reference",):
        estimate = Estimate(rbm.units, PCD(), engine=engine)
        carry = PCD().start(rbm.units, 2, np.float64)
        _, _, chains = estimate(rbm.theta, {**batch(rows), "u": u}, (0, 0), carry)
        w = rbm.weights
        v = (u[:6].reshape(2, 3) < 1 / (1 + np.exp(-w.b))).astype(float)
        h = u[6:].reshape(2, 4) < 1 / (1 + np.exp(-(v @ w.W.T + w.c)))
        assert (chains["h"] == h).all()
        with pytest.raises(
            cr.ShapeError, match=r"u: expected at least \d+ uniform numbers, got 13"
        ):
            estimate(rbm.theta, {**batch(rows), "u": u[:13]}, (0, 0), carry)


def test_one_of_takes_each_class_with_its_probability():
    u = (np.arange(1000)[:, None] + 0.5) / 1000
    chosen = one_of(np.broadcast_to([0.2, 0.5, 0.3], (1000, 3)), u)
    assert chosen.sum(axis=0).tolist() == [200, 500, 300]


# ---------------------------------------------------------------- chains


@kinds
def test_chains_have_the_exact_marginals(kind, classes):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    film = rbm.generate(400, steps=60, every=5, seed=3)
    w = rbm.weights
    h = np.array(bits(3))
    p = np.exp(rbm.units.log_sum_over_visible(w, h) - rbm.log_z())
    expected = (p[:, None] * rbm.units.visible_mean(w, h)).sum(axis=0)[:3]
    assert film.shape == (12, 400, 3)
    np.testing.assert_allclose(film[4:].mean(axis=(0, 1)), expected, atol=0.1)


def test_a_clamped_class_gives_its_own_rows():
    rbm = machine("binary", 3, hidden=3)
    v = np.array([row for row in all_visible(rbm) if row[4]])  # class 1
    p = np.exp([-naive_free_energy(rbm, row) for row in v])
    film = rbm.generate(400, steps=40, y=1, every=4)
    np.testing.assert_allclose(film[4:].mean(axis=(0, 1)), p @ v[:, :3] / p.sum(), atol=0.06)


def test_in_painting_follows_the_conditional_distribution():
    rbm = machine(hidden=3, visible=4)
    known = np.array([True, False, True, False])
    X = np.tile([1.0, 0.5, 0.0, 0.5], (2000, 1))
    filled = rbm.inpaint(X, known, steps=20, seed=1)
    states = [v for v in bits(4) if v[0] == 1 and v[2] == 0]
    p = np.exp([-naive_free_energy(rbm, v) for v in states])
    assert (filled[:, known] == [1, 0]).all()
    np.testing.assert_allclose(filled.mean(axis=0), p @ np.array(states) / p.sum(), atol=0.03)
    assert (rbm.inpaint(X[:3], np.ones((3, 4), bool), steps=2) == X[:3]).all()
