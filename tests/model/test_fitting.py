"""fit checks everything on values; only then does the model adopt the state of the run."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import numpy as np
import pytest

import chainrule as cr
from chainrule.model import fitting
from chainrule.training import FitOptions

X = np.random.default_rng(4).normal(size=(24, 3))
Y = X.sum(axis=1, keepdims=True)


def network(**options):
    return cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), **options)


def trained():
    net = network()
    net.fit(X, Y, optimizer=cr.Adam(lr=0.01), epochs=2, batch_size=8, verbose=0)
    return net


def kept(net):
    """Everything that a refused fit must leave, by identity or by value."""
    state = net.run_state
    arrays = {name: np.asarray(a).tobytes() for name, a in state.arrays().items()}
    objects = id(state), id(net.theta), id(state.update), id(net.programs), id(net.last_data)
    return arrays, objects, sorted(net.frozen), dict(net.rates), net.inputs


REFUSED = {
    "a rule without lr beside scale_lr": {"optimizer": cr.Adadelta()},
    "a schedule below 0": {"optimizer": cr.SGD(lr=lambda step: -1)},
    "an augmentation that is none": {"augment": "flip", "optimizer": cr.Momentum()},
    "an optimizer of all rows": {"optimizer": cr.LBFGS()},
    "a constraint on no layer": {"optimizer": (cr.Adam(), cr.MaxNorm(1.0, layers=("dense9",)))},
    "a checkpoint without a folder": {
        "optimizer": cr.Momentum(),
        "callbacks": [cr.Checkpoint("no-such-folder/run")],
    },
    "no file to resume from": {"optimizer": cr.Momentum(), "resume": "no-such-file"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_fit_leaves_everything(name):
    net, other = trained(), trained()
    for each in (net, other):
        each.scale_lr({"dense2": 0.5})
    before = kept(net)
    with pytest.raises(cr.ChainruleError):
        net.fit(X, Y, **{"verbose": 0, **REFUSED[name]})
    assert kept(net) == before
    for each in (net, other):  # Adam goes on with its slots
        each.fit(X, Y, optimizer=cr.Adam(lr=0.01), epochs=2, batch_size=8, verbose=0)
    assert net.theta.tobytes() == other.theta.tobytes()


class Remembers(cr.Callback):
    """Refuses the memory of a checkpoint if it is told to."""

    def __init__(self, count=0, refuses=False):
        self.count, self.refuses = count, refuses

    def on_epoch_end(self, run):
        self.count += 1

    def state(self):
        return {"count": np.array(self.count)}

    def load(self, state):
        if self.refuses and int(state["count"]) == 2:
            raise ValueError("this memory is not mine")
        self.count = int(state["count"])


def test_a_refused_memory_leaves_model_callbacks_and_schedules(tmp_path):
    path = tmp_path / "run"
    plateau = cr.ReduceOnPlateau(0.1, monitor="loss", patience=1)
    given = {"optimizer": cr.SGD(lr=plateau), "batch_size": 8, "verbose": 0}
    writers = [Remembers(), Remembers(), cr.Checkpoint(path)]
    network().fit(X, Y, epochs=2, callbacks=writers, **given)
    net = network()
    net.fit(X, Y, epochs=3, **given)
    before = kept(net)
    first, second = Remembers(7), Remembers(8, refuses=True)
    with pytest.raises(cr.FileError, match="its run is not complete: this memory is not mine"):
        net.fit(X, Y, epochs=2, callbacks=[first, second], resume=path, **given)
    assert kept(net) == before and (first.count, second.count) == (7, 8)
    second.refuses = False
    history = net.fit(X, Y, epochs=2, callbacks=[first, second], resume=path, **given)
    assert len(history) == 2 and (first.count, second.count) == (2, 2)


def test_theta_stays_in_its_place_over_fits_and_resumes(tmp_path):
    path = tmp_path / "run"
    network().fit(X, Y, epochs=2, callbacks=[cr.Checkpoint(path)], verbose=0)
    net = network().build(X, Y)
    theta, W = net.theta, net.parameters["W1"]
    net.fit(X, Y, verbose=0)
    net.fit(X, Y, epochs=3, resume=path, verbose=0)
    assert net.theta is theta and np.shares_memory(W, net.theta)


def test_the_next_state_changes_nothing_of_the_model():
    net = trained()
    before = kept(net)
    for optimizer in (cr.Adam(lr=0.01), cr.Momentum(), (cr.Adam(), cr.EMA(0.9))):
        state = fitting.next_state(net, net.built, FitOptions(optimizer=optimizer).update_parts())
        assert state is not net.run_state and state.theta is net.theta
        assert not any(
            np.shares_memory(a, b)
            for a in state.slots.values()
            for b in net.run_state.slots.values()
        )
    assert kept(net) == before


def test_an_equal_optimizer_goes_on_and_another_starts_afresh():
    net = trained()
    same = fitting.next_state(net, net.built, FitOptions(optimizer=cr.Adam(lr=0.01)).update_parts())
    assert same.t == 6 and same.slots["m"].any()
    slower = FitOptions(optimizer=cr.Adam(lr=0.02)).update_parts()
    slower = fitting.next_state(net, net.built, slower)
    assert slower.t == 6 and (slower.slots["m"] == same.slots["m"]).all()
    other = FitOptions(optimizer=cr.Adam(lr=0.01, beta1=0.8)).update_parts()
    fresh = fitting.next_state(net, net.built, other)
    assert fresh.t == 0 and not fresh.slots["m"].any() and fresh.step == 6
    clipped = FitOptions(optimizer=(cr.ClipNorm(1.0), cr.Adam(lr=0.01))).update_parts()
    assert fitting.next_state(net, net.built, clipped).t == 0


RNG = np.random.default_rng(0)


def test_two_networks_learn_at_the_same_time():
    X, y = RNG.normal(size=(100, 5)), RNG.integers(0, 3, 100)

    def learned(seed):
        net = cr.Network(
            cr.Dense(16),
            cr.ReLU(),
            cr.Dense(3),
            loss=cr.SoftmaxCrossEntropy(),
            inputs=(5,),
            seed=seed,
        )
        net.fit(X, y, epochs=5, verbose=0)
        return net.theta

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(learned, range(4)))
    assert all((theta == learned(seed)).all() for seed, theta in enumerate(together))


BATCH_NORM = cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dense(1)


class OneByOne:
    """A stream of batches of one row."""

    def stream(self, epoch, start):
        return ((np.full((1, 3), float(i)), np.ones((1, 1))) for i in range(start, 4))


@pytest.mark.parametrize(
    ("X", "options", "said"),
    [
        (
            np.ones((8, 3)),
            {"batch_size": 1},
            r"batches of 1 row are too small for batch_norm1: the",
        ),
        (np.ones((1, 3)), {}, r"batches of 1 row .* Write batch_size=32"),
        (np.ones((1, 3)), {"batch_size": None}, r"batches of 1 row"),
        (OneByOne(), {}, "batches of 1 row"),
    ],
)
def test_batches_too_small_for_batch_norm_are_said_once(X, options, said):
    net = cr.Network(*BATCH_NORM, loss=cr.SquaredError())
    y = None if isinstance(X, OneByOne) else np.ones(len(X))
    with pytest.warns(UserWarning, match=said) as caught:
        net.fit(X, y, epochs=2, verbose=0, **options)
    assert len(caught) == 1 and caught[0].filename == __file__


def test_one_image_a_batch_is_enough_for_batch_norm():
    layers = cr.Conv2D(2, kernel=3), cr.BatchNorm(), cr.ReLU(), cr.Flatten(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError())
    X = np.random.default_rng(0).random((4, 8, 8, 1))
    net.fit(X, np.ones(4), batch_size=1, verbose=0)


def test_two_threads_do_not_fit_one_network():
    errors = []

    def again(net, X, y):
        try:
            net.fit(X, y, verbose=0)
        except cr.errors.ParameterError as error:
            errors.append(str(error))

    class InAThread(cr.Callback):
        def on_epoch_end(self, run):
            thread = Thread(target=again, args=(run.net, *run.given))
            thread.start()
            thread.join()

    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    X = np.eye(4)
    net.fit(X, X[:, :1], epochs=2, verbose=0, callbacks=[InAThread()])
    net.fit(X, X[:, :1], verbose=0)
    assert len(errors) == 2 and "expected one fit of a network at a time" in errors[0]
