"""adagrad.py: its rules against their equations, in loops over single numbers."""

import math

import numpy as np
import pytest
from tests.optimizers.stepping import EPS, covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    Adagrad,
)


def adagrad(eps, inside):
    def move(t, lr, g, s, theta):
        s["G"] += g**2
        return -lr * g / (math.sqrt(s["G"] + eps) if inside else math.sqrt(s["G"]) + eps)

    return move


CASES = {
    "Adagrad-paper": (Adagrad(lr=1), adagrad(EPS, True), {"G": 0}),
    "Adagrad-torch": (Adagrad.like("torch", lr=1), adagrad(1e-10, False), {"G": 0}),
    "Adagrad-keras": (Adagrad.like("keras", lr=1), adagrad(1e-7, True), {"G": 0.1}),
    "Adagrad-optax": (Adagrad.like("optax", lr=1), adagrad(1e-7, True), {"G": 0.1}),
    "Adagrad-tf1": (Adagrad.like("tf1", lr=1), adagrad(0.0, True), {"G": 0.1}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Adagrad(), 1 - 0.01 * 2 / math.sqrt(4 + 1e-8)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (Adagrad.like("torch"), 1.000000e-2, 1.000000e-2, 9.999990e-3),
    (Adagrad.like("keras"), 9.534625e-4, 3.015112e-4, 3.162276e-7),
    (Adagrad.like("tf1", lr=0.01), 9.534626e-3, 3.015113e-3, 3.162277e-6),
]


@pytest.mark.parametrize(
    ("rule", "at_1", "at_tenth", "at_small"), FIRST, ids=lambda v: type(v).__name__
)
def test_first_step_at_library_defaults(rule, at_1, at_tenth, at_small):
    for g, want in ((1.0, at_1), (0.1, at_tenth), (1e-4, at_small)):
        if want is not None:
            digits = 5e-5 if type(rule).__name__.startswith("AdaMax") else 1e-6
            assert -path(rule, [g])[0] == pytest.approx(want, rel=digits)


def test_adagrad_gives_rare_features_larger_steps():
    rule, theta = Adagrad(), np.zeros(2)
    slots = rule.start(theta)
    for t in range(1, 20):
        rule.step(t, theta, np.array([1.0, float(t == 19)]), *slots.values())
    before = theta.copy()
    rule.step(20, theta, np.array([1.0, 1.0]), *slots.values())
    often, rarely = before - theta
    assert rarely > 3 * often


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Adagrad, CASES)
