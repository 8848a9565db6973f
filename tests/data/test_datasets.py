"""Datasets and loaders of PyTorch's form train like arrays; what does not fit says what it is."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.datasets import is_dataset, is_loader

X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
Y = X.sum(axis=1)


class Tensor:
    """An array that only says `__array__`, as tensors of other libraries do."""

    def __init__(self, a):
        self.a = np.asarray(a)

    def __array__(self, dtype=None, copy=None):
        return self.a


class Dataset:
    """Map-style: len and items (x, y)."""

    def __init__(self, form=lambda x, y: (x, y), n=50):
        self.form, self.n = form, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return self.form(X[i], Y[i])


class Loader:
    """Batches, again and again, as a DataLoader gives them: lists of tensors."""

    def __init__(self, kind=list, size=10):
        self.kind, self.size = kind, size

    def __len__(self):
        return -(-50 // self.size)

    def __iter__(self):
        for i in range(0, 50, self.size):
            yield self.kind((Tensor(X[i : i + self.size]), Tensor(Y[i : i + self.size])))


class Endless(Loader):
    __len__ = None


def net():
    return cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=3)


@pytest.mark.parametrize(
    "form", [lambda x, y: (x, y), lambda x, y: [Tensor(x), Tensor(y)], lambda x, y: (x, [y])]
)
def test_a_dataset_trains_like_arrays(form):
    arrays, given = net(), net()
    arrays.fit(X, Y, epochs=3, verbose=0)
    given.fit(Dataset(form), epochs=3, verbose=0)
    assert arrays.theta.tobytes() == given.theta.tobytes()


def test_weights_and_several_inputs_of_a_dataset():
    arrays, given = net(), net()
    order = {"order": lambda epoch, n: np.arange(n), "verbose": 0}
    arrays.fit(X, Y, sample_weight=np.abs(Y), **order)
    given.fit(Dataset(lambda x, y: (x, y, abs(y))), **order)
    np.testing.assert_allclose(given.theta, arrays.theta, rtol=1e-6)

    class Sum(cr.Layer):
        def __call__(self, given):
            return given["a"] + given["b"]

    two = cr.Network(Sum(), cr.Dense(1), loss=cr.SquaredError())
    two.fit(Dataset(lambda x, y: ({"a": x, "b": x}, y)), verbose=0)
    assert two.inputs == {"a": (3,), "b": (3,)}


@pytest.mark.parametrize("loader", [Loader(), Loader(tuple), Endless()])
def test_a_loader_trains_in_each_epoch(loader):
    arrays, given = net(), net()
    arrays.fit(X, Y, epochs=3, batch_size=10, order=lambda epoch, n: np.arange(n), verbose=0)
    given.fit(loader, epochs=3, verbose=0)
    np.testing.assert_allclose(given.theta, arrays.theta, rtol=1e-6)
    assert given.run_state.step == 15


def test_one_epoch_of_a_loader():
    trained, same = net(), net()
    trained.fit(iter(Loader()), verbose=0)
    same.fit(Loader(), verbose=0)
    assert trained.theta.tobytes() == same.theta.tobytes()
    with pytest.raises(cr.DataError, match="a second epoch needs the rows again"):
        trained.fit(iter(Loader()), epochs=2, verbose=0)


@pytest.mark.parametrize("given", [Dataset(), Loader(), Endless(tuple)])
def test_validation_data_may_be_one(given):
    arrays, source = net(), net()
    a = arrays.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=0)
    b = source.fit(X, Y, validation_data=given, epochs=2, verbose=0)
    assert a.val_loss == pytest.approx(b.val_loss, rel=1e-6)
    source.fit(Dataset(), validation_data=given, metrics=[cr.metrics.r2], verbose=0)


BAD = {
    "an item alone": (lambda: net().fit(Dataset(lambda x, y: x)), "item 0: expected (x, y), or (x"),
    "four in an item": (lambda: net().fit(Dataset(lambda x, y: (x,) * 4)), "got a tuple of 4"),
    "items of other shapes": (
        lambda: net().fit(Dataset(lambda x, y: (x[: 2 + (y > 0)], y)), verbose=0),
        "expected",
    ),
    "no item": (lambda: net().fit(Dataset(n=0)), "at least one row"),
    "no batch": (lambda: net().fit(X, Y, validation_data=Empty()), "at least one batch"),
    "a batch alone": (lambda: net().fit(Loader(kind=lambda b: b[0])), "expected batches (x, y)"),
    "y beside a dataset": (lambda: net().fit(Dataset(), Y), "X: expected an array, got a Dataset."),
    "to predict": (lambda: net().predict(Dataset()), "X: expected an array, got a Dataset."),
    "a generator function": (
        lambda: net().fit(batches),
        "X: expected an array, got the function batches. fit(batches()) trains one epoch",
    ),
}


class Empty:
    def __iter__(self):
        return iter(())


def batches():
    yield X, Y


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said(case):
    call, words = BAD[case]
    with pytest.raises(cr.DataError, match=re.escape(words)):
        call()


def test_arrays_and_lists_are_no_datasets():
    polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
    for given in (
        X,
        X.tolist(),
        (1, 2),
        {"x": X},
        "abc",
        range(3),
        memoryview(X),
        pandas.DataFrame(X),
    ):
        assert not is_dataset(given) and not is_loader(given)
    assert not is_dataset(polars.DataFrame(X)) and not is_loader(Tensor(X))
    assert is_dataset(Dataset()) and is_loader(Loader()) and not is_loader(iter(Loader()))
