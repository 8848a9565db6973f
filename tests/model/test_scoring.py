"""Predictions: by the plan that is there, never by a stale one, never without the checks."""

import copy
import pickle

import numpy as np
import pytest
from tests.model.rows import classifier, data

import chainrule as cr
from chainrule.engines import native
from chainrule.model import scoring

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 5)).astype(np.float32)
Y = RNG.integers(0, 3, 6)
fast = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


def network(**settings):
    layers = cr.Dense(7), cr.Tanh(), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(5,), **settings)


def at_first(net, X):
    """The prediction of a network that has predicted nothing yet."""
    twin = cr.Network(
        *net.layers, loss=net.loss, inputs=net.inputs, dtype=net.dtype.name, engine=net.engine
    )
    twin.theta[...] = net.theta
    return twin.predict(X)


@fast
def test_the_second_call_takes_the_short_way_to_the_same_bits():
    net = network(engine="native")
    assert scoring.predict_again(net, X) is None
    first = net.predict(X)
    again = scoring.predict_again(net, X)
    assert (
        again.tobytes() == first.tobytes() and again.dtype == first.dtype and again.shape == (6, 3)
    )
    assert net.predict(X) is not net.predict(X)  # a new array each time
    for rows in (1, 2, 6):
        assert (net.predict(X[:rows]) == first[:rows]).all()


@pytest.mark.parametrize(
    "rows",
    {
        "float64": X.astype(np.float64),
        "a list": X.tolist(),
        "column order": np.asfortranarray(X),
        "every other row": np.repeat(X, 2, axis=0)[::2],
        "backwards": X[:, ::-1],
        "big-endian": X.astype(">f4"),
        "uint8": (100 * np.abs(X)).astype(np.uint8),
        "read-only": np.frombuffer(X.tobytes(), np.float32).reshape(6, 5),
        "masked": np.ma.array(X, mask=X > 9),
        "dict": {"x": X},
    }.items(),
    ids=lambda case: case[0],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_any_form(rows, dtype):
    net = network(dtype=dtype)
    net.predict(X.astype(dtype))
    assert net.predict(rows[1]).tobytes() == at_first(net, rows[1]).tobytes()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (np.where(X > 1, np.nan, X), "finite numbers, got NaN"),
        (np.where(X > 1, -np.inf, X), "finite numbers, got -?infinity|infinity at"),
        (X[:0, :4], "rows like the first ones"),
        (X[0, :0], "expected rows of shape"),
        (X[0], "One row alone is X"),
        (X[:, :4], "rows like the first ones"),
        (X[:, :, None], "expected rows of shape"),
        (np.float32(3), "a single number"),
        (np.array(3, np.float32), "a single number"),
        (X.astype(str), "numbers, got text"),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bad_rows_after_good_ones(bad, words, dtype):
    net = network(dtype=dtype)
    given = bad.astype(dtype) if bad.dtype.kind == "f" else bad
    good = net.predict(X.astype(dtype))
    with pytest.raises(cr.ChainruleError, match=words):
        net.predict(given)
    assert (net.predict(X.astype(dtype)) == good).all()


@pytest.mark.parametrize("place", [0, 14, 29])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_number_that_is_not_finite_is_found_anywhere(place, dtype):
    net, rows = network(dtype=dtype), X.astype(dtype)
    net.predict(rows)
    for value in (np.nan, -np.nan, np.inf, -np.inf):
        rows.flat[place] = value
        with pytest.raises(cr.DataError, match="finite"):
            net.predict(rows)
    rows.flat[place] = np.finfo(dtype).tiny / 2  # subnormal, and the largest: both are numbers
    rows.flat[place - 1] = np.finfo(dtype).max
    assert net.predict(rows).tobytes() == at_first(net, rows).tobytes()


CHANGES = {
    "weights set": lambda net: net.theta.__setitem__(slice(None), 0.3),
    "theta assigned": lambda net: setattr(net, "theta", np.full(net.theta.shape, 0.2)),
    "one view set": lambda net: net.parameters["W1"].__setitem__(slice(None), 1.0),
    "trained": lambda net: net.fit(X, Y, epochs=3, verbose=0),
    "trained, one-hot": lambda net: net.fit(X, np.eye(3)[Y], epochs=3, verbose=0),
    "thawed": lambda net: net.freeze("dense1").thaw("dense1").fit(X, Y, verbose=0),
    "taken": lambda net: net.take_weights(network(seed=9)),
    "another theta": lambda net: setattr(net.run_state, "theta", net.theta * 2),
    "another engine": lambda net: setattr(net, "engine", "reference"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_network_predicts_what_it_is_now(change):
    net = network()
    for _ in range(2):
        before = net.predict(X)
    change(net)
    for _ in range(2):
        assert net.predict(X).tobytes() == at_first(net, X).tobytes()
    assert net.engine == "reference" or (net.predict(X) != before).any()


@fast
def test_the_reference_engine_is_asked_where_it_is_wanted():
    net = network(engine="native")
    net.predict(X)
    net.engine = "reference"
    assert scoring.predict_again(net, X) is None


def test_reset_predicts_the_start():
    net = network()
    start = net.predict(X)
    net.fit(X, Y, epochs=2, verbose=0)
    assert (net.predict(X) != start).any()
    assert (net.reset().predict(X) == start).all()


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))], ids=["copy", "pickle"]
)
def test_a_copy_makes_plans_of_its_own(twin):
    net = network()
    net.fit(X, Y, verbose=0)
    before = net.predict(X)
    other = twin(net)
    assert (other.predict(X) == before).all()
    other.fit(X, Y, verbose=0)
    assert (other.predict(X) != before).any() and (net.predict(X) == before).all()


def test_other_sizes_take_turns():
    net = cr.Network(cr.Tanh(), loss=cr.SquaredError(), inputs=(5,))
    for width in (5, 5, 3, 3, 5, 3):
        np.testing.assert_allclose(net.predict(X[:, :width]), np.tanh(X[:, :width]), rtol=1e-6)
        assert net.inputs == {"x": (width,)}


def test_words_and_several_inputs():
    words = cr.Network(
        cr.Embedding(4, 2), cr.Flatten(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)
    )
    rows = np.array([[0, 1], [3, 2]])
    assert (words.predict(rows) == words.predict(rows)).all()
    with pytest.raises(cr.ChainruleError):
        words.predict(np.array([[0, 9]]))


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


def rich(**options):
    layers = cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.25), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **options)


def test_metrics_have_names_of_their_own_and_give_numbers():
    X, y = data()
    net = rich(inputs=(3,))
    for metrics, words in [
        (
            [lambda y, p: 1.0, lambda y, p: 2.0],
            "a name for each function, got <lambda>, the name of another one",
        ),
        ([_named("loss", 1.0)], "got loss, which the history has already"),
        (
            [_named("nothing", None)],
            "metrics: nothing: expected a function that returns one number, got None",
        ),
        ([_named("many", np.ones(3))], r"metrics: many: expected .*, got shape \(3,\)"),
        ([_named("word", "0.5")], "metrics: word: expected .*, got '0.5'"),
    ]:
        with pytest.raises(cr.ParameterError, match=words):
            net.fit(X, y, metrics=metrics, verbose=0)
    for value in (1, True, np.float32(0.5), np.array(0.5)):
        assert net.evaluate(X, y, [_named("fine", value)])["fine"] == float(value)


def _named(name, value):
    def metric(y, p):
        return value

    metric.__name__ = name
    return metric


@pytest.mark.parametrize("engine", [None, "reference"])
def test_weights_that_joblib_maps_into_memory_are_read_only_and_predict(engine, tmp_path):
    joblib = pytest.importorskip("joblib")
    layers = cr.Dense(600), cr.ReLU(), cr.Dropout(0.1), cr.Dense(600), cr.ReLU(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), engine=engine)
    rows = np.random.default_rng(0).normal(size=(40, 5))
    net.fit(rows, rows[:, 0], verbose=0)
    joblib.dump(net, tmp_path / "net.joblib")
    mapped = joblib.load(tmp_path / "net.joblib", mmap_mode="r")
    assert mapped.theta.nbytes > 1e6 and not mapped.theta.flags.writeable
    for call in (
        lambda n: n.predict(rows.astype(np.float32)),
        lambda n: n.predict(rows.tolist()),
        lambda n: n.predict(rows, samples=2).values,
        lambda n: n.evaluate(rows, rows[:, 0])["loss"],
        lambda n: n.loss_and_grad(rows, rows[:, 0])[0],
        lambda n: n.activations(rows)["z1"],
        lambda n: n.influence("b1", rows, rows[:, 0]),
    ):
        np.testing.assert_array_equal(call(mapped), call(net))
    for change in (lambda: mapped.fit(rows, rows[:, 0]), lambda: mapped.calibrate(rows)):
        with pytest.raises(cr.ParameterError, match=r"got read-only ones. Take net.copy\(\) first"):
            change()
    mapped.copy().fit(rows, rows[:, 0], verbose=0)
