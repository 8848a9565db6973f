"""The learning-rate finder: what it tries, what it suggests, and that it changes nothing."""

import warnings

import numpy as np
import pytest
from tests.data.rows import network
from tests.model.rows import classifier, data

import chainrule as cr
from chainrule.model.learning_rates import Sweep


def test_find_learning_rate_leaves_the_network_alone():
    X, y = data(200)
    net = classifier()
    found = net.find_learning_rate(X, y, optimizer=cr.SGD())
    np.testing.assert_array_equal(net.theta, classifier(inputs=(3,)).theta)
    assert net.run_state.step == 0
    assert 1e-3 < found.suggestion < 100
    assert len(found.lrs) == len(found.losses) and (np.diff(found.lrs) > 0).all()
    with pytest.raises(cr.ParameterError, match="0 < lowest < highest"):
        net.find_learning_rate(X, y, lowest=1, highest=0.1)


def test_the_learning_rate_finder_compares_whole_batches():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = network(cr.BatchNorm()).find_learning_rate(*data(33), batch_size=16, steps=20)
    assert len(found.lrs) <= 20


def test_rates_grow_by_one_factor():
    sweep = Sweep(1e-5, 1e5, 11)
    assert [sweep.rate(k) for k in range(11)] == pytest.approx([10.0**k for k in range(-5, 6)])


@pytest.mark.parametrize("given", [(0, 1, 50), (1, 1, 50), (1e-3, 1, 9), (1e-3, 1, 20.0)])
def test_a_sweep_that_cannot_be_is_refused(given):
    with pytest.raises(cr.ParameterError, match="0 < lowest < highest and steps ≥ 10"):
        Sweep(*given)


@pytest.mark.parametrize("optimizer", [cr.LBFGS(), cr.Adadelta()], ids=repr)
def test_a_rule_without_a_learning_rate_has_none_to_find(optimizer):
    with pytest.raises(cr.ParameterError, match="it has no learning rate"):
        classifier().find_learning_rate(*data(), optimizer=optimizer)


def test_a_loss_that_explodes_at_once_is_said():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(3,))
    X = data()[0] * 1e6
    said = pytest.raises(cr.TrainingError, match="the loss explodes at once")
    with said, pytest.warns(UserWarning, match="far from unit scale"):
        net.find_learning_rate(X, X[:, 0], optimizer=cr.SGD(), lowest=1e3, highest=1e9)


def test_a_trained_network_is_said():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(3,), dtype="float64")
    X = data()[0]
    net.theta[...] = [1, -2, 3, 0.5]
    with pytest.raises(cr.TrainingError, match="this network is trained already"):
        net.find_learning_rate(X, X @ [1, -2, 3] + 0.5 + 1e-9, optimizer=cr.SGD(), lowest=1.0)


def test_a_trained_network_whose_loss_differs_from_batch_to_batch_is_said():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(1,), dtype="float64")
    net.theta[...] = [1, 0]
    X, wrong = np.linspace(-1, 1, 64)[:, None], np.full(64, 1e-3)
    wrong[cr.random.permutation((0, 0), 64)[0]] = 1e-6  # the first row of the first epoch
    said = "the loss of the first batches goes from .* That of a trained network does so: take a"
    with pytest.raises(cr.TrainingError, match=said):
        net.find_learning_rate(X, X[:, 0] + wrong, optimizer=cr.SGD(), batch_size=1)


def test_the_curve_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    found = classifier().find_learning_rate(*data(200), optimizer=cr.SGD())
    found.plot(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").stat().st_size > 5000
