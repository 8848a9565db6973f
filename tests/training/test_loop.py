"""The loop: it continues exactly, stops cleanly, tells callbacks what they may know."""

import numpy as np
import pytest
from tests.training.rows import data, rich

import chainrule as cr


def test_two_calls_are_one():
    X, y = data()
    once, twice = rich(), rich()
    whole = once.fit(X, y, epochs=10, verbose=0, optimizer=cr.Adam(lr=cr.Cosine(0.01, steps=20)))
    parts = [
        twice.fit(X, y, epochs=5, verbose=0, optimizer=cr.Adam(lr=cr.Cosine(0.01, steps=20)))
        for _ in range(2)
    ]
    assert once.theta.tobytes() == twice.theta.tobytes()
    np.testing.assert_array_equal(whole.loss, np.concatenate([p.loss for p in parts]))


def test_the_same_seed_repeats_and_another_differs():
    X, y = data()
    a, b, c = rich(seed=1), rich(seed=1), rich(seed=2)
    for net in (a, b, c):
        net.fit(X, y, epochs=3, verbose=0)
    assert a.theta.tobytes() == b.theta.tobytes() != c.theta.tobytes()


def test_another_optimizer_starts_fresh():
    X, y = data()
    net = rich()
    net.fit(X, y, epochs=1, verbose=0)
    assert net.run_state.t == 2 and set(net.run_state.slots) == {"m", "v"}
    net.fit(X, y, epochs=1, verbose=0, optimizer=cr.Momentum(lr=0.1))
    assert net.run_state.t == 2 and set(net.run_state.slots) == {"v"}
    assert net.run_state.step == 4 and net.run_state.epoch == 2


def test_train_is_fit_step_by_step():
    X, y = data()
    stepwise, whole = rich(), rich()
    seen = [
        (run.epoch, run.step, run.state.slots["m"].any()) for run in stepwise.train(X, y, epochs=2)
    ]
    assert seen == [(0, 1, True), (0, 2, True), (1, 3, True), (1, 4, True)]
    whole.fit(X, y, epochs=2, verbose=0)
    assert stepwise.theta.tobytes() == whole.theta.tobytes()


@pytest.mark.filterwarnings("ignore:fit. (a last batch|batches) of 1 row")
def test_batches_are_what_batch_size_says():
    X, y = data(50)
    sizes = {None: 1, 1: 50, 7: 8, 50: 1, 1000: 1}
    for batch_size, steps in sizes.items():
        net = rich()
        net.fit(X, y, epochs=1, batch_size=batch_size, verbose=0)
        assert net.run_state.step == steps


def test_history_is_the_mean_over_rows_before_each_update():
    X, y = data(50)
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), dtype="float64")
    parts = [run.loss for run in net.copy().build(X, y).train(X, y, epochs=1, batch_size=32)]
    history = net.fit(X, y, epochs=1, batch_size=32, verbose=0)
    assert history.loss[0] == pytest.approx((32 * parts[0] + 18 * parts[1]) / 50, rel=1e-12)


def test_order_decides_the_rows():
    X, y = data(10)
    asked = []

    def order(epoch, n):
        asked.append((epoch, n))
        return [3, 3, 4]

    net = rich()
    net.fit(X, y, epochs=2, batch_size=1, order=order, verbose=0)
    assert asked == [(0, 10), (1, 10)] and net.run_state.step == 6
    for bad in ([10], [-1], [0.5], [], [[1]]):
        with pytest.raises(cr.DataError, match="order: expected"):
            net.fit(X, y, order=lambda epoch, n, bad=bad: bad, verbose=0)


def test_frozen_parameters_stay_and_have_no_slots():
    X, y = data()
    net = cr.Network(
        cr.Dense(4, trainable=False),
        cr.Tanh(),
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(3,),
    )
    before = net.parameters["W1"].copy()
    net.fit(X, y, epochs=2, verbose=0)
    np.testing.assert_array_equal(net.parameters["W1"], before)
    assert len(net.run_state.slots["m"]) == 4 * 3 + 3
    assert "frozen" in net.summary()
    slots = net.run_state.slots["m"].copy()
    net.thaw("dense1").fit(X, y, epochs=0, verbose=0)
    assert len(net.run_state.slots["m"]) == net.theta.size
    np.testing.assert_array_equal(net.run_state.slots["m"][16:], slots)
    net.fit(X, y, epochs=1, verbose=0)
    assert (net.parameters["W1"] != before).any()
    assert net.run_state.born == {"dense1/W": 4, "dense1/b": 4}


def test_layers_have_learning_rates_of_their_own():
    X, y = data()
    nets = [
        cr.Network(
            cr.Dense(4), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), dtype="float64"
        )
        for _ in "ab"
    ]
    start = nets[0].build(X, y).theta.copy()
    nets[1].build(X, y).scale_lr({"dense1": 0.1})
    for net in nets:
        net.fit(X, y, batch_size=None, optimizer=cr.SGD(lr=0.5), verbose=0)
    moved = [net.theta - start for net in nets]
    np.testing.assert_allclose(moved[1][:16], 0.1 * moved[0][:16], atol=1e-15)
    np.testing.assert_allclose(moved[1][16:], moved[0][16:], atol=1e-15)


def test_clips_stand_before_the_optimizer():
    X, y = data()
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), dtype="float64")
    start = net.build(X, y).theta.copy()
    net.fit(X, y, batch_size=None, optimizer=(cr.ClipGlobalNorm(1e-3), cr.SGD(lr=1.0)), verbose=0)
    assert np.linalg.norm(net.theta - start) == pytest.approx(1e-3)


def test_lbfgs_needs_the_whole_set_and_converges():
    X, y = data()
    net = cr.Network(
        cr.Dense(3, penalty=cr.L2(0.01)), loss=cr.SoftmaxCrossEntropy(), dtype="float64"
    )
    with pytest.raises(cr.ParameterError, match="batch_size=None"):
        net.fit(X, y, optimizer=cr.LBFGS())
    history = net.fit(X, y, optimizer=cr.LBFGS(), epochs=200, batch_size=None, verbose=0)
    assert history.stopped == "converged" and len(history) < 200
    assert max(abs(g).max() for g in net.loss_and_grad(X, y)[1].values()) < 1e-5
    once, twice = (
        cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), dtype="float64") for _ in "ab"
    )
    once.fit(X, y, optimizer=cr.LBFGS(), epochs=6, batch_size=None, verbose=0)
    for _ in range(2):
        twice.fit(X, y, optimizer=cr.LBFGS(), epochs=3, batch_size=None, verbose=0)
    assert once.theta.tobytes() == twice.theta.tobytes()


def test_running_statistics_approach_the_data():
    X, _ = data(400)
    net = cr.Network(cr.BatchNorm(), cr.Dense(1), loss=cr.SquaredError(), dtype="float64")
    net.fit(X, X[:, 0], epochs=30, verbose=0)
    np.testing.assert_allclose(net.state["running_mean1"], X.mean(axis=0), atol=0.15)
    np.testing.assert_allclose(net.state["running_variance1"], X.var(axis=0), rtol=0.3)


# ---------------------------------------------------------------- validation, metrics, weights


def test_validation_and_metrics_are_logged():
    X, y = data()
    net = rich()
    history = net.fit(
        X, y, epochs=3, validation_data=(X[:10], y[:10]), metrics=(cr.metrics.accuracy,), verbose=0
    )
    assert history.keys() == ["loss", "accuracy", "val_loss", "val_accuracy"]
    found = net.evaluate(X[:10], y[:10], metrics=[cr.metrics.accuracy])
    assert (
        history.val_loss[-1] == found["loss"] and history["val_accuracy"][-1] == found["accuracy"]
    )
    with pytest.raises(cr.ParameterError, match="It has loss, accuracy"):
        history["val_f1"]


def test_a_fraction_is_shuffled_and_stratified():
    X, y = np.arange(100.0)[:, None], np.repeat([0, 1, 2], [80, 10, 10])
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), seed=3)
    data = net.build(X, y) and __import__("chainrule.model.prepared", fromlist=["x"])
    rest, held = data.split_off(data.prepare_data(net, X, y), 0.2, seed=3)
    assert np.bincount(held.y).tolist() == [16, 2, 2] and np.bincount(rest.y).tolist() == [64, 8, 8]
    rows = held.inputs["x"].ravel()
    assert len(np.intersect1d(rows, rest.inputs["x"])) == 0
    assert rows[:16].tolist() != list(range(16))
    again = data.split_off(data.prepare_data(net, X, y), 0.2, seed=3)[1]
    np.testing.assert_array_equal(again.y, held.y)


def test_class_weights_are_sample_weights():
    X, y = data()
    weights = {0: 2.0, 2: 0.5}
    by_class, by_row, balanced = rich(), rich(), rich()
    by_class.fit(X, y, class_weight=weights, verbose=0)
    by_row.fit(X, y, sample_weight=[weights.get(k, 1.0) for k in y.tolist()], verbose=0)
    assert by_class.theta.tobytes() == by_row.theta.tobytes()
    balanced.fit(X, y, class_weight="balanced", verbose=0)
    assert balanced.theta.tobytes() != by_row.theta.tobytes()
    with pytest.raises(cr.DataError, match="classes among"):
        rich().fit(X, y, class_weight={7: 1.0})


def test_integer_weights_repeat_rows_in_full_batch():
    X, y = data()
    count = 1 + np.arange(50) % 3
    nets = [
        cr.Network(
            cr.Dense(4), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), dtype="float64"
        )
        for _ in "ab"
    ]
    nets[0].fit(X, y, sample_weight=count, epochs=20, batch_size=None, verbose=0)
    nets[1].fit(
        np.repeat(X, count, axis=0), np.repeat(y, count), epochs=20, batch_size=None, verbose=0
    )
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, atol=1e-12)


# ---------------------------------------------------------------- any objective


def test_train_minimises_a_plain_function():
    def rosenbrock(theta, batch, key, carry):
        a, b = theta
        g = np.array([2 * (a - 1) - 400 * a * (b - a * a), 200 * (b - a * a)])
        return (
            (1 - a) ** 2 + 100 * (b - a * a) ** 2,
            g,
            {"calls": carry.get("calls", np.array(0)) + 1},
        )

    start = np.array([-1.2, 1.0])
    *_, state = cr.train(rosenbrock, start, optimizer=cr.Adam(lr=0.02), epochs=3000)
    np.testing.assert_allclose(state.theta, 1, atol=1e-2)
    assert state.carry["calls"] == 3000 and start.tolist() == [-1.2, 1.0]


def test_a_schedule_with_a_memory_belongs_to_its_run():
    X, y = data()
    plateau = cr.ReduceOnPlateau(0.1, monitor="loss", patience=1, min_delta=10.0)
    once, twice = rich(), rich()
    once.fit(X, y, epochs=6, optimizer=cr.SGD(lr=plateau), verbose=0)
    for _ in range(2):
        twice.fit(X, y, epochs=3, optimizer=cr.SGD(lr=plateau), verbose=0)
    assert once.theta.tobytes() == twice.theta.tobytes()
    assert plateau(1) == 0.1  # the user's own object has seen nothing
