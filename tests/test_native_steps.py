"""The loop in C, interrupted wherever it can be: the numbers of the run stay those of an undisturbed one."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.native_steps import NativeSteps

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine is not built")

X = np.random.default_rng(0).normal(size=(50, 3))
Y = X.sum(axis=1)


def trained():
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), engine="native")
    history = net.fit(X, Y, epochs=7, batch_size=16, verbose=0)
    return net.theta.tobytes(), history.loss.tolist(), net.run_state.step, net.run_state.epoch


@pytest.mark.parametrize("most", [1, 3, 4, 5, 9])
def test_a_call_may_return_after_any_step(most, monkeypatch):
    """As it does when its 50 ms are spent, even before the first epoch is over."""
    undisturbed, whole = trained(), NativeSteps._run

    def cut_short(self, run, order, c, starts, *others):
        return whole(self, run, order, c, starts[: most + 1], *others)

    monkeypatch.setattr(NativeSteps, "_run", cut_short)
    assert trained() == undisturbed
