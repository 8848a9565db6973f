"""lion.py: its rule against its equations, in loops over single numbers."""

import numpy as np
import pytest
from tests.optimizers.stepping import covers_every_form, loop, path, rated_path

import chainrule as cr
from chainrule.optimizers import Lion


def lion(decay):
    def move(t, lr, g, s, theta):
        c = 0.9 * s["m"] + (1 - 0.9) * g
        s["m"] = 0.99 * s["m"] + (1 - 0.99) * g
        return -lr * ((c > 0) - (c < 0) + decay * theta)

    return move


M = {"m": 0.0}
CASES = {
    "Lion-paper": (Lion(lr=1), lion(0), M),
    "Lion-keras": (Lion.like("keras", lr=1), lion(0), M),
    "Lion-optax": (Lion.like("optax", lr=1), lion(1e-3), M),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert rated_path(rule) == pytest.approx(loop(move, start), abs=1e-12)


def test_first_step_by_hand():
    assert path(Lion(), [2.0], theta=1.0) == pytest.approx([1 - 1e-4], abs=1e-14)


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_an_infinite_gradient_ends_the_run(engine):
    """Its sign would be finite, and the weights would move on without a word."""
    if engine == "native" and not cr.engines.native.available():
        pytest.skip("the native engine was not built")
    net = cr.Network(cr.Dense(1, init=0.0), loss=cr.SquaredError(), inputs=(1,), engine=engine)
    X, y = np.full((4, 1), 1e25, "float32"), np.full((4, 1), -1e18, "float32")
    with pytest.raises(cr.TrainingError):
        net.fit(X, y, optimizer=Lion(), epochs=1, batch_size=None, verbose=0)


def test_each_librarys_form_is_a_case():
    assert covers_every_form(Lion, CASES)
