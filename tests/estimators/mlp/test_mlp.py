"""MLPClassifier and MLPRegressor pass scikit-learn's own tests and have its attributes."""

import inspect
import pickle
import re
import warnings
from itertools import product

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator
from tests.estimators.mlp.sklearn_cases import PAIRS, THEIR_FILE, assert_same, since_17, theirs

from chainrule.estimators import MLPClassifier, MLPRegressor

PRIVATE = {
    "test_gradient": "_loss_grad_lbfgs"
}  # their tests that reach into private names, and the name


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


def in_order(error):
    """The message with what stands in braces in alphabetical order: a set has none of its own."""
    return re.sub(r"{([^}]*)}", lambda found: ", ".join(sorted(found[1].split(", "))), str(error))


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


def test_a_pickle_goes_on_where_it_was(data, engine):
    X, y = data["iris"]
    model = MLPClassifier(6, max_iter=4, random_state=0).fit(X, y)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    for m in (model, twin):
        m.partial_fit(X, y)
    np.testing.assert_array_equal(twin.coefs_[0], model.coefs_[0])
    assert not hasattr(clone(model), "coefs_")


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
