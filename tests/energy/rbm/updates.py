"""Updates of an RBM's run, made as `fit` makes them."""

import numpy as np
import pytest
from tests.naive_rbm import some_rows

from chainrule.energy import CD, PCD, ParallelTempering
from chainrule.recording.stages.one_update import OneUpdate

ROWS, BATCH = 10, 4
SAMPLERS = [CD(), CD(k=3), PCD(), PCD(k=2, chains=3), ParallelTempering(k=2, temperatures=3)]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)


def updates(rbm, sampler, optimizer, count=4):
    """Yield some updates of a run, each with θ and the chains after it."""
    rows = some_rows(rbm, ROWS)
    X, y = rows[:, : rbm.units.visible], None
    if rbm.classes:
        y = rows[:, rbm.units.visible :].argmax(axis=1)
    weights = np.linspace(0.5, 1.5, ROWS)
    run = rbm.train(
        X,
        y,
        sampler=sampler,
        optimizer=optimizer,
        batch_size=BATCH,
        epochs=3,
        sample_weight=weights,
        order=lambda epoch, n: np.arange(n),
    )
    one = None
    for now in run:
        s = now.state
        if one is not None:
            yield one, s.theta.copy(), dict(s.carry)
        start = s.position % ROWS
        batch = now.source.rows(slice(start, min(start + BATCH, ROWS)))
        slots = {name: a.copy() for name, a in s.slots.items()}
        carry = {name: a.copy() for name, a in s.carry.items()}
        theta = s.theta.copy()
        one = OneUpdate(
            now.objective, now.update, theta, slots, batch, s.t + 1, s.step, s.seed, carry
        )
        if s.step > count:
            return
