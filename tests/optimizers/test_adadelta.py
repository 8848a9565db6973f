"""adadelta.py: its rules against their equations, in loops over single numbers."""

import math

import numpy as np
import pytest
from tests.optimizers.stepping import (
    D2,
    GRADIENTS,
    START,
    covers_every_form,
    loop,
    path,
    rated_path,
)

from chainrule.optimizers import (
    Adadelta,
)


def adadelta(rho, eps):
    def move(t, lr, g, s, theta):
        s["g2"] = rho * s["g2"] + (1 - rho) * g**2
        d = -math.sqrt(s["d2"] + eps) / math.sqrt(s["g2"] + eps) * g
        s["d2"] = rho * s["d2"] + (1 - rho) * d**2
        return lr * d

    return move


CASES = {
    "Adadelta-torch": (Adadelta.like("torch"), adadelta(0.9, 1e-6), D2),
    "Adadelta-optax": (Adadelta.like("optax"), adadelta(0.9, 1e-6), D2),
    "Adadelta-keras": (Adadelta.like("keras", lr=1), adadelta(0.95, 1e-7), D2),
    "Adadelta-tf1": (Adadelta.like("tf1", lr=1), adadelta(0.95, 1e-8), D2),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


UNRATED = {
    "Adadelta-paper": (Adadelta(), adadelta(0.95, 1e-6), D2),
}


@pytest.mark.parametrize("name", UNRATED)
def test_meets_its_equations_without_a_rate(name):
    rule, move, start = UNRATED[name]
    assert path(rule, GRADIENTS, START) == pytest.approx(loop(move, start, rated=False), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Adadelta(), 1 - math.sqrt(1e-6) / math.sqrt(0.05 * 4 + 1e-6) * 2),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (Adadelta.like("torch"), 3.162262e-3, 3.160698e-3, 9.995004e-5),
    (Adadelta.like("keras"), 1.414212e-6, 1.414072e-6, 9.975093e-8),
    (Adadelta.like("tf1"), 4.472135e-7, 4.472091e-7, 9.759001e-8),
]


@pytest.mark.parametrize(
    ("rule", "at_1", "at_tenth", "at_small"), FIRST, ids=lambda v: type(v).__name__
)
def test_first_step_at_library_defaults(rule, at_1, at_tenth, at_small):
    for g, want in ((1.0, at_1), (0.1, at_tenth), (1e-4, at_small)):
        if want is not None:
            digits = 5e-5 if type(rule).__name__.startswith("AdaMax") else 1e-6
            assert -path(rule, [g])[0] == pytest.approx(want, rel=digits)


def test_optax_adadelta_goes_downhill_here():
    """With its default rate (None) Optax climbs from 1 to 2.2704; with 1 it falls to 0.3313."""
    rule, theta = Adadelta.like("optax"), np.array([1.0])
    slots = rule.start(theta)
    for t in range(1, 201):
        rule.step(t, theta, 2 * theta, *slots.values())
    assert theta[0] == pytest.approx(0.3313, abs=5e-5)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Adadelta, CASES | UNRATED)
