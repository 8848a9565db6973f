"""scikit-learn's callbacks: each epoch of `fit` is a task, in a Pipeline and a search as well."""

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from tests.estimators.fit_tasks_cases import Heard, X, Y, expected

from chainrule import estimators


class Numbers(estimators.NetworkRegressor):
    """Words as numbers, so that all of them take the same targets."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, np.unique(y, return_inverse=True)[1], sample_weight)

    transform = estimators.NetworkRegressor.predict


MAKE = {
    "BernoulliRBM": lambda: estimators.BernoulliRBM(3, n_iter=4, random_state=0),
    "HopfieldNetwork": lambda: estimators.HopfieldNetwork(binarize=0.5, random_state=0),
    "DeepBeliefClassifier": lambda: estimators.DeepBeliefClassifier(
        (3,), n_iter=1, max_iter=3, random_state=0
    ),
    "DeepBeliefAutoencoder": lambda: estimators.DeepBeliefAutoencoder(
        (3, 2), n_iter=1, max_iter=2, random_state=0
    ),
    "NetworkClassifier": lambda: estimators.NetworkClassifier(epochs=3, random_state=0),
    "NetworkRegressor": lambda: Numbers(epochs=3, random_state=0),
    "ConvClassifier": lambda: estimators.ConvClassifier(epochs=2, random_state=0),
    "MLPClassifier": lambda: estimators.MLPClassifier(5, max_iter=3, random_state=0),
    "beyond": lambda: estimators.MLPClassifier(
        5, max_iter=3, normalization="batch", random_state=0
    ),
    "lbfgs": lambda: estimators.MLPClassifier(5, max_iter=3, solver="lbfgs", random_state=0),
    "TableClassifier": lambda: estimators.TableClassifier(
        4, n_estimators=1, max_iter=3, validation_fraction=0.0, random_state=0
    ),
    "Autoencoder": lambda: estimators.Autoencoder((3, 2), epochs=2, random_state=0),
}
EPOCHS = {
    "NetworkClassifier": 3,
    "NetworkRegressor": 3,
    "ConvClassifier": 2,
    "Autoencoder": 2,
    "MLPClassifier": 3,
    "beyond": 3,
    "lbfgs": 3,
    "TableClassifier": 3,
    "BernoulliRBM": 4,
    "HopfieldNetwork": 0,
    "DeepBeliefClassifier": 4,
    "DeepBeliefAutoencoder": 4,
}
each = pytest.mark.parametrize("name", MAKE)


@pytest.fixture(autouse=True)
def unfinished():
    """Few epochs are enough here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


@each
def test_every_epoch_is_told_and_nothing_changes(name):
    heard, model, alone = Heard(), MAKE[name](), MAKE[name]().fit(X, Y)
    assert model.set_callbacks(heard) is model
    model.fit(X, Y)
    assert heard.told == expected(EPOCHS[name])
    ask = "predict_proba" if hasattr(model, "predict_proba") else "transform"
    np.testing.assert_array_equal(getattr(model, ask)(X), getattr(alone, ask)(X))
    np.testing.assert_array_equal(heard.predictions[-1], getattr(model, ask)(X))
    assert not [attribute for attribute in vars(model) if "callback_fit" in attribute]


@pytest.mark.parametrize("name", [name for name in MAKE if EPOCHS[name]])
def test_a_copy_predicts_as_the_estimator_would_after_that_epoch(name):
    heard = Heard()
    MAKE[name]().set_callbacks(heard).fit(X, Y)
    known = MAKE[name]().get_params()
    word = next(word for word in ("epochs", "max_iter", "n_iter") if word in known)
    short = MAKE[name]().set_params(**{word: 1}).fit(X, Y)
    ask = getattr(short, "predict_proba", None) or short.transform
    np.testing.assert_array_equal(heard.predictions[0], ask(X))
    assert not np.array_equal(heard.predictions[0], heard.predictions[-1])


@pytest.mark.parametrize("name", ["MLPClassifier", "beyond", "lbfgs"])
def test_a_callback_ends_the_training_of_an_mlp(name):
    heard, model = Heard(last=1), MAKE[name]()
    model.set_params(max_iter=50).set_callbacks(heard).fit(X, Y)
    assert heard.told == expected(2)
    short = MAKE[name]().set_params(max_iter=2).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), short.predict_proba(X))


def test_a_callback_ends_training():
    heard = Heard(last=1)
    model = MAKE["BernoulliRBM"]().set_callbacks(heard).fit(X)
    assert heard.told == expected(2)
    np.testing.assert_array_equal(
        model.components_, MAKE["BernoulliRBM"]().set_params(n_iter=2).fit(X).components_
    )


@each
def test_no_callbacks_any_more_and_only_instances(name):
    heard, model = Heard(), MAKE[name]()
    model.set_callbacks(heard).set_callbacks().fit(X, Y)
    assert not heard.told
    with pytest.raises(TypeError, match="FitCallback protocol"):
        model.set_callbacks(Heard)
    with pytest.raises(TypeError, match="FitCallback protocol"):
        model.set_callbacks(print)


@pytest.mark.parametrize("name", ["DeepBeliefClassifier", "NetworkClassifier"])
def test_torn_down_after_a_failure(name):
    heard, model = Heard(), MAKE[name]()
    with pytest.raises(ValueError, match="one class"):
        model.set_callbacks(heard).fit(X, ["no"] * 60)
    assert heard.told == [("setup", "fit"), ("begin", "fit"), ("teardown", "fit")]


def test_in_a_pipeline_and_a_search():
    callback = pytest.importorskip("sklearn.callback")
    from sklearn.model_selection import GridSearchCV

    monitor = callback.ScoringMonitor(scoring="accuracy")
    pipe = make_pipeline(MinMaxScaler(), MAKE["DeepBeliefClassifier"]())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # MinMaxScaler has no callbacks
        pipe[-1].set_callbacks(monitor)
        pipe.fit(X, Y)
    (log,) = monitor.get_logs(select="all")
    rows = [row for row in log.data if row["task_name"] == "epoch"]
    assert len(rows) == 3  # back-propagation: RBMs tell no classes apart
    assert rows[-1]["accuracy"] == pipe.score(X, Y)
    search = GridSearchCV(MAKE["DeepBeliefClassifier"](), {"learning_rate_init": [0.01, 0.1]}, cv=2)
    monitor = callback.ScoringMonitor(scoring="accuracy")
    search.estimator.set_callbacks(monitor)
    search.fit(X, Y)
    assert len(monitor.get_logs(select="all")) >= 1


def test_a_progress_bar(capsys):
    callback = pytest.importorskip("sklearn.callback")
    pytest.importorskip("rich")  # scikit-learn's bar needs it
    MAKE["BernoulliRBM"]().set_callbacks(callback.ProgressBar()).fit(X)
    assert "BernoulliRBM - fit" in capsys.readouterr().out


# ---- the same surface before scikit-learn 1.9


@each
def test_a_fitted_model_with_callbacks_is_pickled(name):
    model = MAKE[name]().set_callbacks(Heard()).fit(X, Y)
    assert hasattr(pickle.loads(pickle.dumps(model)), "_skl_callbacks")


def test_a_hidden_layer_hands_on_what_it_hears():
    callback = pytest.importorskip("sklearn.callback")
    heard = []

    class Deep(Heard):
        max_propagation_depth = None

        def on_fit_task_end(self, estimator, context):
            heard.append((type(estimator).__name__, context.task_name))

    assert isinstance(Deep(), callback.AutoPropagatedCallback)
    inner = estimators.NetworkClassifier(epochs=2, random_state=0)
    estimators.HiddenLayer(inner).set_callbacks(Deep()).fit(X, Y)
    assert heard == [("NetworkClassifier", "epoch")] * 2 + [
        ("NetworkClassifier", "fit"),
        ("HiddenLayer", "fit"),
    ]


def test_partial_fit_tells_nothing():
    heard = Heard()
    estimators.NetworkClassifier().set_callbacks(heard).partial_fit(X, Y, classes=np.unique(Y))
    assert not heard.told
