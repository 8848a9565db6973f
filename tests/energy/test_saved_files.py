"""Files of earlier versions are read: the same models come back, and an old run goes on."""

from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule.energy import PCD, DeepBeliefNetwork, Sparsity
from chainrule.energy.hopfield.rules import Storkey

SAVED = Path(__file__).parents[1] / "golden" / "saved"
PATTERNS = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 1, 0]])
X = (np.arange(24).reshape(6, 4) % 5 < 2).astype(float)


def test_a_hopfield_network():
    network = cr.Hopfield.load(SAVED / "hopfield.safetensors")
    assert (network.rule, network.sweeps, network.seed) == (Storkey(), 50, 3)
    assert network.thresholds.tolist() == [0.1, -0.1, 0, 0, 0.2, 0]
    assert (network.patterns == PATTERNS).all() and (network.predict(PATTERNS) == PATTERNS).all()
    np.testing.assert_allclose(network.energy(PATTERNS), [-2.75556, -2.15556], atol=5e-6)
    assert len(network.add([0, 0, 1, 1, 1, 1]).patterns) == 3


def test_an_rbm_with_classes():
    rbm = cr.RBM.load(SAVED / "rbm.safetensors")
    assert repr(rbm) == "RBM(3, visible=4, classes=2)"
    assert (rbm.penalty, rbm.sparsity, rbm.seed) == (cr.L2(0.01), Sparsity(0.2), 5)
    F = [-3.13231, -2.28735, -0.21698, -0.94564, -2.5191, -3.13231]
    np.testing.assert_allclose(rbm.free_energy(X), F, atol=2e-5)
    p = [0.56144, 0.55672, 0.54761, 0.55196, 0.55996, 0.56144]
    np.testing.assert_allclose(rbm.predict(X)[:, 0], p, atol=2e-5)
    assert rbm.reset().parameters["b"].tolist() == np.float32([0.1, 0.2, 0.3, 0.4]).tolist()


def test_a_checkpoint_of_an_rbm():
    """The run was ended after two epochs; five are the same as a run of five."""
    path = SAVED / "rbm_run.safetensors"
    options = {
        "sampler": PCD(chains=3),
        "optimizer": cr.Momentum(lr=0.1),
        "batch_size": 2,
        "verbose": 0,
    }
    rest, whole = cr.RBM(3, seed=5), cr.RBM(3, seed=5)
    history = rest.fit(X, epochs=5, resume=path, **options)
    assert len(history) == 5 and rest.run_state.step == 15
    whole.fit(X, epochs=5, **options)
    np.testing.assert_allclose(rest.theta, whole.theta, atol=1e-6)
    assert cr.RBM.load(path).theta.sum() != rest.theta.sum()


def test_a_deep_belief_network():
    stack = DeepBeliefNetwork.load(SAVED / "belief_network.safetensors")
    assert repr(stack) == "DeepBeliefNetwork(3, 2)"
    assert [rbm.seed for rbm in stack.rbms] == [7, 8]
    expected = [[0.50636, 0.50255], [0.50638, 0.50256], [0.50633, 0.50255]]
    np.testing.assert_allclose(stack.transform(X)[:3], expected, atol=2e-5)
