"""The learning-rate finder: what it tries, what it suggests, and that it changes nothing."""

import warnings

import numpy as np
import pytest
from tests.data.rows import data as rows
from tests.data.rows import network

import chainrule as cr


def data(n=40, columns=3, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    return X, (X @ rng.normal(size=(columns, classes))).argmax(axis=1)


def classifier(**options):
    return cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), **options)


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
        found = network(cr.BatchNorm()).find_learning_rate(*rows(33), batch_size=16, steps=20)
    assert len(found.lrs) <= 20
