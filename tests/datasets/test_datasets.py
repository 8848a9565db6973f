"""Data sets: what is in them, and that their seed decides everything."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import datasets
from chainrule.errors import DataError, ParameterError

LOGIC = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "xor": lambda a, b: a != b,
    "nand": lambda a, b: not (a and b),
    "nor": lambda a, b: not (a or b),
    "xnor": lambda a, b: a == b,
}
PLANES = {"moons": datasets.moons, "circles": datasets.circles, "spirals": datasets.spirals}


# ---------------------------------------------------------------- truth tables


@pytest.mark.parametrize("name", LOGIC)
def test_truth_tables_are_pythons_logic(name):
    X, y = datasets.truth_table(name)
    assert X.shape == (4, 2) and y.shape == (4, 1) and X.dtype == y.dtype == np.float64
    assert y[:, 0].tolist() == [float(LOGIC[name](bool(a), bool(b))) for a, b in X]


def test_an_unknown_table_is_named():
    with pytest.raises(
        ParameterError, match=r"truth_table\('maybe'\): name must be one of and, or, xor"
    ):
        datasets.truth_table("maybe")


def test_the_tables_of_the_articles():
    X, y = datasets.first_column()
    assert X.tolist() == [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]] and y.ravel().tolist() == [
        0,
        1,
        1,
        0,
    ]
    X, y = datasets.xor_with_ones()
    assert X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]] and y.ravel().tolist() == [
        0,
        1,
        1,
        0,
    ]


def test_a_table_is_the_callers_own():
    datasets.xor()[0][:] = 9
    assert datasets.xor()[0].max() == 1


# ---------------------------------------------------------------- points in the plane


@pytest.mark.parametrize("name", PLANES)
def test_points_follow_from_their_seed_alone(name):
    np.random.seed(0)
    X, y = PLANES[name](60, seed=3)
    np.random.seed(1)
    again, _ = PLANES[name](60, seed=3)
    other, _ = PLANES[name](60, seed=4)
    assert X.shape == (60, 2) and X.dtype == np.float64 and y.dtype == np.int64
    assert np.array_equal(X, again) and not np.isclose(X, other).any()
    assert np.array_equal(PLANES[name](20, seed=3)[0], X[:20]), (
        "a larger set begins with the smaller one"
    )
    assert np.bincount(y).tolist() == [30, 30]


@pytest.mark.parametrize("name", PLANES)
def test_noise_is_normal_noise_of_that_deviation(name):
    clean, noisy = (PLANES[name](4000, noise=noise)[0] for noise in (0, 0.3))
    assert np.std(noisy - clean) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(noisy - clean)) < 0.02


def test_moons_lie_on_their_half_circles():
    X, y = datasets.moons(500, noise=0)
    outer, inner = X[y == 0], X[y == 1]
    assert np.allclose(np.hypot(*outer.T), 1) and (outer[:, 1] >= 0).all()
    assert np.allclose(np.hypot(*(inner - [1, 0.5]).T), 1) and (inner[:, 1] <= 0.5).all()
    assert outer[:, 0].min() < -0.99 and inner[:, 0].max() > 1.99, "the whole arc is used"


def test_circles_have_their_radius():
    X, y = datasets.circles(500, noise=0)
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.5))


@pytest.mark.parametrize("arms", [1, 2, 3, 5])
def test_spiral_arms_are_one_arm_turned(arms):
    X, y = datasets.spirals(arms * 100, arms=arms, noise=0)
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    turned = (angle - 2 * np.pi * y / arms - 2 * np.pi * (r - 0.1) / 0.9) / (2 * np.pi)
    assert np.bincount(y).tolist() == [100] * arms
    assert np.allclose(turned, np.round(turned))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.moons(0), r"moons\(n=0\): n must be a whole number ≥ 1"),
        (lambda: datasets.circles(2.5), r"circles\(n=2.5\)"),
        (lambda: datasets.moons(noise=-1), r"moons\(noise=-1\): noise must be a number ≥ 0"),
        (lambda: datasets.moons(noise=float("nan")), r"moons\(noise=nan\)"),
        (lambda: datasets.spirals(seed=-1), r"spirals\(seed=-1\): seed must be a whole number"),
        (lambda: datasets.spirals(seed=2**32), r"spirals\(seed=4294967296\)"),
        (lambda: datasets.spirals(arms=0), r"spirals\(arms=0\): arms must be a whole number ≥ 1"),
        (lambda: datasets.moons("ten"), r"moons\(n='ten'\)"),
    ],
)
def test_bad_numbers_are_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


# ---------------------------------------------------------------- digits


def test_digits_are_whole():
    X, y = datasets.digits()
    assert X.shape == (1797, 64) and X.dtype == np.uint8 and X.max() == 16
    assert y.shape == (1797,) and y.dtype == np.int64
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert X[0].reshape(8, 8)[1].tolist() == [0, 0, 13, 15, 10, 15, 5, 0]
    X[:] = 0
    assert datasets.digits()[0].max() == 16, "the arrays are the caller's own"


def test_digits_are_scikit_learns():
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    X, y = sklearn_datasets.load_digits(return_X_y=True)
    ours, labels = datasets.digits()
    assert np.array_equal(ours, X) and np.array_equal(labels, y)


def test_the_attribution_is_beside_the_digits():
    from importlib.resources import files

    text = files("chainrule.datasets").joinpath("digits.txt").read_text(encoding="utf-8")
    assert all(words in text for words in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0"))


# ---------------------------------------------------------------- split


def test_split_has_the_sizes_of_the_articles():
    X, y = datasets.digits()
    X_train, y_train, X_test, y_test = datasets.split(X, y)
    assert X_train.shape == (1347, 64) and X_test.shape == (450, 64)
    assert y_train.shape == (1347,) and y_test.shape == (450,)


@settings(deadline=None)
@given(
    n=st.integers(2, 60),
    test=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32 - 1),
    stratify=st.booleans(),
)
def test_split_gives_every_row_once_with_its_target(n, test, seed, stratify):
    X, y = np.arange(n) * 10, np.arange(n) % 3
    size = int(np.ceil(test * n))
    if size == n:
        with pytest.raises(DataError, match="expected rows for both parts"):
            datasets.split(X, y, test=test)
        return
    X_train, y_train, X_test, y_test = datasets.split(X, y, test=test, seed=seed, stratify=stratify)
    assert len(X_test) == size and sorted([*X_train, *X_test]) == X.tolist()
    assert np.array_equal(X_train // 10 % 3, y_train) and np.array_equal(X_test // 10 % 3, y_test)
    if stratify:
        exact = np.bincount(y, minlength=3) * size / n
        assert (abs(np.bincount(y_test, minlength=3) - exact) < 1).all()


def test_split_is_shuffled_by_its_seed():
    X = np.arange(100)
    first, second = (datasets.split(X, X, seed=seed)[0] for seed in (0, 1))
    assert np.array_equal(first, datasets.split(X, X)[0])
    assert not np.array_equal(first, second) and not np.array_equal(first, np.sort(first))


def test_split_stratifies_one_hot_rows():
    y = np.eye(2)[np.repeat([0, 1], [90, 10])]
    _, _, _, y_test = datasets.split(np.arange(100), y, test=0.2, stratify=True)
    assert y_test.sum(axis=0).tolist() == [18, 2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: datasets.split([1, 2, 3], [1, 2]),
            DataError,
            "y has 2 rows but X has 3 rows. Each row of X needs one",
        ),
        (lambda: datasets.split(3, [1, 2]), DataError, "y has 2 rows but X has no rows"),
        (lambda: datasets.split([], []), DataError, "expected rows for both parts, got 0 in all"),
        (
            lambda: datasets.split([1, 2], [1, 2], test=1.0),
            ParameterError,
            r"split\(test=1.0\): test must be",
        ),
        (
            lambda: datasets.split([1, 2], [1, 2], seed=0.5),
            ParameterError,
            r"split\(seed=0.5\): seed must be",
        ),
    ],
)
def test_split_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------- the package


def test_importing_the_package_loads_no_network_code():
    code = "import sys, chainrule.datasets; print(sorted({'urllib.request', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    source = str(Path(datasets.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": source},
    )
    assert done.stdout.strip() == "[]"
