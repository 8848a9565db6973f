"""Means and samples of single rows are those of the kernel of training."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import CD, PCD
from chainrule.energy.rbm.native_rows import NativeRows
from chainrule.engines import native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine is not built")
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_are_near_those_of_numpy(dtype):
    rbm = cr.RBM(7, visible=13, seed=1, dtype=dtype)
    rbm.theta[...] = RNG.normal(size=rbm.theta.size)
    rows, units, w = NativeRows(rbm.units, rbm.theta), rbm.units, rbm.weights
    v = (RNG.random((5, 13)) < 0.5).astype(dtype)
    assert np.allclose(rows.hidden_mean(v), units.hidden_mean(w, v), rtol=1e-5)
    h, u = (RNG.random((5, 7)) < 0.5).astype(dtype), RNG.random((5, 13))
    assert (rows.visible_sample(h, u) == units.sample_visible(w, h, u)).all()


@pytest.mark.slow
@pytest.mark.parametrize("sampler", [CD(k=2), PCD()], ids=repr)
def test_no_sample_differs_from_that_of_a_long_run(sampler):
    """Of a million draws in float32, some lie between the two engines' probabilities."""
    X = (RNG.random((256, 400)) < 0.3).astype(np.float32)
    rbm = cr.RBM(300, seed=1, engine="native")
    options = {"sampler": sampler, "optimizer": cr.SGD(0.05), "batch_size": 128, "verbose": 0}
    run = rbm.record(X, epochs=6, **options)
    for step in range(12):
        moment = run.at(step=step)
        found = {q.symbol: q.array for stage in moment.stages() for q in stage.quantities}
        assert np.abs(found["minus.W"] - found["plus.W"] - found["dW"]).max() < 1e-6
        if isinstance(sampler, PCD):
            assert (found["h2"] == moment.next().carry["h"]).all()
