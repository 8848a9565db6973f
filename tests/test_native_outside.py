"""Ops of a user's own, in Python, inside a natively run network: they are called back from C."""

import gc
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import chainrule as cr
from chainrule import random
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.layers.dense import linear
from chainrule.objectives import ProgramObjective
from chainrule.operation import op
from chainrule.settings import Settings

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(300, 9)), RNG.normal(size=(300, 4))


# ---------------------------------------------------------------- ops of every kind


@op
def tanh(z):
    """a = tanh(z)"""
    return np.tanh(z)


@tanh.gradient
def tanh_backward(da, a, z):
    """dz = da (1 − a²)"""
    return (da * (1 - a * a),)


@op
def bump(z, r, power):
    """a = exp(−r z²) power"""
    return np.exp(-r * z**2) * power


@bump.gradient
def bump_backward(da, a, z, r, power):
    """dz = −2 da a r z,   dr = −Σₙ da a z²"""
    return -2 * da * a * r * z, -(da * a * z**2).sum(axis=0)


@op
def moment(x, N):
    """m = Σₙ x² / N"""
    return (x * x).sum(axis=0) / N


@moment.gradient
def moment_backward(dm, m, x, N):
    """dx = 2 dm x / N"""
    return 2 * dm * x / N, None


@op
def spread(x, m, N):
    """v = Σₙ (x − m)² / N"""
    return ((x - m) ** 2).sum(axis=0) / N


@spread.gradient
def spread_backward(dv, v, x, m, N):
    """dx = 2 dv (x − m) / N,   dm = −2 Σₙ dv (x − m) / N"""
    dx = 2 * dv * (x - m) / N
    return dx, -dx.sum(axis=0), None


@op
def ratio(m, v):
    """q = m / (1 + v)"""
    return m / (1 + v)


@ratio.gradient
def ratio_backward(dq, q, m, v):
    """dm = dq / (1 + v),   dv = −dq q / (1 + v)"""
    return dq / (1 + v), -dq * q / (1 + v)


@op
def shrink(x, m, s):
    """u = x / (1 + m s)"""
    return x / (1 + m * s)


@shrink.gradient
def shrink_backward(du, u, x, m, s):
    """dx = du / (1 + m s),   dm = −Σₙ du u s / (1 + m s),   ds = −Σₙ du u m / (1 + m s)"""
    each = du * u / (1 + m * s)
    return du / (1 + m * s), -(each * s).sum(axis=0), -(each * m).sum(axis=0)


@op
def unit(V):
    """W = V / √(Σ V²)"""
    return V / np.sqrt((V * V).sum())


@unit.gradient
def unit_backward(dW, W, V):
    """dV = (dW − W Σ W dW) / √(Σ V²)"""
    return ((dW - W * (W * dW).sum()) / np.sqrt((V * V).sum()),)


@op
def half(W):
    """H = W / 2"""
    return W / 2


@half.gradient
def half_backward(dH, H, W):
    """dW = dH / 2"""
    return (dH / 2,)


def drawn(x, key, row, path):
    return random.uniform(key, random.SAMPLE, path, row, x.shape[1])  # float64, whatever x is


@op
def noise(x, key, row, path):
    """h = x (1 + mask(key, row, path))"""
    return x * (1 + drawn(x, key, row, path))


@noise.gradient
def noise_backward(dh, h, x, key, row, path):
    """dx = dh (1 + mask(key, row, path))"""
    return dh * (1 + drawn(x, key, row, path)), None, None


@op
def cauchy(p, y):
    """l = Σₖ log(1 + (p − y)²)"""
    return np.log(1 + (p - y) ** 2).sum(axis=1)


@cauchy.gradient
def cauchy_backward(dl, l, p, y):
    """dp = 2 dl (p − y) / (1 + (p − y)²)"""
    return 2 * dl[:, None] * (p - y) / (1 + (p - y) ** 2), None


@op
def quartic(W):
    """Omega = Σ W² W²"""
    return (W**4).sum()


@quartic.gradient
def quartic_backward(dOmega, Omega, W):
    """dW = 4 dOmega W³"""
    return (4 * dOmega * W**3,)


@op
def signs(z):
    """s = sign(z)"""
    return np.sign(z)


@op
def product(a, b):
    """m = a b"""
    return a * b


@product.gradient
def product_backward(dm, m, a, b):
    """da = dm b,   db = dm a"""
    return dm * b, dm * a


# ---------------------------------------------------------------- layers of them


class Tanh(cr.Layer):
    def __call__(self, z):
        return tanh(z)


class Bump(cr.Layer):
    def __call__(self, z):
        return bump(z, z.tape.param("r", z.shape[1:], cr.initializers.Constant(0.3)), power=0.7)


class Shrink(cr.Layer):
    """Examples meet: a statistic of the batch, and state that follows it."""

    def __call__(self, x):
        s = x.tape.param("s", x.shape[1:], cr.initializers.Constant(0.5))
        running = x.tape.state("running", x.shape[1:], cr.initializers.Constant(1.0))
        if x.tape.mode != "train":
            return shrink(x, running, s)
        m = moment(x, x.tape.input("N", ()))
        x.tape.move(running, to=m, rate=0.1)
        return shrink(x, m, s)


class Crossed(cr.Layer):
    """The gradient of m comes from a step that runs once, and from the shards, which wait for that of v from the same step."""

    def __call__(self, x):
        if x.tape.mode != "train":
            return x
        N = x.tape.input("N", ())
        m = half(moment(x, N))
        q = ratio(m, spread(x, m, N))
        return shrink(x, q, x.tape.param("s", x.shape[1:], cr.initializers.Constant(0.5)))


class UnitDense(cr.Layer):
    """Weights of length 1, and half of them once more: what runs once adds to what the shards give, after them."""

    def __call__(self, x):
        D = x.shape[1]
        W = unit(x.tape.param("V", (D, D), cr.initializers.GlorotUniform()))
        return linear(linear(x, W), half(W))


class Noise(cr.Layer):
    def __call__(self, x):
        if x.tape.mode != "train":
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        return noise(x, key, row, path=random.path_hash(x.tape.scope))


class Gate(cr.Layer):
    """No gradient flows through the signs."""

    def __call__(self, z):
        return product(z, signs(z))


class Cauchy(cr.Loss):
    def __call__(self, z, y):
        return cauchy(z, y)


class Quartic(Settings):
    rate: float = 0.01

    def terms(self):
        return ((self.rate, quartic),)


NETWORKS = {
    "row op": (cr.Dense(20), Tanh(), cr.Dense(4)),
    "first": (Tanh(), cr.Dense(4)),
    "parameter": (cr.Dense(20), Bump(), cr.Dense(4)),
    "reduction": (cr.Dense(20), Shrink(), cr.Tanh(), cr.Dense(4)),
    "crossed": (cr.Dense(20), Crossed(), cr.Dense(4)),
    "shared op": (UnitDense(), cr.Tanh(), cr.Dense(4)),
    "random": (cr.Dense(20), Noise(), cr.Dense(4)),
    "without a gradient": (cr.Dense(20), Gate(), cr.Dense(4)),
    "penalty": (cr.Dense(20, penalty=Quartic()), cr.Tanh(), cr.Dense(4)),
    "inside others": (cr.Dense(8), cr.Residual(cr.Sequential(cr.Dense(8), Tanh()), Bump()), cr.Dense(4)),
    "all at once": (cr.Dense(8), Shrink(), Noise(), UnitDense(), Bump(), cr.Dense(4)),
}


def network(name, engine="native", dtype="float32", **settings):
    settings = {"loss": cr.SquaredError(), "seed": 2} | settings
    return cr.Network(*NETWORKS[name], inputs=(9,), dtype=dtype, engine=engine, **settings)


def trained(name, engine="native", dtype="float32", epochs=5, batch_size=30, optimizer=None, **settings):
    net = network(name, engine, dtype, **settings)
    net.fit(X, Y, epochs=epochs, batch_size=batch_size, optimizer=optimizer, verbose=0)
    return net


def close(a, b, dtype, share=1.0):
    limit = {"float32": 1e-6, "float64": 1e-12}[str(dtype)] * share
    return np.abs(np.asarray(a) - b).max() <= limit * np.abs(b).max()


# ---------------------------------------------------------------- the same as the reference


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 64, 130, 300])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_the_reference(name, rows, dtype):
    net = network(name, dtype=dtype, loss=Cauchy())
    batch = {
        "x": X[:rows].astype(dtype), "y": Y[:rows].astype(dtype), "c": np.full(rows, 1 / rows, dtype),
        "row": np.arange(rows, dtype=np.int32) * 3, "N": net.dtype.type(rows),
    }  # fmt: skip
    key = np.array([2**32 - 2, 7])
    found = [ProgramObjective(net.programs.train, (), engine)(net.theta, batch, key, {}) for engine in ENGINES]
    assert np.isclose(float(found[0][0]), float(found[1][0]), rtol=1e-6)
    assert close(found[0][1], found[1][1], dtype, 4)
    assert (found[0][1] != 0).any()


ENGINES = ("native", "reference")


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
    assert (nets[0].parameters["r2"] == np.float32(0.3)).all() and close(nets[0].theta, nets[1].theta, "float32", 10)


def test_a_prediction_in_which_rows_meet_is_that_of_the_reference():
    class Centred(cr.Layer):
        def __call__(self, x):
            return shrink(x, moment(x, x.tape.input("N", ())), x.tape.param("s", x.shape[1:], cr.initializers.Zeros()))

    nets = [cr.Network(Centred(), cr.Dense(4), loss=cr.SquaredError(), engine=engine) for engine in ENGINES]
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
        net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), dtype="float64")
        net.fit(X, Y, epochs=2, verbose=0)
        return net.theta, net.summary()

    whole, (expected, _) = native.native_code, theta()
    monkeypatch.setattr(native, "native_code", Without())
    found, summary = theta()
    assert close(found, expected, "float64", 10)
    assert "in NumPy, called from C: tanh (tanh1/a), an op without a twin" in summary


# ---------------------------------------------------------------- what an op may do wrong


class Trouble(Exception):
    """A user's own exception."""


def failing(where, raises, after):
    """A layer whose op does as tanh, until it has been called so often."""
    calls = {"forward": 0, "gradient": 0}

    def count(name):
        calls[name] += 1
        if name == where and calls[name] > after:
            return raises()
        return None

    @op
    def fragile(z):
        """a = tanh(z)"""
        wrong = count("forward") if len(z) else None
        return np.tanh(z) if wrong is None else wrong

    @fragile.gradient
    def fragile_backward(da, a, z):
        """dz = da (1 − a²)"""
        wrong = count("gradient")
        return (da * (1 - a * a),) if wrong is None else wrong

    class Fragile(cr.Layer):
        def __call__(self, z):
            return fragile(z)

    return Fragile()


def trouble():
    raise Trouble("no more")


def fragile_network(layer, **settings):
    return cr.Network(
        cr.Dense(20), layer, cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), seed=2, engine="native", **settings
    )


@pytest.mark.parametrize("callbacks", [[], [lambda run: None]], ids=["many epochs", "epoch by epoch"])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("where", ["forward", "gradient"])
def test_an_exception_ends_training_between_two_steps(where, threads, callbacks):
    """256 rows are 4 shards, and a step 4 calls: the 51st call is in step 13, in any of the threads."""
    net = fragile_network(failing(where, trouble, 50), threads=threads)
    with pytest.raises(Trouble, match="no more") as caught:
        net.fit(X[:256], Y[:256], epochs=100, batch_size=None, verbose=0, callbacks=callbacks)
    part = {"forward": "forward pass", "gradient": "gradient"}[where]
    assert caught.value.__notes__ == [f"chainrule: raised by fragile (fragile1/a), your own op, in its {part}."]
    whole = cr.Network(cr.Dense(20), Tanh(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), seed=2, engine="native")
    whole.fit(X[:256], Y[:256], epochs=12, batch_size=None, verbose=0)
    assert net.run_state.step == net.run_state.t == 12 and net.theta.tobytes() == whole.theta.tobytes()
    assert all((net.run_state.slots[k] == v).all() for k, v in whole.run_state.slots.items())


def test_an_exception_in_the_middle_of_an_epoch_keeps_the_steps_before_it():
    net = fragile_network(failing("gradient", trouble, 13))
    with pytest.raises(Trouble):
        net.fit(X, Y, epochs=3, batch_size=30, verbose=0)
    assert net.run_state.step == 13 and net.run_state.position == 90 and net.run_state.epoch == 1


@pytest.mark.parametrize("threads", [1, 3])
def test_predictions_losses_and_gradients_raise_it_too(threads):
    net = fragile_network(failing("forward", trouble, 0), threads=threads)
    for call in (
        lambda: net.predict(X),
        lambda: net.evaluate(X, Y),
        lambda: net.fit(X, Y, optimizer=cr.LBFGS(), batch_size=None),
    ):
        with pytest.raises(Trouble):
            call()


MISTAKES = {
    "shape": ("forward", lambda: np.zeros((3, 5)), r"^fragile \(fragile1/a\), your own op: expected an array of shape \(30, 20\), got \(3, 5\)\. "),
    "objects": ("forward", lambda: [[None] * 20] * 30, "expected numbers that fit float32, got object"),
    "dtype": ("forward", lambda: np.zeros((30, 20), complex), "expected numbers that fit float32, got complex128"),
    "words": ("forward", lambda: np.full((30, 20), "x"), "expected numbers that fit float32, got <U1"),
    "gradient's shape": ("gradient", lambda: (np.zeros(20),), r"your own op, dz1: expected an array of shape \(30, 20\), got \(20,\)"),
    "too many gradients": ("gradient", lambda: (1.0, 2.0), "expected a gradient for each of 1 inputs, got 2"),
    "no tuple": ("gradient", lambda: np.zeros((30, 20)), "expected a gradient for each of 1 inputs, got ndarray"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_an_op_returns_is_checked(mistake):
    where, returned, message = MISTAKES[mistake]
    net = fragile_network(failing(where, returned, 3))
    with pytest.raises(cr.ShapeError, match=message):
        net.fit(X, Y, batch_size=30, verbose=0)
    assert net.run_state.step == 3


def test_an_op_cannot_change_its_arguments_and_may_keep_them():
    kept = []

    @op
    def keeping(z, r):
        """a = z r"""
        kept.extend([z, r] if len(z) else [])
        return z * r

    @keeping.gradient
    def keeping_backward(da, a, z, r):
        """dz = da r,   dr = Σₙ da z"""
        for argument in (da, a, z, r):
            with pytest.raises(ValueError, match="read-only"):
                argument[...] = 0
        return da * r, (da * z).sum(axis=0)

    class Keeping(cr.Layer):
        def __call__(self, z):
            return keeping(z, z.tape.param("r", z.shape[1:], cr.initializers.Constant(1.0)))

    net = cr.Network(Keeping(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), engine="native")
    net.fit(X, Y, batch_size=None, optimizer=cr.SGD(lr=0.1), verbose=0)
    first = [a.copy() for a in kept[:2]]
    del net
    gc.collect()
    assert (kept[0] == X[: len(kept[0])].astype(np.float32)).all() and (kept[0] == first[0]).all()


def test_what_is_not_finite_is_named_as_ever():
    @op
    def inverse(z):
        """a = 1 / z"""
        return 1 / z

    @inverse.gradient
    def inverse_backward(da, a, z):
        """dz = −da a²"""
        return (-da * a * a,)

    class Inverse(cr.Layer):
        def __call__(self, z):
            return inverse(z)

    for threads in (1, 2):
        net = cr.Network(Inverse(), cr.Dense(4), loss=cr.SquaredError(), engine="native", threads=threads)
        with pytest.raises(cr.TrainingError, match=r"first non-finite value: a \(inverse1\)"):
            net.fit(np.zeros((256, 9)), np.zeros((256, 4)), batch_size=None, verbose=0)


# ---------------------------------------------------------------- Ctrl-C


def pressing():
    """Ctrl-C, once."""
    left = [signal.SIGINT]

    def press():
        if left:
            os.kill(os.getpid(), left.pop())

    return press


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_inside_an_op_ends_training_after_the_step(threads):
    net = fragile_network(failing("gradient", pressing(), 40), threads=threads)
    history = net.fit(X, Y, epochs=10**6, batch_size=None, verbose=0)
    assert history.stopped == "interrupted" and net.run_state.step >= 10 and np.isfinite(net.theta).all()


def test_ctrl_c_inside_an_op_ends_a_prediction():
    with pytest.raises(KeyboardInterrupt):
        fragile_network(failing("forward", pressing(), 0)).predict(X)


def test_an_interrupt_that_an_op_raises_is_raised():
    def interrupt():
        raise KeyboardInterrupt

    net = fragile_network(failing("forward", interrupt, 7))
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, Y, epochs=3, batch_size=30, verbose=0)
    assert net.run_state.step == 7


# ---------------------------------------------------------------- threads, processes, memory


def test_networks_train_in_several_python_threads_and_one_predicts_in_all():
    alone, predicted = (
        trained("all at once", threads=2, batch_size=140).theta.tobytes(),
        network("shared op").predict(X).tobytes(),
    )
    net, found = network("shared op", threads=2), []
    broken = fragile_network(failing("forward", trouble, 0), threads=2)

    def work():
        found.append(trained("all at once", threads=2, batch_size=140).theta.tobytes() == alone)
        for _ in range(5):
            found.append(net.predict(X).tobytes() == predicted)
            with pytest.raises(Trouble):
                broken.predict(X)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 18 and all(found)


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
net = cr.Network(cr.Dense(8), Double(), cr.Dense(1), loss=cr.SquaredError(), threads=2, engine="native")
net.fit(X, y, batch_size=256, verbose=0)
child = os.fork()
net.fit(X, y, batch_size=256, verbose=0)
if child == 0:
    os._exit(0 if np.isfinite(net.theta).all() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=env)
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


def test_a_call_leaves_no_object_behind():
    net = network("parameter")
    objective = ProgramObjective(net.programs.train, (), "native")
    batch = {"x": X[:128], "y": Y[:128], "c": np.full(128, 1 / 128)}
    batch = {name: a.astype(np.float32) for name, a in batch.items()}

    def memory():
        for _ in range(10):
            objective(net.theta, batch, np.array([0, 1]), {})
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        memory()
        assert abs(memory() - memory()) < 1000  # one array of a step has more
    finally:
        tracemalloc.stop()
