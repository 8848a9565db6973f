"""The loop in C may be interrupted at any step: the numbers stay those of an undisturbed run."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine is not built")

X = np.random.default_rng(0).normal(size=(50, 3))
Y = X.sum(axis=1)
LOSSES = 10  # which argument of `advance` has a place for each step


def trained():
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), engine="native")
    history = net.fit(X, Y, epochs=7, batch_size=16, verbose=0)
    return net.theta.tobytes(), history.loss.tolist(), net.run_state.step, net.run_state.epoch


@pytest.mark.parametrize("most", [1, 3, 4, 5, 9])
def test_a_call_may_return_after_any_step(most, monkeypatch):
    """As it does when its 50 ms are spent, even before the first epoch is over."""
    undisturbed, whole, calls = trained(), native.native_code.advance, []

    def cut_short(*arguments):
        calls.append(len(losses := arguments[LOSSES]))
        return whole(*arguments[:LOSSES], losses[:most], *arguments[LOSSES + 1 :])

    monkeypatch.setattr(native.native_code, "advance", cut_short)
    assert trained() == undisturbed
    assert calls[0] == 28  # all seven epochs were asked for at once
