"""Every step of a recorded run has the bits that the run had; branches begin from them."""

import copy

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
X = RNG.normal(size=(103, 5))
Y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def dropped(**options):
    layers = cr.Dense(8), cr.Tanh(), cr.Dropout(0.3), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=3, **options)


def normalized(**options):
    layers = cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=3, **options)


def plain(**options):
    return cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), **options)


RUNS = {
    "adam": (dropped, {"optimizer": cr.Adam(0.01), "epochs": 7, "batch_size": 16}),
    "clipped": (
        normalized,
        {
            "optimizer": (cr.ClipNorm(1.0), cr.Momentum(cr.OneCycle(0.1)), cr.EMA(0.9)),
            "epochs": 7,
            "batch_size": 16,
        },
    ),
    "early": (
        dropped,
        {
            "optimizer": cr.SGD(cr.ReduceOnPlateau(0.3, patience=1)),
            "epochs": 12,
            "batch_size": 16,
            "validation_fraction": 0.3,
            "callbacks": [cr.EarlyStopping(patience=2)],
        },
    ),
    "whole": (plain, {"optimizer": cr.Adam(), "epochs": 4, "batch_size": None}),
    "weighted": (
        normalized,
        {"epochs": 5, "batch_size": 16, "drop_last": True, "class_weight": "balanced"},
    ),
    "searching": (plain, {"optimizer": cr.LBFGS(), "epochs": 9, "batch_size": None}),
    "augmented": (dropped, {"epochs": 3, "batch_size": 16, "augment": lambda x, key, row: 2 * x}),
}


def recorded(name):
    """Return the network, its recording, and the states and losses of the same run, all kept."""
    make, options = RUNS[name]
    net = make()
    twin, kept, losses = net.copy(), [], []
    run = net.record(X, Y, verbose=0, **copy.deepcopy(options))
    for state in twin.train(X, Y, **copy.deepcopy(options)):
        slots = {slot: a.copy() for slot, a in state.state.slots.items()}
        kept.append((state.state.theta.copy(), slots))
        losses.append(state.loss)
    return net, run, kept, losses


@pytest.mark.parametrize("name", list(RUNS))
def test_every_moment_has_the_bits_of_the_run(name):
    net, run, kept, losses = recorded(name)
    assert run.last == len(kept)
    assert np.array_equal(run.at("end").theta, net.theta)
    for k in RNG.permutation(run.last)[:12]:
        moment = run.at(step=int(k))
        if k:
            theta, slots = kept[k - 1]
            assert np.array_equal(moment.theta, theta)
            assert all(np.array_equal(moment.slots[slot], a) for slot, a in slots.items())
        if name != "searching":  # it remembers its loss
            assert moment.loss == losses[k]


@pytest.mark.parametrize("name", list(RUNS))
def test_a_branch_without_a_change_is_the_run(name):
    net, run, _, _ = recorded(name)
    for at in (0, run.last // 2, run.last - 1):
        branch = run.branch(at)
        assert np.array_equal(branch.at("end").theta, net.theta)
        assert (branch.last, branch.history.stopped) == (run.last, run.history.stopped)
        for column in run.history.keys():  # noqa: SIM118
            assert np.array_equal(branch.history[column], run.history[column])


def test_back_after_next_is_the_same_moment():
    _, run, kept, _ = recorded("adam")
    moment = run.at(20)
    assert np.array_equal(moment.next().theta, kept[20][0])
    assert np.array_equal(moment.next().back().theta, moment.theta)
    assert np.array_equal(moment.back().theta, kept[18][0])


def test_moments_do_not_change_each_other_nor_the_network():
    net, run, _, _ = recorded("adam")
    before = net.theta.copy()
    first = run.at(5)
    theta = first.theta.copy()
    run.at(30).net.fit(X, Y, verbose=0)
    assert np.array_equal(first.theta, theta)
    assert np.array_equal(net.theta, before)
    net.fit(X, Y, verbose=0)
    assert np.array_equal(run.at(5).theta, theta)


def test_a_branch_with_another_rate_is_a_fit_from_that_moment():
    _, run, _, _ = recorded("adam")
    other = run.branch(at=14, optimizer=cr.Adam(0.1), epochs=2)  # 14 steps are two epochs
    moment = run.at(14)
    net = moment.net.copy()
    net.adopt(net.built)
    slots = {name: a.copy() for name, a in moment.slots.items()}
    theta, t = moment.theta.copy(), 14
    rule = cr.Adam(0.1)
    for step in range(14, 28):
        update = other.at(step).update
        assert np.allclose(update.theta, theta, atol=1e-6)
        t += 1
        rule.step(t, theta, update.after.g, *slots.values())
    assert np.allclose(other.at("end").theta, theta, atol=1e-6)
    assert other.parent is run
    assert other.branched_at == 14


def test_the_update_of_a_moment_has_the_learning_rate_of_its_step():
    """A schedule that watches the loss remembers it; at the end it knows more than it did then."""
    schedule = cr.ReduceOnPlateau(6.0, patience=1, monitor="loss")
    run = plain().record(X, Y, optimizer=cr.SGD(schedule), epochs=12, batch_size=16, verbose=0)
    rates = []
    for step in (0, 40, 70):
        update = run.at(step).update
        rates.append(update.update.rule.at(update.t).lr)
        after = update.theta - np.float32(rates[-1]) * update.after.g
        assert np.allclose(update.after.theta, after, atol=1e-4)
    assert rates[0] == 6.0 > rates[2]


def test_a_machine_is_recorded_too():
    rows = (RNG.random((60, 12)) < 0.4).astype(np.float32)
    rbm = cr.RBM(6, seed=1)
    run = rbm.record(rows, epochs=4, batch_size=16, verbose=0)
    again = cr.RBM(6, seed=1)
    for state in again.train(rows, epochs=4, batch_size=16):
        if state.step == run.last:
            break
        theta, carry, k = state.state.theta, state.state.carry, state.step
        assert np.array_equal(run.at(k).theta, theta)
        assert all(np.array_equal(run.at(k).carry[name], a) for name, a in carry.items())
    assert np.array_equal(run.branch(at=5).at("end").theta, rbm.theta)


def test_a_run_that_fails_is_recorded_up_to_its_last_step():
    net = plain()
    with pytest.warns(UserWarning, match="The recording has every step before"):
        run = net.record(X, Y, optimizer=cr.SGD(1e38), epochs=5, verbose=0)
    assert run.error is not None
    assert np.array_equal(run.at("end").theta, net.theta)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.at(step=1000), "a step from 0 to 49, got 1000"),
        (lambda run: run.at(epoch=8), "an epoch from 0 to 7, got 8"),
        (lambda run: run.at("last"), '"start", "end" or "best", got \'last\''),
        (lambda run: run.at(3.0), "a step from 0 to 49, a whole number, got 3.0"),
        (lambda run: list(run.moments(every=0)), "a whole number ≥ 1, got 0"),
        (lambda run: list(run.moments(every=-5)), "a whole number ≥ 1, got -5"),
        (lambda run: run.at(9).next(99), "at most 40 steps forwards from step 9, got 99"),
        (lambda run: run.at(9).back(10), "at most 9 steps back from step 9, got 10"),
        (lambda run: run.at(9).next(1.5), "a whole number of steps, got 1.5"),
        (lambda run: run.at(9).back("a"), "a whole number of steps, got 'a'"),
        (lambda run: cr.Recording(run.net), "got Network. Write run = net.record"),
        (lambda run: run.at("end").batch, "a moment with an update after it"),
        (lambda run: run.branch(at=3, edit={"W9": 1.0}), "names among W1, b1, W2, b2, got 'W9'"),
        (lambda run: run.branch(at=3, edit={"b2": np.zeros(2)}), r"shape \(3,\), got \(2,\)"),
    ],
)
def test_refusals(call, message):
    _, run, _, _ = recorded("adam")
    with pytest.raises(cr.ChainruleError, match=message):
        call(run)


def test_every_weight_has_its_name_also_at_the_end_of_a_run():
    _, run, _, _ = recorded("adam")
    end = run.at("end")
    assert np.array_equal(end["W1"], end.net.parameters["W1"])
    with pytest.raises(cr.ParameterError, match="a moment with an update after it"):
        end["dW1"]
    machine = cr.RBM(2, seed=0).record(np.eye(4), epochs=1, batch_size=2, verbose=0)
    moment = machine.at(1)
    assert np.array_equal(moment["W"].ravel(), moment.theta[: moment["W"].size])
    assert moment.explain("b[1]").value == moment["b"][1]
