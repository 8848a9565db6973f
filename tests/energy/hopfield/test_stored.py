"""What a network has stored, as data: another network can take it over."""

import dataclasses

import numpy as np
import pytest

import chainrule as cr

PATTERNS = np.array([[1, 0, 1, 1], [0, 0, 1, 0]])


def test_it_has_what_was_learned():
    network = cr.Hopfield().store(PATTERNS)
    stored = network.stored
    np.testing.assert_array_equal(stored.weights, network.weights)
    np.testing.assert_array_equal(stored.patterns, 2.0 * PATTERNS - 1)
    assert stored.zero_one and not stored.own
    assert cr.Hopfield.from_weights(np.eye(3)).stored.own
    with pytest.raises(dataclasses.FrozenInstanceError):
        stored.own = True


def test_another_network_can_take_it_over():
    network = cr.Hopfield(rule="storkey", thresholds=0.1, order="fixed", seed=3).store(PATTERNS)
    twin = cr.Hopfield(**network.settings).restore(network.stored)
    assert repr(twin) == repr(network)
    np.testing.assert_array_equal(twin.predict(PATTERNS), network.predict(PATTERNS))
    np.testing.assert_array_equal(twin.thresholds, network.thresholds)
    twin.add([1, 1, 1, 0])
    assert len(network.patterns) == 2


def test_nothing_is_stored_yet():
    with pytest.raises(cr.NotBuiltError, match="store"):
        cr.Hopfield().stored
    with pytest.raises(cr.ShapeError, match="one number, or 4"):
        cr.Hopfield(thresholds=[1.0, 2.0]).restore(cr.Hopfield().store(PATTERNS).stored)
