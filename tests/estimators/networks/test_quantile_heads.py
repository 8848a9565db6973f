"""Several quantiles of one target."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone

import chainrule as cr
from chainrule.estimators import ConvRegressor, NetworkRegressor

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (3000, 1))
Y = X[:, 0] + (0.2 + np.abs(X[:, 0])) * RNG.normal(size=3000)  # the spread grows to both sides
QUICK = {"layers": (cr.Dense(16), cr.Tanh()), "epochs": 30, "random_state": 0}
NINETY = (0.05, 0.5, 0.95)


def test_ninety_percent_of_new_targets_lie_between():
    for unit, zero in ((1.0, 0.0), (1e5, 3e5)):
        y = Y * unit + zero
        model = NetworkRegressor(**QUICK, quantiles=NINETY, optimizer=cr.Adam(lr=0.01))
        model.fit(X[:2000], y[:2000])
        low, middle, high = model.predict(X[2000:]).T
        inside = np.mean((low <= y[2000:]) & (y[2000:] <= high))
        assert 0.86 < inside < 0.94
        assert (low <= middle).all() and (middle <= high).all()
        wide, narrow = np.abs(X[2000:, 0]) > 0.8, np.abs(X[2000:, 0]) < 0.2
        assert (high - low)[wide].mean() > 2 * (high - low)[narrow].mean()
        assert model.score(X, y) > 0.2 and (model.target_scale_ is None) == (unit == 1.0)


def test_a_quantile_is_a_network_with_that_loss():
    model = NetworkRegressor(**{**QUICK, "epochs": 3}, quantiles=[0.25]).fit(X, Y)
    heads = cr.Heads({"q0": cr.Dense(1)})
    net = cr.Network(
        *QUICK["layers"],
        heads,
        loss={"q0": cr.Quantile(q=0.25)},
        seed=model.network_.seed,
        dtype="float64",
    )
    net.fit(X, {"q0": Y}, epochs=3, verbose=0)
    np.testing.assert_array_equal(model.predict(X), net.predict(X)["q0"])


def test_going_on_validation_and_copies():
    model = NetworkRegressor(**{**QUICK, "epochs": 2}, quantiles=NINETY, warm_start=True)
    model.fit(X, Y, validation_data=(X[:50], Y[:50])).fit(X, Y).partial_fit(X, Y)
    assert model.predict(X).shape == (3000, 3)
    assert pickle.loads(pickle.dumps(model)).score(X, Y) == model.score(X, Y)
    assert clone(model).quantiles == NINETY
    layers = (cr.Conv2D(2, kernel=1), cr.Flatten())
    images = ConvRegressor(layers, epochs=1, quantiles=NINETY).fit(X.reshape(-1, 1, 1, 1), Y)
    assert images.predict(X.reshape(-1, 1, 1, 1)).shape == (3000, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quantiles": (0.5, 0.1)}, r"quantiles must be rising numbers between 0 and 1"),
        ({"quantiles": (0.0, 0.5)}, r"quantiles must be rising numbers between 0 and 1"),
        ({"quantiles": ()}, r"quantiles must be rising numbers between 0 and 1"),
        ({"quantiles": NINETY, "loss": cr.Huber()}, r"expected loss=None, got Huber\(\)"),
        ({"quantiles": NINETY, "output": cr.Dense(3)}, r"expected output=None"),
    ],
)
def test_quantiles_that_cannot_be(options, message):
    with pytest.raises(cr.ParameterError, match=message):
        NetworkRegressor(**options).fit(X[:9], Y[:9])


def test_quantiles_are_of_one_target():
    with pytest.raises(cr.DataError, match="expected one number in each row, got 2"):
        NetworkRegressor(quantiles=NINETY).fit(X[:9], np.column_stack([Y, Y])[:9])
