"""Energies and means of an RBM against loops over every state."""

import math

import numpy as np
from tests.naive_rbm import all_visible, bits, kinds, machine, naive_energy, naive_free_energy

from chainrule.energy.rbm.units import Units, one_of


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


def test_one_of_takes_each_class_with_its_probability():
    u = (np.arange(1000)[:, None] + 0.5) / 1000
    chosen = one_of(np.broadcast_to([0.2, 0.5, 0.3], (1000, 3)), u)
    assert chosen.sum(axis=0).tolist() == [200, 500, 300]


def test_theta_is_split_into_views():
    units = Units(2, 3, "gaussian", 2)
    assert (units.width, units.size, units.draws, units.plain) == (5, 17, 4, False)
    theta = np.arange(17.0)
    w = units.split(theta)
    assert (w.W.shape, w.b.tolist(), w.c.tolist()) == ((2, 5), [10, 11, 12, 13, 14], [15, 16])
    w.c[...] = 0
    assert not theta[15:].any()
