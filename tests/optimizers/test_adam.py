"""adam.py: its rules against their equations, in loops over single numbers."""

import math

import pytest
from tests.optimizers.stepping import (
    EPS,
    MV,
    covers_every_form,
    loop,
    moments,
    path,
    rated_path,
)

from chainrule.optimizers import (
    Adam,
)


def adam(eps, hat, decay=0.0):
    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        if hat:
            step = math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (math.sqrt(v) + eps)
        else:
            step = m / (1 - 0.9**t) / (math.sqrt(v / (1 - 0.999**t)) + eps)
        return -lr * (step + decay * theta)

    return move


CASES = {
    "Adam-paper": (Adam(lr=1), adam(EPS, False), MV),
    "Adam-torch": (Adam.like("torch", lr=1), adam(EPS, False), MV),
    "Adam-optax": (Adam.like("optax", lr=1), adam(EPS, False), MV),
    "Adam-keras": (Adam.like("keras", lr=1), adam(1e-7, True), MV),
    "Adam-tf1": (Adam.like("tf1", lr=1), adam(1e-8, True), MV),
    "Adam-sklearn": (Adam.like("sklearn", lr=1), adam(1e-8, True), MV),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Adam(), 1 - 0.001 * 2 / (2 + 1e-8)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (Adam.like("torch"), 1.000000e-3, 9.999999e-4, 9.999000e-4),
    (Adam.like("keras"), 9.999968e-4, 9.999684e-4, 9.693466e-4),
    (Adam.like("tf1"), 9.999997e-4, 9.999969e-4, 9.968477e-4),
]


@pytest.mark.parametrize(
    ("rule", "at_1", "at_tenth", "at_small"), FIRST, ids=lambda v: type(v).__name__
)
def test_first_step_at_library_defaults(rule, at_1, at_tenth, at_small):
    for g, want in ((1.0, at_1), (0.1, at_tenth), (1e-4, at_small)):
        if want is not None:
            digits = 5e-5 if type(rule).__name__.startswith("AdaMax") else 1e-6
            assert -path(rule, [g])[0] == pytest.approx(want, rel=digits)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Adam, CASES)
