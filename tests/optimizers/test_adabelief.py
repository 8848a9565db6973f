"""adabelief.py: its rule against its equations, in loops over single numbers."""

import math

import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

from chainrule.optimizers import AdaBelief


def adabelief(eps):
    def move(t, lr, g, s, theta):
        s["m"] = 0.9 * s["m"] + (1 - 0.9) * g
        s["s"] = 0.999 * s["s"] + (1 - 0.999) * (g - s["m"]) ** 2 + eps
        return -lr * s["m"] / (1 - 0.9**t) / (math.sqrt(s["s"] / (1 - 0.999**t)) + eps)

    return move


MS = {"m": 0.0, "s": 0.0}
CASES = {
    "AdaBelief-paper": (AdaBelief(lr=1), adabelief(1e-8), MS),
    "AdaBelief-optax": (AdaBelief.like("optax", lr=1), adabelief(1e-16), MS),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), rel=1e-10, abs=1e-12)


def test_first_step_by_hand():
    root = math.sqrt(1.8**2 + 1e-8 / 0.001)  # g − m = 2 − 0.2, and ε / (1 − β2)
    step = 0.001 * 2 / (root + 1e-8)
    assert path(AdaBelief(), [2.0], theta=1.0) == pytest.approx([1 - step], abs=1e-14)


def test_gradients_that_agree_make_long_steps():
    """Adam's step is lr whatever the size of equal gradients; AdaBelief trusts them more."""
    agreeing = path(AdaBelief(), [1.0] * 50)
    assert agreeing[-2] - agreeing[-1] > 0.003


def test_each_librarys_form_is_a_case():
    assert covers_every_form(AdaBelief, CASES)
