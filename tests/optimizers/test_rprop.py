"""rprop.py: its rules against their equations, in loops over single numbers."""

import pytest
from tests.optimizers.stepping import GRADIENTS, START, covers_every_form, loop, path

from chainrule.optimizers import (
    Rprop,
)


def rprop(form, first=0.1):
    def sign(x):
        return (x > 0) - (x < 0)

    def move(t, lr, g, s, theta):
        delta, last = s.get("delta", first), s.get("last", 0.0)
        if g * last > 0:
            delta = min(delta * 1.2, 50)
        elif g * last < 0:
            delta = max(delta * 0.5, 1e-6)
        s["delta"] = delta
        if form == "optax":
            s["last"] = 0.0 if g * last < 0 else sign(g) * delta
            return 0.0 if g * last < 0 else -last
        s["last"] = 0.0 if form == "torch" and g * last < 0 else g
        return -sign(s["last"]) * delta

    return move


UNRATED = {
    "Rprop-paper": (Rprop(), rprop("paper"), {}),
    "Rprop-torch": (Rprop.like("torch"), rprop("torch", 0.01), {}),
    "Rprop-optax": (Rprop.like("optax"), rprop("optax"), {}),
    "Rprop-limits": (Rprop(lr=49), rprop("paper", 49), {}),
}


@pytest.mark.parametrize("name", UNRATED)
def test_meets_its_equations_without_a_rate(name):
    rule, move, start = UNRATED[name]
    assert path(rule, GRADIENTS, START) == pytest.approx(loop(move, start, rated=False), abs=1e-12)


BY_HAND = [  # from θ = 1 with g = 2, at the paper's numbers
    (Rprop(), 1 - 0.1),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Rprop, UNRATED)
