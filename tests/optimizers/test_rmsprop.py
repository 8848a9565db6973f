"""rmsprop.py: its rules against their equations, in loops over single numbers."""

import math

import pytest
from tests.optimizers.stepping import EPS, RMS, covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    RMSprop,
)


def rmsprop(rho, eps, inside, mu=0.0, centered=False):
    def move(t, lr, g, s, theta):
        s["ms"] = rho * s["ms"] + (1 - rho) * g**2
        s["mg"] = rho * s["mg"] + (1 - rho) * g
        spread = s["ms"] - s["mg"] ** 2 if centered else s["ms"]
        if inside:  # the rate is inside the sum too
            s["mom"] = mu * s["mom"] + lr * g / math.sqrt(spread + eps)
            return -s["mom"]
        s["mom"] = mu * s["mom"] + g / (math.sqrt(spread) + eps)
        return -lr * s["mom"]

    return move


CASES = {
    "RMSprop-paper": (RMSprop(lr=1), rmsprop(0.9, EPS, True), RMS),
    "RMSprop-paper-both": (
        RMSprop(lr=1, momentum=0.5, centered=True, eps=1e-4),
        rmsprop(0.9, 1e-4, True, 0.5, True),
        RMS,
    ),
    "RMSprop-keras": (
        RMSprop.like("keras", lr=1, momentum=0.7),
        rmsprop(0.9, 1e-7, True, 0.7),
        RMS,
    ),
    "RMSprop-optax": (RMSprop.like("optax", lr=1), rmsprop(0.9, 1e-8, True), RMS),
    "RMSprop-tf1": (
        RMSprop.like("tf1", lr=1, momentum=0.7),
        rmsprop(0.9, 1e-10, True, 0.7),
        {**RMS, "ms": 1.0},
    ),
    "RMSprop-tf1-centered": (
        RMSprop.like("tf1", lr=1, centered=True),
        rmsprop(0.9, 1e-10, True, 0, True),
        {**RMS, "ms": 1.0},
    ),
    "RMSprop-torch": (
        RMSprop.like("torch", lr=1, momentum=0.7),
        rmsprop(0.99, 1e-8, False, 0.7),
        RMS,
    ),
    "RMSprop-torch-centered": (
        RMSprop.like("torch", lr=1, centered=True),
        rmsprop(0.99, 1e-8, False, 0, True),
        RMS,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (RMSprop(), 1 - 0.001 * 2 / math.sqrt(0.1 * 4 + 1e-8)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # −θ after one step from 0, for g = 1, 0.1 and 1e-4
    (RMSprop.like("torch"), 9.999999e-2, 9.999990e-2, 9.990010e-2),
    (RMSprop.like("keras"), 3.162276e-3, 3.162120e-3, 3.146584e-4),
    (RMSprop.like("tf1", lr=0.001), 1.000000e-3, 1.053507e-4, 1.054093e-7),
    (RMSprop.like("optax", lr=0.01), 3.162278e-2, 3.162262e-2, 9.534626e-3),
]


@pytest.mark.parametrize(
    ("rule", "at_1", "at_tenth", "at_small"), FIRST, ids=lambda v: type(v).__name__
)
def test_first_step_at_library_defaults(rule, at_1, at_tenth, at_small):
    for g, want in ((1.0, at_1), (0.1, at_tenth), (1e-4, at_small)):
        if want is not None:
            digits = 5e-5 if type(rule).__name__.startswith("AdaMax") else 1e-6
            assert -path(rule, [g])[0] == pytest.approx(want, rel=digits)


def test_centered_survives_a_constant_gradient():
    """E[g²] − E[g]² of a constant is 0 but for rounding, which may fall on either side."""
    for rule in (RMSprop(centered=True), RMSprop.like("torch", centered=True)):
        assert all(map(math.isfinite, path(rule, [1e6 / 3] * 2000)))


def test_each_librarys_form_is_a_case():
    assert covers_every_form(RMSprop, CASES)
