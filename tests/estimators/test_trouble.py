"""Estimators in trouble: runs that explode, Ctrl-C, missing cells, sparse rows."""

import os
import signal

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn
from scipy.sparse import coo_array, csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import DataError, ShapeError, TrainingError
from chainrule.estimators import (
    Autoencoder,
    DeepBeliefAutoencoder,
    DeepBeliefClassifier,
    HiddenLayer,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)

X, Y = load_iris(return_X_y=True)
LAYERS = cr.Dense(5), cr.ReLU()
KINDS = {
    "MLP": lambda: MLPClassifier(5, max_iter=2, random_state=0, tol=0),
    "MLP beyond": lambda: MLPClassifier(5, max_iter=2, random_state=0, dropout=0.1, tol=0),
    "network": lambda: NetworkClassifier(LAYERS, epochs=2, random_state=0),
    "regressor": lambda: NetworkRegressor(LAYERS, epochs=2, random_state=0),
    "autoencoder": lambda: Autoencoder((3, 2), epochs=2, random_state=0),
    "features": lambda: HiddenLayer(NetworkClassifier(LAYERS, epochs=2, random_state=0)),
}
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")


@pytest.mark.parametrize("kind", KINDS)
def test_rows_with_holes_are_refused_in_scikit_learns_words_and_sparse_rows_are_taken(kind):
    model, hole = KINDS[kind](), np.where(np.arange(4) == 1, np.nan, X)
    fitted = KINDS[kind]().fit(X, Y)
    use = fitted.predict if hasattr(fitted, "predict") else fitted.transform
    for call in (lambda: model.fit(hole, Y), lambda: use(hole)):
        with pytest.raises(ValueError, match="Input X contains NaN"):
            call()
    for sparse in (csr_matrix(X), coo_array(X)):
        np.testing.assert_allclose(use(sparse), use(X))
        assert model.fit(sparse, Y) is model


@pytest.mark.parametrize(
    "model",
    [
        MLPRegressor(activation="identity", solver="sgd", learning_rate_init=10, random_state=0),
        MLPRegressor(
            activation="identity", solver="sgd", learning_rate_init=10, random_state=0, dropout=0.1
        ),
        NetworkRegressor(LAYERS, optimizer=cr.SGD(lr=10.0), random_state=0),
        Autoencoder((3,), optimizer=cr.SGD(lr=10.0), random_state=0),
    ],
    ids=["MLP", "MLP beyond", "network", "autoencoder"],
)
@pytest.mark.filterwarnings("ignore:fit. numbers")
def test_a_run_that_explodes_is_a_value_error_everywhere(model):
    with pytest.raises(ValueError, match=r"non-finite"):
        clone(model).fit(1e3 * X, 1e3 * Y)


@pytest.mark.parametrize("average", [(), (cr.EMA(0.9),)])
def test_a_warm_start_that_explodes_changes_nothing(average):
    calm, wild = (cr.Momentum(lr=1e-5), *average), (cr.SGD(lr=1e9), *average)
    model = NetworkRegressor(
        cr.Dense(3), optimizer=calm, epochs=2, warm_start=True, random_state=0
    ).fit(X, Y)
    twin = NetworkRegressor(
        cr.Dense(3), optimizer=calm, epochs=2, warm_start=True, random_state=0
    ).fit(X, Y)
    before = model.predict(X)
    with pytest.raises(TrainingError):
        model.set_params(optimizer=wild).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), before)
    model.set_params(optimizer=calm)
    np.testing.assert_array_equal(
        model.fit(X, Y).predict(X), twin.fit(X, Y).predict(X)
    )  # and it goes on as if nothing was


class Interrupts:
    """A listener that presses Ctrl-C at the end of the first epoch."""

    def __init__(self):
        self.epochs = 0

    def setup(self, estimator, context): ...
    def teardown(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            self.epochs += 1
            if self.epochs == 1:
                os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.parametrize("kind", ["MLP", "MLP beyond", "network", "autoencoder"])
def test_ctrl_c_keeps_what_was_learned_and_warns(kind):
    many = {"max_iter" if kind.startswith("MLP") else "epochs": 50}
    model = KINDS[kind]().set_params(**many).set_callbacks(Interrupts())
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.fit(X, Y)
    assert model.n_iter_ < 50
    assert np.isfinite(model.network_.theta).all()


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
@pytest.mark.parametrize("kind", [DeepBeliefClassifier, DeepBeliefAutoencoder])
def test_ctrl_c_in_a_stack_ends_all_of_it(kind):
    listener = Interrupts()
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model = kind((4, 3), n_iter=5, max_iter=5, random_state=0).set_callbacks(listener).fit(X, Y)
    assert listener.epochs <= 2  # the step that was under way may end its epoch
    assert model.n_iter_ == 0
    assert np.isfinite(model.network_.theta).all()


def test_rows_of_another_width_and_logarithms():
    with pytest.raises(ShapeError, match="expected rows of 4 numbers, got 3"):
        HiddenLayer(KINDS["network"]().fit(X, Y).network_).fit(X[:, :3])
    model = DeepBeliefClassifier((3,), n_iter=1, max_iter=1, random_state=0).fit(X, Y)
    np.testing.assert_allclose(
        np.exp(model.predict_log_proba(X)), model.predict_proba(X), rtol=1e-6
    )


# ---------------------------------------------------------------- validation rows of your own


VALIDATION = {"X_val": X[::3], "y_val": Y[::3]}


def test_validation_rows_one_by_one_are_the_same_as_together():
    for weights in (None, np.arange(50.0)):
        pair = (X[::3], Y[::3]) if weights is None else (X[::3], Y[::3], weights)
        a = KINDS["MLP"]().fit(X, Y, **VALIDATION, sample_weight_val=weights)
        b = KINDS["MLP"]().fit(X, Y, validation_data=pair)
        assert a.validation_loss_curve_ == b.validation_loss_curve_
    for wrong, message in (
        ({"X_val": X}, "no y_val"),
        ({"y_val": Y}, "no X_val"),
        ({"sample_weight_val": Y}, "no X_val"),
        (VALIDATION | {"validation_data": (X, Y)}, "got both"),
    ):
        with pytest.raises(DataError, match=message):
            KINDS["MLP"]().fit(X, Y, **wrong)


def test_a_pipeline_does_to_validation_rows_what_it_does_to_the_rows():
    with sklearn.config_context(enable_metadata_routing=True):
        last = (
            KINDS["MLP beyond"]()
            .set_params(early_stopping=True)
            .set_fit_request(X_val=True, y_val=True)
        )
        whole = Pipeline([("scale", StandardScaler()), ("mlp", last)], transform_input=["X_val"])
        whole.fit(X, Y, **VALIDATION)
    scaler = StandardScaler().fit(X)
    by_hand = clone(last).fit(scaler.transform(X), Y, X_val=scaler.transform(X[::3]), y_val=Y[::3])
    assert whole[-1].validation_loss_curve_ == by_hand.validation_loss_curve_
    np.testing.assert_array_equal(whole.predict(X), by_hand.predict(scaler.transform(X)))
