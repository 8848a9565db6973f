"""HiddenLayer: networks, fitted estimators and clones."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.estimators import (
    Autoencoder,
    ConvClassifier,
    DeepBeliefClassifier,
    HiddenLayer,
    MLPClassifier,
    NetworkClassifier,
)

X, Y = cr.datasets.digits()
X, Y = X[:300] / 16, Y[:300]
LAYERS = (cr.Dense(9), cr.Tanh(), cr.Dropout(0.2), cr.Dense(4), cr.BatchNorm(), cr.ReLU())


def test_an_unfitted_estimator_is_fitted_and_a_fitted_one_is_taken():
    inner = NetworkClassifier(LAYERS, epochs=3, random_state=0)
    features = HiddenLayer(inner).fit(X, Y)
    assert not hasattr(inner, "network_")
    fitted = clone(inner).fit(X, Y)
    values = fitted.network_.activations(X)
    np.testing.assert_allclose(features.transform(X), values["a3"], atol=1e-12)
    taken = HiddenLayer(fitted, layer=0).fit(X)
    assert taken.estimator_ is fitted
    np.testing.assert_allclose(taken.transform(X), values["a1"], atol=1e-12)
    assert taken.get_feature_names_out().tolist() == [f"hiddenlayer{k}" for k in range(9)]
    before = features.transform(X)
    features.estimator_.network_.theta[...] = 0
    assert (features.transform(X) == before).all()  # a copy of the weights
    weighted = HiddenLayer(inner).fit(X, Y, sample_weight=np.arange(300))
    np.testing.assert_array_equal(
        weighted.transform(X), clone(inner).fit(X, Y, np.arange(300)).hidden(X)
    )


def test_networks_and_all_estimators_with_one():
    net = cr.Network(*LAYERS, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), dtype="float64")
    net.fit(X, Y, epochs=2, verbose=0)
    for given in (net, clone(HiddenLayer(net)).estimator):
        np.testing.assert_allclose(
            HiddenLayer(given, layer=-3).fit_transform(X), net.activations(X)["a1"], atol=1e-12
        )
    mlp = MLPClassifier((7, 5), random_state=0, solver="lbfgs", max_iter=5000).fit(X, Y)
    np.testing.assert_allclose(
        HiddenLayer(mlp, layer=0).fit_transform(X), mlp.hidden(X, layer=0), atol=1e-12
    )
    belief = DeepBeliefClassifier((7, 5), n_iter=1, max_iter=1, random_state=0).fit(X, Y)
    own = belief.network_.activations(belief._scaled(X))
    np.testing.assert_allclose(HiddenLayer(belief).fit_transform(X), own["a2"], atol=1e-12)
    code = Autoencoder((8, 2), epochs=1, random_state=0).fit(X)
    np.testing.assert_allclose(
        HiddenLayer(code, layer=1).fit_transform(X), code.transform(X), atol=1e-12
    )


def test_images_are_laid_flat():
    images = X.reshape(-1, 8, 8)
    features = HiddenLayer(ConvClassifier(epochs=1, random_state=0), layer=0).fit(images, Y)
    values = features.transform(images)
    assert values.shape == (300, 4 * 4 * 32) and features.n_features_in_ == 64
    np.testing.assert_array_equal(features.transform(X), values)
    wanted = features.estimator_.network_.activations(images[..., None])
    np.testing.assert_allclose(values, wanted["h1"].reshape(300, -1), atol=1e-12)


def test_in_a_pipeline_the_estimator_is_fitted_on_each_part():
    frozen = pytest.importorskip("sklearn.frozen").FrozenEstimator
    inner = NetworkClassifier((cr.Dense(30), cr.ReLU()), epochs=30, random_state=0)
    last = LogisticRegression(max_iter=2000)
    assert cross_val_score(make_pipeline(HiddenLayer(inner), last), X, Y, cv=3).mean() > 0.85
    fitted = clone(inner).fit(X, Y)
    kept = clone(HiddenLayer(frozen(fitted))).fit(X)
    np.testing.assert_array_equal(kept.transform(X), fitted.hidden(X))
    assert (
        clone(HiddenLayer(fitted)).set_params(estimator__epochs=2).fit(X, Y).estimator_.n_iter_ == 2
    )


def test_what_cannot_be():
    with pytest.raises(NotFittedError):
        HiddenLayer(NetworkClassifier()).transform(X)
    with pytest.raises(
        cr.ParameterError,
        match=r"HiddenLayer\(layer=1\): layer must be a whole number from -1 to 0",
    ):
        HiddenLayer(NetworkClassifier(epochs=1), layer=1).fit(X, Y)
    with pytest.raises(cr.ParameterError, match=r"HiddenLayer\(layer=1.5\): layer must be an?"):
        HiddenLayer(NetworkClassifier(), layer=1.5).fit(X, Y)
    with pytest.raises(
        cr.ParameterError, match=r"expected an estimator with network_, got StandardScaler\(\)"
    ):
        HiddenLayer(StandardScaler()).fit(X, Y)
    with pytest.raises(cr.ParameterError, match=r"HiddenLayer\(estimator='mlp'\)"):
        HiddenLayer("mlp").fit(X, Y)
    with pytest.raises(cr.NotBuiltError):
        HiddenLayer(cr.Network(cr.Dense(2), cr.Dense(1), loss=cr.SquaredError())).fit(X)
