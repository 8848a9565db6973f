"""adamw.py: its rules against their equations, in loops over single numbers."""

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
    AdamW,
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
    "AdamW-paper": (AdamW(lr=1), adam(EPS, False, 0.01), MV),
    "AdamW-torch": (AdamW.like("torch", lr=1), adam(EPS, False, 0.01), MV),
    "AdamW-optax": (AdamW.like("optax", lr=1), adam(EPS, False, 1e-4), MV),
    "AdamW-keras": (AdamW.like("keras", lr=1), adam(1e-7, True, 0.004), MV),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (AdamW(), 1 - 0.001 * (2 / (2 + 1e-8) + 0.01)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(AdamW, CASES)
