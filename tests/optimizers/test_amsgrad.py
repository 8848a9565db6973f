"""amsgrad.py: its rules against their equations, in loops over single numbers."""

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
    AMSGrad,
)


def amsgrad(form, eps):
    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        s["max"] = max(s["max"], v / c2 if form == "optax" else v)
        return {
            "paper": lambda: -lr * m / (math.sqrt(s["max"]) + eps),
            "torch": lambda: -lr * m / c1 / (math.sqrt(s["max"] / c2) + eps),
            "keras": lambda: -lr * math.sqrt(c2) / c1 * m / (math.sqrt(s["max"]) + eps),
            "optax": lambda: -lr * m / c1 / (math.sqrt(s["max"]) + eps),
        }[form]()

    return move


CASES = {
    "AMSGrad-paper": (AMSGrad(lr=1), amsgrad("paper", EPS), {**MV, "max": 0}),
    "AMSGrad-torch": (AMSGrad.like("torch", lr=1), amsgrad("torch", EPS), {**MV, "max": 0}),
    "AMSGrad-keras": (AMSGrad.like("keras", lr=1), amsgrad("keras", 1e-7), {**MV, "max": 0}),
    "AMSGrad-optax": (AMSGrad.like("optax", lr=1), amsgrad("optax", EPS), {**MV, "max": 0}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (AMSGrad(), 1 - 0.001 * 0.2 / (math.sqrt(0.004) + 1e-8)),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(AMSGrad, CASES)
