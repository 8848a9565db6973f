"""adamax.py: its rules against their equations, in loops over single numbers."""

import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    AdaMax,
)


def adamax(form, eps=0.0):
    def move(t, lr, g, s, theta):
        s["m"] = 0.9 * s["m"] + (1 - 0.9) * g
        s["u"] = max(0.999 * s["u"], abs(g) + (eps if form == "inside" else 0))
        bottom = s["u"] + (eps if form == "outside" else 0)
        return -lr / (1 - 0.9**t) * (s["m"] / bottom if bottom else 0)

    return move


CASES = {
    "AdaMax-paper": (AdaMax(lr=1), adamax("paper"), {"m": 0, "u": 0}),
    "AdaMax-torch": (AdaMax.like("torch", lr=1), adamax("inside", 1e-8), {"m": 0, "u": 0}),
    "AdaMax-optax": (AdaMax.like("optax", lr=1), adamax("inside", 1e-8), {"m": 0, "u": 0}),
    "AdaMax-keras": (AdaMax.like("keras", lr=1), adamax("outside", 1e-7), {"m": 0, "u": 0}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (AdaMax(), 1 - 0.002 * 2 / 2),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (AdaMax.like("torch"), 2.0e-3, 2.0e-3, 1.9998e-3),
    (AdaMax.like("keras"), 1.0e-3, 1.0e-3, 9.9900e-4),
    (AdaMax.like("optax", lr=0.002), 2.0e-3, 2.0e-3, 1.9998e-3),
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
    assert covers_every_form(AdaMax, CASES)
