"""A normalization in training: relu in its pass, and dx written once. No bit changes."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import Reference

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


def conv(channels):
    return cr.Conv2D(channels, kernel=3, padding="same", bias=False)


BLOCK = cr.Residual(conv(5), cr.BatchNorm(), cr.ReLU(), conv(5), cr.BatchNorm()), cr.ReLU()
CASES = {
    "dense": ((cr.Dense(131), cr.BatchNorm(), cr.ReLU(), cr.Dense(3)), (4,)),
    "one channel": ((cr.Dense(1), cr.BatchNorm(), cr.ReLU(), cr.Dense(3)), (4,)),
    "sequence": ((cr.Conv1D(33, kernel=2), cr.BatchNorm(), cr.ReLU(), cr.Flatten()), (3, 2)),
    "strips of an image": ((conv(40), cr.BatchNorm(), cr.ReLU(), cr.Flatten()), (6, 7, 1)),
    "no relu": ((cr.Dense(19), cr.BatchNorm(), cr.Tanh(), cr.Dense(3)), (4,)),
    "first layer": ((cr.BatchNorm(), cr.ReLU(), cr.Dense(3)), (4,)),
    "frozen": ((cr.Dense(6), cr.BatchNorm(trainable=False), cr.ReLU(), cr.Dense(3)), (4,)),
    "residual": ((conv(5), cr.BatchNorm(), cr.ReLU(), *BLOCK, cr.Flatten()), (3, 4, 2)),
    "x is read twice": (
        (cr.Dense(6), cr.Residual(cr.BatchNorm(), cr.ReLU()), cr.ReLU(), cr.Dense(3)),
        (4,),
    ),
    "sums without a normalization": (
        (cr.Dense(6), cr.Residual(cr.Dense(6)), cr.ReLU(), cr.Residual(cr.Residual(cr.Tanh()))),
        (4,),
    ),
}


def job(name, rows, dtype):
    layers, shape = CASES[name]
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=shape, dtype=dtype, seed=4)
    program = net.programs.train
    rng = np.random.default_rng(rows)
    X = rng.normal(size=(rows, *shape)).astype(dtype)
    y = rng.normal(size=(rows, *net.programs.output[1:])).astype(dtype)
    inputs = {"x": X, "y": y, "c": np.full(rows, 1 / rows, dtype), "N": np.array(rows, dtype)}
    return net, program, inputs


def in_c(net, program, inputs, **options):
    wanted = [p.value for p in program.parameters]
    plan = Native(program, len(inputs["x"]), net.dtype, wrt=wanted, **options)
    return plan.loss_and_grad(net.theta, inputs)


@pytest.mark.parametrize("rows", [64, 37])  # 1 / N is exact, or it is not
@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_the_definition(name, rows):
    net, program, inputs = job(name, rows, "float64")
    found = in_c(net, program, inputs)
    L, g = Reference(program).loss_and_grad(net.theta, inputs, [slice(0, rows)])[:2]
    assert found[0] == pytest.approx(L, rel=1e-12)
    np.testing.assert_allclose(found[1], g, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_the_bits_do_not_depend_on_memory_threads_or_instructions(name):
    net, program, inputs = job(name, 130, "float32")
    L, g = in_c(net, program, inputs)[:2]
    others = [{"keep": True}, {"threads": 2}, {"threads": 3}]
    others += [{"instructions": s} for s in native.instruction_sets() if s != "plain"]
    for options in others:
        again = in_c(net, program, inputs, **options)
        assert again[0] == L
        assert (again[1] == g).all()
