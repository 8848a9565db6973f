"""NetworkClassifier and NetworkRegressor: they are the network itself, with labels, weights, validation and going on."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_iris, make_friedman1
from sklearn.preprocessing import StandardScaler, scale

import chainrule as cr
from chainrule.estimators import NetworkClassifier, NetworkRegressor

X, Y = load_iris(return_X_y=True)
X = scale(X)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
TWO = np.where(Y == 1, "yes", "no")
LAYERS = (cr.Dense(8), cr.Tanh(), cr.Dropout(0.1))
SETTINGS = {"layers": LAYERS, "epochs": 4, "random_state": 7}
SEED = np.random.RandomState(7).randint(2**31 - 1)


def by_hand(*layers, loss, y, rows=X, epochs=4, seed=SEED, dtype="float64", **options):
    net = cr.Network(*layers, loss=loss, seed=seed, dtype=dtype)
    history = net.fit(rows, y, epochs=epochs, verbose=0, **options)
    return net, history


# ---------------------------------------------------------------- the same as by hand


@pytest.mark.parametrize(
    ("labels", "loss", "units", "y"),
    [
        (WORDS, cr.SoftmaxCrossEntropy(), 3, Y),
        (TWO, cr.SigmoidCrossEntropy(), 1, Y == 1),
        (Y + 10, cr.SoftmaxCrossEntropy(), 3, Y),
    ],
    ids=["words", "two", "numbers"],
)
def test_the_classifier_is_its_network(labels, loss, units, y):
    model = NetworkClassifier(**SETTINGS).fit(X, labels)
    net, history = by_hand(*LAYERS, cr.Dense(units), loss=loss, y=y.astype(int))
    assert (model.network_.theta == net.theta).all() and model.network_.layers == net.layers
    assert model.loss_curve_ == history.loss.tolist() and model.n_iter_ == 4
    assert model.classes_.tolist() == sorted(set(labels))
    p = net.predict(X)
    wanted = p if units > 1 else np.hstack([1 - p, p])
    assert (model.predict_proba(X) == wanted).all()
    assert (model.predict_log_proba(X) == np.log(wanted)).all()
    assert (model.predict(X) == model.classes_[wanted.argmax(axis=1)]).all()
    assert not hasattr(model, "decision_function")


@pytest.mark.parametrize("several", [False, True])
def test_the_regressor_is_its_network(several):
    y = X[:, :2] * 3 + 1 if several else X[:, 0] * 3 + 1
    model = NetworkRegressor(**SETTINGS, loss=cr.Huber(), optimizer=cr.Momentum(lr=0.1)).fit(
        X[:, 2:], y
    )
    rows, optimizer = X[:, 2:], cr.Momentum(lr=0.1)
    net, _ = by_hand(
        *LAYERS, cr.Dense(1 + several), loss=cr.Huber(), y=y, rows=rows, optimizer=optimizer
    )
    assert (model.network_.theta == net.theta).all()
    assert (
        model.predict(rows) == (net.predict(rows) if several else net.predict(rows)[:, 0])
    ).all()


def test_other_losses_of_classes():
    one_hot = np.eye(3)[Y]
    for loss, targets in (
        (cr.Hinge(), 2 * one_hot - 1),
        (cr.SquaredError(), 2 * one_hot - 1),
        (cr.SigmoidCrossEntropy(outputs="sum"), one_hot),
        (cr.KLDivergence(), one_hot),
        (cr.SoftmaxCrossEntropy(label_smoothing=0.1), Y),
    ):
        model = NetworkClassifier(**SETTINGS, loss=loss).fit(X, WORDS)
        net, _ = by_hand(*LAYERS, cr.Dense(3), loss=loss, y=targets)
        assert (model.network_.theta == net.theta).all(), loss
        p = net.predict(X)
        assert (model.predict(X) == model.classes_[p.argmax(axis=1)]).all()
        assert hasattr(model, "decision_function") is (loss in (cr.Hinge(), cr.SquaredError()))
        if hasattr(model, "decision_function"):
            assert (model.decision_function(X) == p).all() and not hasattr(model, "predict_proba")
        else:
            np.testing.assert_allclose(
                model.predict_proba(X), p / p.sum(axis=1, keepdims=True), rtol=1e-12
            )
    model = NetworkClassifier(**SETTINGS, loss=cr.SquaredHinge()).fit(X, TWO)
    margin = model.decision_function(X)
    assert margin.shape == (150,) and (model.predict(X) == np.where(margin > 0, "yes", "no")).all()


def test_probabilities_of_questions_that_all_say_no():
    labels = NetworkClassifier(**SETTINGS, loss=cr.SigmoidCrossEntropy()).fit(X, Y)._labels
    p = labels.probabilities(np.array([[0.0, 0.0, 0.0], [0.2, 0.2, 0.0]]), cr.SigmoidCrossEntropy())
    np.testing.assert_allclose(p, [[1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0]])


def test_several_labels_a_row():
    table = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, Y == 2]).astype(int)
    model = NetworkClassifier(epochs=150, optimizer=cr.Adam(lr=0.01), random_state=0).fit(X, table)
    assert (model.predict(X) == (model.predict_proba(X) > 0.5)).all()
    assert (model.predict(X) == table).mean() > 0.97
    again = NetworkClassifier(epochs=1).partial_fit(X, table).partial_fit(X, table)
    assert again.predict(X).shape == table.shape and len(again.loss_curve_) == 2
    with pytest.raises(cr.ParameterError, match="SigmoidCrossEntropy"):
        NetworkClassifier(loss=cr.SoftmaxCrossEntropy()).fit(X, table)
    with pytest.raises(cr.DataError, match="one label for each row, or a table of 0 and 1"):
        NetworkClassifier().fit(X, table + np.arange(3))


def test_they_learn():
    X_train, y_train, X_test, y_test = X[::2], WORDS[::2], X[1::2], WORDS[1::2]
    assert NetworkClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test) > 0.92
    rows, y = make_friedman1(400, random_state=0)
    y = (y - y.mean()) / y.std()
    rows = StandardScaler().fit_transform(rows)
    model = NetworkRegressor(random_state=0).fit(rows[:300], y[:300])
    assert model.score(rows[300:], y[300:]) > 0.85
    several = NetworkRegressor(random_state=0).fit(rows[:300], np.column_stack([y, -y])[:300])
    assert (
        several.predict(rows).shape == (400, 2)
        and several.score(rows[300:], np.column_stack([y, -y])[300:]) > 0.8
    )


def test_counts():
    rate = np.exp(X[:, 0])
    y = np.random.RandomState(0).poisson(rate)
    model = NetworkRegressor(loss=cr.Poisson(), epochs=60, random_state=0).fit(X, y)
    assert (model.predict(X) > 0).all()
    assert np.corrcoef(model.predict(X), rate)[0, 1] > 0.9


# ---------------------------------------------------------------- weights, types


@pytest.mark.parametrize("cls", [NetworkClassifier, NetworkRegressor])
def test_a_weight_is_a_number_of_rows(cls):
    k = np.random.RandomState(0).randint(0, 4, len(X))
    settings = {"epochs": 5, "batch_size": None, "random_state": 0}
    a = cls(**settings).fit(X, Y, sample_weight=k)
    b = cls(**settings).fit(np.repeat(X, k, axis=0), np.repeat(Y, k))
    np.testing.assert_allclose(a.network_.theta, b.network_.theta, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("given", "factors"),
    [({"no": 1, "yes": 3}, [1, 3]), ("balanced", [150 / 200, 150 / 100])],
    ids=["dict", "balanced"],
)
def test_class_weights_are_sample_weights(given, factors):
    own = np.random.RandomState(0).uniform(0.5, 2, 150)
    a = NetworkClassifier(**SETTINGS, class_weight=given).fit(X, TWO, sample_weight=own)
    b = NetworkClassifier(**SETTINGS).fit(
        X, TWO, sample_weight=own * np.where(TWO == "yes", factors[1], factors[0])
    )
    np.testing.assert_allclose(a.network_.theta, b.network_.theta, atol=1e-12)
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        NetworkClassifier().fit(X, Y, sample_weight=-own)
    with pytest.raises(
        cr.ParameterError,
        match="partial_fit: class_weight: expected weights by label, got 'balanced'",
    ):
        NetworkClassifier(class_weight="balanced").partial_fit(X, TWO, classes=["no", "yes"])


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


def test_a_network_is_taken_over():
    layers = (cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, init=0.01))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), dtype="float64")
    net.fit(X, Y, epochs=3, verbose=0)
    weights = net.parameters | net.state
    model = NetworkClassifier(
        net.layers[:-1], output=net.layers[-1], loss=net.loss, initial_weights=weights, epochs=1
    )
    model.set_params(optimizer=cr.SGD(lr=1e-12)).fit(X, Y)
    assert model.network_.layers == layers
    for name, W in net.parameters.items():
        np.testing.assert_allclose(model.network_.parameters[name], W, atol=1e-6)


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
            match=r"NetworkClassifier\.set_params\(.*There are: (layers|optimizer)__",
        ):
            model.set_params(**wrong)
    with pytest.raises(cr.ParameterError, match="There are: none"):
        NetworkClassifier().set_params(optimizer__lr=0.1)
    with pytest.raises(cr.ParameterError, match="units must be a whole number ≥ 1"):
        model.set_params(layers__0__units=0)
    with pytest.raises(ValueError, match="Invalid parameter 'epoch'"):
        model.set_params(epoch=1)
    with pytest.raises(ValueError, match="Invalid parameter 'epoch'"):
        model.set_params(epoch__lr=1)
    with pytest.raises(cr.ParameterError, match="a setting inside epochs=100, got 'lr'"):
        model.set_params(epochs__lr=1)


# ---------------------------------------------------------------- going on, and stopping


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
    with pytest.raises(cr.DataError, match="1 numbers a row, as in the first fit, got 2"):
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


def test_both_classes_are_in_the_validation_rows():
    y = np.r_[np.zeros(140, int), np.ones(10, int)]

    class Held(cr.Callback):
        def on_epoch_end(self, run):
            Held.rows = len(run.source)

    from chainrule.model.prepared import prepare_data, split_off

    model = NetworkClassifier(
        epochs=1, validation_fraction=0.2, callbacks=Held(), random_state=0
    ).fit(X, y)
    assert Held.rows == 120
    train, held = split_off(prepare_data(model.network_, X, y), 0.2, 0)
    assert held.y.sum() == 2 and train.y.sum() == 8


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


# ---------------------------------------------------------------- rows of other shapes, files


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
