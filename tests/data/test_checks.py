"""Arrays that users give: unusual forms of sound rows, bad ones, and last batches of a few rows."""

import re
import warnings

import numpy as np
import pytest
from tests.data.rows import Rows, Stream, data, network

import chainrule as cr
from chainrule.data.checks import (
    as_array,
    check_lengths,
    check_order,
    check_rows,
    check_weights,
    class_weights,
    warn_of_few,
)

RNG = np.random.default_rng(0)
X = RNG.integers(-3, 4, size=(12, 3)).astype(np.float64)
Y = RNG.integers(0, 2, size=12)


def trained(X, y, **options):
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), seed=4)
    net.fit(X, y, epochs=2, batch_size=5, verbose=0, **options)
    return net


def read_only(a):
    a = a.copy()
    a.setflags(write=False)
    return a


class HasArray:
    def __init__(self, a):
        self.a = a

    def __array__(self, dtype=None, copy=None):
        return self.a


FORMS = {
    "integers": lambda a: a.astype(np.int64),
    "small integers": lambda a: a.astype(np.int8),
    "float16": lambda a: a.astype(np.float16),
    "float32": lambda a: a.astype(np.float32),
    "Fortran order": np.asfortranarray,
    "strided": lambda a: np.repeat(a, 2, axis=0)[::2],
    "reversed twice": lambda a: a[::-1].copy()[::-1],
    "read-only": read_only,
    "lists": lambda a: a.tolist(),
    "objects": lambda a: a.astype(object),
    "__array__": HasArray,
    "big endian": lambda a: a.astype(">f8"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_the_same_numbers_train_alike(form):
    usual = trained(X, Y)
    unusual = trained(FORMS[form](X), FORMS[form](Y) if form != "float16" else Y)
    assert usual.theta.tobytes() == unusual.theta.tobytes()
    np.testing.assert_array_equal(usual.predict(X), unusual.predict(FORMS[form](X)))


def test_memory_maps(tmp_path):
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert trained(mapped, Y).theta.tobytes() == trained(X, Y).theta.tobytes()


def test_booleans():
    B = X > 0
    assert trained(B, Y.astype(bool)).theta.tobytes() == trained(B.astype(float), Y).theta.tobytes()


def test_one_row_and_one_column():
    assert trained(X[:1], Y[:1]).predict(X[:1]).shape == (1, 1)
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    net.fit([[1.0]], [2.0], verbose=0)
    assert net.predict([[1.0]]).shape == (1, 1)


def test_targets_as_a_column_or_flat():
    assert trained(X, Y).theta.tobytes() == trained(X, Y[:, None]).theta.tobytes()


def test_labels_as_whole_floats():
    nets = []
    for y in (Y, Y.astype(np.float32)):
        net = cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
        net.fit(X, y, verbose=0)
        nets.append(net.theta.tobytes())
    assert nets[0] == nets[1]


def test_images_as_uint8():
    images = RNG.integers(0, 256, size=(6, 4, 4, 1), dtype=np.uint8)
    net = cr.Network(cr.Flatten(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    with pytest.warns(UserWarning, match=r"X holds pixels from 0 to 25\d\. Write X / 255\."):
        net.fit(images, [0, 1] * 3, verbose=0)
    assert net.predict(images).dtype == np.float32


def test_a_batch_larger_than_the_data():
    a, b = trained(X, Y), trained(X, Y)
    a.fit(X, Y, batch_size=1000, verbose=0)
    b.fit(X, Y, batch_size=None, verbose=0)
    assert a.theta.tobytes() == b.theta.tobytes()


def test_data_are_not_changed():
    X_before, Y_before = X.copy(), Y.copy()
    trained(X, Y, sample_weight=np.ones(12), class_weight="balanced")
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(Y, Y_before)


def test_weights_that_leave_a_batch_empty():
    w = np.zeros(12)
    w[0] = 1
    net = trained(X, Y, sample_weight=w)
    assert np.isfinite(net.theta).all()


def test_frames_of_other_libraries():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abc"))
    assert trained(frame, pandas.Series(Y)).theta.tobytes() == trained(X, Y).theta.tobytes()


@pytest.mark.parametrize("rest", [1, 2])
@pytest.mark.parametrize("source", [False, True])
def test_batch_norm_and_a_rest_of_a_few_rows(rest, source):
    given = (Rows(32 + rest),) if source else data(32 + rest)
    with pytest.warns(
        UserWarning, match=f"a last batch of {rest} row.*beside batches of 16.*drop_last=True"
    ) as seen:
        network(cr.BatchNorm()).fit(*given, batch_size=16, epochs=3, verbose=0)
    assert len(seen) == 1 and seen[0].filename == __file__


def test_a_stream_with_a_short_batch():
    with pytest.warns(
        UserWarning,
        match=r"a last batch of 2 rows, beside batches of 16.*Let the stream leave it out",
    ):
        network(cr.BatchNorm()).fit(Stream(16, 16, 2), epochs=1, verbose=0)


@pytest.mark.parametrize(
    ("middle", "n", "options"),
    [
        ((), 33, {}),  # nothing that meets
        ((cr.LayerNorm(),), 33, {}),
        ((cr.BatchNorm(),), 32, {}),
        ((cr.BatchNorm(),), 35, {}),  # three rows
        ((cr.BatchNorm(),), 33, {"drop_last": True}),
        ((cr.BatchNorm(),), 33, {"batch_size": None}),
        ((cr.BatchNorm(),), 3, {}),  # all that there is
        ((cr.BatchNorm(),), 33, {"batch_size": 2}),  # what was asked for
        ((cr.BatchNorm(),), 33, {"order": lambda epoch, n: np.arange(32)}),
    ],
)
def test_no_warning_without_a_reason(middle, n, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network(*middle).fit(*data(n), **{"batch_size": 16, "verbose": 0, **options})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "X: expected an array of numbers, got None"),
        (float, "X: expected an array of numbers, got <class 'float'>"),
        (iter([1]), "a bare list_iterator. It can be read once only"),
        (np.ma.masked_array([1, 2], [True, False]), "a number in every place"),
        ([[1, 2], [3]], "rows of equal length"),
        ("rows/", "X: expected an array of numbers, got the name 'rows/'. Parquet files: write"),
        (["a", "b"], "X: expected numbers, got text. Encode words as numbers first"),
        (np.array([1, "a", None], object), r"got objects \(NoneType, int, str\)"),
        (np.array(["2020-01-01"], "M8[D]"), r"got datetime64\[D\]"),
        (np.ones(2, complex), "got complex128"),
    ],
)
def test_what_is_no_array_of_numbers_is_said(given, words):
    with pytest.raises(cr.DataError, match=words):
        as_array("X", given)


def test_an_array_is_not_copied():
    a = np.ones((3, 2))
    assert as_array("X", a) is a and check_rows("X", a) is a
    unmasked = np.ma.masked_array(a, False)
    np.testing.assert_array_equal(as_array("X", unmasked), a)
    with pytest.raises(cr.DataError, match=r"np\.unique\(y, return_inverse=True\)"):
        as_array("y", ["cat"])


def test_a_tensor_that_refuses_is_said():
    class OnAnotherDevice:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("can't convert a tensor of another device.")

    with pytest.raises(cr.DataError, match=r"OnAnotherDevice: can't convert.*device\. Make a"):
        as_array("X", OnAnotherDevice())


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(3.0), r"one row for each example, got a single number. Write \[\[3.0\]\]"),
        (np.ones((0, 4)), r"at least one row, got an empty array of shape \(0, 4\)"),
        (np.array([[1, np.nan]]), r"NaN at X\[0, 1\]"),
        (np.array([1, 2, -np.inf]), r"infinity at X\[2\]"),
    ],
)
def test_rows_are_finite_and_at_least_one(array, words):
    with pytest.raises(cr.DataError, match=words):
        check_rows("X", array)


def test_lengths_are_compared_with_the_first():
    check_lengths({"X": np.ones(3), "y": np.ones((3, 2)), "w": None})
    with pytest.raises(cr.DataError, match="w has 2 rows but X has 3"):
        check_lengths({"X": np.ones(3), "y": np.ones(3), "w": np.ones(2)})


def test_weights_are_numbers_that_are_not_all_0():
    w = check_weights([True, False, True], 3)
    assert w.tolist() == [1, 0, 1] and w.dtype == np.float64
    assert not check_weights(np.zeros(3), 3, part=True).any()
    for bad, words in (
        ({0: 1.0}, "got a dict"),
        (np.ones(2), "got shape (2,)"),
        (np.ones((3, 1)), "got shape (3, 1)"),
        (np.zeros(3), "not all 0, got a smallest of 0"),
        ([1, -2, 3], "a smallest of -2"),
        ([1, np.nan, 3], "NaN at of[1]"),
    ):
        with pytest.raises(cr.DataError, match=re.escape(words)):
            check_weights(bad, 3, "of")


@pytest.mark.parametrize(
    "labels", [np.array([0, 0, 0, 1]), np.array([[0], [0], [0], [1]]), np.eye(2)[[0, 0, 0, 1]]]
)
def test_balanced_classes_weigh_alike(labels):
    w = class_weights("balanced", labels)
    assert w == pytest.approx([4 / 6, 4 / 6, 4 / 6, 2]) and w.sum() == pytest.approx(4)
    assert class_weights({1: 3}, labels).tolist() == [1, 1, 1, 3]


@pytest.mark.parametrize(
    ("given", "labels", "words"),
    [
        ("equal", [0, 1], '"balanced" or a dict'),
        ({2: 1.0}, [0, 1], r"classes among \[0, 1\], got 2"),
        ({1: -1}, [0, 1], r"class_weight\[1\]: expected a number ≥ 0"),
        ({1: True}, [0, 1], r"class_weight\[1\]: expected a number ≥ 0"),
        ("balanced", [0.5, 1], "class indices or one-hot rows"),
        ("balanced", [[1, 1], [0, 1]], "class indices or one-hot rows"),
    ],
)
def test_weights_of_classes_that_cannot_be_are_said(given, labels, words):
    with pytest.raises(cr.DataError, match=words):
        class_weights(given, np.array(labels))


@pytest.mark.parametrize("order", [[0, 3], [-1], [0.5], [[0]], [], 1, [True]])
def test_an_order_is_a_flat_array_of_row_numbers(order):
    with pytest.raises(cr.DataError, match="order: expected"):
        check_order(order, 3)
    assert check_order((2, 0, 2), 3).tolist() == [2, 0, 2]


@pytest.mark.parametrize(("rows", "usual"), [(0, 16), (3, 16), (2, 2), (1, 1)])
def test_no_warning_of_a_batch_that_is_not_short(rows, usual):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_few(rows, usual, "Leave it out")


def test_a_warning_names_the_users_line():
    with pytest.warns(UserWarning, match="a last batch of 1 row, beside") as seen:
        warn_of_few(1, 16, "Leave it out")
    assert seen[0].filename == __file__ and str(seen[0].message).endswith("Leave it out.")


def huge(at):
    X = [[1, 2], [3, 4]]
    X[at][1] = 10**400
    return X


def missing():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(
        {"a": pandas.array([1, 2, None], dtype="Int64"), "b": "w"}, dtype=object
    )


SAID = {
    "pandas.NA": (missing, "a number in every place, got <NA> at X[2, 0]. Fill it"),
    "complex": (lambda: np.ones((3, 1)) * 1j, "numbers, got complex128. Give two columns, X.real"),
    "complex objects": (lambda: np.array([[1, 2j]], object), "complex 2j at X[0, 1]. Give two"),
    "400 digits": (
        lambda: huge(1),
        "that float64 can hold, got one of about 400 digits at X[1, 1]",
    ),
    "400 digits below 0": (lambda: [[-(10**400)]], "digits at X[0, 0]. Take its logarithm"),
    "dates": (
        lambda: np.array([["2020-01-01"]], "M8[D]"),
        "got datetime64[D]. Count days: (X - X.",
    ),
    "words": (lambda: [["a"]], "got text. Encode words"),
    "a function": (
        lambda: missing,
        "an array, got the function missing. fit(missing()) trains one",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_no_number_is_named(case):
    make, words = SAID[case]
    with pytest.raises(cr.DataError, match=re.escape(words)):
        as_array("X", make())
