"""The face: building, weights by name, answers, and what it says when asked too early."""

import copy
import pickle

import numpy as np
import pytest

import chainrule as cr


def data(n=40, columns=3, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    return X, (X @ rng.normal(size=(columns, classes))).argmax(axis=1)


def classifier(**options):
    return cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), **options)


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


def test_initial_weights_are_strict():
    W = np.arange(15.0).reshape(3, 5)
    net = classifier(inputs=(3,), initial_weights={"W1": W, "dense2/b": [1, 2, 3]})
    np.testing.assert_array_equal(net.parameters["W1"], W)
    np.testing.assert_array_equal(net.parameters["b2"], [1, 2, 3])
    with pytest.raises(cr.ParameterError, match="one of W1, b1, W2, b2, got 'W9'"):
        classifier(inputs=(3,), initial_weights={"W9": W})
    with pytest.raises(cr.ShapeError, match="Transpose it"):
        classifier(inputs=(3,), initial_weights={"W1": W.T})
    with pytest.raises(cr.DataError, match="NaN"):
        classifier(inputs=(3,), initial_weights={"W1": W * np.nan})


def test_take_weights_says_what_it_did():
    net, other = (
        classifier(inputs=(3,)),
        cr.Network(cr.Dense(5), cr.Dense(9), loss=cr.SquaredError(), inputs=(3,), seed=5),
    )
    before = net.parameters["W2"].copy()
    done = net.take_weights(other)
    assert done.matched == ["dense1/W", "dense1/b"]
    assert done.missing == ["dense2/W", "dense2/b"] and done.left_over == ["dense2/W", "dense2/b"]
    np.testing.assert_array_equal(net.parameters["W1"], other.parameters["W1"])
    np.testing.assert_array_equal(net.parameters["W2"], before)


def test_predict_applies_the_link_and_activations_show_what_was_before():
    X, _ = data()
    net = classifier(inputs=(3,))
    p, values = net.predict(X), net.activations(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    assert set(values) == {"x", "z1", "a1", "z2", "p"}
    z = values["z2"]
    np.testing.assert_allclose(p, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), rtol=1e-5)


def test_a_long_prediction_runs_in_chunks():
    net = classifier(inputs=(3,), dtype="float64")
    X = np.random.default_rng(0).normal(size=(9000, 3))
    np.testing.assert_allclose(net.predict(X)[8999], net.predict(X[8999:])[0], rtol=1e-13)


def test_the_loss_of_evaluate_is_that_of_loss_and_grad():
    X, y = data(9000)
    net = cr.Network(
        cr.Dense(3, penalty=cr.L2(0.1)), loss=cr.SoftmaxCrossEntropy(), inputs=(3,), dtype="float64"
    )
    assert net.evaluate(X, y)["loss"] == pytest.approx(net.loss_and_grad(X, y)[0], rel=1e-12)


def test_gradients_hold_deltas_one_row_an_example():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    d = net.gradients(X, y)
    assert d["dz1"].shape == (40, 5) and d["dW1"].shape == (3, 5)
    np.testing.assert_allclose(X.T @ d["dz1"], d["dW1"], atol=1e-14)
    loss, grad = net.loss_and_grad(X, y)
    np.testing.assert_allclose(grad["W2"], d["dW2"])
    assert loss > 0


def test_influence_sums_to_the_gradient():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    each = net.influence("W1", X, y)
    assert each.shape == (40, 3, 5)
    np.testing.assert_allclose(each.sum(axis=0), net.gradients(X, y)["dW1"], atol=1e-14)
    alone = net.loss_and_grad(X[7:8], y[7:8])[1]["W1"] / 40
    np.testing.assert_allclose(each[7], alone, atol=1e-14)
    with pytest.raises(cr.ParameterError, match="expected a parameter"):
        net.influence("z1", X, y)


def test_sample_weights_are_an_input():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    count = np.arange(40) % 3
    weighted = net.loss_and_grad(X, y, sample_weight=count)
    repeated = net.loss_and_grad(np.repeat(X, count, axis=0), np.repeat(y, count))
    assert weighted[0] == pytest.approx(repeated[0], rel=1e-12)
    np.testing.assert_allclose(weighted[1]["W1"], repeated[1]["W1"], atol=1e-13)


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


def test_unknown_paths_are_named():
    with pytest.raises(cr.ParameterError, match="Layers with parameters: dense1, dense2"):
        classifier(inputs=(3,)).freeze("dense7")
    with pytest.raises(cr.ParameterError, match="a factor ≥ 0"):
        classifier(inputs=(3,)).scale_lr({"dense1": -1})


def test_find_learning_rate_leaves_the_network_alone():
    X, y = data(200)
    net = classifier()
    found = net.find_learning_rate(X, y, optimizer=cr.SGD())
    np.testing.assert_array_equal(net.theta, classifier(inputs=(3,)).theta)
    assert net.run_state.step == 0
    assert 1e-3 < found.suggestion < 100
    assert len(found.lrs) == len(found.losses) and (np.diff(found.lrs) > 0).all()
    with pytest.raises(cr.ParameterError, match="0 < lowest < highest"):
        net.find_learning_rate(X, y, lowest=1, highest=0.1)


def test_repr_shows_the_network():
    assert repr(classifier()) == "Network(Dense(5), Tanh(), Dense(3), loss=SoftmaxCrossEntropy())"
