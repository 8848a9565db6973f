"""MLPClassifier and MLPRegressor against scikit-learn's: its own tests, every weight, check_estimator."""

import inspect
import pickle
import re
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn.neural_network
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import (
    load_diabetes,
    load_digits,
    load_iris,
    load_linnerud,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.fixes import parse_version

from chainrule.engines import native
from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor

ENGINES = [
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
    "reference",
]
THEIR_FILE = Path(sklearn.neural_network.__file__).parent / "tests/test_mlp.py"
PRIVATE = {
    "test_gradient": "_loss_grad_lbfgs"
}  # their tests that reach into private names, and the name
SINCE_17 = parse_version(sklearn.__version__) >= parse_version(
    "1.7"
)  # their MLPs take sample_weight and loss
since_17 = pytest.mark.skipif(
    not SINCE_17,
    reason="before 1.7 theirs has fewer parameters, and fails on words with early_stopping",
)
PAIRS = [(MLPClassifier, TheirClassifier), (MLPRegressor, TheirRegressor)]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", request.param)
    return request.param


@pytest.fixture(autouse=True)
def unfinished():
    """Few epochs are enough here."""
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
    rng, (X, labels) = (
        np.random.RandomState(0),
        make_multilabel_classification(120, 8, n_classes=4, random_state=0),
    )
    return {
        "digits": (digits.data[:300] / 16, digits.target[:300]),
        "iris": (
            scaled(iris.data),
            np.array(["setosa", "versicolor", "virginica"], object)[iris.target],
        ),
        "two": (scaled(iris.data), two),
        "labels": (scaled(X), labels),
        "diabetes": (scaled(diabetes.data), scaled(diabetes.target)),
        "linnerud": (scaled(linnerud.data), scaled(linnerud.target)),
        "counts": (scaled(diabetes.data), rng.poisson(3.0, 442)),
    }


# ---------------------------------------------------------------- scikit-learn's own tests, with the import exchanged


def theirs():
    """Their test module, where both classes are ours."""
    if not THEIR_FILE.exists():
        pytest.skip("scikit-learn was installed without its tests")
    text, line = (
        THEIR_FILE.read_text(),
        "from sklearn.neural_network import MLPClassifier, MLPRegressor",
    )
    assert text.count(line) == 1
    namespace = {"__name__": "their_test_mlp", "__file__": str(THEIR_FILE)}
    ours = line.replace("sklearn.neural_network", "chainrule.estimators")
    exec(compile(text.replace(line, ours), str(THEIR_FILE), "exec"), namespace)
    assert namespace["MLPClassifier"] is MLPClassifier
    return namespace


def cases():
    """(name, arguments) of each of their tests."""
    for name, test in theirs().items() if THEIR_FILE.exists() else ():
        if not name.startswith("test_"):
            continue
        rows = [{}]
        for mark in getattr(test, "pytestmark", []):
            if mark.name == "parametrize":
                names = (
                    [n.strip() for n in mark.args[0].split(",")]
                    if isinstance(mark.args[0], str)
                    else mark.args[0]
                )
                values = [v if len(names) > 1 else (v,) for v in mark.args[1]]
                rows = [row | dict(zip(names, v, strict=True)) for row, v in product(rows, values)]
        for k, row in enumerate(rows):
            yield pytest.param(name, row, id=f"{name}-{k}")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arguments"), list(cases()))
def test_their_own_tests_pass(name, arguments, engine, request):
    test = theirs()[name]
    for wanted in set(inspect.signature(test).parameters) - set(arguments):
        arguments = arguments | {
            wanted: 42 if wanted == "global_random_seed" else request.getfixturevalue(wanted)
        }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in PRIVATE:
            with pytest.raises(AttributeError, match=PRIVATE[name]):
                test(**arguments)
        else:
            test(**arguments)


# ---------------------------------------------------------------- the same object


@since_17
@pytest.mark.parametrize(("ours", "their"), PAIRS)
def test_parameters_defaults_and_methods_are_theirs(ours, their):
    mine, theirs = ours().get_params(), their().get_params()
    assert {name: mine[name] for name in theirs} == theirs
    wanted = list(inspect.signature(their).parameters)
    assert list(inspect.signature(ours).parameters)[: len(wanted)] == wanted
    for name, thing in inspect.getmembers(their, callable):
        if not name.startswith("_"):
            assert hasattr(ours, name), name
            theirs = list(inspect.signature(thing).parameters)
            own = list(inspect.signature(getattr(ours, name)).parameters)
            if name.startswith("set_"):  # keywords alone, by the alphabet
                assert set(theirs) <= set(own), name
            else:
                assert own[: len(theirs)] == theirs, name


@pytest.mark.parametrize(("ours", "their"), PAIRS)
def test_fitted_attributes_are_theirs(ours, their, data):
    X, y = data["two"]
    for settings in ({"early_stopping": True}, {"solver": "sgd"}, {"solver": "lbfgs"}):
        names = [
            {
                name
                for name in vars(cls(max_iter=3, **settings).fit(X, y))
                if name.endswith("_") and name[0] != "_"
            }
            for cls in (ours, their)
        ]
        assert names[1] <= names[0]


@pytest.mark.parametrize(("ours", "their"), PAIRS)
def test_a_parameter_outside_its_range_is_refused_in_their_words(ours, their, data):
    X, y = data["two"]
    for wrong in (
        {"alpha": -1},
        {"solver": "sdg"},
        {"max_iter": 0},
        {"momentum": 2},
        {"hidden_layer_sizes": (3, 0)},
    ):
        with pytest.raises(ValueError) as expected:
            their(**wrong).fit(X, y)
        with pytest.raises(ValueError) as got:
            ours(**wrong).fit(X, y)
        assert in_order(got.value) == in_order(expected.value)


def in_order(error):
    """The message with what stands in braces in alphabetical order: a set has none of its own."""
    return re.sub(r"{([^}]*)}", lambda found: ", ".join(sorted(found[1].split(", "))), str(error))


# ---------------------------------------------------------------- the same numbers


def assert_same(a, b, tolerance):
    assert (a.n_iter_, a.n_layers_, a.n_outputs_) == (b.n_iter_, b.n_layers_, b.n_outputs_)
    assert a.out_activation_ == b.out_activation_
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def with_and_without_weights(n):
    """What fit gets beside X and y; theirs takes weights from 1.7 on."""
    return [{}, {"sample_weight": np.random.RandomState(1).uniform(0.1, 2, n)}][
        : 2 if SINCE_17 else 1
    ]


SLOW_ROWS = ["digits", "iris", "labels", "diabetes"] + ["counts"] * SINCE_17
SGD = {"solver": "sgd", "learning_rate_init": 0.05}
KINDS = {
    "adam": {},
    "nesterov": SGD,
    "momentum": SGD | {"nesterovs_momentum": False, "activation": "tanh"},
    "all momentum": SGD | {"momentum": 1.0, "learning_rate_init": 1e-4, "shuffle": False},
    "invscaling": SGD | {"learning_rate": "invscaling", "activation": "logistic", "batch_size": 37},
    "adaptive": SGD
    | {"learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 2, "activation": "identity"},
    "stopping": {"early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.01},
    "stopping sgd": SGD | {"early_stopping": True, "validation_fraction": 0.3, "alpha": 0.0},
    "deep": {"hidden_layer_sizes": (12, 7, 5), "alpha": 0.3, "batch_size": 50},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows",
    [
        "linnerud",
        "two",
        *(pytest.param(r, marks=pytest.mark.slow) for r in SLOW_ROWS),
    ],
)
def test_twenty_epochs_end_at_their_weights(kind, rows, data, engine):
    X, y = data[rows]
    if rows == "iris" and "stopping" in kind and not SINCE_17:
        pytest.skip("before 1.7 theirs fails on words with early_stopping")
    pair = PAIRS[rows in ("diabetes", "linnerud", "counts")]
    settings = {"hidden_layer_sizes": 20, "max_iter": 20, "random_state": 5} | KINDS[kind]
    if rows == "counts":  # exp of the outputs: a larger rate makes both diverge
        settings |= {
            "loss": "poisson",
            "learning_rate_init": min(settings.get("learning_rate_init", 1e-3), 5e-3),
        }
    if rows == "linnerud" and "batch_size" in settings:
        settings["batch_size"] = 7
    for weights in with_and_without_weights(len(X)):
        a, b = (cls(**settings).fit(X, y, **weights) for cls in pair)
        assert_same(a, b, 1e-9)
        np.testing.assert_allclose(a.loss_curve_, b.loss_curve_, rtol=1e-9)
        assert a.t_ == b.t_
        for name in ("validation_scores_", "best_validation_score_", "best_loss_"):
            if getattr(b, name) is None:
                assert getattr(a, name) is None
            else:
                np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-9)
        np.testing.assert_allclose(
            *(np.asarray(getattr(m, "predict_proba", m.predict)(X), float) for m in (a, b)),
            atol=1e-9,
        )
        assert (a.predict(X[:40]) == b.predict(X[:40])).all() or rows in (
            "diabetes",
            "linnerud",
            "counts",
        )


def test_the_loss_is_not_cut_off(data):
    X, y = data["two"]
    a, b = (
        cls((), max_iter=1, solver="sgd", learning_rate_init=1e-9, random_state=0)
        for cls in PAIRS[0]
    )
    for model in (a, b):
        model.partial_fit(X, y, classes=[False, True])
        model.coefs_[0][...], model.intercepts_[0][...] = 0, -100
        model.partial_fit(X, y)
    assert a.loss_ == pytest.approx(100 * y.mean())  # softplus(-100) - y (-100)
    assert b.loss_ == pytest.approx(-np.log(np.finfo(float).eps) * y.mean())
    np.testing.assert_allclose(a.coefs_[0], b.coefs_[0], atol=1e-12)


@pytest.mark.parametrize(
    "rows",
    [
        "linnerud",
        "two",
        *(pytest.param(r, marks=pytest.mark.slow) for r in SLOW_ROWS),
    ],
)
def test_lbfgs_ends_at_their_loss(rows, data, engine):
    X, y = data[rows]
    pair = PAIRS[rows in ("diabetes", "linnerud", "counts")]
    settings = {
        "hidden_layer_sizes": 8,
        "activation": "tanh",
        "solver": "lbfgs",
        "max_iter": 20,
        "random_state": 2,
    }
    if rows == "counts":
        settings["loss"] = "poisson"
    for weights in with_and_without_weights(len(X)):
        a, b = (cls(**settings).fit(X, y, **weights) for cls in pair)
        assert a.loss_ == pytest.approx(b.loss_, abs=1e-6)
        assert a.n_iter_ == b.n_iter_


def test_float32_rows_are_computed_in_float32(data, engine):
    X, y = data["digits"]
    a, b = (cls(20, max_iter=5, random_state=0).fit(X.astype(np.float32), y) for cls in PAIRS[0])
    assert a.network_.dtype == np.float32
    assert_same(a, b, 2e-5)
    for rows in (X, X.astype(np.float32)):
        p, q = a.predict_proba(rows), b.predict_proba(rows)
        assert p.dtype == q.dtype
        np.testing.assert_allclose(p, q, atol=2e-5)


def test_sparse_rows_are_theirs(data, engine):
    X, y = data["digits"]
    for settings in ({}, {"solver": "lbfgs"}, {"early_stopping": True}):
        a = MLPClassifier(15, max_iter=4, random_state=1, **settings).fit(csr_matrix(X), y)
        b = TheirClassifier(15, max_iter=4, random_state=1, **settings).fit(X, y)
        assert_same(a, b, 1e-9)
        np.testing.assert_allclose(a.predict_proba(csr_matrix(X)), b.predict_proba(X), atol=1e-9)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_and_warm_start_go_on_as_theirs(solver, data, engine):
    X, y = data["iris"]
    pair = [cls(9, solver=solver, random_state=4, warm_start=True, max_iter=3) for cls in PAIRS[0]]
    for model in pair:
        for part in (slice(0, None, 2), slice(1, None, 2), slice(None)):
            model.partial_fit(X[part], y[part], classes=np.unique(y))
        model.fit(X, y)
        model.partial_fit(X, y)
    assert_same(*pair, 1e-9)
    assert pair[0].loss_curve_ == pytest.approx(pair[1].loss_curve_)


@since_17
def test_a_warning_and_the_lines_of_verbose_are_theirs(data, capsys):
    X, y = data["iris"]
    said = []
    for cls in PAIRS[0]:
        with pytest.warns(ConvergenceWarning) as caught:
            cls(5, max_iter=3, verbose=True, early_stopping=True, random_state=0).fit(X, y)
        said.append((str(caught[0].message), capsys.readouterr().out))
    assert said[0] == said[1]


# ---------------------------------------------------------------- the weights are the model


def test_whoever_overwrites_the_weights_is_obeyed(data, engine):
    X, y = data["digits"]
    pair = [cls(10, max_iter=3, random_state=0, warm_start=True).fit(X, y) for cls in PAIRS[0]]
    rng = np.random.RandomState(3)
    new = rng.normal(size=(64, 10))
    for model in pair:
        model.coefs_[0] = new.copy()
        model.intercepts_[1][:] = 0.25
    np.testing.assert_allclose(pair[0].predict_proba(X), pair[1].predict_proba(X), atol=1e-12)
    for model in pair:
        model.partial_fit(X, y)
        model.coefs_ = [0.5 * W for W in model.coefs_]
        model.fit(X, y)
    assert_same(*pair, 1e-9)
    assert np.shares_memory(pair[0].network_.theta, pair[0].coefs_[1])


def test_a_pickle_goes_on_where_it_was(data, engine):
    X, y = data["iris"]
    model = MLPClassifier(6, max_iter=4, random_state=0).fit(X, y)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    for m in (model, twin):
        m.partial_fit(X, y)
    np.testing.assert_array_equal(twin.coefs_[0], model.coefs_[0])
    assert not hasattr(clone(model), "coefs_")


def test_the_network_is_the_objective(data, engine):
    X, y = data["digits"]
    model = MLPClassifier(7, max_iter=2, alpha=0.1, random_state=0, batch_size=len(X)).fit(X, y)
    loss, _ = model.network_.loss_and_grad(X, y)
    model.partial_fit(X, y)
    assert model.loss_ == pytest.approx(loss, rel=1e-12)
    assert "dW1" in model.network_.equations()
    values = model.hidden(X, layer=0)
    np.testing.assert_allclose(
        values, np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0), atol=1e-12
    )
    np.testing.assert_allclose(model.hidden(csr_matrix(X)), values, atol=1e-12)
    with pytest.raises(ParameterError, match="layer must be"):
        model.hidden(X, layer=1)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("rows", ["two", "iris", "linnerud", "counts"])
def test_a_weight_is_a_number_of_rows(solver, rows, data, engine):
    X, y = data[rows]
    cls = PAIRS[rows in ("linnerud", "counts")][0]
    k = np.random.RandomState(0).randint(1, 4, len(X))
    X2, y2 = np.repeat(X, k, axis=0), np.repeat(y, k, axis=0)
    settings = {
        "solver": solver,
        "max_iter": 10,
        "shuffle": False,
        "random_state": 0,
        "activation": "tanh",
    }
    if rows == "counts":
        settings["loss"] = "poisson"
    settings["hidden_layer_sizes"] = 5
    a = cls(batch_size=len(X), **settings).fit(X, y, sample_weight=k.astype(float))
    b = cls(batch_size=len(X2), **settings).fit(X2, y2)
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 if solver != "lbfgs" else 1e-7)
    assert a.loss_ == pytest.approx(b.loss_, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_check_estimator_has_nothing_to_say(cls, engine):
    for estimator, check in estimator_checks_generator(cls(max_iter=100)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                check(estimator)
            except pytest.skip.Exception:
                pass
            except Exception as problem:
                if type(problem).__name__ not in ("SkipTest", "SkipTestWarning"):
                    raise
