"""Classes of an RBM against sums over every state."""

import math

import numpy as np
import pytest
from tests.naive_rbm import bits, machine, naive_free_energy


def test_classes_are_predicted_exactly():
    rbm = machine("binary", 3)
    for x in bits(3):
        p = np.array([math.exp(-naive_free_energy(rbm, (*x, *label))) for label in np.eye(3)])
        np.testing.assert_allclose(rbm.predict([x])[0], p / p.sum())
        assert rbm.free_energy([x])[0] == pytest.approx(-math.log(p.sum()))
        means = [rbm.transform([x], [k])[0] for k in range(3)]
        np.testing.assert_allclose(rbm.transform([x])[0], p / p.sum() @ np.array(means))
