"""Estimators of networks: settings, warm starts, early stopping, callbacks, rows, files."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.exceptions import NotFittedError
from tests.estimators.networks.network_cases import SETTINGS, TWO, WORDS, X, Y, by_hand

import chainrule as cr
from chainrule.estimators import NetworkClassifier, NetworkRegressor


def test_the_type_follows_the_rows_unless_it_is_said():
    for rows, dtype, found in (
        (X, None, "float64"),
        (X.astype(np.float32), None, "float32"),
        ((X > 0).astype(np.uint8), None, "float32"),
        ((X > 0).astype(np.int64), None, "float64"),
        (X > 0, None, "float64"),
        (X, "float32", "float32"),
        (X.astype(np.float32), "float64", "float64"),
    ):
        model = NetworkClassifier(epochs=1, dtype=dtype).fit(rows, Y)
        assert model.network_.dtype == found and model.predict_proba(rows).dtype == found


def test_initial_weights():
    W = np.random.RandomState(0).normal(size=(4, 64))
    model = NetworkClassifier(initial_weights={"W1": W}, optimizer=cr.SGD(lr=1e-9), epochs=1).fit(
        X, Y
    )
    np.testing.assert_allclose(model.network_.parameters["W1"], W, atol=1e-6)


def test_settings_inside_are_parameters():
    model = NetworkClassifier(
        (cr.Dense(8), cr.Dropout(0.1)), optimizer=(cr.ClipNorm(1.0), cr.Adam())
    )
    deep = model.get_params()
    assert (
        deep["layers__0__units"] == 8
        and deep["layers__1__rate"] == 0.1
        and deep["optimizer__1__lr"] == 0.001
    )
    first = model.layers
    model.set_params(
        layers__0__units=5,
        layers__1__rate=0.3,
        optimizer__1__lr=0.1,
        loss=cr.Hinge(),
        loss__outputs="sum",
    )
    assert model.layers == (cr.Dense(5), cr.Dropout(0.3)) and first == (
        cr.Dense(8),
        cr.Dropout(0.1),
    )
    assert model.optimizer == (cr.ClipNorm(1.0), cr.Adam(lr=0.1)) and model.loss == cr.Hinge(
        outputs="sum"
    )
    assert NetworkRegressor().set_params(layers=cr.Dense(3), layers__units=4).layers == cr.Dense(4)
    for wrong in (
        {"layers__0__filters": 3},
        {"layers__7__units": 3},
        {"layers__x__units": 3},
        {"optimizer__lr": 1},
    ):
        with pytest.raises(
            cr.ParameterError,
            match=r"NetworkClassifier\.set_params\(.*Known names: (layers|optimizer)__",
        ):
            model.set_params(**wrong)
    with pytest.raises(cr.ParameterError, match="Give optimizer= as an object first"):
        NetworkClassifier().set_params(optimizer__lr=0.1)
    with pytest.raises(cr.ParameterError, match="units must be a whole number ≥ 1"):
        model.set_params(layers__0__units=0)
    with pytest.raises(ValueError, match="Invalid parameter 'epoch'"):
        model.set_params(epoch=1)
    with pytest.raises(ValueError, match="Invalid parameter 'epoch'"):
        model.set_params(epoch__lr=1)
    with pytest.raises(cr.ParameterError, match="a setting inside epochs=100, got 'lr'"):
        model.set_params(epochs__lr=1)


def test_partial_fit_is_fit_one_epoch_after_the_other():
    model = NetworkClassifier(**SETTINGS).fit(X, WORDS)
    parts = NetworkClassifier(**SETTINGS)
    for _ in range(4):
        parts.partial_fit(X, WORDS, classes=np.unique(WORDS))
    assert (
        parts.network_.theta == model.network_.theta
    ).all() and parts.loss_curve_ == model.loss_curve_
    assert parts.n_iter_ == 1
    few = NetworkClassifier(random_state=0).partial_fit(
        X[:50], WORDS[:50], classes=np.unique(WORDS)
    )
    assert few.predict_proba(X).shape == (150, 3)
    with pytest.raises(cr.DataError, match="classes among those of the first fit, got 'rosa'"):
        few.partial_fit(X[:1], ["rosa"])
    with pytest.raises(cr.DataError, match="classes: expected those of the first call"):
        few.partial_fit(X[:1], WORDS[:1], classes=["setosa", "rosa"])
    with pytest.raises(
        cr.DataError, match=r"NetworkClassifier\.partial_fit: expected classes= at the first call"
    ):
        NetworkClassifier().partial_fit(X, WORDS)
    numbers = NetworkRegressor(random_state=0).partial_fit(X, Y)
    with pytest.raises(cr.DataError, match="one number in each row, as in the first fit, got 2"):
        numbers.partial_fit(X, X[:, :2])


@pytest.mark.parametrize("cls", [NetworkClassifier, NetworkRegressor])
def test_warm_start_goes_on(cls):
    once = cls(**SETTINGS).set_params(epochs=6).fit(X, Y)
    twice = cls(**SETTINGS, warm_start=True).set_params(epochs=2).fit(X, Y)
    net = twice.network_
    twice.set_params(epochs=4).fit(X, Y)
    assert twice.network_ is net and (net.theta == once.network_.theta).all()
    assert twice.loss_curve_ == once.loss_curve_ and twice.n_iter_ == 4
    twice.set_params(loss=cr.Hinge()).fit(X, Y)
    assert (
        twice.network_ is net
        and net.loss != cr.Hinge()
        and hasattr(twice, "predict_proba") is (cls is NetworkClassifier)
    )
    cold = cls(**SETTINGS).fit(X, Y)
    first = cold.network_
    assert cold.fit(X, Y).network_ is not first and len(cold.loss_curve_) == 4


def test_a_fit_that_fails_changes_nothing():
    model = NetworkClassifier(**SETTINGS).fit(X, WORDS)
    before, curve = model.predict_proba(X), list(model.loss_curve_)
    with pytest.raises(cr.TrainingError):
        model.set_params(optimizer=cr.SGD(lr=1e300), loss=cr.SquaredError()).fit(X, TWO)
    model.set_params(loss=None)
    assert (model.predict_proba(X) == before).all() and model.loss_curve_ == curve
    assert model.classes_.tolist() == sorted(set(WORDS))
    with pytest.raises(cr.TrainingError):
        model.set_params(loss=cr.SquaredError()).fit(X[:, :2], TWO)
    assert model.n_features_in_ == 4
    fresh = NetworkClassifier()
    with pytest.raises(cr.DataError, match="y: expected labels of one type"):
        fresh.fit(X, np.array(["a", 1, 2] * 50, object))
    assert not [name for name in vars(fresh) if name.endswith("_")]


def test_early_stopping_brings_the_best_epoch_back():
    settings = {
        "random_state": 0,
        "optimizer": cr.Adam(lr=0.05),
        "early_stopping": True,
        "n_iter_no_change": 3,
    }
    model = NetworkClassifier(validation_fraction=0.3, **settings).fit(X, WORDS)
    losses = model.history_.val_loss
    assert model.history_.stopped == "early stopping" and model.n_iter_ < 100
    assert model.n_iter_ == len(losses) == int(losses.argmin()) + 4
    seed = model.network_.seed
    net, _ = by_hand(
        cr.Dense(64),
        cr.ReLU(),
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        y=Y,
        seed=seed,
        epochs=int(losses.argmin()) + 1,
        validation_fraction=0.3,
        optimizer=cr.Adam(lr=0.05),
    )
    assert (model.network_.theta == net.theta).all()
    on_training_loss = NetworkRegressor(tol=0.5, **settings).fit(X, Y)
    assert on_training_loss.history_.stopped == "early stopping" and on_training_loss.n_iter_ <= 6


def test_callbacks_are_told_and_parameters_stay_as_they_are(tmp_path):
    class Count(cr.Callback):
        seen = 0

        def on_epoch_end(self, run):
            self.seen += 1

    told, count = [], Count()
    log = cr.CSVLog(tmp_path / "log.csv")
    model = NetworkClassifier(
        epochs=3, callbacks=[count, lambda run: told.append(run.epoch), log]
    ).fit(X, Y)
    assert count.seen == 0 and model.callbacks_[0].seen == 3 and len(told) == 3
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 4
    one = NetworkClassifier(epochs=2, callbacks=count).fit(X, Y)
    assert one.callbacks_[0].seen == 2


def test_verbose_prints_a_line_an_epoch(capsys):
    NetworkClassifier(epochs=3, verbose=True).fit(X, Y)
    assert capsys.readouterr().out.count("loss") == 3
    NetworkClassifier(epochs=3).fit(X, Y)
    assert capsys.readouterr().out == ""


def test_rows_of_any_shape_that_the_layers_take():
    waves = np.sin(np.linspace(0, 6, 20)[None, :] * np.where(Y[:90] == 0, 1, 3)[:, None])[..., None]
    y = Y[:90] > 0
    layers = cr.Conv1D(4), cr.ReLU(), cr.GlobalMaxPool()
    model = NetworkClassifier(layers, optimizer=cr.Adam(lr=0.02), epochs=60, random_state=0).fit(
        waves, y
    )
    assert (
        model.score(waves, y) == 1
        and model.n_features_in_ == 20
        and model.predict(waves).dtype == bool
    )
    assert (model.predict(waves.reshape(90, 20)) == model.predict(waves)).all()
    with pytest.raises(cr.ShapeError, match=r"rows of shape \(20, 1\), got \(10, 2\)"):
        model.predict(waves.reshape(90, 10, 2))
    with pytest.raises(ValueError, match="expecting 20 features"):
        model.predict(waves[:, :10])
    flat = NetworkClassifier((cr.Flatten(), cr.Dense(3)), image_shape=(4, 5), epochs=1).fit(
        waves.reshape(90, 20), y
    )
    assert flat.network_.inputs == {"x": (4, 5, 1)}
    for wrong in ((3, 5), (4, 0), (20,), (2, 2, 2, 2)):
        with pytest.raises(
            (cr.ShapeError, cr.ParameterError),
            match=r"image_shape|rows of 3 × 5 = 15 numbers, got 20",
        ):
            NetworkClassifier(image_shape=wrong).fit(waves.reshape(90, 20), y)
    with pytest.raises(cr.ShapeError, match="Flatten"):
        NetworkClassifier(image_shape=(4, 5)).fit(waves.reshape(90, 20), y)
    with pytest.raises(ValueError, match="inhomogeneous"):
        NetworkClassifier().fit([[1, 2], [3]], [0, 1])


def test_the_network_is_a_file_and_a_pickle_holds_no_data(tmp_path):
    model = NetworkClassifier(**SETTINGS).fit(X, WORDS)
    model.network_.save(tmp_path / "net.safetensors")
    assert (
        cr.Network.load(tmp_path / "net.safetensors").predict(X) == model.predict_proba(X)
    ).all()
    sent = pickle.dumps(model)
    again = pickle.loads(sent)
    assert (again.predict(X) == model.predict(X)).all() and X.tobytes() not in sent
    assert (
        again.set_params(warm_start=True).fit(X, WORDS).network_.theta
        == model.set_params(warm_start=True).fit(X, WORDS).network_.theta
    ).all()
    assert model.network_.sharpness() > 0 and len(model.network_.equations()) > 100


def test_hidden_values():
    model = NetworkClassifier((cr.Dense(5), cr.Tanh(), cr.Dense(3), cr.ReLU()), epochs=1).fit(X, Y)
    values = model.network_.activations(X)
    np.testing.assert_allclose(model.hidden(X), values["a2"])
    np.testing.assert_allclose(model.hidden(X, layer=0), values["a1"])
    with pytest.raises(cr.ParameterError, match=r"layer must be a whole number from -2 to 1"):
        model.hidden(X, layer=2)
    with pytest.raises(cr.ParameterError, match="a network with a hidden layer"):
        NetworkClassifier(()).fit(X, Y).hidden(X)


def test_validation_rows_of_the_user():
    options = {"epochs": 6, "random_state": 0}
    word = np.array(["a", "b", "c"])
    model = NetworkClassifier(**options, early_stopping=True, n_iter_no_change=2)
    model.fit(X[::2], word[Y[::2]], validation_data=(X[1::2], word[Y[1::2]]))
    net = model.network_
    assert model.history_.val_loss.min() == pytest.approx(net.evaluate(X[1::2], Y[1::2])["loss"])
    far = NetworkRegressor(**options)
    far.fit(X[::2], X[::2, 0] * 1e4, X_val=X[1::2], y_val=X[1::2, 0] * 1e4)
    assert far.history_.val_loss[-1] < 2  # in the scale of training, as loss_curve_ is
    weighted = NetworkRegressor(**options).fit(
        X, Y * 1.0, validation_data=(X, Y * 1.0, np.eye(len(X))[0])
    )
    first = NetworkRegressor(**options).fit(X, Y * 1.0, validation_data=(X[:1], Y[:1] * 1.0))
    np.testing.assert_allclose(weighted.history_.val_loss, first.history_.val_loss, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validation_data": X}, r"validation_data: expected \(X, y\) or"),
        ({"validation_data": (X, Y + 1)}, r"validation_data: y: expected classes among those"),
        ({"validation_data": (X[:, :2], Y)}, r"2 features"),
        ({"X_val": X}, r"expected rows and their targets, got no y_val"),
        ({"validation_data": (X, Y), "X_val": X, "y_val": Y}, r"got both"),
    ],
)
def test_validation_rows_that_cannot_be(options, message):
    model = NetworkClassifier(epochs=1)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y, **options)
    assert not hasattr(model, "network_")


@pytest.mark.parametrize(
    "use", ["predict", "decision_function", "predict_proba", "score", "hidden"]
)
def test_what_is_not_fitted_says_so(use):
    models = [NetworkClassifier(loss=cr.Hinge() if use == "decision_function" else None)]
    models += [NetworkRegressor()] if use in ("predict", "score", "hidden") else []
    for model in models:
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            getattr(model, use)(*((X, Y) if use == "score" else (X,)))
