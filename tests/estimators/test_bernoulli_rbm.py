"""BernoulliRBM against scikit-learn's: its own tests, its published numbers, every weight, check_estimator, speed apart."""

import inspect
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn.neural_network
from scipy.ndimage import convolve
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import BernoulliRBM as Theirs
from sklearn.utils.estimator_checks import estimator_checks_generator

from chainrule.energy.native import legacy_uniforms
from chainrule.engines import native
from chainrule.estimators import BernoulliRBM

ENGINES = [
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
    "reference",
]
DIGITS = load_digits().data / 16


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", request.param)
    return request.param


# ---------------------------------------------------------------- scikit-learn's own tests, with the import changed


def theirs():
    """Their test module, where `BernoulliRBM` is ours."""
    path = Path(sklearn.neural_network.__file__).parent / "tests/test_rbm.py"
    if not path.exists():
        pytest.skip("scikit-learn was installed without its tests")
    text = path.read_text()
    line = "from sklearn.neural_network import BernoulliRBM"
    assert text.count(line) == 1
    namespace = {"__name__": "their_test_rbm", "__file__": str(path)}
    exec(
        compile(
            text.replace(line, "from chainrule.estimators import BernoulliRBM"), str(path), "exec"
        ),
        namespace,
    )
    assert namespace["BernoulliRBM"] is BernoulliRBM
    return namespace


def cases():
    """(name, arguments) of each of their tests; without scikit-learn's tests none."""
    path = Path(sklearn.neural_network.__file__).parent / "tests/test_rbm.py"
    if not path.exists():
        return
    for name, test in theirs().items():
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
                rows = [row | dict(zip(names, v, strict=True)) for row in rows for v in values]
        for k, row in enumerate(rows):
            yield pytest.param(name, row, id=f"{name}-{k}")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arguments"), list(cases()))
def test_their_own_tests_pass(name, arguments, engine, capsys):
    test = theirs()[name]
    if "capsys" in inspect.signature(test).parameters:
        arguments = arguments | {"capsys": capsys}
    test(**arguments)


# ---------------------------------------------------------------- the same object


def test_parameters_defaults_and_methods_are_theirs():
    assert BernoulliRBM().get_params() == Theirs().get_params()
    assert list(inspect.signature(BernoulliRBM).parameters) == list(
        inspect.signature(Theirs).parameters
    )
    wanted = {
        name
        for name, thing in vars(Theirs).items()
        if callable(thing) and not name.startswith("__")
    }
    assert {name for name in wanted if not hasattr(BernoulliRBM, name)} == set()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [200, 203])
def test_weights_and_chains_are_theirs(engine, dtype, rows):
    X = DIGITS[:rows].astype(dtype)
    settings = {"n_components": 20, "batch_size": 10, "n_iter": 3, "random_state": 3}
    ours, other = BernoulliRBM(**settings).fit(X), Theirs(**settings).fit(X)
    tolerance = 1e-11 if dtype is np.float64 else 2e-5
    for name in ("components_", "intercept_hidden_", "intercept_visible_", "h_samples_"):
        mine, their = getattr(ours, name), getattr(other, name)
        assert mine.dtype == their.dtype == dtype
        assert mine.shape == their.shape
        np.testing.assert_allclose(mine, their, atol=tolerance)
    np.testing.assert_allclose(ours.transform(X), other.transform(X), atol=tolerance)
    np.testing.assert_allclose(
        ours.score_samples(X), other.score_samples(X), rtol=1e-3 if dtype is np.float32 else 1e-9
    )
    assert (ours.gibbs(X) == other.gibbs(X)).all()


def test_sparse_rows_and_partial_fit_are_theirs(engine):
    X = DIGITS[:60]
    ours, other = (cls(n_components=8, random_state=0) for cls in (BernoulliRBM, Theirs))
    for start in range(0, 60, 20):
        assert ours.partial_fit(csr_matrix(X[start : start + 20])) is ours
        other.partial_fit(X[start : start + 20])
    np.testing.assert_allclose(ours.components_, other.components_, atol=1e-12)
    dense = BernoulliRBM(n_components=8, random_state=0).fit(X)
    sparse = BernoulliRBM(n_components=8, random_state=0).fit(csr_matrix(X))
    assert (dense.components_ == sparse.components_).all()


def test_a_shared_random_state_is_used_in_their_order(engine, capsys):
    results = []
    for cls in (BernoulliRBM, Theirs):
        rng = np.random.RandomState(5)
        model = cls(n_components=6, n_iter=2, verbose=1, random_state=rng).fit(DIGITS[:50])
        results.append((model.components_, rng.random_sample()))
    np.testing.assert_allclose(results[0][0], results[1][0], atol=1e-12)
    assert results[0][1] == results[1][1]
    lines = [line.rpartition(", time")[0] for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 4 and lines[:2] == lines[2:]


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_the_legacy_stream_in_c_is_numpys():
    ours, other = np.random.RandomState(4), np.random.RandomState(4)
    for n in (1, 0, 311, 312, 1000, 623, 2):
        assert (legacy_uniforms(ours, (n,)) == other.random_sample(n)).all()
        assert ours.randint(0, 100) == other.randint(
            0, 100
        )  # one word: pairs then lie across two blocks
    assert ours.normal() == other.normal()
    assert legacy_uniforms(ours, (2, 3)).shape == (2, 3)
    ours, other = (np.random.RandomState(np.random.PCG64(1)) for _ in range(2))
    assert (legacy_uniforms(ours, (5,)) == other.random_sample(5)).all()


def test_weights_that_are_put_in_are_obeyed(engine):
    model = BernoulliRBM(n_components=4, random_state=0).fit(DIGITS[:20])
    model.components_ = np.asfortranarray(np.ones((4, 64)))
    assert (model.transform(DIGITS[:2]) > 0.99).all()
    model.partial_fit(DIGITS[:20])
    assert abs(model.components_ - 1).max() < 0.2


# ---------------------------------------------------------------- FACTS: the published report


def shifted_digits():
    """The digits and four copies, shifted by one pixel, as float32 whole numbers."""
    X, y = load_digits(return_X_y=True)
    X = X.astype(np.float32)
    kernels = np.zeros((4, 3, 3))
    for kernel, place in zip(kernels, [(0, 1), (1, 0), (1, 2), (2, 1)], strict=True):
        kernel[place] = 1
    copies = [
        np.stack([convolve(row.reshape(8, 8), k, mode="constant").ravel() for row in X])
        for k in kernels
    ]
    return np.concatenate([X, *copies]), np.concatenate([y] * 5)


LINES = [
    "-25.39",
    "-23.77",
    "-22.94",
    "-21.91",
    "-21.69",
    "-21.06",
    "-20.89",
    "-20.64",
    "-20.36",
    "-20.09",
    "-20.08",
    "-19.82",
    "-19.64",
    "-19.61",
    "-19.57",
    "-19.41",
    "-19.30",
    "-19.25",
    "-19.27",
    "-19.01",
]


@pytest.mark.slow
def test_the_twenty_lines_and_the_historical_report(engine, capsys):
    X, y = shifted_digits()
    X = np.float64((X - X.min(0)) / (X.max(0) + 0.0001))  # scaled as float32, as it was then
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    rbm = BernoulliRBM(
        learning_rate=0.06, n_iter=20, n_components=100, random_state=0, verbose=1
    ).fit(X_train)
    told = [line.split("= ")[1].split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == LINES
    if engine == "native":
        found = []
        for C, train, test in (
            (6000, rbm.transform(X_train), rbm.transform(X_test)),
            (100, X_train, X_test),
        ):
            model = OneVsRestClassifier(LogisticRegression(C=C, solver="liblinear"))
            found.append(
                f"{model.fit(train, y_train).score(test, y_test):.8f}"[:8]
            )  # the report cuts, it does not round
        assert found == ["0.948247", "0.769059"]


# ---------------------------------------------------------------- check_estimator

# scikit-learn's own class fails these two, since score_samples draws at random.
RANDOM = {"check_methods_sample_order_invariance", "check_methods_subset_invariance"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_check_estimator(engine):
    failed = set()
    for model, check in estimator_checks_generator(BernoulliRBM(n_components=5, n_iter=2)):
        try:
            check(model)
        except Exception as error:
            if type(error).__name__ != "SkipTest":
                failed.add(check.func.__name__)
    assert failed <= RANDOM


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_theirs_fails_the_same_two():
    failed = set()
    for model, check in estimator_checks_generator(Theirs(n_components=5, n_iter=2)):
        try:
            check(model)
        except Exception as error:
            if type(error).__name__ != "SkipTest":
                failed.add(check.func.__name__)
    assert failed == RANDOM


# ---------------------------------------------------------------- bad input


def test_unscaled_pixels_are_warned_of_once(engine):
    model = BernoulliRBM(n_components=4, random_state=0)
    with pytest.warns(ConvergenceWarning, match="from 0 to 1, got 0 to 16") as told:
        for _ in range(3):
            model.partial_fit(DIGITS[:20] * 16)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BernoulliRBM(n_components=4, n_iter=1).fit(DIGITS[:20])


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_weights_that_run_away_are_warned_of_once(engine, way):
    model = BernoulliRBM(n_components=4, learning_rate=1e5, random_state=0)
    with pytest.warns(
        ConvergenceWarning, match=r"runs away: .* Lower learning_rate=100000"
    ) as told:
        for _ in range(3):
            getattr(model, way)(DIGITS[:20])
    assert len(told) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"n_components": 0},
        {"batch_size": 2.5},
        {"n_iter": -1},
        {"learning_rate": 0},
        {"verbose": "yes"},
        {"random_state": "a"},
    ],
)
def test_parameters_outside_their_range_are_refused_in_their_words(settings):
    said = []
    for model in (BernoulliRBM(**settings), Theirs(**settings)):
        with pytest.raises(ValueError, match="parameter of BernoulliRBM must be") as wrong:
            model.fit(DIGITS[:5])
        assert not hasattr(model, "components_")
        said.append((type(wrong.value), str(wrong.value)))
    assert said[0] == said[1]


def test_scores_have_the_type_of_theirs():
    kinds = np.float32, np.float64, bool, int
    for kind, rows in product(kinds, (np.asarray, csr_matrix)):
        X = rows((DIGITS[:9] > 0.5).astype(kind))
        ours, theirs = (
            cls(3, n_iter=1, random_state=0).fit(X).score_samples(X)
            for cls in (BernoulliRBM, Theirs)
        )
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_wrong_widths_and_empty_sets():
    model = BernoulliRBM(n_components=3, n_iter=1).fit(DIGITS[:10])
    with pytest.raises(ValueError, match="63 features"):
        model.transform(DIGITS[:2, :63])
    with pytest.raises(ValueError, match="minimum of 1"):
        model.fit(np.zeros((0, 3)))
