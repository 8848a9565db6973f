"""The estimate against exact gradients, and C against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.naive_rbm import batch, kinds, machine, some_rows

import chainrule as cr
from chainrule.energy import Sparsity
from chainrule.energy.rbm.draws import Draws
from chainrule.energy.rbm.estimate import Estimate
from chainrule.energy.rbm.samplers import CD, PCD, ParallelTempering
from chainrule.engines import native


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


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Sparsity(1), cr.ParameterError, "target must be a number > 0 and < 1"),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()
