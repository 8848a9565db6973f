"""Fields, probabilities and samples of an RBM say what they are made of."""

import numpy as np
from tests.energy.rbm.updates import BATCH, updates

import chainrule as cr
from chainrule.energy import CD


def test_the_words_of_one_entry():
    rbm = cr.RBM(2, visible=3, seed=1, dtype="float64", initial_weights={"W": np.eye(2, 3)})
    one, _, _ = next(updates(rbm, CD(), cr.SGD(0.1), 2))
    stages = one.objective.stages(one)
    assert [s.name for s in stages] == [
        *("data", "hidden sample", "reconstruction", "statistics", "loss", "gradients")
    ]
    found = {q.symbol: q for s in stages for q in s.quantities}
    told = found["ph"].terms((0, 1))
    names = [term.formula for term in told.terms]
    on = [f"v[0, {i}]·W[1, {i}]" for i in range(3) if one.batch["x"][0, i]]
    assert names == ["c[1]", *on]
    assert told.then.startswith("ph[0, 1] = σ(")
    u, p, h = found["u.h1"].array[0, 1], found["ph"].array[0, 1], found["h1"].array[0, 1]
    assert h == (u < p)
    assert f"u = {u:.4g}, so {int(h)}." in found["h1"].terms((0, 1)).note
    rows = {term.row for term in found["dW"].terms((1, 2)).terms}
    assert rows <= set(range(BATCH)) and None not in rows
