"""scikit-learn's checks of the estimators of networks; their parameters and docstrings."""

import inspect
import re

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

import chainrule as cr
from chainrule import estimators
from chainrule.engines import native
from chainrule.estimators import (
    Autoencoder,
    ConvClassifier,
    ConvRegressor,
    HiddenLayer,
    NetworkClassifier,
    NetworkRegressor,
)

ENGINES = [
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
    "reference",
]
DEFAULT = [
    NetworkClassifier(),
    NetworkRegressor(),
    ConvClassifier(),
    ConvRegressor(),
    Autoencoder(),
    HiddenLayer(NetworkClassifier(epochs=5, random_state=0)),
]
OTHER = [
    NetworkClassifier(
        (cr.Dense(16), cr.Tanh(), cr.Dense(8), cr.GELU()),
        loss=cr.Hinge(),
        optimizer=cr.Adam(lr=0.01),
    ),
    NetworkClassifier(
        loss=cr.SoftmaxCrossEntropy(label_smoothing=0.05),
        batch_size=None,
        optimizer=cr.Adam(lr=0.01),
    ),
    NetworkRegressor(
        cr.Dense(30, penalty=cr.L2(1e-4)),
        loss=cr.Huber(),
        optimizer=(cr.ClipNorm(5.0), cr.Adam(lr=0.01)),
    ),
    Autoencoder(3, epochs=10),
    HiddenLayer(Autoencoder((6, 3), epochs=5, random_state=0), layer=1),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
@parametrize_with_checks(DEFAULT)
def test_defaults(estimator, check, engine, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", engine)
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(OTHER)
def test_other_settings(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "name", [name for name in estimators.__all__ if hasattr(getattr(estimators, name), "fit")]
)
def test_docstrings_list_every_parameter_and_have_examples(name):
    cls = getattr(estimators, name)
    text = inspect.getdoc(cls)
    parts = re.split(r"(?m)^(\w+)\n-+\n", text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert {"Parameters", "Attributes", "Raises", "References", "Examples"} <= set(sections), name
    listed = re.findall(r"(?m)^(\w+(?:, \w+)*) :", sections["Parameters"])
    assert {n for names in listed for n in names.split(", ")} == set(
        inspect.signature(cls).parameters
    ), name
    for method, thing in vars(cls).items():
        if not method.startswith("_") and inspect.isfunction(thing):
            words = inspect.getdoc(thing) or ""
            for parameter in list(inspect.signature(thing).parameters)[1:]:
                assert re.search(rf"(?m)^\**{parameter}\b|, {parameter} :", words), (
                    f"{name}.{method}: {parameter}"
                )


@pytest.mark.parametrize(
    "estimator",
    [e for e in DEFAULT if not isinstance(e, HiddenLayer)],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"epochs": 0},
            r"\(epochs=0\): epochs must be an int in the range \[1, inf\)\. The usual value is ",
        ),
        (
            {"batch_size": 0.5},
            r"\(batch_size=0\.5\): batch_size must be an int .* or None\. The usual value is 32\.",
        ),
        ({"loss": "mse"}, r"\(loss='mse'\): loss must be a Loss such as Huber\(\) or None"),
        (
            {"loss": cr.SquaredError},
            r"\(loss=<class .*loss must be a Loss such as .*\. Write SquaredError\(\)\.",
        ),
        (
            {"optimizer": "adam"},
            r"\(optimizer='adam'\): optimizer must be an Optimizer such as Adam\(\)",
        ),
        (
            {"validation_fraction": 1.0},
            r"\(validation_fraction=1\.0\): validation_fraction must be a float in the range",
        ),
        ({"early_stopping": 5}, r"\(early_stopping=5\): early_stopping must be .*bool"),
        ({"tol": -1}, r"\(tol=-1\): tol must be a float in the range \[0.0, inf\)"),
        ({"dtype": "float16"}, r"\(dtype='float16'\): dtype must be a str among"),
        ({"callbacks": None}, r"\(callbacks=None\): callbacks must be"),
        ({"initial_weights": {"W9": np.ones(3)}}, r"initial_weights\['W9'\]: expected one of W1"),
        ({"verbose": -1}, r"\(verbose=-1\): verbose must be"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_settings_that_cannot_be(estimator, settings, words):
    X, y = np.random.RandomState(0).rand(12, 5), np.arange(12) % 2
    model = clone(estimator).set_params(**settings)
    with pytest.raises(cr.ParameterError, match=words):
        model.fit(X, y)
    assert not hasattr(model, "network_")


def test_layers_that_cannot_be():
    X, y = np.zeros((6, 4)), np.arange(6) % 3
    for layers, words in (
        ("relu", r"NetworkClassifier\(layers='relu'\): layers must be a"),
        (
            (cr.Dense,),
            r"NetworkClassifier: expected layers, got the class Dense\. Write Dense\(\.\.\.\)",
        ),
        ((cr.Dense(3), "relu"), r"expected layers such as Dense\(4\), got 'relu'"),
    ):
        with pytest.raises(cr.ParameterError, match=words):
            NetworkClassifier(layers).fit(X, y)
    with pytest.raises(
        cr.ParameterError,
        match=r"expected outputs of shape \(3,\), got \(4,\)\. End with Dense\(3\)",
    ):
        NetworkClassifier(output=cr.Dense(4)).fit(X, y)
    with pytest.raises(
        cr.ParameterError, match=r"loss: expected a loss of classes, got Poisson\(\)"
    ):
        NetworkClassifier(loss=cr.Poisson()).fit(X, y)
    with pytest.raises(cr.ParameterError, match=r"hidden_layer_sizes must be whole numbers ≥ 1"):
        Autoencoder((3, 0)).fit(X)
    with pytest.raises(cr.ParameterError, match=r"layers such as Dense\(4\), got None"):
        NetworkRegressor(None).fit(X, y)
