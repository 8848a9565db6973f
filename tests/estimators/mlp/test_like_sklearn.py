"""The MLPs answer like scikit-learn's for unusual settings, states and rows, drawn at random."""

import pickle
import re
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn
import sklearn.neural_network
from sklearn.utils.fixes import parse_version

from chainrule import estimators
from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor

since_17 = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.7"),
    reason="before, theirs has no sample_weight and no loss",
)
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 4)), rng.normal(size=40)
LABELS = np.array(["a", "b", "c"])[np.arange(40) % 3]


def both(name, **settings):
    return [
        getattr(m, name)(**{"random_state": 0, "max_iter": 3} | settings)
        for m in (estimators, sklearn.neural_network)
    ]


def case(seed):
    """A class, its settings, rows, targets and weights, and what is called."""
    rng = np.random.default_rng(seed)

    def some(*values):
        return values[rng.integers(len(values))]

    name, N, D = some("MLPClassifier", "MLPRegressor"), some(12, 30, 60), some(1, 2, 5)
    rows, kinds = rng.normal(size=(N, D)), rng.integers(0, 3, N)
    if name == "MLPClassifier":
        table = rng.integers(0, 2, (N, 3))
        y = some(
            kinds,
            kinds % 2,
            np.array(["a", "b", "cc"])[kinds],
            kinds > 0,
            kinds[:, None],
            table,
            kinds - 1.0,
        )
    else:
        y = some(rng.normal(size=N), rng.normal(size=(N, 2)), kinds, rng.random(N))
    usual = {
        "hidden_layer_sizes": some((3,), (4, 2), 5, np.array([2, 3]), ()),
        "activation": some("relu", "tanh", "logistic", "identity"),
        "solver": some("adam", "sgd", "lbfgs"),
        "max_iter": some(1, 2, 8),
        "random_state": some(0, 7),
    }
    rare = {
        "alpha": some(0, 0.1, 1.0),
        "batch_size": some(1, 7, 100),
        "learning_rate": some("invscaling", "adaptive"),
        "learning_rate_init": some(0.01, 0.1),
        "shuffle": False,
        "tol": some(0, 0.1, 10.0),
        "verbose": some(True, 2),
        "warm_start": True,
        "momentum": some(0, 0.5, 1),
        "nesterovs_momentum": False,
        "early_stopping": True,
        "validation_fraction": some(0.3, 0.5),
        "n_iter_no_change": some(1, 2, np.inf),
        "max_fun": some(1, 5),
        "beta_1": some(-1, 0.5),
        "power_t": some(0, 2),
    }
    settings = usual | {key: value for key, value in rare.items() if rng.random() < 0.2}
    weights = some(None, None, rng.random(N), rng.integers(1, 4, N))
    if name == "MLPRegressor" and rng.random() < 0.3:
        settings["loss"] = "poisson"
    steps = some(("fit",), ("fit", "fit"), ("partial_fit", "partial_fit"), ("fit", "partial_fit"))
    return name, settings, rows, y, weights, steps


def told(model, rows, y, weights, steps, capsys):
    """Everything that can be seen of a model and what it does: attributes, answers, warnings, what it prints, errors."""
    found = {}
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            for step in steps:
                classes = (
                    {"classes": np.unique(y)}
                    if step == "partial_fit" and hasattr(model, "predict_proba")
                    else {}
                )
                getattr(model, step)(rows, y, sample_weight=weights, **classes)
            names = [n for n in vars(model) if n.endswith("_") and not n.startswith("_")]
            found |= {
                n: getattr(model, n)
                for n in names
                if n not in ("validation_loss_curve_", "network_")
            }
            found["predict"], found["score"] = model.predict(rows), model.score(rows, y, weights)
            if hasattr(model, "predict_proba"):
                found["predict_proba"] = model.predict_proba(rows)
        except Exception as error:
            found["error"] = re.sub("^.*no attribute 'loss_curve_'$", "", str(error))
    found["warnings"] = [
        (w.category, str(w.message)) for w in caught if w.category is not RuntimeWarning
    ]
    found["printed"] = (
        re.sub(r"-?\d+\.\d+", "#", capsys.readouterr().out) if model.solver != "lbfgs" else ""
    )
    return found


def assert_alike(name, a, b):
    if isinstance(b, (list, tuple)) and len(b) and isinstance(b[0], np.ndarray):
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_alike(f"{name}[{k}]", x, y)
    elif (isinstance(b, np.ndarray) and b.dtype.kind == "f") or isinstance(b, float):
        assert getattr(a, "dtype", float) == getattr(b, "dtype", float), name
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9, err_msg=name)
    elif isinstance(b, np.ndarray):
        assert a.dtype == b.dtype, name
        np.testing.assert_array_equal(a, b, err_msg=name)
    elif isinstance(b, list) and b and isinstance(b[0], float):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9, err_msg=name)
    else:
        assert a == b, name


@since_17
def test_another_loss_does_not_change_what_a_fitted_model_predicts():
    counts = rng.poisson(3.0, 40).astype(float)
    for before, after in (("poisson", "squared_error"), ("squared_error", "poisson")):
        predictions = []
        for model in both("MLPRegressor", hidden_layer_sizes=3, loss=before):
            model.fit(X, counts).set_params(loss=after, alpha=0.5)
            predictions.append(model.predict(X))
        np.testing.assert_allclose(*predictions, rtol=1e-9)


def test_another_alpha_is_of_the_next_fit():
    model = MLPRegressor(alpha=0.1, random_state=0, max_iter=3).fit(X, Y)
    expected, (loss, _) = model.predict(X), model.network_.loss_and_grad(X, Y)
    model.set_params(alpha="none")
    np.testing.assert_array_equal(model.predict(X), expected)
    again = pickle.loads(pickle.dumps(model))
    assert (
        again.network_.loss_and_grad(X, Y)[0] == loss
    )  # the penalty of network_ outlives a pickle


@since_17
def test_a_warm_start_that_finds_no_better_score_ends_with_the_last_weights():
    rows, targets = X[:12], LABELS[:12]
    settings = {
        "early_stopping": True,
        "warm_start": True,
        "max_iter": 2,
        "validation_fraction": 0.5,
    }
    ours, theirs = both("MLPClassifier", hidden_layer_sizes=30, **settings)
    for _ in range(3):
        for model in (ours, theirs):
            model.fit(rows, targets)
        for a, b in zip(ours.coefs_, theirs.coefs_, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
        assert ours.validation_scores_ == theirs.validation_scores_


@since_17
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_weights_whose_sum_is_negative(solver):
    weights = np.where(np.arange(40) % 4, -0.5, 1.0)
    ours, theirs = both("MLPRegressor", hidden_layer_sizes=3, solver=solver, alpha=0.1)
    for a, b in zip(ours.fit(X, Y, weights).coefs_, theirs.fit(X, Y, weights).coefs_, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("sizes", [(2.5,), ("3",), [[2]], (np.nan,), (None,)])
def test_sizes_that_are_no_whole_numbers_are_refused(sizes):
    with pytest.raises(ParameterError, match="hidden_layer_sizes must be whole numbers"):
        MLPClassifier(sizes).fit(X, LABELS)
    assert MLPClassifier((3.0, np.int64(2)), max_iter=1).fit(X, LABELS).coefs_[1].shape == (3, 2)


@pytest.mark.parametrize("beyond", [{}, {"dropout": 0.1}])
def test_warnings_name_the_line_that_called_fit(beyond):
    with pytest.warns(UserWarning) as caught:
        MLPClassifier(3, max_iter=1, batch_size=100, **beyond).fit(X, LABELS)
    assert {warning.filename for warning in caught} == {__file__}
    assert len(caught) == 2


@since_17
@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_asked_the_answer_is_theirs(seed, capsys):
    name, settings, *given = case(seed)
    ours, theirs = (
        told(getattr(m, name)(**settings), *given, capsys)
        for m in (estimators, sklearn.neural_network)
    )
    if theirs.get("error") == "":  # partial_fit of sgd or adam after lbfgs breaks theirs
        return
    assert ours.keys() == theirs.keys(), (ours.get("error"), theirs.get("error"))
    for key, value in theirs.items():
        assert_alike(key, ours[key], value)
