"""Plans of the native engine: made in time linear in their steps, small, and refused in words."""

import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import Reference

needs_c = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
RNG = np.random.default_rng(0)


def unrolled(steps, engine=None):
    each = cr.EachStep(cr.Sequential(cr.Dense(3), cr.ReLU(), cr.Dense(2), cr.Tanh()))
    return cr.Network(each, loss=cr.SquaredError(), inputs=(steps, 2), engine=engine)


def wrt(program):
    return [p.value for p in program.parameters]


@needs_c
@pytest.mark.parametrize("rows", [32, 256])
def test_four_times_the_steps_take_no_more_than_some_four_times_as_long(rows):
    seconds = []
    for steps in (40, 160):
        program, tries = unrolled(steps).programs.train, []
        for _ in range(5):
            start = time.process_time()
            Native(program, rows, np.float32, wrt=wrt(program))
            tries.append(time.process_time() - start)
        seconds.append(min(tries))
    assert seconds[1] < 12 * seconds[0]  # a cubic search took 50 times as long


@needs_c
@pytest.mark.parametrize("rows", [5, 131])
def test_memory_that_is_used_again_changes_no_bit(rows):
    program = unrolled(40).programs.train
    theta = RNG.normal(size=program.size).astype(np.float32)
    inputs = {
        "x": RNG.normal(size=(rows, 40, 2)).astype(np.float32),
        "y": RNG.normal(size=(rows, 40, 2)).astype(np.float32),
        "c": np.full(rows, 1 / rows, np.float32),
    }
    plans = [
        Native(program, rows, np.float32, wrt=wrt(program), keep=keep) for keep in (False, True)
    ]
    (loss, g), (kept_loss, kept_g) = (plan.loss_and_grad(theta, inputs) for plan in plans)
    assert loss == kept_loss and g.tobytes() == kept_g.tobytes()
    assert plans[0].memory < plans[1].memory
    expected = Reference(program).loss_and_grad(theta, inputs, [slice(0, rows)])[1]
    np.testing.assert_allclose(g, expected, rtol=1e-4, atol=1e-6)


@needs_c
@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_batch_needs_few_rows_and_few_sums_at_once(threads):
    layers = (cr.Dense(256), cr.ReLU(), cr.Dense(128), cr.ReLU(), cr.Dense(10))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(784,))
    program = net.programs.train
    small, large = (
        Native(program, rows, np.float32, wrt=wrt(program), threads=threads).memory
        for rows in (256, 4096)
    )
    assert large <= 2.5 * small  # waves of 512 rows and, of 8 of them, 3 sums that wait for others


@needs_c
@pytest.mark.parametrize("rows", [2**31 - 1, 2**31, 2**32 + 5, 10**30])
def test_a_step_of_more_rows_than_fit_is_refused(rows):
    net = cr.Network(cr.Dense(4), cr.BatchNorm(), cr.Dense(1), loss=cr.SquaredError(), inputs=(8,))
    program = net.programs.train
    with pytest.raises(
        cr.OutOfMemoryError, match=rf"a step of {rows:,} rows needs more memory.*smaller batch_size"
    ) as caught:
        Native(program, rows, np.float64, wrt=wrt(program))
    assert isinstance(caught.value, MemoryError)


def test_the_reference_engine_says_it_in_the_same_words(monkeypatch):
    def full(*_):
        raise MemoryError("Unable to allocate 74.5 GiB for an array")

    monkeypatch.setattr(Reference, "loss_and_grad", full)
    net = cr.Network(
        cr.Dense(4),
        cr.BatchNorm(),
        cr.Dense(1),
        loss=cr.SquaredError(),
        inputs=(8,),
        engine="reference",
    )
    with pytest.raises(cr.OutOfMemoryError, match="a step of 6 rows needs more memory"):
        net.fit(np.ones((6, 8)), np.ones(6), batch_size=None, verbose=0)
