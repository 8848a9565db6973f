"""predict(X, samples=S): dropout and noise stay on, keyed by the seed, batch statistics do not."""

import re

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype(np.float32)
Y = np.sin(X.sum(axis=1))


def network(*middle, **options):
    middle = middle or (cr.Dropout(0.3),)
    layers = cr.Dense(16), cr.Tanh(), *middle, cr.Dense(1)
    return cr.Network(*layers, loss=options.pop("loss", cr.SquaredError()), seed=4, **options)


def test_a_sample_is_a_thinned_network():
    """With weights of 1 a sample counts the units that stay, scaled."""
    layers = cr.Dense(8, init=1.0, bias=False), cr.Dropout(0.5), cr.Dense(1, init=1.0, bias=False)
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(1,))
    values = net.predict([[1.0], [2.0], [-1.0]], samples=200).values
    kept = values[:, 0, 0] / 2
    assert set(kept) <= set(range(9)) and len(set(kept)) > 4
    np.testing.assert_array_equal(values[:, 1], 2 * values[:, 0])  # all rows see one network
    np.testing.assert_array_equal(values[:, 2], -values[:, 0])
    assert kept.mean() == pytest.approx(4, abs=0.4) and kept.std() == pytest.approx(2**0.5, rel=0.2)


@pytest.mark.parametrize(
    "middle",
    [(cr.Dropout(0.3),), (cr.GaussianNoise(0.2),), (cr.BatchNorm(), cr.Dropout(0.3))],
    ids=["dropout", "noise", "behind batch norm"],
)
def test_samples_repeat_and_belong_to_their_row(middle):
    net = network(*middle)
    net.fit(X, Y, epochs=2, verbose=0)
    theta = net.theta.copy()
    drawn = net.predict(X, samples=20)
    assert drawn.values.shape == (20, 60, 1) and drawn.values.dtype == np.float32
    assert drawn.values.tobytes() == net.predict(X, samples=20).values.tobytes()
    np.testing.assert_array_equal(net.predict(X, samples=5).values, drawn.values[:5])
    np.testing.assert_allclose(
        net.predict(X[7:8], samples=20).values, drawn.values[:, 7:8], rtol=1e-5
    )
    assert (drawn.std > 0).all()
    np.testing.assert_array_equal(net.theta, theta)
    other = network(*middle)
    other.seed = 5
    other.fit(X, Y, epochs=2, verbose=0)
    assert (other.predict(X, samples=20).values != drawn.values).any()


def test_both_engines_draw_the_same_networks():
    nets = [network(engine=engine) for engine in ("reference", None)]
    nets[0].build(X), nets[1].build(X)
    a, b = (net.predict(X, samples=4).values for net in nets)
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_many_rows_run_in_parts():
    many = np.tile(X, (80, 1))
    net = network().build(X)
    np.testing.assert_allclose(
        net.predict(many, samples=3).values[:, -60:], net.predict(X, samples=3).values, rtol=1e-5
    )


def test_plain_predictions_do_not_change():
    net = network()
    net.fit(X, Y, epochs=1, verbose=0)
    before = net.predict(X)
    net.predict(X, samples=3)
    assert net.predict(X).tobytes() == before.tobytes()
    assert net.equations().count("mask") >= 1 and "sample" not in net.summary()


def test_mean_std_quantiles_and_interval():
    drawn = network().build(X).predict(X, samples=50)
    values = np.asarray(drawn)
    np.testing.assert_array_equal(drawn.mean, values.mean(axis=0))
    np.testing.assert_array_equal(drawn.std, values.std(axis=0))
    low, high = drawn.interval(0.8)
    np.testing.assert_allclose(low, np.quantile(values, 0.1, axis=0), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(high, np.quantile(values, 0.9, axis=0), rtol=1e-6)
    assert len(drawn) == 50 and repr(drawn) == "Samples(50 of predictions (60, 1))"
    for call in (lambda: drawn.quantile(1.5), lambda: drawn.interval(1), lambda: drawn.interval(0)):
        with pytest.raises(cr.ParameterError, match="must be a number"):
            call()


def test_classes_several_outputs_and_words():
    classes = cr.Network(
        cr.Embedding(9, 4),
        cr.Flatten(),
        cr.Dropout(0.5),
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
    )
    words = RNG.integers(0, 9, (20, 2))
    drawn = classes.build(words).predict(words, samples=10)
    assert drawn.values.sum(axis=2) == pytest.approx(np.ones((10, 20)), rel=1e-5)
    heads = cr.Heads({"a": cr.Dense(1), "b": cr.Dense(2)})
    two = cr.Network(cr.Dropout(0.5), heads, loss={"a": cr.SquaredError(), "b": cr.SquaredError()})
    found = two.build(X).predict(X, samples=7)
    assert found["a"].values.shape == (7, 60, 1) and found["b"].values.shape == (7, 60, 2)


def test_a_loaded_network_draws_the_same(tmp_path):
    net = network().build(X)
    net.save(tmp_path / "net")
    twin = cr.Network.load(tmp_path / "net")
    assert twin.predict(X, samples=3).values.tobytes() == net.predict(X, samples=3).values.tobytes()


@pytest.mark.parametrize(
    ("make", "samples", "said"),
    [
        (lambda: network(cr.Tanh()), 10, "expected a layer that is random, such as Dropout"),
        (network, 0, "predict(samples=0): samples must be a whole number ≥ 1."),
        (network, 2.5, "samples must be a whole number"),
    ],
)
def test_what_cannot_be_drawn_says_why(make, samples, said):
    net = make()
    with pytest.raises(cr.ParameterError, match=re.escape(said)):
        net.predict(X, samples=samples)
    assert not net.is_built
    with pytest.raises(cr.DataError, match="finite"):
        net.predict(X * np.nan, samples=3)


def test_the_interval_is_wider_where_there_were_no_rows():
    net = cr.Network(
        cr.Dense(64),
        cr.ReLU(),
        cr.Dropout(0.1),
        cr.Dense(64),
        cr.ReLU(),
        cr.Dropout(0.1),
        cr.Dense(1),
        loss=cr.SquaredError(),
        seed=1,
    )
    x = np.linspace(-1, 1, 200)[:, None]
    net.fit(x, np.sin(3 * x[:, 0]), epochs=40, optimizer=cr.Adam(lr=0.003), verbose=0)
    std = net.predict([[0.0], [0.5], [30.0]], samples=100).std.ravel()
    assert std[2] > 3 * std[:2].max()
