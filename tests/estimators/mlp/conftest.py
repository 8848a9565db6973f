"""Fixtures for the tests of the MLPs: both engines, few epochs, and scikit-learn's data sets."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import (
    load_diabetes,
    load_digits,
    load_iris,
    load_linnerud,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning

from chainrule.engines import native

ENGINES = [
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
    "reference",
]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", request.param)
    return request.param


@pytest.fixture(autouse=True)
def unfinished():
    """Ignore that training has not converged: few epochs are enough here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def scaled(X):
    return (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9)


@pytest.fixture(scope="module")
def data():
    digits, iris = load_digits(), load_iris()
    diabetes, linnerud = load_diabetes(), load_linnerud()
    two = iris.target > 0
    X, labels = make_multilabel_classification(120, 8, n_classes=4, random_state=0)
    words = np.array(["setosa", "versicolor", "virginica"], object)
    return {
        "digits": (digits.data[:300] / 16, digits.target[:300]),
        "iris": (scaled(iris.data), words[iris.target]),
        "two": (scaled(iris.data), two),
        "labels": (scaled(X), labels),
        "diabetes": (scaled(diabetes.data), scaled(diabetes.target)),
        "linnerud": (scaled(linnerud.data), scaled(linnerud.target)),
        "counts": (scaled(diabetes.data), np.random.RandomState(0).poisson(3.0, 442)),
    }
