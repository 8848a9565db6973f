"""radam.py: its rules against their equations, in loops over single numbers."""

import math

import numpy as np
import pytest
from tests.optimizers.stepping import EPS, MV, covers_every_form, loop, moments, path, rated_path

from chainrule.optimizers import RAdam


def radam(threshold, corrected):
    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        rho_inf = 2 / (1 - 0.999) - 1
        rho = rho_inf - 2 * t * 0.999**t / (1 - 0.999**t)
        m_hat = m / (1 - 0.9**t)
        if rho <= threshold:
            return -lr * m_hat
        r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
        if corrected:
            return -lr * r * m_hat / (math.sqrt(v / (1 - 0.999**t)) + EPS)
        return -lr * r * m_hat * math.sqrt(1 - 0.999**t) / (math.sqrt(v) + EPS)

    return move


CASES = {
    "RAdam-paper": (RAdam(lr=1), radam(4, False), MV),
    "RAdam-torch": (RAdam.like("torch", lr=1), radam(5, False), MV),
    "RAdam-optax": (RAdam.like("optax", lr=1), radam(5, True), MV),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), rel=1e-10, abs=1e-12)


def test_first_step_by_hand():
    """ρ of the first step is 1, so the step is lr m̂ = lr g."""
    assert path(RAdam(), [2.0], theta=1.0) == pytest.approx([1 - 0.001 * 2], abs=1e-14)


def test_the_root_counts_from_the_fifth_step():
    """The paper's ρ is above 4 from step 5 on, the libraries' from step 6 on."""
    g = [1e-3] * 7
    for rule, steps in ((RAdam(), 4), (RAdam.like("torch"), 5)):
        moved = -np.diff([0.0, *path(rule, g)])
        assert (moved[:steps] == pytest.approx(1e-6)) and (moved[steps:] > 1e-5).all()


def test_each_librarys_form_is_a_case():
    assert covers_every_form(RAdam, CASES)
