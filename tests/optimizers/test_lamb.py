"""lamb.py: its rule against its equations, in loops over single numbers."""

import math

import numpy as np
import pytest
from tests.optimizers.stepping import covers_every_form

from chainrule.optimizers import LAMB

RNG = np.random.default_rng(0)
GRADIENTS = RNG.normal(size=(12, 5)) * 10.0 ** RNG.integers(-3, 2, (12, 5))


def by_hand(theta, gradients, lr, eps, decay):
    """Return θ after all steps, with lists and math."""
    theta, m, v = list(theta), [0.0] * len(theta), [0.0] * len(theta)
    for t, g in enumerate(gradients, 1):
        m = [0.9 * a + (1 - 0.9) * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + (1 - 0.999) * b * b for a, b in zip(v, g, strict=True)]
        u = [
            a / (1 - 0.9**t) / (math.sqrt(b / (1 - 0.999**t)) + eps) + decay * w
            for a, b, w in zip(m, v, theta, strict=True)
        ]
        ratio = math.sqrt(sum(w * w for w in theta)) / math.sqrt(sum(a * a for a in u))
        theta = [w - lr * ratio * a for w, a in zip(theta, u, strict=True)]
    return theta


CASES = {
    "LAMB-paper": (LAMB(lr=0.1), by_hand, (1e-6, 0.01)),
    "LAMB-keras": (LAMB.like("keras", lr=0.1), by_hand, (1e-7, 0)),
    "LAMB-optax": (LAMB.like("optax", lr=0.1), by_hand, (1e-6, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, hand, numbers = CASES[name]
    theta = np.array([0.3, -1.0, 2.0, 0.1, -0.5])
    start, slots = theta.copy(), rule.start(theta)
    for t, g in enumerate(GRADIENTS, 1):
        rule.step(t, theta, g, *slots.values())
    assert theta == pytest.approx(hand(start, GRADIENTS, 0.1, *numbers), abs=1e-12)


def test_a_tensor_of_zeros_moves_as_adam_does():
    """The paper's ratio would be 0, and a bias that begins at 0 would stay there for ever."""
    theta, rule = np.zeros(3), LAMB(lr=0.1)
    rule.step(1, theta, np.ones(3), *rule.start(theta).values())
    assert theta == pytest.approx([-0.1] * 3, rel=1e-5)


def test_a_step_is_lr_of_the_length():
    for scale in (1e-3, 1.0, 1e3):
        theta, rule = np.array([3.0, 4.0]) * scale, LAMB(lr=0.01)
        before = theta.copy()
        rule.step(1, theta, np.array([1.0, -2.0]), *rule.start(theta).values())
        assert np.linalg.norm(theta - before) == pytest.approx(0.05 * scale)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(LAMB, CASES)
