"""momentum.py: its rules against their equations, in loops over single numbers."""

import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    Momentum,
)


def momentum(t, lr, g, s, theta):
    s["v"] = 0.9 * s["v"] + lr * g
    return -s["v"]


def momentum_rate_outside(t, lr, g, s, theta):
    s["b"] = 0.9 * s["b"] + g
    return -lr * s["b"]


CASES = {
    "Momentum-paper": (Momentum(lr=1), momentum, {"v": 0}),
    "Momentum-keras": (Momentum.like("keras", lr=1), momentum, {"v": 0}),
    "Momentum-sklearn": (Momentum.like("sklearn", lr=1), momentum, {"v": 0}),
    "Momentum-torch": (Momentum.like("torch", lr=1), momentum_rate_outside, {"b": 0}),
    "Momentum-tf1": (Momentum.like("tf1", lr=1), momentum_rate_outside, {"b": 0}),
    "Momentum-optax": (Momentum.like("optax", lr=1), momentum_rate_outside, {"b": 0}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Momentum(), 1 - 0.01 * 2),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Momentum, CASES)
