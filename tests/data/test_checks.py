"""Arrays that users give: unusual forms of sound rows, bad ones, and last batches of a few rows."""

import warnings

import numpy as np
import pytest
from tests.data.rows import Rows, Stream, data, network

import chainrule as cr

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
