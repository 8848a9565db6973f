"""Names of attractors."""

import numpy as np

import chainrule as cr
from chainrule.energy.landscape.names import names_of


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def test_mixtures_of_many_memories_are_named():
    """sign(ξ1 + ξ2 + ξ3) overlaps ½ with each and is stable: N = 1000, E/N −0.365, not −0.499."""
    x = signs(0, 10, 1000)
    net = cr.Hopfield().store(x)
    three = np.sign(x[1] + x[2] - x[3])
    assert names_of(np.array([three, -x[4], x[5], signs(9, 1000)]), x) == [
        "mixture +1 +2 −3",
        "inverse of 4",
        "memory 5",
        "other",
    ]
    end = net.predict(three)
    np.testing.assert_allclose(net.overlaps(end)[[1, 2, 3]], [0.5, 0.5, -0.5], atol=0.06)
    np.testing.assert_allclose(net.energy(end) / 1000, -0.365, atol=0.02)
    np.testing.assert_allclose(net.energy(x) / 1000, -0.499, atol=0.012)
    five = np.sign(x[:5].sum(axis=0))
    assert names_of(five[None], x) == ["mixture +0 +1 +2 +3 +4"]
    np.testing.assert_allclose(net.energy(net.predict(five)) / 1000, -0.340, atol=0.02)


def test_all_mixtures_of_few_memories_are_tried():
    x = signs(0, 3, 24)
    three = np.sign(x[0] - x[1] - x[2])
    assert names_of(np.array([three, -three]), x) == ["mixture +0 −1 −2", "mixture −0 +1 +2"]
    assert names_of(x[:1], np.concatenate([x, x])) == ["memory 0"]  # the first of equal memories
    assert names_of(x[:1], np.zeros((0, 24))) == ["other"]
