"""Rows that must be asked for: sources, streams, a bare iterator."""

import re

import numpy as np
import pytest

import chainrule as cr

X = np.random.default_rng(0).normal(size=(50, 3))
y = X.sum(axis=1)


def net():
    return cr.Network(
        cr.Dense(4), cr.Tanh(), cr.Dropout(0.2), cr.Dense(1), loss=cr.SquaredError(), seed=3
    )


class Rows:
    def __init__(self, form=lambda x, y: (x, y)):
        self.form = form

    def __len__(self):
        return 50

    def rows(self, indices):
        return self.form(X[indices], y[indices])


class Stream:
    def stream(self, epoch, start):
        order = np.random.RandomState(epoch).permutation(50)
        for k in range(start, 5):
            rows = order[10 * k : 10 * k + 10]
            yield X[rows], y[rows]


def test_rows_train_like_arrays():
    arrays, source = net(), net()
    arrays.fit(X, y, epochs=3, verbose=0)
    source.fit(Rows(), epochs=3, verbose=0)
    assert arrays.theta.tobytes() == source.theta.tobytes()


def test_rows_come_in_the_order_that_was_given():
    def order(epoch, n):
        return np.roll(np.arange(n), epoch)[5:]

    arrays, source = net(), net()
    arrays.fit(X, y, epochs=3, order=order, verbose=0)
    source.fit(Rows(), epochs=3, order=order, verbose=0)
    assert arrays.theta.tobytes() == source.theta.tobytes()
    with pytest.raises(cr.DataError, match="order"):
        source.fit(Stream(), order=order, verbose=0)


@pytest.mark.parametrize(
    "form", [lambda x, y: (x, y, np.ones(len(y))), lambda x, y: {"x": x, "y": y}]
)
def test_forms_of_a_batch(form):
    plain, other = net(), net()
    plain.fit(Rows(), verbose=0)
    other.fit(Rows(form), verbose=0)
    np.testing.assert_allclose(plain.theta, other.theta, rtol=1e-6)


def test_some_batches_may_have_no_weight():
    """The first row too, which is asked for before the run."""
    w = np.where(np.arange(50) < 20, 0.0, 1.0)
    arrays, source = net(), net()
    settings = {"batch_size": 10, "order": lambda epoch, n: np.arange(n), "verbose": 0}
    arrays.fit(X, y, sample_weight=w, **settings)
    rows = Rows()
    rows.rows = lambda indices: (X[indices], y[indices], w[indices])
    source.fit(rows, **settings)
    np.testing.assert_allclose(arrays.theta, source.theta, rtol=1e-6)


@pytest.mark.parametrize("labels", [False, True], ids=["numbers", "classes"])
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
def test_a_fraction_of_a_source_is_that_of_arrays(labels, weighted):
    """Its rows keep their numbers, on which dropout depends; each class gives its share."""
    target = np.argsort(np.argsort(y)) % 3 if labels else y
    w = np.random.default_rng(1).uniform(1, 2, 50) if weighted else None
    asked = []

    class Some:
        def __len__(self):
            return 50

        def rows(self, indices):
            asked.append(len(indices))
            return X[indices], target[indices], *([] if w is None else [w[indices]])

    def trained(*rows, **options):
        loss, units = (cr.SoftmaxCrossEntropy(), 3) if labels else (cr.SquaredError(), 1)
        network = cr.Network(cr.Dense(4), cr.Dropout(0.2), cr.Dense(units), loss=loss, seed=3)
        options |= {"metrics": cr.metrics.accuracy} if labels else {}
        history = network.fit(*rows, epochs=2, validation_fraction=0.3, verbose=0, **options)
        return network.theta.tobytes(), history.val_loss.tolist()

    assert trained(Some()) == trained(X, target, sample_weight=w)
    assert sum(asked) == 1 + 50 * labels + 15 + 2 * 35


def test_a_source_with_too_many_rows_is_refused():
    class Many(Rows):
        def __len__(self):
            return 2**31

    with pytest.raises(cr.DataError, match="at most 2,147,483,647 rows, got len 2147483648"):
        net().fit(Many(), verbose=0)


def test_a_stream_gives_its_own_batches():
    trained = net()
    history = trained.fit(Stream(), epochs=3, validation_data=(X, y), verbose=0)
    assert trained.run_state.step == 15 and len(history.val_loss) == 3


def test_weights_of_validation_rows_are_numbers_of_rows():
    k = np.arange(50) % 3
    a = net().fit(X, y, validation_data=(X, y, k), verbose=0)
    b = net().fit(X, y, validation_data=(np.repeat(X, k, axis=0), np.repeat(y, k)), verbose=0)
    np.testing.assert_allclose(a.val_loss, b.val_loss, rtol=1e-6)


def test_a_bare_iterator_trains_one_epoch():
    trained = net()
    trained.fit(Stream().stream(0, 0), verbose=0)
    assert trained.run_state.step == 5
    same = net()
    same.fit(Stream(), verbose=0)
    assert trained.theta.tobytes() == same.theta.tobytes()


def test_batch_hooks_are_told_once_a_batch():
    told = []

    class Told(cr.Callback):
        def on_batch_begin(self, run):
            told.append(run.step)

    net().fit(Stream(), epochs=2, callbacks=[Told()], verbose=0)
    assert told == list(range(10))


BAD = {
    "twice": (
        lambda: net().fit(Stream().stream(0, 0), epochs=2),
        "Give an object with len and rows(indices), or one with stream(epoch, start)",
    ),
    "y beside a source": (lambda: net().fit(Rows(), y), "Let the source give it"),
    "a fraction of a stream": (
        lambda: net().fit(Stream(), validation_fraction=0.5),
        "validation_data beside a stream",
    ),
    "metrics of a source": (
        lambda: net().fit(Rows(), metrics=cr.metrics.r2),
        "validation_data beside a source",
    ),
    "an empty iterator": (lambda: net().fit(iter([])), "at least one batch"),
    "a wrong form": (lambda: net().fit(Rows(lambda x, y: x)), "expected batches (x, y)"),
    "too few rows": (
        lambda: net().fit(Rows(lambda x, y: (x[:1], y[:1])), verbose=0),
        "rows(indices): expected 32 rows, got 1",
    ),
    "words in a batch": (
        lambda: net().fit(Rows(lambda x, y: (x.astype(str), y))),
        "X: expected numbers, got text",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_sources_say_what_to_write(case):
    call, words = BAD[case]
    with pytest.raises(cr.DataError, match=re.escape(words)):
        call()


def test_a_frame_is_an_array_though_it_has_rows():
    polars = pytest.importorskip("polars")
    frame, array = net(), net()
    frame.fit(polars.DataFrame(X), y, verbose=0)
    array.fit(X, y, verbose=0)
    assert frame.theta.tobytes() == array.theta.tobytes()


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.where(X > 2, np.nan, X), y, r"X: expected finite numbers, got NaN at X\["),
        (X, np.where(y > 3, np.inf, y), r"y: expected finite numbers, got infinity at y\["),
        (np.where(X > 2, 1e300, X), y, "numbers that float32 can hold"),
    ],
    ids=["x", "y", "range"],
)
def test_each_batch_is_checked(x, y, words):
    """Also those of the same form as the one before."""
    found = Rows()
    found.rows = lambda indices: (x[indices], y[indices])
    order = np.argsort((X > 2).any(axis=1) | (np.asarray(y) > 3), kind="stable")
    trained = net()
    with pytest.raises(cr.DataError, match=words):
        trained.fit(found, batch_size=5, order=lambda epoch, n: order, verbose=0)
    assert trained.run_state.step > 3


def test_batches_may_change_their_type():
    kinds = [np.float32, np.float64, np.int64, np.float64]

    class Mixed(Rows):
        calls = 0

        def rows(self, indices):
            self.calls += 1
            kind = kinds[self.calls % 4]
            return np.round(X[indices]).astype(kind), np.round(y[indices]).astype(object)

    arrays, source = net(), net()
    arrays.fit(np.round(X), np.round(y), epochs=3, batch_size=7, verbose=0)
    source.fit(Mixed(), epochs=3, batch_size=7, verbose=0)
    assert arrays.theta.tobytes() == source.theta.tobytes()
