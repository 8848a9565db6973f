"""nesterov.py: its rules against their equations, in loops over single numbers."""

import numpy as np
import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    Cosine,
    Nesterov,
)


def nesterov(t, lr, g, s, theta):
    """Keras: m = μ m − lr g, θ += μ m − lr g."""
    s["m"] = 0.9 * s["m"] - lr * g
    return 0.9 * s["m"] - lr * g


def nesterov_rate_outside(t, lr, g, s, theta):
    s["b"] = 0.9 * s["b"] + g
    return -lr * (g + 0.9 * s["b"])


CASES = {
    "Nesterov-paper": (Nesterov(lr=1), nesterov, {"m": 0}),
    "Nesterov-keras": (Nesterov.like("keras", lr=1), nesterov, {"m": 0}),
    "Nesterov-torch": (Nesterov.like("torch", lr=1), nesterov_rate_outside, {"b": 0}),
    "Nesterov-tf1": (Nesterov.like("tf1", lr=1), nesterov_rate_outside, {"b": 0}),
    "Nesterov-optax": (Nesterov.like("optax", lr=1), nesterov_rate_outside, {"b": 0}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Nesterov(), 1 - (0.9 * 0.02 + 0.02)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


@pytest.mark.parametrize(
    "rule", [Nesterov, lambda lr: Nesterov.like("torch", lr=lr)], ids=["paper", "torch"]
)
def test_nesterov_keeps_the_look_ahead_point(rule):
    """φ_t = θ_t − μ v_t is Ruder's sequence."""
    curvature = np.array([1.0, 3.0])
    theta, v, phi = np.array([1.0, -2.0]), np.zeros(2), np.array([1.0, -2.0])
    slots = rule(0.05).start(phi)
    for t in range(1, 21):
        v = 0.9 * v + 0.05 * curvature * (theta - 0.9 * v)
        theta = theta - v
        rule(0.05).step(t, phi, curvature * phi, *slots.values())
        assert np.abs(phi - (theta - 0.9 * v)).max() <= 1e-15


def test_nesterov_of_the_paper_also_with_a_schedule():
    """With the rate inside the sum the forms agree for any rates, outside for a constant one."""
    apart = {}
    for name, rule in {
        "paper": Nesterov(lr=Cosine(0.05, 20)),
        "torch": Nesterov.like("torch", lr=Cosine(0.05, 20)),
    }.items():
        theta, v, phi = 1.0, 0.0, np.array([1.0])
        slots = rule.start(phi)
        for t in range(1, 16):
            v = 0.9 * v + Cosine(0.05, 20)(t) * (theta - 0.9 * v)
            theta = theta - v
            rule.at(t).step(t, phi, phi.copy(), *slots.values())
        apart[name] = abs(phi[0] - (theta - 0.9 * v))
    assert apart["paper"] <= 1e-15 and apart["torch"] > 1e-3


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Nesterov, CASES)
