"""Autoencoder: it is its network, its halves are the two parts of it, and a linear one finds the principal components."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.decomposition import PCA

import chainrule as cr
from chainrule.estimators import Autoencoder

X = cr.datasets.digits()[0][:300] / 16


def test_it_is_its_network():
    model = Autoencoder((12, 7, 3), activation="tanh", epochs=3, random_state=5).fit(X)
    d = lambda n, name: cr.Dense(n, name=name)
    layers = (
        d(12, "encoder1"),
        cr.Tanh(),
        d(7, "encoder2"),
        cr.Tanh(),
        d(3, "code"),
        d(7, "decoder1"),
        cr.Tanh(),
        d(12, "decoder2"),
        cr.Tanh(),
        d(64, "rows"),
    )
    net = cr.Network(
        *layers,
        loss=cr.SquaredError(),
        seed=np.random.RandomState(5).randint(2**31 - 1),
        dtype="float64",
    )
    net.fit(X, X, epochs=3, verbose=0)
    assert model.network_.layers == layers and (model.network_.theta == net.theta).all()
    code = model.transform(X)
    np.testing.assert_allclose(code, net.activations(X)["z3"], atol=1e-12)
    np.testing.assert_allclose(model.inverse_transform(code), net.predict(X), atol=1e-12)
    assert model.score(X) == pytest.approx(-((X - net.predict(X)) ** 2).mean())
    assert list(model.get_feature_names_out()) == [f"autoencoder{k}" for k in range(3)]
    np.testing.assert_allclose(
        model.hidden(X, layer=0), np.tanh(X @ net.parameters["W1"] + net.parameters["b1"])
    )


@pytest.mark.slow
def test_a_linear_one_finds_the_principal_components():
    pca = PCA(4).fit(X)
    best = ((X - pca.inverse_transform(pca.transform(X))) ** 2).mean()
    model = Autoencoder(4, optimizer=cr.LBFGS(), epochs=400, batch_size=None, random_state=0).fit(X)
    error = -model.score(X)
    assert best * (1 - 1e-9) <= error < 1.001 * best
    # the same plane: its rows lie in the space of the components
    back = model.decoder_.parameters["W1"]
    inside = back @ pca.components_.T @ pca.components_
    assert np.linalg.norm(back - inside) < 0.02 * np.linalg.norm(back)


@pytest.mark.slow
def test_a_deep_one_beats_the_principal_components():
    rows = cr.datasets.digits()[0] / 16
    train, test = rows[:1400], rows[1400:]
    pca = PCA(4).fit(train)
    linear = ((test - pca.inverse_transform(pca.transform(test))) ** 2).mean()
    assert -Autoencoder((64, 4), random_state=0).fit(train).score(test) < 0.9 * linear


@pytest.mark.slow
def test_noise_is_taken_away():
    rows = cr.datasets.digits()[0] / 16
    noisy = rows[1400:] + np.random.RandomState(0).normal(0, 0.25, rows[1400:].shape)
    model = Autoencoder((64, 24), noise=0.25, epochs=40, random_state=0).fit(rows[:1400])
    assert ((model.network_.predict(noisy) - rows[1400:]) ** 2).mean() < 0.5 * (
        (noisy - rows[1400:]) ** 2
    ).mean()


def test_links_types_and_partial_fit():
    model = Autoencoder(5, activation=cr.GELU(), loss=cr.SigmoidCrossEntropy(), random_state=0)
    for _ in range(3):
        model.partial_fit(X.astype(np.float32))
    once = Autoencoder(
        5, activation=cr.GELU(), loss=cr.SigmoidCrossEntropy(), epochs=3, random_state=0
    )
    assert (once.fit(X.astype(np.float32)).network_.theta == model.network_.theta).all()
    code = model.transform(X.astype(np.float32))
    back = model.inverse_transform(code)
    assert code.dtype == back.dtype == np.float32 and (back > 0).all() and (back < 1).all()
    deep = Autoencoder((6, 3), activation=cr.GELU(), epochs=1).fit(X)
    assert deep.network_.layers[1] == cr.GELU()
    assert (
        Autoencoder((6, 3), activation="identity", epochs=1).fit(X).network_.layers[1].name
        == "code"
    )
    with pytest.raises(cr.ShapeError, match="codes of 5 numbers, got 4"):
        model.inverse_transform(code[:, :4])
    with pytest.raises(cr.ShapeError, match=r"rows of numbers \(N, D\), got \(300, 8, 8\)"):
        Autoencoder().fit(X.reshape(-1, 8, 8))
