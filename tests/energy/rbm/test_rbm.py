"""RBMs learn small sets; settings and questions that are refused."""

import numpy as np
import pytest
from tests.naive_rbm import BARS

import chainrule as cr
from chainrule.energy import CD, PCD, ParallelTempering


@pytest.mark.parametrize(
    "sampler",
    [CD(k=2), PCD(k=5, chains=100), ParallelTempering(temperatures=4, chains=50)],
    ids=repr,
)
def test_it_learns_bars_and_stripes(sampler):
    rbm = cr.RBM(8, seed=1)
    history = rbm.fit(
        BARS,
        sampler=sampler,
        optimizer=cr.Adam(lr=0.01),
        epochs=2000,
        batch_size=14,
        verbose=0,
        metrics="log_likelihood",
    )
    best = -np.log(14)  # each picture with probability 1/14
    assert history["log_likelihood"][0] < 2.3 * best
    assert history["log_likelihood"][-1] > 1.5 * best
    assert history.loss[-1] < history.loss[0]


def test_a_gaussian_machine_finds_two_clusters():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(-2, 1, (200, 2)), rng.normal(2, 1, (200, 2))])
    rbm = cr.RBM(4, kind="gaussian", seed=0)
    before = rbm.build(X).log_likelihood(X).mean()
    rbm.fit(X, optimizer=cr.Adam(lr=0.02), epochs=60, verbose=0)
    assert rbm.log_likelihood(X).mean() > before + 1
    assert (
        np.sign(rbm.generate(50, steps=50)).sum(axis=1).astype(bool).mean() > 0.8
    )  # both numbers on the same side


@pytest.mark.slow
def test_classes_are_learned_beside_the_rows():
    X, y = cr.datasets.digits()
    X, y = X[:600] / 16, y[:600]
    rbm = cr.RBM(60, classes=10)
    history = rbm.fit(
        X[:500],
        y[:500],
        sampler=CD(),
        optimizer=cr.Adam(lr=0.01),
        epochs=60,
        verbose=0,
        metrics="accuracy",
        validation_data=(X[500:], y[500:]),
    )
    assert history["accuracy"][-1] > 0.9 and history["val_accuracy"][-1] > 0.7
    np.testing.assert_allclose(rbm.predict(X).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: cr.RBM(2, classes=1), cr.ParameterError, "classes must be a whole number ≥ 2"),
        (lambda: cr.RBM(2).theta, cr.NotBuiltError, "fit first, or give visible="),
        (lambda: cr.RBM(2).log_z(), cr.NotBuiltError, "fit first, or give visible="),
        (
            lambda: cr.RBM(2, visible=3).predict([[0, 0, 1]]),
            cr.ParameterError,
            "this RBM has no classes",
        ),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()
