"""sgd.py: its rules against their equations, in loops over single numbers."""

import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

from chainrule.optimizers import (
    SGD,
)


def sgd(t, lr, g, s, theta):
    return -lr * g


CASES = {
    "SGD-paper": (SGD(lr=1), sgd, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (SGD(), 1 - 0.01 * 2),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(SGD, CASES)
