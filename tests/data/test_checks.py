"""The last batch of an epoch: dropped on request; a warning if it is too small for BatchNorm."""

import re
import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


def network(*middle, engine=None, **options):
    layers = cr.Dense(8), *middle, cr.ReLU(), cr.Dropout(0.25), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), engine=engine, inputs=(3,), **options)


def whole_batches(net, size):
    """The keyed order of each epoch, without its rest: what drop_last does, by hand."""
    return lambda epoch, n: cr.random.permutation((net.seed, epoch), n)[: n - n % size]


@engines
@pytest.mark.parametrize("looking", [False, True])
def test_the_rest_is_left_out(engine, looking):
    """Also where nothing looks at the ends of epochs, and C runs many of them in one call."""
    X, y = data()
    dropped, by_hand = network(engine=engine), network(engine=engine)
    seen = [lambda run: None] if looking else []
    a = dropped.fit(X, y, epochs=5, batch_size=16, drop_last=True, callbacks=seen, verbose=0)
    b = by_hand.fit(X, y, epochs=5, batch_size=16, order=whole_batches(by_hand, 16), verbose=0)
    assert dropped.run_state.step == 5 * 3
    assert dropped.theta.tobytes() == by_hand.theta.tobytes()
    np.testing.assert_array_equal(a.loss, b.loss)


@engines
def test_other_rows_are_left_out_in_each_epoch(engine):
    X, y = data(33)
    net = network(engine=engine)
    left = {
        int(run.rows_of_epoch(33)[32])
        for run in net.train(X, y, epochs=6, batch_size=32, drop_last=True)
    }
    assert len(left) > 1 and net.run_state.step == 6


@engines
@pytest.mark.parametrize("batch_size", [None, 50, 25, 1, 64])
def test_without_a_rest_nothing_changes(engine, batch_size):
    X, y = data()
    nets = [network(engine=engine) for _ in range(2)]
    for net, drop_last in zip(nets, (False, True), strict=True):
        net.fit(X, y, epochs=2, batch_size=batch_size, drop_last=drop_last, verbose=0)
    assert nets[0].theta.tobytes() == nets[1].theta.tobytes()


@engines
def test_the_only_batch_stays(engine):
    X, y = data()
    net = network(engine=engine)
    net.fit(X, y, batch_size=16, drop_last=True, order=lambda epoch, n: np.arange(9), verbose=0)
    assert net.run_state.step == 1


@engines
@pytest.mark.parametrize(
    "options",
    [{}, {"sample_weight": np.linspace(1, 2, 50)}, {"augment": lambda x, key, row: 2 * x}],
)
def test_a_run_resumes_bit_for_bit(engine, options, tmp_path):
    X, y = data()
    path = tmp_path / "run.safetensors"
    settings = {"batch_size": 16, "drop_last": True, "verbose": 0, **options}
    whole, part, later = network(engine=engine), network(engine=engine), network(engine=engine)
    whole.fit(X, y, epochs=4, **settings)
    stop = [cr.Checkpoint(path, every_steps=5), _stop_at(7)]
    part.fit(X, y, epochs=4, callbacks=stop, **settings)
    later.fit(X, y, epochs=4, callbacks=[_stop_at(99)], resume=path, **settings)
    assert later.theta.tobytes() == whole.theta.tobytes() != part.theta.tobytes()
    with pytest.raises(
        cr.FileError,
        match=re.escape("expected the batch size of the interrupted run, 16, whole batches"),
    ):
        network(engine=engine).fit(
            X,
            y,
            epochs=4,
            callbacks=[_stop_at(99)],
            resume=path,
            **{**settings, "drop_last": False},
        )


class _stop_at(cr.Callback):
    def __init__(self, step):
        self.step = step

    def on_batch_end(self, run):
        return run.step == self.step


class Rows:
    def __init__(self, n=50):
        self.X, self.y = data(n)

    def __len__(self):
        return len(self.X)

    def rows(self, indices):
        return self.X[indices], self.y[indices]


class Stream:
    def __init__(self, *sizes):
        self.sizes = sizes

    def stream(self, epoch, start):
        for n in self.sizes[start:]:
            yield data(n)


@engines
def test_sources_with_numbers_too(engine):
    arrays, source = network(engine=engine), network(engine=engine)
    arrays.fit(*data(), batch_size=16, drop_last=True, epochs=2, verbose=0)
    source.fit(Rows(), batch_size=16, drop_last=True, epochs=2, verbose=0)
    np.testing.assert_allclose(arrays.theta, source.theta, rtol=1e-6)
    with pytest.raises(
        cr.DataError, match=r"fit\(drop_last=True\): expected rows with numbers, got a stream"
    ):
        source.fit(Stream(16, 16, 2), drop_last=True, verbose=0)
    with pytest.raises(cr.ParameterError, match=r"fit\(drop_last='yes'\)"):
        source.fit(Rows(), drop_last="yes", verbose=0)


@pytest.mark.parametrize("rest", [1, 2])
@pytest.mark.parametrize("source", [False, True])
def test_batch_norm_and_a_rest_of_a_few_rows(rest, source):
    given = (Rows(32 + rest),) if source else data(32 + rest)
    with pytest.warns(
        UserWarning, match=f"a last batch of {rest} row.*beside batches of 16.*drop_last=True"
    ) as seen:
        network(cr.BatchNorm()).fit(*given, batch_size=16, epochs=3, verbose=0)
    assert len(seen) == 1 and seen[0].filename == __file__


def test_the_learning_rate_finder_compares_whole_batches():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = network(cr.BatchNorm()).find_learning_rate(*data(33), batch_size=16, steps=20)
    assert len(found.lrs) <= 20


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
