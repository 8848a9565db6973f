"""Standardize: statistics of the training rows, taken once, kept in files, the same everywhere."""

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5000, 3)) * [1e4, 1e-3, 7.0] + [3e5, 0.02, -40.0]
Y = (X[:, :1] - 3e5) / 1e4
ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]


def network(*layers, **options):
    layers = layers or (cr.Standardize(), cr.Dense(4), cr.Tanh(), cr.Dense(1))
    return cr.Network(*layers, loss=cr.SquaredError(), **options)


def is_taken(net, rows, dtype="float32"):
    mean, deviation = net.state.values()
    flat = np.asarray(rows, float).reshape(-1, np.shape(rows)[-1])
    assert mean == pytest.approx(flat.mean(axis=0), rel=1e-6)
    assert deviation == pytest.approx(flat.std(axis=0), rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_fit_takes_the_statistics_and_later_ones_keep_them(dtype, engine):
    net = network(dtype=dtype, engine=engine)
    net.fit(X, Y, epochs=2, verbose=0)
    is_taken(net, X)
    before = {name: a.copy() for name, a in net.state.items()}
    net.fit(X + 1e6, Y, verbose=0)
    net.predict(X * 2)
    for name, a in net.state.items():
        np.testing.assert_array_equal(a, before[name])


def test_both_engines_and_all_layouts_take_the_same_bits():
    if not native.available():
        pytest.skip("not built")
    states = [
        np.concatenate([*network(engine=engine).build(rows).state.values()]).tobytes()
        for engine in ("native", "reference")
        for rows in (X, np.asfortranarray(X), X.tolist())
    ]
    assert len(set(states)) == 1


def test_build_takes_them_and_reset_forgets_them():
    net = network().build(X)
    is_taken(net, X)
    assert net.reset().state["mean1"].tolist() == [0, 0, 0]
    net.fit(X[:100], Y[:100], verbose=0)
    is_taken(net, X[:100])


def test_shapes_known_before_do_not_count_as_rows():
    net = network(inputs=(3,))
    net.predict(X[:2])
    net.fit(X, Y, epochs=0, verbose=0)
    is_taken(net, X)


def test_validation_rows_do_not_count():
    net = network()
    net.fit(X, Y, validation_fraction=0.5, verbose=0)
    assert abs(net.state["mean1"][0] - X[:, 0].mean()) > 1  # about half of the rows
    two = network()
    two.fit(X[:100], Y[:100], validation_data=(X[100:] * 3, Y[100:]), verbose=0)
    is_taken(two, X[:100])


def test_they_are_given_or_put_by_hand():
    net = network(initial_weights={"mean1": [1.0, 2.0, 3.0]})
    net.fit(X, Y, epochs=0, verbose=0)
    assert net.state["mean1"].tolist() == [1, 2, 3] and net.state["std1"].tolist() == [1] * 3


def test_calibrate_takes_them_again_before_batch_norm():
    net = network(cr.Standardize(), cr.BatchNorm(), cr.Dense(1)).build(X[:50])
    net.calibrate(X)
    assert net.state["mean1"] == pytest.approx(X.mean(axis=0), rel=1e-6)
    assert net.state["running_mean2"] == pytest.approx([0, 0, 0], abs=1e-3)
    assert net.state["running_variance2"] == pytest.approx([1, 1, 1], abs=1e-3)


class Rows:
    def __len__(self):
        return len(X)

    def rows(self, indices):
        return X[indices], Y[indices]


class Batches:
    def stream(self, epoch, start):
        return ((X[i : i + 100], Y[i : i + 100]) for i in range(100 * start, len(X), 100))


@pytest.mark.parametrize("source", [Rows, Batches])
def test_a_source_is_read_through_once(source):
    net = network()
    net.fit(source(), verbose=0)
    is_taken(net, X)


def test_a_bare_iterator_asks_for_rows_before():
    net = network()
    with pytest.raises(cr.DataError, match=r"Standardize: .* Call net.build\(X\) with some rows"):
        net.fit(iter([(X, Y)]), verbose=0)
    assert not net.is_built
    net.build(X).fit(iter([(X, Y)]), verbose=0)
    is_taken(net, X)


def test_one_of_several_inputs():
    class Both(cr.Layer):
        first: cr.Layer = cr.Standardize()

        def __call__(self, given):
            return self.first(given["a"]) + given["b"]

    net = network(Both(), cr.Dense(1))
    net.fit({"a": X, "b": X / 1e6}, Y, verbose=0)
    is_taken(net, X)


def test_a_file_keeps_them_and_a_resumed_run_is_the_same(tmp_path):
    net = network()
    net.fit(X[:300], Y[:300], epochs=2, verbose=0, callbacks=[cr.Checkpoint(tmp_path / "c")])
    net.save(tmp_path / "n")
    twin = cr.Network.load(tmp_path / "n")
    np.testing.assert_array_equal(twin.theta, net.theta)
    net.fit(X[:300], Y[:300], epochs=1, verbose=0)
    again = network()
    again.fit(X[:300], Y[:300], epochs=3, verbose=0, resume=tmp_path / "c")
    np.testing.assert_array_equal(again.theta, net.theta)


def test_it_trains_on_numbers_in_their_own_units():
    net = network()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = net.fit(X, Y, epochs=5, verbose=0, optimizer=cr.Adam(lr=0.01))
    assert history.loss[-1] < 0.01
    assert "u1 = (x − mean1) / std1" in net.equations()
    assert net.check_gradients(X[:10], Y[:10]).passed


def test_numbers_that_float32_cannot_tell_apart_are_said():
    times = 1.7e9 + RNG.random((100, 1)) * 100
    with pytest.warns(UserWarning, match=r"column 0 are about 1.7e\+09 ± .*hardly tell apart"):
        network().build(times)
    network(dtype="float64").build(times)


def test_a_refused_fit_takes_nothing():
    net = network(inputs=(3,))
    with pytest.raises(cr.ChainruleError):
        net.fit(X, Y, resume="nowhere", verbose=0)
    assert net.state["mean1"].tolist() == [0, 0, 0]
