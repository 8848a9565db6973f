"""Ops of a user's own, in Python, inside a natively run network: they are called back from C."""

import gc
import os
import subprocess
import sys
import tracemalloc
import weakref

import numpy as np
import pytest
from tests.users_ops import ENGINES, NETWORKS, Cauchy, X, Y, close, moment, network, shrink, trained

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.training.objective import ProgramObjective

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


# ---------------------------------------------------------------- the same as the reference


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 64, 130, 300])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_the_reference(name, rows, dtype):
    net = network(name, dtype=dtype, loss=Cauchy())
    batch = {
        "x": X[:rows].astype(dtype),
        "y": Y[:rows].astype(dtype),
        "c": np.full(rows, 1 / rows, dtype),
        "row": np.arange(rows, dtype=np.int32) * 3,
        "N": net.dtype.type(rows),
    }
    key = np.array([2**32 - 2, 7])
    found = [
        ProgramObjective(net.programs.train, (), engine)(net.theta, batch, key, {})
        for engine in ENGINES
    ]
    assert np.isclose(float(found[0][0]), float(found[1][0]), rtol=1e-6)
    assert close(found[0][1], found[1][1], dtype, 4)
    assert (found[0][1] != 0).any()


@pytest.mark.parametrize("batch_size", [30, None])
@pytest.mark.parametrize("name", NETWORKS)
def test_training_and_predicting_are_those_of_the_reference(name, batch_size):
    ours, reference = (trained(name, engine, "float64", 5, batch_size) for engine in ENGINES)
    assert close(ours.theta, reference.theta, "float64", 10)
    assert close(ours.run_state.history["loss"], reference.run_state.history["loss"], "float64", 10)
    assert close(ours.predict(X), reference.predict(X), "float64", 10)
    assert np.isclose(ours.evaluate(X, Y)["loss"], reference.evaluate(X, Y)["loss"], rtol=1e-10)


@pytest.mark.parametrize("name", NETWORKS)
def test_threads_change_no_bit(name):
    def bits(**settings):
        net = trained(name, batch_size=140, **settings)
        return net.theta.tobytes() + net.predict(X).tobytes()

    assert len({bits(threads=n) for n in (1, 2, 3)}) == 1


def test_frozen_parameters_ask_for_no_gradient():
    nets = [network("parameter", engine).freeze("bump1") for engine in ENGINES]
    for net in nets:
        net.fit(X, Y, epochs=3, verbose=0)
    assert (nets[0].parameters["r2"] == np.float32(0.3)).all() and close(
        nets[0].theta, nets[1].theta, "float32", 10
    )


def test_a_prediction_in_which_rows_meet_is_that_of_the_reference():
    class Centred(cr.Layer):
        def __call__(self, x):
            return shrink(
                x,
                moment(x, x.tape.input("N", ())),
                x.tape.param("s", x.shape[1:], cr.initializers.Zeros()),
            )

    nets = [
        cr.Network(Centred(), cr.Dense(4), loss=cr.SquaredError(), engine=engine)
        for engine in ENGINES
    ]
    for net in nets:
        net.fit(X, Y, epochs=2, verbose=0)
    assert close(nets[0].predict(X), nets[1].predict(X), "float32", 10)


@pytest.mark.parametrize("optimizer", [cr.LBFGS(), (cr.ClipNorm(0.1), cr.Adam())])
def test_updates_in_python_take_their_gradients_from_c(optimizer):
    nets = [trained("all at once", engine, "float64", 3, None, optimizer) for engine in ENGINES]
    assert np.allclose(nets[0].theta, nets[1].theta, rtol=1e-6, atol=1e-8)


def test_resumed_it_gives_the_same_bits(tmp_path):
    def run(epochs, **settings):
        net = network("all at once", threads=2)
        net.fit(X, Y, epochs=epochs, batch_size=140, verbose=0, **settings)
        return net.theta.tobytes()

    run(2, callbacks=[cr.Checkpoint(tmp_path / "run")])
    assert run(5, resume=tmp_path / "run") == run(5)


def test_the_summary_names_each_step_in_numpy():
    lines = network("inside others").summary().splitlines()
    assert [line for line in lines if "NumPy" in line] == [
        "in NumPy, called from C: tanh (residual1/sequential1/tanh1/a), your own op",
        "in NumPy, called from C: bump (residual1/bump1/a), your own op",
    ]
    assert "NumPy" not in network("inside others", "reference").summary()


def test_an_op_of_ours_without_a_twin_runs_in_numpy_as_well(monkeypatch):
    class Without:
        """The engine, but for the twin of tanh."""

        def __getattr__(self, name):
            return getattr(whole, name)

        def has_twin(self, engine, name, rule):
            return name != "tanh" and whole.has_twin(engine, name, rule)

    def theta():
        layers = cr.Dense(8), cr.Tanh(), cr.Dense(4)
        net = cr.Network(
            *layers, loss=cr.SquaredError(), inputs=(9,), dtype="float64", engine="native"
        )
        net.fit(X, Y, epochs=2, verbose=0)
        return net.theta, net.summary()

    whole, (expected, _) = native.native_code, theta()
    monkeypatch.setattr(native, "native_code", Without())
    found, summary = theta()
    assert close(found, expected, "float64", 10)
    assert "in NumPy, called from C: tanh (tanh1/a), an op without a twin" in summary


# ---------------------------------------------------------------- threads, processes, memory


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_it_runs_after_a_fork():
    code = """
import os, warnings, numpy as np, chainrule as cr
warnings.simplefilter("ignore")
@cr.op
def double(z):
    '''a = 2 z'''
    return 2 * z
@double.gradient
def double_backward(da, a, z):
    '''dz = 2 da'''
    return (2 * da,)
class Double(cr.Layer):
    def __call__(self, z):
        return double(z)
X = np.random.default_rng(0).normal(size=(512, 9)); y = X[:, :1]
layers = cr.Dense(8), Double(), cr.Dense(1)
net = cr.Network(*layers, loss=cr.SquaredError(), threads=2, engine="native")
net.fit(X, y, batch_size=256, verbose=0)
child = os.fork()
net.fit(X, y, batch_size=256, verbose=0)
if child == 0:
    os._exit(0 if np.isfinite(net.theta).all() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=env,
    )
    assert done.stdout.split() == ["0"]


def test_a_plan_owns_its_function_and_both_go_together():
    net = network("row op")
    plan = Native(net.programs.predict, 8, np.float32)
    function = weakref.ref(plan.outside)
    plan.outside = None
    gc.collect()
    assert function() is not None
    assert close(plan.predict(net.theta, {"x": X.astype(np.float32)}), net.predict(X), "float32")
    del plan
    assert function() is None


@pytest.mark.slow
def test_a_call_leaves_no_object_behind():
    net = network("parameter")
    objective = ProgramObjective(net.programs.train, (), "native")
    batch = {"x": X[:128], "y": Y[:128], "c": np.full(128, 1 / 128)}
    batch = {name: a.astype(np.float32) for name, a in batch.items()}

    def memory(calls):
        for _ in range(calls):
            objective(net.theta, batch, np.array([0, 1]), {})
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        # Free lists of Python and NumPy fill at their own pace, some kB whatever the calls. So
        # there are many calls, and less than the smallest object for each.
        before = memory(2000)
        assert memory(2000) - before < 2000 * sys.getsizeof(object())
    finally:
        tracemalloc.stop()
