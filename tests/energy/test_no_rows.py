"""No rows: an energy model that has weights answers with no rows of the right shape and type."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import energy
from chainrule.engines import native

SIGNS = np.array([[1, -1, 1, -1, 1, 1], [1, 1, 1, -1, -1, -1]])
ROWS = (SIGNS + 1) / 2
ENGINES = ["reference", *["native"] * native.available()]
MEMORIES = {
    "hopfield": (lambda: cr.Hopfield().store(SIGNS), "energy stable overlaps predict"),
    "hopfield, synchronous": (lambda: cr.Hopfield(order="synchronous").store(SIGNS), "predict"),
    "hopfield, warm": (lambda: cr.Hopfield(temperature=1.0).store(SIGNS), "predict"),
    "hopfield, 0 and 1": (lambda: cr.Hopfield().store(ROWS), "predict energy"),
    "dense": (lambda: energy.DenseAssociativeMemory().store(SIGNS), "energy update predict"),
    "modern": (lambda: energy.ModernHopfield().store(SIGNS), "attention update energy predict"),
    "continuous": (lambda: energy.ContinuousHopfield().store(SIGNS), "energy update"),
    "bam": (lambda: energy.BAM().store(SIGNS, SIGNS[:, :4]), "predict"),
}
RBMS = {
    "binary": (
        lambda e: cr.RBM(3, visible=6, engine=e),
        "transform reconstruct free_energy pseudo_likelihood log_likelihood",
    ),
    "gaussian": (
        lambda e: cr.RBM(3, visible=6, kind="gaussian", engine=e),
        "transform reconstruct free_energy log_likelihood",
    ),
    "with classes": (
        lambda e: cr.RBM(3, visible=6, classes=2, engine=e),
        "predict transform free_energy log_likelihood",
    ),
}


def check(model, calls, rows):
    for call in calls.split():
        some = getattr(model, call)(rows)
        for empty in (rows[:0], np.empty((0, 0))):
            none = getattr(model, call)(empty)
            assert none.shape == (0, *some.shape[1:]) and none.dtype == some.dtype, call
        with pytest.raises((cr.DataError, cr.ShapeError)):
            getattr(model, call)(rows[:0, :4])


@pytest.mark.parametrize("name", MEMORIES)
def test_no_rows_are_recalled_as_no_rows(name):
    make, calls = MEMORIES[name]
    check(make(), calls, ROWS if "0 and 1" in name else SIGNS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", RBMS)
def test_no_rows_of_an_rbm(name, engine):
    make, calls = RBMS[name]
    rbm = make(engine).build(ROWS)
    check(rbm, calls, ROWS)
    y = np.zeros(2, int) if rbm.classes else None
    none = None if y is None else y[:0]
    assert rbm.energy(ROWS[:0], np.empty((0, 3)), none).shape == (0,)
    assert rbm.inverse_transform(np.empty((0, 3))).shape == (0, 6)
    assert rbm.inpaint(ROWS[:0], np.ones(6, bool)).shape == (0, 6)
    if rbm.classes:
        assert rbm.transform(ROWS[:0], none).shape == (0, 3)
        with pytest.raises(cr.DataError, match="y has 2 rows"):
            rbm.transform(ROWS[:0], y)


def test_no_rows_of_a_stack():
    stack = energy.DeepBeliefNetwork(4, 3)
    stack.fit(ROWS, epochs=0, verbose=0)
    check(stack, "transform", ROWS)
