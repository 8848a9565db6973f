"""What stands behind the optimiser in the update list: constraints, and averages of the weights."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))


def network(engine="reference", **options):
    layers = (cr.Dense(5), cr.Tanh(), cr.Dense(2))
    return cr.Network(
        *layers, loss=cr.SquaredError(), inputs=(3,), dtype="float64", engine=engine, **options
    )


def trajectory(net, optimizer, epochs=3, **options):
    """theta after each step."""
    settings = {"optimizer": optimizer, "epochs": epochs, "batch_size": 8, **options}
    return [run.state.theta.copy() for run in net.train(X, Y, **settings)]


# ---------------------------------------------------------------- averages


@engines
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_ema_is_the_weighted_mean_of_all_steps(engine, decay):
    steps = trajectory(network(engine), cr.Adam(0.05))
    net = network(engine)
    net.fit(X, Y, optimizer=(cr.Adam(0.05), cr.EMA(decay)), epochs=3, batch_size=8, verbose=0)
    assert np.array_equal(net.theta, steps[-1])  # the training itself is not touched
    weights = np.array([decay ** (len(steps) - 1 - i) for i in range(len(steps))])
    assert net.averaged().theta == pytest.approx(
        weights @ np.array(steps) / weights.sum(), rel=1e-10
    )


@engines
@pytest.mark.parametrize(("start", "every"), [(1, 1), (4, 1), (3, 5), (15, 2), (11, 20)])
def test_swa_is_the_mean_of_the_steps_that_count(engine, start, every):
    steps = trajectory(network(engine), cr.SGD(0.1))
    net = network(engine)
    net.fit(
        X,
        Y,
        optimizer=(cr.SGD(0.1), cr.SWA(start=start, every=every)),
        epochs=3,
        batch_size=8,
        verbose=0,
    )
    assert np.array_equal(net.theta, steps[-1])
    assert net.averaged().theta == pytest.approx(
        np.mean(steps[start - 1 :: every], axis=0), rel=1e-10
    )


def test_before_its_start_the_average_is_the_network():
    net = network()
    net.fit(X, Y, optimizer=(cr.SGD(0.1), cr.SWA(start=1000)), verbose=0)
    assert np.array_equal(net.averaged().theta, net.theta)


@engines
def test_the_average_predicts_is_saved_and_leaves_the_network_alone(engine, tmp_path):
    net = network(engine)
    net.fit(X, Y, optimizer=(cr.Adam(0.05), cr.EMA(0.9)), epochs=4, batch_size=8, verbose=0)
    before, mean = net.theta.copy(), net.averaged()
    assert not np.array_equal(mean.theta, before)
    mean.save(tmp_path / "mean.safetensors")
    assert np.array_equal(cr.Network.load(tmp_path / "mean.safetensors").theta, mean.theta)
    assert mean.evaluate(X, Y)["loss"] == pytest.approx(((mean.predict(X) - Y) ** 2).mean())
    assert mean.engine == engine and np.array_equal(net.theta, before)


@engines
def test_a_run_with_an_average_and_a_constraint_resumes_bit_for_bit(engine, tmp_path):
    rules = (cr.Adam(0.05), cr.MaxNorm(0.7), cr.EMA(0.9))
    path = tmp_path / "run.safetensors"
    settings = {"optimizer": rules, "batch_size": 8, "verbose": 0}
    whole, part, later = (network(engine) for _ in range(3))
    whole.fit(X, Y, epochs=5, callbacks=[cr.Checkpoint(tmp_path / "whole.safetensors")], **settings)
    part.fit(X, Y, epochs=2, callbacks=[cr.Checkpoint(path, every_steps=3)], **settings)
    later.fit(X, Y, epochs=5, callbacks=[cr.Checkpoint(path)], resume=path, **settings)
    assert np.array_equal(later.theta, whole.theta)
    assert np.array_equal(later.averaged().theta, whole.averaged().theta)
    with pytest.raises(cr.FileError, match="the optimizer of the interrupted run"):
        part.fit(X, Y, epochs=5, resume=path, **{**settings, "optimizer": rules[:2]})


@engines
def test_two_calls_are_one(engine):
    rules = (cr.ClipNorm(1.0), cr.Adam(0.05), cr.NonNegative(layers=("dense2",)), cr.EMA(0.8))
    once, twice = network(engine), network(engine)
    once.fit(X, Y, optimizer=rules, epochs=4, verbose=0)
    for _ in range(2):
        twice.fit(X, Y, optimizer=rules, epochs=2, verbose=0)
    assert np.array_equal(once.averaged().theta, twice.averaged().theta)


def test_a_frozen_layer_is_in_the_average_as_it_is():
    net = network()
    net.freeze("dense1")
    net.fit(X, Y, optimizer=(cr.Adam(0.05), cr.EMA(0.9)), epochs=2, verbose=0)
    mean = net.averaged()
    assert np.array_equal(mean.parameters["W1"], net.parameters["W1"])
    assert not np.array_equal(mean.parameters["W2"], net.parameters["W2"])
    net.thaw("dense1")
    net.fit(X, Y, optimizer=(cr.Adam(0.05), cr.EMA(0.9)), epochs=2, verbose=0)
    assert not np.array_equal(net.averaged().parameters["W1"], net.parameters["W1"])


def test_early_stopping_takes_the_average_back_too():
    class Worse(cr.Callback):
        """From the third epoch on all is worse."""

        def on_epoch_end(self, run):
            run.logs["judged"] = 1.0 if run.epoch < 2 else 5.0
            run.history.setdefault("judged", []).append(run.logs["judged"])

    rules = (cr.Adam(0.05), cr.EMA(0.9))
    stopped, short = network(), network()
    stopping = cr.EarlyStopping(monitor="judged", patience=2, min_delta=0.5)
    stopped.fit(X, Y, optimizer=rules, epochs=9, callbacks=[Worse(), stopping], verbose=0)
    short.fit(X, Y, optimizer=rules, epochs=1, verbose=0)
    assert np.array_equal(stopped.averaged().theta, short.averaged().theta)


def test_a_network_without_an_average_says_so():
    net = network()
    for _ in range(2):
        with pytest.raises(cr.NotBuiltError, match="no averaged weights yet"):
            net.averaged()
        net.fit(X, Y, verbose=0)


def test_the_average_of_a_plain_function():
    def bowl(theta, batch, key, carry):
        return (theta**2).sum(), 2 * theta, carry

    start = np.array([1.0, -2.0])
    *_, state = cr.train(bowl, start, optimizer=(cr.SGD(lr=0.25), cr.SWA()), epochs=3)
    assert state.slots["average"] == pytest.approx(start * np.mean([0.5, 0.25, 0.125]))


# ---------------------------------------------------------------- constraints


@engines
def test_each_step_ends_inside(engine):
    net = network(engine)
    runs = net.train(X, Y, optimizer=(cr.SGD(1.0), cr.MaxNorm(0.4)), epochs=2, batch_size=8)
    largest = [np.linalg.norm(run.net.parameters["W1"], axis=0).max() for run in runs]
    assert max(largest) == pytest.approx(0.4, rel=1e-12)  # never above, and the limit was met
    assert abs(net.parameters["b2"]).max() > 0


@engines
def test_constraints_are_what_they_say_step_by_step(engine):
    free, held = network(engine), network(engine)
    rules = (
        cr.SGD(0.3),
        cr.NonNegative(layers=("dense1/W",)),
        cr.UnitNorm(layers=("dense2",)),
        cr.NonNegative(layers=("dense2/b",)),
    )
    held.fit(X, Y, optimizer=rules, epochs=3, batch_size=None, verbose=0)
    for _ in range(3):  # by hand: a free step, and back
        free.fit(X, Y, optimizer=cr.SGD(0.3), epochs=1, batch_size=None, verbose=0)
        p = free.parameters
        p["W1"][...] = np.where(p["W1"] > 0, p["W1"], 0)
        p["W2"][...] = [
            [p["W2"][i, j] / np.sqrt((p["W2"][:, j] ** 2).sum()) for j in range(2)]
            for i in range(5)
        ]
        p["b2"][...] = np.where(p["b2"] > 0, p["b2"], 0)
    assert held.theta == pytest.approx(free.theta, rel=1e-12)


def test_a_kernel_is_one_unit():
    W = rng.normal(size=(3, 3, 2, 4))
    projected = W.copy()
    cr.MaxNorm(1.0).project(projected)
    for unit in range(4):
        size = np.sqrt((W[..., unit] ** 2).sum())
        assert projected[..., unit] == pytest.approx(W[..., unit] * min(1, 1 / size))


def test_weights_of_zero_have_no_direction():
    W = np.zeros((2, 2), np.float32)
    for constraint in (cr.UnitNorm(), cr.MaxNorm(1.0)):
        constraint.project(W)
        assert not W.any() and W.dtype == np.float32


def test_frozen_weights_are_left_alone():
    net = network()
    net.freeze("dense1")
    before = net.parameters["W1"].copy()
    net.fit(X, Y, optimizer=(cr.SGD(0.1), cr.MaxNorm(0.01)), verbose=0)
    assert np.array_equal(net.parameters["W1"], before)
    assert np.linalg.norm(net.parameters["W2"], axis=0) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((cr.EMA(0.9), cr.Adam()), "clips, optimizer, constraints, average|clips before"),
        ((cr.Adam(), cr.EMA(0.9), cr.MaxNorm(1.0)), "clips, optimizer, constraints, average"),
        (cr.MaxNorm(1.0), "clips, optimizer, constraints, average"),
        (
            (cr.Adam(), cr.MaxNorm(1.0, layers=("dense9",))),
            "layers among dense1, dense2, got 'dense9'",
        ),
        ((cr.LBFGS(), cr.EMA(0.9)), "a rule that takes one step"),
    ],
)
def test_a_wrong_list_is_refused_before_anything_changes(rules, words):
    net = network()
    before = net.theta.copy()
    with pytest.raises(cr.ParameterError, match=words):
        net.fit(X, Y, optimizer=rules, batch_size=None, verbose=0)
    assert np.array_equal(net.theta, before)


@pytest.mark.parametrize(
    "make",
    [
        lambda: cr.MaxNorm(0),
        lambda: cr.MaxNorm(1.0, layers="dense1"),
        lambda: cr.EMA(1.0),
        lambda: cr.EMA(-0.1),
        lambda: cr.SWA(start=0),
        lambda: cr.SWA(every=0.5),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
