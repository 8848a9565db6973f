"""A model: building, parameters as views, inputs, copies, and what it says when asked too early."""

import copy
import pickle

import numpy as np
import pytest
from tests.model.rows import classifier, data

import chainrule as cr

RNG = np.random.default_rng(0)


def test_questions_before_the_shapes_are_known():
    for ask in (
        lambda n: n.theta,
        lambda n: n.parameters,
        lambda n: n.summary(),
        lambda n: n.equations(),
        lambda n: n.reset(),
    ):
        with pytest.raises(cr.NotBuiltError, match="fit first, or give inputs="):
            ask(classifier())
    with pytest.raises(cr.NotBuiltError, match="fit first, or give X and y"):
        classifier(inputs=(3,)).sharpness()


@pytest.mark.parametrize("call", ["build", "fit", "predict", "loss_and_grad", "evaluate"])
def test_every_call_that_brings_data_builds(call):
    X, y = data()
    net = classifier()
    {
        "build": lambda: net.build(X, y),
        "fit": lambda: net.fit(X, y, epochs=0, verbose=0),
        "predict": lambda: net.predict(X),
        "loss_and_grad": lambda: net.loss_and_grad(X, y),
        "evaluate": lambda: net.evaluate(X, y),
    }[call]()
    assert net.theta.shape == (3 * 5 + 5 + 5 * 3 + 3,)
    np.testing.assert_array_equal(net.theta, classifier(inputs=(3,)).theta)


def test_epochs_0_trains_nothing():
    X, y = data()
    net = classifier(inputs=(3,))
    before = net.theta.copy()
    history = net.fit(X, y, epochs=0, verbose=0)
    assert len(history) == 0 and history.best_epoch is None
    np.testing.assert_array_equal(net.theta, before)


def test_parameters_are_views():
    net = classifier(inputs=(3,))
    assert list(net.parameters) == ["W1", "b1", "W2", "b2"]
    net.parameters["b1"][...] = 7
    assert (net.theta[15:20] == 7).all()
    net.theta[...] = 0
    assert not net.parameters["W1"].any()
    net.theta = np.ones(38)
    assert (net.parameters["W2"] == 1).all()
    with pytest.raises(cr.ShapeError, match=r"\(38,\)"):
        net.theta = np.ones(3)


def test_state_is_apart_from_parameters():
    net = cr.Network(cr.Dense(2), cr.BatchNorm(), loss=cr.SquaredError(), inputs=(2,))
    assert list(net.parameters) == ["W1", "b1", "gamma2", "beta2"]
    assert list(net.state) == ["running_mean2", "running_variance2"]


def test_another_input_size_must_give_the_same_parameters():
    net = classifier(inputs=(3,))
    with pytest.raises(
        cr.ShapeError, match=r"rows like the first ones, of shape \(3,\), got rows of shape \(4,\)"
    ):
        net.predict(np.zeros((2, 4)))
    assert net.predict(np.zeros((2, 3))).shape == (2, 3)  # and nothing is broken
    steps = cr.Network(cr.EachStep(cr.Dense(2)), loss=cr.SquaredError(), inputs=(4, 3))
    assert steps.predict(np.zeros((1, 6, 3))).shape == (1, 6, 2)  # retraced: more steps, the same W


def test_labels_and_one_hot_rows_retrace():
    X, y = data()
    net = classifier(dtype="float64")
    labels = net.loss_and_grad(X, y)
    rows = net.loss_and_grad(X, np.eye(3)[y])
    assert labels[0] == pytest.approx(rows[0], rel=1e-12)
    np.testing.assert_allclose(labels[1]["W1"], rows[1]["W1"], atol=1e-14)


def test_several_inputs_are_a_dict():
    class Sum(cr.Layer):
        def __call__(self, x):
            return cr.Dense(4)(x["left"]) + cr.Dense(4)(x["right"])

    net = cr.Network(
        Sum(),
        cr.Dense(1),
        loss=cr.SquaredError(),
        inputs={"left": (3,), "right": (2,)},
        dtype="float64",
    )
    rng = np.random.default_rng(0)
    X = {"left": rng.normal(size=(20, 3)), "right": rng.normal(size=(20, 2))}
    y = rng.normal(size=20)
    assert net.fit(X, y, epochs=30, optimizer=cr.Adam(lr=0.05), verbose=0).loss[-1] < 1
    assert net.check_gradients(X, y)
    with pytest.raises(cr.ShapeError, match="the inputs left, right"):
        net.predict(X["left"])
    with pytest.raises(cr.DataError, match="right has 3 rows"):
        net.fit({"left": X["left"], "right": X["right"][:3]}, y)


def test_reset_goes_back_to_the_start():
    X, y = data()
    net = classifier(initial_weights={"b1": np.ones(5)})
    first = net.fit(X, y, epochs=3, verbose=0)
    trained = net.theta.copy()
    net.reset()
    assert (net.parameters["b1"] == 1).all() and net.run_state.step == 0
    again = net.fit(X, y, epochs=3, verbose=0)
    np.testing.assert_array_equal(first.loss, again.loss)
    np.testing.assert_array_equal(net.theta, trained)


def test_copies_are_apart():
    X, y = data()
    net = classifier(inputs=(3,))
    net.freeze("dense1").scale_lr({"dense2": 0.5})
    for twin in (net.copy(), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        twin.fit(X, y, epochs=1, verbose=0)
        assert (twin.theta != net.theta).any()
        np.testing.assert_array_equal(twin.parameters["W1"], net.parameters["W1"])
        assert twin.rates == {"dense2": 0.5}


def test_repr_shows_the_network():
    assert repr(classifier()) == "Network(Dense(5), Tanh(), Dense(3), loss=SoftmaxCrossEntropy())"


class Pick(cr.Layer):
    """One of several inputs."""

    input: str

    def __call__(self, x):
        return x[self.input]


@pytest.mark.parametrize("read", ["a", "b"])
@pytest.mark.parametrize("batch_size", [32, 300])
def test_an_input_that_nobody_reads_harms_nobody(read, batch_size):
    # float64: rows are gathered, not used where they lie
    X = {name: RNG.normal(size=(300, 7)) for name in "ab"}
    layers = (cr.Dense(8), cr.Tanh(), cr.Dense(1))
    both = cr.Network(Pick(read), *layers, loss=cr.SquaredError(), inputs={"a": (7,), "b": (7,)})
    alone = cr.Network(*layers, loss=cr.SquaredError(), inputs=(7,))
    alone.theta[...] = both.theta
    histories = [
        net.fit(rows, X[read][:, :1], batch_size=batch_size, verbose=0)
        for net, rows in ((both, X), (alone, X[read]))
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-6)
    np.testing.assert_array_equal(both.predict(X), alone.predict(X[read]))
