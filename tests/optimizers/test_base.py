"""What optimizers say: messages, and how a library's form differs from the paper's."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    RMSprop,
    Rprop,
)


def test_messages_for_what_cannot_be():
    with pytest.raises(ParameterError) as failure:
        Adam(lr=-1)
    assert str(failure.value) == "Adam(lr=-1): lr must be a number > 0. The usual value is 0.001."
    with pytest.raises(
        ParameterError, match=r"Adagrad\(eps=0\): eps must be > 0 when initial_accumulator is 0"
    ):
        Adagrad(eps=0)
    with pytest.raises(ParameterError, match=r"Adagrad\(lr=-1\)"):
        Adagrad.like("tf1", lr=-1)
    with pytest.raises(ParameterError, match=r"RMSprop\(centered=1\)"):
        RMSprop(centered=1)
    with pytest.raises(
        ParameterError, match=r"Rprop\(largest=1e-09\): largest must be a number ≥ smallest"
    ):
        Rprop(largest=1e-9)
    with pytest.raises(
        ParameterError, match=r"AdaMax\.like\('tf1'\): expected .*, got 'tf1', which has no AdaMax"
    ):
        AdaMax.like("tf1")
    with pytest.raises(ParameterError, match=r"such as Adadelta\.like\('torch'\)"):
        Adadelta().scaled(0.5)


def test_differences_by_eye():
    text = Adam.like("keras").differences()
    assert "√(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε)" in text and "eps = 1e-07 (paper: 1e-08)" in text
    assert Adam.like("torch").differences() == "Adam: the paper's form with the paper's numbers."
    assert "lr = 1.0 (paper: none)" in Adadelta.like("torch").differences()
    assert "initial_accumulator = 1.0 (paper: 0.0)" in RMSprop.like("tf1").differences()


def test_a_rule_of_ones_own_may_take_whole_tensors():
    shapes = []

    class Whole(cr.optimizers.Optimizer):
        """θ ← θ − lr g / ‖g‖, for each tensor."""

        lr: float = 0.1
        by_tensor = True

        def step(self, t, theta, g):
            shapes.append(theta.shape)
            theta -= self.lr * g / np.linalg.norm(g)

    net = cr.Network(
        cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SquaredError(), inputs=(4,), dtype="float64"
    )
    before = {name: net.parameters[name].copy() for name in ("W1", "b1", "W2", "b2")}
    X, y = np.eye(4), np.ones((4, 2))
    net.fit(X, y, optimizer=Whole(), batch_size=None, verbose=0)
    assert sorted(shapes) == [(2,), (3,), (4, 3), (6,)]  # the last layer is no hidden matrix
    for name, old in before.items():
        assert np.linalg.norm(net.parameters[name] - old) == pytest.approx(0.1)
