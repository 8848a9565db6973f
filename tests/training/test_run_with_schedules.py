"""Schedules in epochs and for the whole run: a fit gives them their length in steps."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.optimizers import Epochs

ENGINES = ["reference", *(["native"] if native.available() else [])]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = X[:, :1] - X[:, 1:2]
BATCHES = {"batch_size": 9, "verbose": 0}  # five steps an epoch


def network(engine="reference", **settings):
    layers = cr.Dense(4), cr.Tanh(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), engine=engine, seed=1, **settings)


def same(net, other):
    assert net.theta.tobytes() == other.theta.tobytes()
    for name, slot in net.run_state.slots.items():
        assert slot.tobytes() == other.run_state.slots[name].tobytes()


def plateau():
    return cr.ReduceOnPlateau(0.05, monitor="loss", patience=1, min_delta=9.0)


PAIRS = [  # in epochs or for three epochs, and in steps
    (cr.OneCycle(0.05), cr.OneCycle(0.05, 15)),
    (cr.Cosine(0.05, Epochs(2)), cr.Cosine(0.05, 10)),
    (cr.StepDecay(0.05, Epochs(1)), cr.StepDecay(0.05, 5)),
    (cr.LinearWarmup(cr.Cosine(0.05), Epochs(1)), cr.LinearWarmup(cr.Cosine(0.05, 11), 5)),
    (cr.Cyclic(0.01, 0.05, Epochs(0.6)), cr.Cyclic(0.01, 0.05, 3)),
    (cr.LinearWarmup(plateau(), Epochs(1)), cr.LinearWarmup(plateau(), 5)),
]


@engines
@pytest.mark.parametrize(("in_epochs", "in_steps"), PAIRS, ids=[repr(a) for a, _ in PAIRS])
def test_it_has_the_bits_of_the_schedule_in_steps(engine, in_epochs, in_steps):
    net, other = network(engine), network(engine)
    net.fit(X, Y, optimizer=cr.Adam(lr=in_epochs), epochs=3, **BATCHES)
    other.fit(X, Y, optimizer=cr.Adam(lr=in_steps), epochs=3, **BATCHES)
    same(net, other)


@engines
def test_a_run_of_epochs_goes_on_and_a_whole_run_begins_again(engine):
    falling, cosine = cr.StepDecay(0.05, Epochs(2)), cr.Cosine(0.05, 15)
    rules = {
        "goes on": (cr.Adam(lr=falling), lambda t: 0.05 * 0.1 ** ((t - 1) // 10)),
        "again": (cr.Adam(lr=cr.Cosine(0.05)), lambda t: cosine((t - 1) % 15 + 1)),
    }
    for rule, numbers in rules.values():
        net, other = network(engine), network(engine)
        for _ in range(2):
            net.fit(X, Y, optimizer=rule, epochs=3, **BATCHES)
        other.fit(X, Y, optimizer=cr.Adam(lr=numbers), epochs=6, **BATCHES)
        np.testing.assert_allclose(net.theta, other.theta, rtol=1e-5, atol=1e-7)
        assert net.run_state.t == 30


@engines
@pytest.mark.parametrize("every_steps", [5, 7])
@pytest.mark.parametrize("lr", [cr.OneCycle(0.05), cr.LinearWarmup(cr.Cosine(0.05), Epochs(0.5))])
def test_a_resumed_run_has_the_same_bits(engine, lr, every_steps, tmp_path):
    class Fail(cr.Callback):
        def on_batch_end(self, run):
            if run.step == 27:
                raise RuntimeError("the power fails")

    path, asked = tmp_path / "run", {"optimizer": cr.Adam(lr=lr), **BATCHES}

    def begun():
        net = network(engine)
        net.fit(X, Y, epochs=2, **asked)  # a run before it: the schedule begins again at step 11
        return net

    undisturbed = begun()
    undisturbed.fit(X, Y, epochs=5, **asked)
    writer = cr.Checkpoint(path, every=None, every_steps=every_steps)
    with pytest.raises(RuntimeError):
        begun().fit(X, Y, epochs=5, callbacks=[writer, Fail()], **asked | {"verbose": 0})
    with pytest.raises(cr.FileError, match="expected the callbacks"):
        network(engine).fit(X, Y, epochs=5, resume=path, **asked)
    net = network(engine)
    net.fit(X, Y, epochs=5, resume=path, callbacks=[Quiet()], **asked)
    same(net, undisturbed)
    with pytest.raises(cr.FileError, match="the epochs of the interrupted run, 5, got 6"):
        network(engine).fit(X, Y, epochs=6, resume=path, callbacks=[Quiet()], **asked)


class Quiet(cr.Callback):
    """Stands for `Fail`, which took part in the run."""


Quiet.__name__ = "Fail"


def test_drop_last_order_and_the_whole_set_count():
    for options, steps in (
        ({"batch_size": 9, "drop_last": True}, 4),
        ({"batch_size": None}, 1),
        ({"batch_size": 8, "order": lambda epoch, n: np.arange(20)}, 3),
    ):
        rule = cr.SGD(lr=cr.StepDecay(0.1, Epochs(1), factor=0.5))
        runs = network().train(X, Y, optimizer=rule, epochs=2, **options)
        seen = [run.optimizer.at(run.state.t).lr for run in runs]
        assert seen == [0.1] * steps + [0.05] * steps


def test_a_stream_does_not_know_its_length():
    class Endless:
        def stream(self, epoch, start):
            for k in range(start, 4):
                yield X[8 * k : 8 * k + 8], Y[8 * k : 8 * k + 8]

    net = network()
    with pytest.raises(cr.ParameterError, match=r"beside a stream, got one that needs the length"):
        net.fit(Endless(), optimizer=cr.SGD(lr=cr.OneCycle(0.1)), verbose=0)
    net.fit(Endless(), optimizer=cr.SGD(lr=cr.OneCycle(0.1, 8)), epochs=2, verbose=0)
    assert net.run_state.step == 8


@engines
def test_a_new_rate_keeps_the_slots(engine):
    net, other = network(engine), network(engine)
    net.fit(X, Y, optimizer=cr.Adam(0.01), epochs=2, **BATCHES)
    net.fit(X, Y, optimizer=cr.Adam(0.001), epochs=2, **BATCHES)
    rates = cr.Adam(lr=lambda t: 0.01 if t <= 10 else 0.001)
    other.fit(X, Y, optimizer=rates, epochs=4, **BATCHES)
    same(net, other)


@engines
@pytest.mark.parametrize("lr", [cr.Cosine(0.05), cr.Cosine(0.05, 10)])
def test_a_new_schedule_keeps_the_slots_and_begins_with_its_first_step(engine, lr, tmp_path):
    net, other, resumed = (network(engine) for _ in range(3))
    whole = cr.Cosine(0.05, 10)
    writers = [cr.Checkpoint(tmp_path / "run", every_steps=3)]
    for each in (net, resumed):
        each.fit(X, Y, optimizer=cr.Adam(0.01), epochs=2, **BATCHES)
    net.fit(X, Y, optimizer=cr.Adam(lr), epochs=2, callbacks=writers, **BATCHES)
    rates = cr.Adam(lr=lambda t: 0.01 if t <= 10 else whole(t - 10))
    other.fit(X, Y, optimizer=rates, epochs=4, **BATCHES)
    same(net, other)
    assert net.run_state.t == 10 and net.run_state.step == 20
    network(engine).fit(X, Y, optimizer=cr.Adam(lr), epochs=2, resume=tmp_path / "run", **BATCHES)


def test_other_changes_and_other_rules_start_fresh():
    for rule in (cr.AdamW(0.01), cr.Adam(0.01, beta2=0.9), (cr.ClipNorm(1.0), cr.Adam(0.01))):
        net = network()
        net.fit(X, Y, optimizer=cr.Adam(0.01), **BATCHES)
        net.fit(X, Y, optimizer=rule, epochs=2, **BATCHES)
        assert net.run_state.t == 10 and net.run_state.step == 15


def test_a_schedule_inside_a_warm_up_forgets_the_run_before():
    plateau = cr.ReduceOnPlateau(0.1, monitor="loss", patience=1, min_delta=9.0)
    rule = cr.SGD(lr=cr.LinearWarmup(plateau, 2))
    network().fit(X, Y, optimizer=rule, epochs=5, **BATCHES)
    assert plateau(9) == 0.1 and math.isfinite(rule.at(50).lr) and rule.at(50).lr == 0.1
