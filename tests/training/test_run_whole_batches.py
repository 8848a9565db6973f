"""The last batch of an epoch: dropped on request, in both engines and through interruptions."""

import re

import numpy as np
import pytest
from tests.data.rows import Rows, StopAt, Stream, data, network

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)


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
    stop = [cr.Checkpoint(path, every_steps=5), StopAt(7)]
    part.fit(X, y, epochs=4, callbacks=stop, **settings)
    later.fit(X, y, epochs=4, callbacks=[StopAt(99)], resume=path, **settings)
    assert later.theta.tobytes() == whole.theta.tobytes() != part.theta.tobytes()
    with pytest.raises(
        cr.FileError,
        match=re.escape("expected the batch size of the interrupted run, 16, whole batches"),
    ):
        network(engine=engine).fit(
            X,
            y,
            epochs=4,
            callbacks=[StopAt(99)],
            resume=path,
            **{**settings, "drop_last": False},
        )


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
