"""What happens when an op of a user's own, called back from C, raises, returns something else, or is interrupted."""

import gc
import os
import signal
import threading

import numpy as np
import pytest
from tests.users_ops import Tanh, X, Y, network, trained

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.graph.operation import op

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


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
        cr.Dense(20),
        layer,
        cr.Dense(4),
        loss=cr.SquaredError(),
        inputs=(9,),
        seed=2,
        engine="native",
        **settings,
    )


@pytest.mark.parametrize(
    "callbacks", [[], [lambda run: None]], ids=["many epochs", "epoch by epoch"]
)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("where", ["forward", "gradient"])
def test_an_exception_ends_training_between_two_steps(where, threads, callbacks):
    """256 rows are 4 shards, and a step 4 calls: the 51st call is in step 13, in any of the threads."""
    net = fragile_network(failing(where, trouble, 50), threads=threads)
    with pytest.raises(Trouble, match="no more") as caught:
        net.fit(X[:256], Y[:256], epochs=100, batch_size=None, verbose=0, callbacks=callbacks)
    part = {"forward": "forward pass", "gradient": "gradient"}[where]
    assert caught.value.__notes__ == [
        f"chainrule: raised by fragile (fragile1/a), your own op, in its {part}."
    ]
    whole = cr.Network(
        cr.Dense(20),
        Tanh(),
        cr.Dense(4),
        loss=cr.SquaredError(),
        inputs=(9,),
        seed=2,
        engine="native",
    )
    whole.fit(X[:256], Y[:256], epochs=12, batch_size=None, verbose=0)
    assert (
        net.run_state.step == net.run_state.t == 12 and net.theta.tobytes() == whole.theta.tobytes()
    )
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


def test_a_second_prediction_raises_it_too():
    net, rows = fragile_network(failing("forward", trouble, 1)), X[:5].astype(np.float32)
    net.predict(rows)
    with pytest.raises(Trouble) as caught:
        net.predict(rows)
    assert caught.value.__notes__ == [
        "chainrule: raised by fragile (fragile1/a), your own op, in its forward pass."
    ]


MISTAKES = {
    "shape": (
        "forward",
        lambda: np.zeros((3, 5)),
        r"^fragile \(fragile1/a\), your own op: expected an array of shape \(30, 20\), got \(3, 5\)\. ",
    ),
    "objects": (
        "forward",
        lambda: [[None] * 20] * 30,
        "expected numbers that fit float32, got object",
    ),
    "dtype": (
        "forward",
        lambda: np.zeros((30, 20), complex),
        "expected numbers that fit float32, got complex128",
    ),
    "words": (
        "forward",
        lambda: np.full((30, 20), "x"),
        "expected numbers that fit float32, got <U1",
    ),
    "gradient's shape": (
        "gradient",
        lambda: (np.zeros(20),),
        r"your own op, dz1: expected an array of shape \(30, 20\), got \(20,\)",
    ),
    "too many gradients": (
        "gradient",
        lambda: (1.0, 2.0),
        "expected a gradient for each of 1 inputs, got 2",
    ),
    "no tuple": (
        "gradient",
        lambda: np.zeros((30, 20)),
        "expected a gradient for each of 1 inputs, got ndarray",
    ),
}


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
        net = cr.Network(
            Inverse(), cr.Dense(4), loss=cr.SquaredError(), engine="native", threads=threads
        )
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
    assert (
        history.stopped == "interrupted"
        and net.run_state.step >= 10
        and np.isfinite(net.theta).all()
    )


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


# ---------------------------------------------------------------- threads


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


def test_an_op_may_ask_another_network():
    teacher = network("row op", threads=2)

    @op
    def taught(z):
        """a = z mask(z)"""
        return z * teacher.predict(z)[:, :1] if len(z) else z

    @taught.gradient
    def taught_backward(da, a, z):
        """dz = da mask(z)"""
        return (da * teacher.predict(z)[:, :1],)

    class Taught(cr.Layer):
        def __call__(self, z):
            return taught(z)

    def theta(**settings):
        net = cr.Network(
            Taught(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), seed=1, **settings
        )
        net.fit(X, Y, epochs=3, batch_size=None, verbose=0)
        return net.theta

    ours = theta(engine="native", threads=3)
    assert (ours == theta(engine="native", threads=1)).all()
    assert np.allclose(ours, theta(engine="reference"), rtol=1e-5)


def test_an_op_of_nine_inputs_is_refused_in_words():
    @op
    def nine(a, b, c, d, e, f, g, h, i):
        """s = a + b + c + d + e + f + g + h + i"""
        return a + b + c + d + e + f + g + h + i

    class Nine(cr.Layer):
        def __call__(self, z):
            return nine(*[z] * 9)

    with pytest.raises(cr.EngineError, match=r"at most 8 inputs a step.*engine='reference'"):
        cr.Network(
            Nine(), cr.Dense(4), loss=cr.SquaredError(), inputs=(9,), engine="native"
        ).predict(X)


# ---------------------------------------------------------------- what a traceback keeps


def kept_by(error):
    """Every object that the frames of a traceback reach through locals, containers and bases of arrays."""
    found, trace = [], error.__traceback__
    while trace is not None:
        found += trace.tb_frame.f_locals.values()
        trace = trace.tb_next
    for item in found:
        if isinstance(item, (tuple, list)):
            found += item
        elif isinstance(item, np.ndarray) and item.base is not None:
            found.append(item.base)
        if len(found) > 100_000:
            break
    return found


@pytest.mark.parametrize("rows", [1, 30, 300])
@pytest.mark.parametrize(
    ("where", "raises"),
    [
        ("forward", trouble),
        ("gradient", trouble),
        ("forward", lambda: np.zeros(3)),
        ("gradient", lambda: (np.zeros(3),)),
        ("gradient", lambda: (np.zeros((30, 20), complex),)),
    ],
)
def test_a_traceback_keeps_no_memory_of_the_plan(where, raises, rows):
    """A debugger that reads the locals of an old traceback must find memory that is still valid."""
    net = fragile_network(failing(where, raises, 0), threads=2)
    with pytest.raises((Trouble, cr.ShapeError)) as caught:
        net.fit(X[:rows], Y[:rows], batch_size=None, verbose=0)
    frames = [entry.name for entry in caught.traceback]
    kept = kept_by(caught.value)
    assert "__call__" in frames and not any(isinstance(item, memoryview) for item in kept)
    read = [item for item in kept if isinstance(item, np.ndarray)]
    del net
    gc.collect()
    assert all(np.isfinite(a).all() for a in read if a.dtype.kind == "f")


def test_no_result_is_ever_lent_to_python():
    """C copies what an op returns; the function that it calls gets words in the places of results."""
    net = fragile_network(failing("forward", trouble, 10**9))
    net.fit(X[:30], Y[:30], batch_size=None, verbose=0)
    plan = Native(
        net.programs.train, 30, np.float32, wrt=[p.value for p in net.programs.train.params]
    )
    seen = []
    batch = {"x": X[:30], "y": Y[:30], "c": np.full(30, 1 / 30)}
    batch = {name: a.astype(np.float32) for name, a in batch.items()}

    class Spy(type(plan.outside)):
        def __call__(self, theta, step, backward, rows, arrays):
            seen.extend(type(a) for a in arrays)
            return super().__call__(theta, step, backward, rows, arrays)

    plan.outside.__class__ = Spy
    plan.loss_and_grad(net.theta, batch)
    assert set(seen) <= {bytes, bool, type(None)}
