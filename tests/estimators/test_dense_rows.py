"""Sparse rows in estimators of networks."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy import sparse

import chainrule as cr
from chainrule.estimators import (
    Autoencoder,
    DeepBeliefAutoencoder,
    DeepBeliefClassifier,
    HiddenLayer,
    NetworkClassifier,
    NetworkRegressor,
)
from chainrule.estimators.dense_rows import dense, memory

X = np.where((rows := np.random.default_rng(0).normal(size=(60, 4))) > 0, rows, 0)
Y = (X[:, 0] > 0) + 0


@pytest.mark.parametrize("kind", ["csr_matrix", "coo_array", "csc_matrix", "lil_matrix"])
def test_sparse_rows_are_the_same_rows(kind):
    S = getattr(sparse, kind)(X)
    for make, y in ((NetworkClassifier, Y), (NetworkRegressor, X[:, 1]), (Autoencoder, None)):
        options = {"epochs": 1, "random_state": 0}
        one, other = make(**options).fit(S, y), make(**options).fit(X, y)
        use = "transform" if y is None else "predict"
        np.testing.assert_array_equal(getattr(one, use)(S), getattr(other, use)(X))


@pytest.mark.parametrize(
    ("make", "use"),
    [
        (lambda: HiddenLayer(NetworkClassifier(epochs=1, random_state=0)), "transform"),
        (lambda: DeepBeliefClassifier(4, n_iter=1, max_iter=1, random_state=0), "predict_proba"),
        (lambda: DeepBeliefAutoencoder(4, n_iter=1, max_iter=1, random_state=0), "transform"),
    ],
)
def test_other_estimators_too(make, use):
    S = sparse.csr_array(X)
    one, other = make().fit(S, Y), make().fit(X, Y)
    np.testing.assert_array_equal(getattr(one, use)(S), getattr(other, use)(X))


def test_types_and_memory():
    assert dense("here", sparse.csr_array(X.astype(np.float32))).dtype == np.float32
    assert dense("here", sparse.csr_array(X > 0)).dtype == np.float64
    huge = sparse.coo_matrix(([1.0], ([0], [0])), shape=(10**8, 10**7))
    with pytest.raises(
        cr.OutOfMemoryError, match=r"^here: X: expected sparse rows that fit in mem"
    ):
        dense("here", huge)
    assert memory() > 1e6


def test_an_autoencoder_takes_validation_rows():
    S = sparse.csr_array(X[40:])
    model = Autoencoder(2, epochs=3, random_state=0).fit(X[:40], validation_data=S)
    pair = Autoencoder(2, epochs=3, random_state=0).fit(X[:40], validation_data=(S, S))
    assert model.history_.val_loss.tolist() == pair.history_.val_loss.tolist()
    assert len(model.history_.val_loss) == 3
