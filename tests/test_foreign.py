"""Names of other libraries: what beginners type, and the answers."""

import copy
import inspect
import pickle
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import chainrule as cr
from chainrule import foreign


def test_every_hint_names_something_that_is_there():
    for theirs, ours in foreign.NAMES.items():
        assert theirs not in cr.__all__
        if ours.startswith("from "):
            if find_spec("sklearn"):
                exec(ours, {})
        elif ours.replace(".", "").isidentifier():
            place, _, name = ours.rpartition(".")
            assert hasattr({"": cr, "Network": cr.Network}[place], name), ours


def test_a_foreign_name_is_an_attribute_error_with_a_hint():
    with pytest.raises(
        AttributeError,
        match=r"^module 'chainrule' has no attribute 'Linear'. Here it is called Dense.$",
    ):
        cr.Linear
    with pytest.raises(AttributeError, match=r"^module 'chainrule' has no attribute 'Denze'$"):
        cr.Denze
    with pytest.raises(
        AttributeError,
        match=r"'MLPClassifier'. Write: from chainrule.estimators import MLPClassifier$",
    ):
        cr.MLPClassifier


def test_pictures_need_no_import_of_their_own():
    code = "import chainrule as cr; cr.plots.confusion, cr.plots.svg.network"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'plot'"):
        cr.inspect.plot


def make(**options):
    return cr.Network(cr.Dense(1), loss=cr.SquaredError(), **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda net: net.fit([[1.0]], [1.0], epoch=3),
            "fit(epoch=...): there is no keyword 'epoch'. Here it is called epochs.",
        ),
        (lambda net: net.fit([[1.0]], [1.0], batchsize=3), "Here it is called batch_size."),
        (
            lambda net: net.fit([[1.0]], [1.0], validation_split=0.2),
            "Here it is called validation_fraction.",
        ),
        (
            lambda net: net.fit([[1.0]], [1.0], lr=1),
            "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
        ),
        (
            lambda net: net.fit([[1.0]], [1.0], loss="mse"),
            "A loss belongs to the network: Network(..., loss=...).",
        ),
        (lambda net: list(net.train([[1.0]], [1.0], epoch=3)), "Here it is called epochs."),
        (lambda net: make(optimizer=cr.Adam()), "Give it to fit(optimizer=...)."),
        (lambda net: make(device="cuda"), "There is no GPU"),
        (
            lambda net: make(zzz=1),
            "Known ones: loss, inputs, seed, dtype, engine, threads, initial_weights.",
        ),
        (lambda net: make(layers=[]), "Write the layers one after another"),
        (
            lambda net: cr.Network([cr.Dense(1)], loss=cr.SquaredError()),
            "Write a star before it, Network(*layers)",
        ),
        (lambda net: cr.Adam.like("pytorch"), "Write 'torch'."),
        (lambda net: cr.Dense(1, init="he"), "Write HeNormal(), say."),
        (lambda net: make(inputs=(None, 64)), "Write inputs=(64,)."),
        (lambda net: net.build([[1.0]]).scale_lr(0.1), "expected a dict {path: factor}, got 0.1"),
        (lambda net: net.fit([[1.0]], ["yes"]), "np.unique(y, return_inverse=True)"),
        (lambda net: net.fit([1.0, 2.0], [1.0, 2.0]), "Give X[:, None]: one column."),
        (
            lambda net: net.fit([1.0, 2.0], [1.0]),
            "One feature in 2 rows is X[:, None], one row alone X[None].",
        ),
    ],
)
def test_beginners_are_told_what_to_write(call, message):
    with pytest.raises(cr.ChainruleError) as caught:
        call(make())
    assert message in str(caught.value)


FIRST = 'If they come as (N, C, H, W), begin the network with Images(channels="first").'


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (cr.Conv2D(4), (64,), "Put Reshape(8, 8, 1) before it."),
        (cr.Conv2D(4), (28, 20), "Put Reshape(28, 20, 1) before it."),
        (cr.MaxPool2D(2), (50,), "Put Reshape(28, 28, 1), with your own sizes, before it."),
        (cr.Conv2D(4), (1, 28, 28), FIRST),
        (cr.MaxPool2D(4), (3, 32, 32), FIRST),
    ],
)
def test_images_of_another_shape(layer, inputs, message):
    with pytest.raises(cr.ShapeError) as caught:
        cr.Network(layer, loss=cr.SquaredError(), inputs=inputs)
    assert str(caught.value).endswith(message)


def test_the_signature_is_still_that_of_the_function():
    assert "batch_size" in inspect.signature(cr.Network.fit).parameters
    assert "loss" in inspect.signature(cr.Network).parameters


def test_a_frame_of_polars_is_an_array_and_no_source():
    polars = pytest.importorskip("polars")
    X = np.arange(6.0).reshape(3, 2)
    one, other = make(), make()
    one.fit(polars.DataFrame(X), polars.Series([1.0, 2.0, 3.0]), verbose=0)
    other.fit(X, [1.0, 2.0, 3.0], verbose=0)
    assert np.array_equal(one.theta, other.theta)


class Tensor:
    """A tensor that refuses to become an array, like one with a gradient or on another device."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )


def test_a_tensor_that_is_no_array_says_so_in_our_words():
    with pytest.raises(
        cr.DataError,
        match=r"^X: expected an array of numbers, got Tensor: Can't call numpy\(\).*Make a "
        r"NumPy array",
    ):
        make().predict(Tensor())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: cr.RBM(4, n_visible=3),
            "RBM(n_visible=...): there is no keyword 'n_visible'. Here it is called visible.",
        ),
        (lambda: cr.RBM(4).fit([[0.0, 1.0]], epoch=2), "Here it is called epochs."),
        (lambda: cr.Hopfield(rul="hebb"), "Here it is called rule."),
    ],
)
def test_energy_models_answer_alike(call, message):
    with pytest.raises(cr.ParameterError) as caught:
        call()
    assert message in str(caught.value)


def test_a_metric_that_is_nearly_right_is_named():
    stop = cr.EarlyStopping(monitor="val_acc")
    with pytest.raises(cr.ParameterError, match=r"Did you mean 'val_accuracy'\? Else give"):
        fit = {
            "metrics": [cr.metrics.accuracy],
            "callbacks": [stop],
            "verbose": 0,
            "validation_fraction": 0.5,
        }
        make().fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], **fit)


def test_estimators_say_classes_as_people_do():
    sklearn = pytest.importorskip("chainrule.estimators")
    with pytest.raises(
        cr.ParameterError,
        match=r"optimizer must be an Optimizer such as Adam\(\), a tuple, a list or None\.",
    ):
        sklearn.NetworkClassifier(optimizer="adam").fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(
        cr.ParameterError, match=r"^explain: expected a fitted estimator, got a Network\."
    ):
        sklearn.explain(make(), [[1.0]])


class Forward(cr.Layer):
    def forward(self, x):
        return x


class Assigning(cr.Layer):
    def __init__(self):
        super().__init__()
        self.fc = cr.Dense(3)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda net: net.compile(optimizer="adam"), AttributeError, "fit(optimizer=..., metrics="),
        (lambda net: net.predict_proba([[1.0]]), AttributeError, "Write net.predict(X): it gives"),
        (lambda net: net.score([[1.0]], [1.0]), AttributeError, "Write net.evaluate(X, y, metrics"),
        (lambda net: net.forward([[1.0]]), AttributeError, "Write net.predict(X)."),
        (lambda net: net.add(cr.ReLU()), AttributeError, "Give all layers at once: Network("),
        (lambda net: net.to("cuda"), AttributeError, "There is no GPU"),
        (lambda net: net.eval(), AttributeError, "there is no mode"),
        (lambda net: net.parameters(), TypeError, "Write net.parameters.values()."),
        (lambda net: net.train(), TypeError, "There is no mode to set"),
        (lambda net: net([[1.0]]), TypeError, "is not callable. Write net.predict(X)."),
        (lambda net: net.nothing, AttributeError, "'Network' object has no attribute 'nothing'"),
        (lambda net: net.fit([[1.0]], [1.0], 10), TypeError, "fit: X, y may be given by place"),
        (lambda net: make(inputs=(1,)).layers[0].weight, AttributeError, "net.parameters['W1']"),
        (
            lambda net: cr.Sequential(cr.ReLU()).fit(),
            AttributeError,
            "A layer is a part of Network",
        ),
        (lambda net: cr.Sequential(net), ValueError, "Write *net.layers; take_weights(net)"),
        (lambda net: cr.Sequential(64), ValueError, "Write Dense(64), ReLU()."),
        (lambda net: cr.LSTM, AttributeError, "There are no recurrent layers"),
        (lambda net: cr.nn, AttributeError, "names of chainrule itself: cr.Dense"),
        (lambda net: cr.tensor, AttributeError, "Arrays are NumPy arrays"),
        (lambda net: cr.SGD(momentum=0.9), ValueError, "Write Momentum(lr=0.01, momentum=0.9)."),
        (lambda net: cr.Adam(weight_decay=0.1), ValueError, "Write AdamW(weight_decay=0.01)."),
        (lambda net: cr.Dropout(p=0.3), ValueError, "Here it is called rate."),
        (lambda net: cr.Conv2D(8, kernel_size=3), ValueError, "Here it is called kernel."),
        (lambda net: cr.LeakyReLU(alpha=0.1), ValueError, "Here it is called slope."),
        (lambda net: cr.Dense(in_features=3), ValueError, "Leave it out: the data decide."),
        (lambda net: cr.ReLU(out_channels=3), ValueError, "Known settings: name."),
        (
            lambda net: cr.Dense(3, 5),
            ValueError,
            "The data give the number of inputs: write Dense(5).",
        ),
        (lambda net: cr.Conv2D(1, 8, 3), ValueError, "write Conv2D(8, kernel=3)."),
        (lambda net: cr.Conv2D(8, 3), ValueError, "Write Conv2D(8, kernel=3)."),
        (lambda net: cr.BatchNorm(64), ValueError, "write BatchNorm()."),
        (lambda net: net.fit([[1.0]], [1.0], verbose=0).history, AttributeError, "history['loss']"),
        (lambda net: cr.History({"acc": [1.0]}).acc, AttributeError, "Write history['acc']."),
        (lambda net: cr.EarlyStopping("val_loss"), TypeError, "all is given by name, such as mon"),
        (
            lambda net: net.predict([[1.0]], batch_size=32),
            ValueError,
            "Leave it out: rows are taken",
        ),
        (lambda net: net.evaluate([[1.0]], [1.0], verbose=0), ValueError, "nothing is printed"),
        (lambda net: cr.layers.Linear, AttributeError, "Here it is called Dense."),
        (lambda net: cr.losses.MSELoss, AttributeError, "Here it is called SquaredError."),
        (lambda net: cr.ops.relu, AttributeError, "Here it is called ReLU."),
        (lambda net: cr.Adam().zero_grad(), AttributeError, "net.fit(X, y, optimizer=...)"),
        (lambda net: cr.SquaredError()(np.ones(3), np.ones(3)), ValueError, "net.evaluate(X, y)"),
        (lambda net: cr.Sequential(np.tanh), ValueError, "Write Tanh()."),
        (lambda net: Assigning(), AttributeError, "write fc: Any = ... in its body"),
        (lambda net: setattr(cr.Dense(3), "units", 4), AttributeError, "another units"),
        (lambda net: setattr(cr.Dense(3), "trainable", False), AttributeError, "net.freeze(path)"),
        (
            lambda net: cr.Network(Forward(), loss=cr.SquaredError(), inputs=(1,)),
            ValueError,
            "Rename forward to __call__(self, x).",
        ),
        (lambda net: cr.EarlyStopping(restore_best_weights=True), ValueError, "called restore."),
    ],
)
def test_words_of_other_libraries_on_objects(call, kind, message):
    with pytest.raises(kind) as caught:
        call(make().build([[1.0]], [1.0]))
    assert message in str(caught.value)


def test_names_of_others_are_still_unknown():
    net = make().build([[1.0]], [1.0])
    history = cr.History({"loss": [1.0]})
    assert pickle.loads(pickle.dumps(history)).loss == copy.deepcopy(history).loss == [1.0]
    for given, table in (
        (net, foreign.OF_NETWORKS),
        (cr.Dense(1), foreign.OF_LAYERS),
        (cr.Adam(), foreign.OF_OPTIMIZERS),
    ):
        assert not any(hasattr(given, name) for name in table)
        assert not set(table) & set(dir(given))
        assert repr(pickle.loads(pickle.dumps(given))) == repr(copy.deepcopy(given)) == repr(given)
    assert net.parameters == dict(net.parameters) and isinstance(net.parameters, dict)


def test_an_error_inside_a_property_keeps_its_words():
    class Mine(cr.Network):
        @property
        def broken(self):
            return self.nothing_at_all

    with pytest.raises(AttributeError, match="nothing_at_all"):
        Mine(cr.Dense(1), loss=cr.SquaredError()).broken


@pytest.mark.parametrize("suffix", sorted(foreign.SUFFIXES))
def test_a_file_named_as_another_format_is_said(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    with pytest.warns(UserWarning, match="is a safetensors file, but its name says"):
        make().build([[1.0]], [1.0]).save(path)
    assert cr.Network.load(path).layers == (cr.Dense(1),)


def test_the_search_for_a_learning_rate_knows_a_trained_network():
    X = np.linspace(-1, 1, 64)[:, None]
    net = make(dtype="float64")
    net.fit(X, 2 * X, epochs=300, optimizer=cr.Adam(lr=0.1), verbose=0)
    with pytest.raises(cr.TrainingError, match=r"trained.*\.reset\(\)"):
        net.find_learning_rate(X, 2 * X)


def test_every_hint_of_a_module_names_something_that_is_there():
    for module, names in foreign.IN_MODULES.items():
        package = getattr(cr, module)
        for theirs, ours in names.items():
            assert not hasattr(package, theirs)
            assert ours.endswith(".") or hasattr(package, ours), ours


@pytest.mark.parametrize(
    ("place", "name", "hint"),
    [
        ("metrics", "mse", "Here it is called mean_squared_error."),
        ("ops", "tanh", r"Here it is called Tanh. Write Tanh\(\)\(z\)."),
        ("datasets", "load_digits", "Here it is called digits."),
        ("plots", "confusion_matrix", "Here it is called confusion."),
        ("losses", "mse", "Here it is called SquaredError."),
        ("metrics", "ACCURACY", "Here it is called accuracy."),
    ],
)
def test_a_name_is_answered_in_the_words_of_its_module(place, name, hint):
    with pytest.raises(AttributeError, match=f"'chainrule.{place}' has no .* '{name}'. {hint}$"):
        getattr(getattr(cr, place), name)


@pytest.mark.parametrize(("name", "ours"), [("Relu", "ReLU"), ("dense", "Dense"), ("adam", "Adam")])
def test_a_name_with_other_capitals_is_named(name, ours):
    with pytest.raises(AttributeError, match=f"Here it is called {ours}.$"):
        getattr(cr, name)


@pytest.mark.parametrize("name", sorted(foreign.NOT_SET))
def test_what_a_network_would_not_follow_is_not_set(name):
    net = make(inputs=(1,))
    for given in (net, net.copy(), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        with pytest.raises(cr.ParameterError, match=rf"^net.{name} = ...: a network would not"):
            setattr(given, name, ())
    net.note = net.history = "one's own"
    assert net.fit([[1.0]], [1.0], epochs=1, verbose=0).stopped == "finished"


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"test_size": 0.2}, "Here it is called test."),
        ({"random_state": 0}, "Here it is called seed."),
        ({"shuffle": True}, "Rows are always shuffled."),
    ],
)
def test_keywords_of_another_split(options, hint):
    with pytest.raises(cr.ParameterError, match=hint):
        cr.datasets.split(np.eye(4), np.arange(4), **options)
