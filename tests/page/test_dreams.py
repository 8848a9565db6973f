"""The page's Boltzmann machine beside Python's: the same θ, means, likelihoods and dreams."""

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked():
    rng = np.random.default_rng(14)
    cases = []
    for sampler, k, V, H in (("CD", 1, 9, 5), ("CD", 3, 6, 8), ("PCD", 1, 16, 8), ("PCD", 2, 5, 4)):
        data = rng.random((23, V)) if V == 9 else rng.integers(0, 2, (23, V)).astype(float)
        known = rng.random(V) < 0.4
        cases.append(
            {
                "units": {"visible": V, "hidden": H},
                "data": data.tolist(),
                "settings": {"sampler": sampler, "k": k, "batch": 8, "lr": 0.2},
                "seed": int(rng.integers(1000)),
                "steps": 12,
                "dream": {
                    "n": 3,
                    "seed": 5,
                    "steps": 20,
                    "known": [int(x) for x in known],
                    "values": rng.integers(0, 2, V).tolist(),
                },
            }
        )
    return cases


@pytest.fixture(scope="module")
def answer(node, asked):
    return node("energy_run.mjs", {"machines": asked})["machines"]


def trained(case, epochs):
    one = case["settings"]
    kind = getattr(cr.energy, one["sampler"])
    rbm = cr.RBM(case["units"]["hidden"], seed=case["seed"], dtype="float64")
    history = rbm.fit(
        case["data"],
        sampler=kind(k=one["k"]),
        optimizer=cr.SGD(lr=one["lr"]),
        batch_size=one["batch"],
        epochs=epochs,
        verbose=0,
    )
    return rbm, history


def test_theta_after_some_steps(asked, answer):
    for case, found in zip(asked, answer, strict=True):
        epochs = case["steps"] // 3  # 23 rows are three batches of at most 8
        assert (found["step"], found["epoch"]) == (case["steps"], epochs)
        rbm, _ = trained(case, epochs)
        fresh = cr.RBM(case["units"]["hidden"], seed=case["seed"], dtype="float64")
        fresh.build(case["data"])
        assert np.allclose(found["start"], fresh.theta, atol=1e-16)
        assert np.allclose(found["theta"], rbm.theta, rtol=0, atol=1e-12)


def test_losses_are_reconstruction_errors(asked, answer):
    for case, found in zip(asked, answer, strict=True):
        _, history = trained(case, case["steps"] // 3)
        errors, rows = np.reshape(found["errors"], (-1, 3)), np.array([8, 8, 7])
        assert np.allclose(errors @ rows / 23, history["loss"], rtol=1e-10)


def test_means_free_energies_and_pseudo_likelihood(asked, answer):
    for case, found in zip(asked, answer, strict=True):
        rbm, _ = trained(case, case["steps"] // 3)
        X = case["data"]
        assert np.allclose(found["hidden"], rbm.transform(X).ravel(), atol=1e-12)
        assert np.allclose(found["F"], rbm.free_energy(X), atol=1e-10)
        assert np.isclose(found["likelihood"], rbm.pseudo_likelihood(X).mean(), atol=1e-10)


def test_dreams_and_clamped_dreams(asked, answer):
    for case, found in zip(asked, answer, strict=True):
        rbm, _ = trained(case, case["steps"] // 3)
        dream = case["dream"]
        free = rbm.generate(dream["n"], steps=dream["steps"], seed=dream["seed"])
        assert np.allclose(found["dream"], free.ravel(), atol=1e-10)
        rows = np.tile(np.array(dream["values"], float), (dream["n"], 1))
        known = np.array(dream["known"], bool)
        filled = rbm.inpaint(rows, known, steps=dream["steps"], seed=dream["seed"])
        assert np.allclose(found["filled"], filled.ravel(), atol=1e-10)
