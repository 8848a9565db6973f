"""The map of a landscape."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import landscape, plane


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def test_a_map_holds_energies_of_real_states():
    net = cr.Hopfield().store(signs(0, 4, 12))
    start = signs(1, 12)
    path = net.recall(start)
    found = plane(net, path, side=15)
    assert found.energies.shape == (15, 15)
    assert found.path.shape == (len(path.states), 2)
    assert found.memories.shape == (4, 2)
    assert set(found.energies.ravel()) <= set(landscape(net).energies)
    within = np.abs(np.concatenate([found.path, found.memories])).max()
    assert within <= found.across[-1]
    # a distance on the map is no longer than the one between the states, in units of √N
    gap = np.linalg.norm(found.memories[0] - found.memories[1])
    assert (
        gap <= np.linalg.norm(net.patterns[0] - net.patterns[1].astype(float)) / np.sqrt(12) + 1e-12
    )
    assert 0 < sum(found.shares) <= 1
    assert plane(net, side=3).path.shape == (0, 2)


def test_maps_that_cannot_be():
    with pytest.raises(cr.DataError, match="three states"):
        plane(cr.Hopfield().store([[1, 1, -1]]))
    with pytest.raises(cr.ParameterError, match="side"):
        plane(cr.Hopfield().store(signs(0, 3, 9)), side=1)
