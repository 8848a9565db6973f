"""A fit on numbers far from unit scale says so once; sound data are never blamed."""

import warnings

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
UNIT = RNG.normal(size=(300, 4))
Y = UNIT[:, :1] - UNIT[:, 1:2] ** 2


def fit(X, y=Y, *layers, loss=None, **options):
    layers = layers or (cr.Flatten(), cr.Dense(3), cr.Tanh(), cr.Dense(np.shape(y)[-1]))
    net = cr.Network(*layers, loss=loss or cr.SquaredError())
    return net, net.fit(X, y, verbose=0, **options)


def with_column(values, k=2):
    X = UNIT.copy()
    X[:, k] = values
    return X


def pixels(*shape):
    return RNG.integers(0, 256, (300, *shape)) * (RNG.random((300, *shape)) < 0.3)


FAR = {
    "one large column": (
        with_column(UNIT[:, 2] * 300 + 2500),
        Y,
        r"column 2 of X are about 2.5e\+03",
    ),
    "the largest is named": (
        UNIT * [1, 1e3, 1e6, 1],
        Y,
        r"column 2 of X are about [67]\.?\d*e\+05",
    ),
    "a small column": (
        with_column(UNIT[:, 2] * 1e-6),
        Y,
        r"column 2 of X are about [67]\.?\d*e-07",
    ),
    "money, mostly 0": (with_column((RNG.random(300) < 0.3) * 7000.0), Y, "are about 7e"),
    "years": (with_column(RNG.integers(1990, 2024, 300)), Y, r"column 2 of X are about 2e\+03"),
    "raw pixels": (pixels(28, 28, 1), Y, r"X holds pixels from 0 to 255. Write X / 255\."),
    "raw flat pixels": (pixels(784).astype(np.uint8), Y, r"X holds pixels"),
    "channels": (RNG.random((300, 8, 8, 2)) * [1, 5000], Y, "channel 1 of X"),
    "a target": (UNIT, Y * 1e5 + 3e5, r"numbers in y are about [23].*Train on \(y - y.mean\(\)\)"),
    "one of two targets": (UNIT, np.hstack([Y, Y * 1e4]), "column 1 of y"),
    "a small target": (UNIT, Y * 1e-6, "numbers in y are about"),
}


@pytest.mark.parametrize("case", FAR)
def test_numbers_far_from_unit_scale_are_said_once(case):
    X, y, said = FAR[case]
    with pytest.warns(UserWarning, match=said) as caught:
        net, _ = fit(X, y, epochs=2)
    assert len(caught) == 1 and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.fit(X, y, verbose=0)  # a second fit has been warned


def one_hot(n):
    X = np.zeros((300, n))
    X[np.arange(300), RNG.integers(0, n, 300)] = 1
    return X


SOUND = {
    "standard": UNIT,
    "outliers": with_column(np.where(RNG.random(300) < 0.02, 5e4, UNIT[:, 2])),
    "one-hot": one_hot(150),
    "images": RNG.random((300, 8, 8, 3)),
    "digits from 0 to 16": RNG.integers(0, 17, (300, 64)),
    "counts": RNG.poisson(40, (300, 4)),
    "mostly 0": with_column(np.eye(300)[7] * 1e4),
    "ten": RNG.uniform(-10, 10, (300, 4)),
    "constant": with_column(1e6),
    "all 0": np.zeros((300, 4)),
    "ages": with_column(RNG.integers(0, 100, 300)),
    "sklearn's diabetes": UNIT * 0.05,
    "two rows": np.array([[0, 1.0], [1, 1]]),
}


@pytest.mark.parametrize("case", SOUND)
def test_sound_data_are_not_blamed(case):
    X = SOUND[case]
    fit(X, np.ones((len(X), 1)) * np.linspace(-1, 1, len(X))[:, None])
    fit(
        X.astype(np.float32),
        np.arange(len(X)) % 2 * 60.0 - 30 + np.zeros((1, len(X))).T[:, 0],
        cr.Flatten(),
        cr.Dense(1),
    )


def test_scale_does_not_matter_behind_a_normalization_or_for_classes_and_counts():
    far = UNIT * 1e4 + 1e5
    fit(far, Y, cr.BatchNorm(), cr.Dense(1))
    fit(far, Y, cr.LayerNorm(), cr.Dense(1))
    words = RNG.integers(0, 5000, (300, 3))
    fit(words, Y, cr.Embedding(5000, 2), cr.Flatten(), cr.Dense(1))
    fit(UNIT, RNG.poisson(3000, (300, 1)), loss=cr.Poisson(), optimizer=cr.Adam(lr=1e-5))
    fit(far, Y, optimizer=cr.LBFGS(), batch_size=None)
