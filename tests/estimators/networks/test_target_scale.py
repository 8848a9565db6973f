"""Targets in any unit: scaled for training, predicted in the unit of the user."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.estimators import ConvRegressor, NetworkRegressor
from chainrule.estimators.networks.target_scale import TargetScale

X = np.random.default_rng(0).normal(size=(300, 3))
A = X @ [1.0, 2.0, 3.0] / 4
QUICK = {"layers": (cr.Dense(8), cr.Tanh()), "epochs": 20, "random_state": 0}


def test_prices_are_learned_by_default():
    y = A * 1e5 + 3e5
    model = NetworkRegressor(random_state=0).fit(X, y)
    assert model.score(X, y) > 0.99  # R² was −9 without the scale
    assert model.loss_curve_[-1] < 0.1 and model.target_scale_.is_far
    one = NetworkRegressor(random_state=0).fit(X, A * 1e-6)
    assert one.score(X, A * 1e-6) > 0.99


def test_the_network_predicts_in_the_users_unit(tmp_path):
    y = A * 1e5 + 3e5
    model = NetworkRegressor(**QUICK).fit(X, y)
    model.network_.save(tmp_path / "prices.safetensors")
    loaded = cr.Network.load(tmp_path / "prices.safetensors")
    np.testing.assert_array_equal(loaded.predict(X)[:, 0], model.predict(X))
    mean = np.mean((model.predict(X) - y) ** 2)
    assert model.network_.evaluate(X, y)["loss"] == pytest.approx(mean, rel=1e-6)
    assert pickle.loads(pickle.dumps(model)).score(X, y) == model.score(X, y)


def test_it_is_training_on_scaled_targets_by_hand():
    y = np.column_stack([A * 1e4, A[::-1] - 70])
    model = NetworkRegressor(**QUICK).fit(X, y)
    plain = NetworkRegressor(**QUICK, scale_target=False)
    plain.fit(X, (y - y.mean(axis=0)) / y.std(axis=0))
    by_hand = plain.predict(X) * y.std(axis=0) + y.mean(axis=0)
    np.testing.assert_allclose(model.predict(X), by_hand, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(model.loss_curve_, plain.loss_curve_, rtol=1e-9)


def test_targets_near_one_are_learned_as_they_are():
    for options in ({}, {"scale_target": False}):
        model = NetworkRegressor(**QUICK, **options).fit(X, A)
        assert model.target_scale_ is None
    same = NetworkRegressor(**QUICK).fit(X, A)
    np.testing.assert_array_equal(model.predict(X), same.predict(X))
    assert NetworkRegressor(**QUICK, scale_target=True).fit(X, A).target_scale_ is not None


@pytest.mark.parametrize(
    "options",
    [
        {"loss": cr.Huber()},
        {"loss": cr.Poisson()},
        {"output": cr.Dense(1, bias=False)},
        {"layers": (cr.Dense(8), cr.ReLU(), cr.Dense(1), cr.Softplus())},
        {"initial_weights": {"b2": [300.0]}},
    ],
)
@pytest.mark.filterwarnings("ignore:fit. numbers in y:UserWarning")
def test_what_a_scale_would_change_is_left_alone(options):
    model = NetworkRegressor(**{**QUICK, "epochs": 1, **options}).fit(X, np.abs(A) * 1e3 + 1)
    assert model.target_scale_ is None


def test_a_scale_that_cannot_be_is_refused():
    with pytest.raises(cr.ParameterError, match=r"expected a loss without a link, got Poisson"):
        NetworkRegressor(**QUICK, loss=cr.Poisson(), scale_target=True).fit(X, np.abs(A))
    with pytest.raises(cr.ParameterError, match=r"Dense\(\.\.\.\) with a bias as last layer"):
        NetworkRegressor(**QUICK, output=cr.Dense(1, bias=False), scale_target=True).fit(X, A)


def test_going_on_keeps_the_scale_of_the_first_fit():
    y = A * 1e3 + 5e4
    twice = NetworkRegressor(**{**QUICK, "epochs": 5}, warm_start=True).fit(X, y)
    first = twice.target_scale_
    theta = twice.network_.theta.copy()
    twice.fit(X, y)
    assert twice.target_scale_ is first and not np.array_equal(theta, twice.network_.theta)
    parts = NetworkRegressor(**QUICK)
    for _ in range(30):
        parts.partial_fit(X, y)
    assert parts.score(X, y) > 0.9
    averaged = NetworkRegressor(**{**QUICK, "epochs": 40}, optimizer=(cr.Adam(), cr.EMA(0.9)))
    assert averaged.fit(X, y).partial_fit(X, y).score(X, y) > 0.9


def test_convolutions_too():
    rows, layers = X.reshape(-1, 1, 3, 1), (cr.Conv2D(4, kernel=(1, 2)), cr.Flatten())
    model = ConvRegressor(layers, epochs=20, optimizer=cr.Adam(lr=0.03), random_state=0)
    assert model.fit(rows, A * 1e4).score(rows, A * 1e4) > 0.9


def test_weights_count_and_equal_targets_have_a_scale():
    y = np.array([[1.0], [3.0], [500.0]])
    some, repeated = np.array([1.0, 2.0, 0.0]), np.array([[1.0], [3.0], [3.0]])
    a, b = TargetScale.of(y, some), TargetScale.of(repeated, None)
    np.testing.assert_allclose([a.mean, a.std], [b.mean, b.std])
    constant = TargetScale.of(np.full((4, 1), 7.0), None)
    assert constant.mean == 7 and constant.std == 1
    huge = TargetScale.of(np.array([[1e300], [-1e300]]), None)
    assert np.isfinite(huge.std).all()
    assert NetworkRegressor(**QUICK).fit(X, np.full(300, 1e6)).predict(X) == pytest.approx(1e6)
