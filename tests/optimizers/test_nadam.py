"""nadam.py: its rules against their equations, in loops over single numbers."""

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
    Nadam,
)


def nadam(form, eps, psi=1.0):
    def mu(t):
        return 0.9 * (1 - 0.5 * 0.96 ** (psi * t))

    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        if form == "ruder":
            top = 0.9 * (m / (1 - 0.9**t)) + (1 - 0.9) * g / (1 - 0.9**t)
        elif form == "dozat":
            top = 0.9 * m / (1 - 0.9 ** (t + 1)) + (1 - 0.9) * g / (1 - 0.9**t)
        else:
            product = math.prod(mu(i) for i in range(1, t + 1))
            top = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        return -lr / (math.sqrt(v / (1 - 0.999**t)) + eps) * top

    return move


CASES = {
    "Nadam-paper": (Nadam(lr=1), nadam("ruder", EPS), MV),
    "Nadam-optax": (Nadam.like("optax", lr=1), nadam("dozat", EPS), MV),
    "Nadam-keras": (Nadam.like("keras", lr=1), nadam("scheduled", 1e-7), MV),
    "Nadam-torch": (Nadam.like("torch", lr=1), nadam("scheduled", EPS, 0.004), MV),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Nadam(), 1 - 0.001 * (0.9 * 2 + 2) / (2 + 1e-8)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (Nadam.like("torch"), 2.112904e-3, None, None),
    (Nadam.like("keras"), 1.062788e-3, None, None),
    (Nadam.like("optax", lr=0.002), 2.947368e-3, None, None),
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
    assert covers_every_form(Nadam, CASES)
