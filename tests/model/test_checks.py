"""Bad input gets one sentence in the project's template, and changes nothing."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.thread_count import threads_asked

X = np.random.default_rng(0).normal(size=(6, 3))
Y = np.array([0, 1, 2, 0, 1, 2])


def net(**options):
    return cr.Network(
        cr.Dense(4), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(3,), **options
    )


def regression():
    return cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(3,))


def nan_at(row):
    bad = X.copy()
    bad[row, 1] = np.nan
    return bad


class Loader:
    """As other libraries have it: batches to go through, no rows to ask for."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([(X, Y)])


FIT = {
    "wrong width": (
        lambda n: n.fit(X[:, :2], Y),
        "X: expected rows like the first ones, of shape (3,), got rows of shape (2,)",
    ),
    "wrong rank": (
        lambda n: n.fit(X[:, :, None], Y),
        "X: expected rows of shape (N, 3), got (6, 3, 1)",
    ),
    "one row without its axis": (lambda n: n.predict(X[0]), "One row alone is X[None]"),
    "a number": (lambda n: n.predict(3.0), "one row for each example, got a single number"),
    "y too short": (
        lambda n: n.fit(X, Y[:4]),
        "y has 4 rows but X has 6. Each row of X needs one in y.",
    ),
    "no y": (lambda n: n.fit(X), "y is missing"),
    "NaN in X": (lambda n: n.fit(nan_at(2), Y), "X: expected finite numbers, got NaN at X[2, 1]"),
    "infinity in X": (lambda n: n.fit(X / 0.0, Y), "infinity at X[0, 0]"),
    "NaN in y": (
        lambda n: n.fit(X, np.where(Y == 1, np.nan, Y)),
        "y: expected finite numbers, got NaN at y[1]",
    ),
    "strings": (
        lambda n: n.fit(X.astype(str), Y),
        "X: expected numbers, got text. Encode words as numbers first.",
    ),
    "labels as words": (lambda n: n.fit(X, ["a", "b", "c"] * 2), "y: expected numbers, got text"),
    "objects": (
        lambda n: n.fit([[len, 1, 2]] * 6, Y),
        "X: expected numbers, got objects (builtin_function_or_method, int)",
    ),
    "None": (lambda n: n.fit([[None, 1, 2]] * 6, Y), "NaN at X[0, 0]"),
    "ragged": (lambda n: n.fit([[1, 2, 3], [1, 2]], [0, 1]), "X: expected rows of equal length"),
    "empty": (lambda n: n.fit([], []), "at least one row"),
    "zero rows": (
        lambda n: n.fit(X[:0], Y[:0]),
        "X: expected at least one row, got an empty array of shape (0, 3)",
    ),
    "a class too many": (
        lambda n: n.fit(X, Y + 1),
        "y has class 3 but the network has 3 outputs (classes 0 to 2). Make the last layer Dense(4).",
    ),
    "a negative class": (lambda n: n.fit(X, Y - 1), "y"),
    "halves as labels": (lambda n: n.fit(X, Y / 2), "y"),
    "epochs": (
        lambda n: n.fit(X, Y, epochs=-1),
        "fit(epochs=-1): epochs must be a whole number ≥ 0.",
    ),
    "batch size": (
        lambda n: n.fit(X, Y, batch_size=0),
        "fit(batch_size=0): batch_size must be a whole number ≥ 1",
    ),
    "fraction": (lambda n: n.fit(X, Y, validation_fraction=1.0), "≥ 0 and < 1"),
    "validation data": (lambda n: n.fit(X, Y, validation_data=X), "expected a pair (X, y)"),
    "an optimizer's name": (
        lambda n: n.fit(X, Y, optimizer="adam"),
        "Optimizers are objects here, not words.",
    ),
    "an optimizer's class": (
        lambda n: n.fit(X, Y, optimizer=cr.Adam),
        "got the class Adam. Write Adam(...).",
    ),
    "a clip behind": (
        lambda n: n.fit(X, Y, optimizer=(cr.Adam(), cr.ClipNorm(1.0))),
        "expected an optimizer such as",
    ),
    "a metric's name": (
        lambda n: n.fit(X, Y, metrics=["accuracy"]),
        "Write chainrule.metrics.accuracy",
    ),
    "a callback's class": (
        lambda n: n.fit(X, Y, callbacks=[cr.EarlyStopping]),
        "Write EarlyStopping(...).",
    ),
    "no callback": (
        lambda n: n.fit(X, Y, callbacks=[3]),
        "expected a Callback or a function of the run, got 3",
    ),
    "weights of another length": (
        lambda n: n.fit(X, Y, sample_weight=[1.0]),
        "one number for each of the 6 rows",
    ),
    "negative weights": (lambda n: n.fit(X, Y, sample_weight=-np.ones(6)), "numbers ≥ 0"),
    "verbose": (lambda n: n.fit(X, Y, verbose="yes"), "verbose must be 0, 1 or None"),
    "a bare iterator, twice": (
        lambda n: n.fit(iter([(X, Y)]), epochs=2),
        "a bare list_iterator can be read only once",
    ),
    "resume without a file": (
        lambda n: n.fit(X, Y, resume="nowhere.safetensors"),
        "nowhere.safetensors",
    ),
    "resume=True without a Checkpoint": (
        lambda n: n.fit(X, Y, resume=True),
        "there is no Checkpoint among the callbacks",
    ),
    "a masked array": (
        lambda n: n.fit(np.ma.masked_array(X, X > 0), Y),
        "a number in every place, got a masked array",
    ),
    "a loader of batches": (
        lambda n: n.fit(Loader(), Y),
        "X: expected an array, got a Loader. fit takes sources of rows and iter(...)",
    ),
    "a source to evaluate": (
        lambda n: n.evaluate(cr.sources.Nothing(), Y),
        "X: expected an array, got a Nothing.",
    ),
    "drop_last": (lambda n: n.fit(X, Y, drop_last=None), "drop_last must be True or False"),
    "a class without weight": (
        lambda n: n.fit(X, Y, class_weight={0: 0, 1: 0, 2: 0}),
        "some row that counts, got weights that are all 0",
    ),
    "a list of class weights": (
        lambda n: n.fit(X, Y, class_weight=[1, 2, 3]),
        '"balanced" or a dict',
    ),
    "a file to take weights from": (
        lambda n: n.take_weights("net.safetensors"),
        "Network.load(path)",
    ),
    "a list of paths": (
        lambda n: n.freeze(["dense1"]),
        "['dense1']: expected the path of a layer, such as 'dense1'",
    ),
    "a layer's number": (lambda n: n.freeze(0), "0: expected the path of a layer"),
    "a wrong direction": (lambda n: n.hvp(np.ones(2), X, Y), "a direction of shape"),
}


def test_a_wrong_path_freezes_nothing():
    subject = net()
    with pytest.raises(cr.ParameterError, match="no parameters under this path"):
        subject.freeze("dense1", "dense9")
    assert not subject.frozen
    with pytest.raises(cr.ParameterError, match="no parameters under this path"):
        subject.freeze("dense1").thaw("dense1", "dense9")
    assert subject.frozen == {"dense1/W", "dense1/b"}


@pytest.mark.parametrize("case", FIT)
def test_bad_data_change_nothing(case):
    call, words = FIT[case]
    subject = net()
    before = subject.theta.copy()
    with (
        np.errstate(divide="ignore", invalid="ignore"),
        pytest.raises(cr.ChainruleError, match=re.escape(words)) as caught,
    ):
        call(subject)
    assert str(caught.value).rstrip()[-1] in ".)" and "\n" not in str(caught.value)
    np.testing.assert_array_equal(subject.theta, before)
    assert subject.run_state.step == 0
    subject.fit(X, Y, verbose=0)  # and it still trains


MAKE = {
    "a class for a layer": (
        lambda: cr.Network(cr.Dense, loss=cr.SquaredError()),
        "got the class Dense. Write Dense(...).",
    ),
    "a word for a layer": (
        lambda: cr.Network("relu", loss=cr.SquaredError()),
        "Layers are objects here, not words.",
    ),
    "a class for a loss": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError),
        "Write loss=SquaredError().",
    ),
    "a word for a loss": (
        lambda: cr.Network(cr.Dense(1), loss="mse"),
        "Losses are objects here, not words.",
    ),
    "no loss": (lambda: cr.Network(cr.Dense(1)), "a loss is missing"),
    "softmax twice": (
        lambda: cr.Network(cr.Dense(3), cr.Softmax(), loss=cr.SoftmaxCrossEntropy(), inputs=(2,)),
        "remove Softmax()",
    ),
    "sigmoid twice": (
        lambda: cr.Network(cr.Dense(1), cr.Sigmoid(), loss=cr.SigmoidCrossEntropy(), inputs=(2,)),
        "remove Sigmoid()",
    ),
    "one output for a softmax": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SoftmaxCrossEntropy(), inputs=(2,)),
        "SigmoidCrossEntropy",
    ),
    "an image into Dense": (
        lambda: cr.Network(cr.Dense(10), loss=cr.SquaredError(), inputs=(28, 28)),
        "dense1, Dense(10): expected input of shape (N, D), got (N, 28, 28). Put Flatten() before it.",
    ),
    "a branch of another width": (
        lambda: cr.Network(cr.Residual(cr.Dense(7)), loss=cr.SquaredError(), inputs=(5,)),
        "residual1",
    ),
    "seed": (lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=-1), "0 ≤ seed < 2³²"),
    "dtype": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), dtype="float16"),
        "dtype must be 'float32' or 'float64'",
    ),
    "inputs": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=3),
        "Write inputs=(3,).",
    ),
    "engine": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), engine="gpu"),
        "engine must be 'reference' or 'native'",
    ),
    "threads": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), threads=0),
        "threads must be a whole number ≥ 1",
    ),
    "units": (lambda: cr.Dense(0), "Dense(units=0): units must be a whole number ≥ 1"),
    "a foreign word": (
        lambda: cr.Dense(3, activation="relu"),
        "a layer of its own, such as ReLU()",
    ),
    "a penalty's class": (lambda: cr.Dense(3, penalty=cr.L2), "penalty must be a penalty"),
    "a number for a penalty": (lambda: cr.Dense(3, penalty=0.1), "Write L2(1e-4)."),
    "lr": (
        lambda: cr.Adam(lr=-1),
        "Adam(lr=-1): lr must be a number > 0. The usual value is 0.001.",
    ),
    "lr 0": (lambda: cr.SGD(lr=0), "lr must be a number > 0"),
    "a foreign lr": (lambda: cr.Adam(learning_rate=0.1), "Here it is called lr."),
    "starting weights of another shape": (
        lambda: cr.Network(cr.Dense(2, init=np.ones((3, 3))), loss=cr.SquaredError(), inputs=(3,)),
        "expected an array of shape (3, 2), got (3, 3)",
    ),
}


@pytest.mark.parametrize("case", MAKE)
def test_what_cannot_be_made_says_why(case):
    make, words = MAKE[case]
    with pytest.raises(cr.ChainruleError, match=re.escape(words)) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_targets_of_regression_are_not_broadcast():
    with pytest.raises(cr.DataError, match=r"y: expected targets of shape \(N, 1\), got \(6, 2\)"):
        regression().fit(X, np.zeros((6, 2)))
    two = cr.Network(cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    with pytest.raises(cr.DataError, match=r"targets of shape \(N, 2\), got \(6,\)"):
        two.fit(X, np.zeros(6))


def test_the_native_engine_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr("chainrule.engines.native.native_code", None)
    with pytest.raises(cr.EngineError, match="the native engine is missing"):
        net(engine="native")
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")
    with pytest.raises(cr.EngineError):
        net()


@pytest.mark.parametrize("words", ["many", "0", "-1", "1.5"])
def test_threads_of_the_environment_are_a_number(words, monkeypatch):
    monkeypatch.setenv("CHAINRULE_THREADS", words)
    with pytest.raises(
        cr.ParameterError, match=f"CHAINRULE_THREADS={words}: it must be a whole number ≥ 1"
    ):
        threads_asked()
