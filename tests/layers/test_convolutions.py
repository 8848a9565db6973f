"""Conv2D, Conv1D and TransposedConv2D: sizes, settings, words, and every combination of settings against loops."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.naive_convolutions import convolve_affine, transpose_convolve_affine
from tests.strategies import quick

import chainrule as cr
from chainrule.engines import native
from chainrule.ops.patches import fold, output_size, patches

ENGINES = [
    "reference",
    pytest.param(
        "native",
        marks=pytest.mark.skipif(not native.available(), reason="the native engine was not built"),
    ),
]


def network(layer, shape, **settings):
    return cr.Network(
        layer, loss=cr.SquaredError(), inputs=shape, **({"dtype": "float64"} | settings)
    )


@st.composite
def cases(draw):
    """A layer of any settings, and an image that it fits."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    groups = draw(st.integers(1, 3))
    layer = {
        "filters": groups * draw(st.integers(1, 2)),
        "kernel": draw(pair),
        "stride": draw(pair),
        "groups": groups,
        "dilation": draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
        "padding": draw(st.sampled_from(["valid", "same", 0, 1, 5, (2, 0), (1, 6)])),
    }
    shape = (draw(st.integers(1, 7)), draw(st.integers(1, 7)), groups * draw(st.integers(1, 2)))
    return layer, shape, draw(st.sampled_from([1, 1, 2, 3])), draw(st.integers(0, 2**16))


def zeros_around(layer, shape, places):
    """Padding before and after each axis, from the words of the docstring."""
    if layer["padding"] == "valid":
        return (0, 0, 0, 0)
    if layer["padding"] != "same":
        p, q = layer["padding"] if isinstance(layer["padding"], tuple) else (layer["padding"],) * 2
        return (p, p, q, q)
    needed = [
        max(0, (m - 1) * s + d * (k - 1) + 1 - n)
        for n, m, k, s, d in zip(
            shape, places, layer["kernel"], layer["stride"], layer["dilation"], strict=False
        )
    ]
    return tuple(part for n in needed for part in (n // 2, n - n // 2))


def fits(layer, shape, padding):
    return all(
        n + padding[2 * i] + padding[2 * i + 1]
        >= layer["dilation"][i] * (layer["kernel"][i] - 1) + 1
        for i, n in enumerate(shape[:2])
    )


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(case=cases())
def test_conv2d_is_the_loops(engine, case):
    layer, shape, rows, seed = case
    padding = zeros_around(
        layer, shape, [-(-n // s) for n, s in zip(shape, layer["stride"], strict=False)]
    )
    assume(fits(layer, shape, padding))
    net = network(cr.Conv2D(**layer), shape, engine=engine, seed=seed)
    net.theta[...] = np.random.default_rng(seed).normal(size=net.theta.size)
    X = np.random.default_rng(seed + 1).normal(size=(rows, *shape))
    W, b = net.parameters["W1"], net.parameters["b1"]
    expected = convolve_affine(
        X, W, b, stride=layer["stride"], padding=padding, dilation=layer["dilation"]
    )
    assert np.allclose(net.predict(X), expected, rtol=0, atol=1e-12)
    if layer["padding"] == "same":
        assert expected.shape[1:3] == tuple(
            -(-n // s) for n, s in zip(shape, layer["stride"], strict=False)
        )


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(case=cases())
def test_transposed_conv2d_is_the_loops(engine, case):
    layer, shape, rows, seed = case
    double = [n * s for n, s in zip(shape, layer["stride"], strict=False)]
    padding = zeros_around(layer, double, shape)
    size = (
        double
        if layer["padding"] == "same"
        else [
            (n - 1) * s + d * (k - 1) + 1 - 2 * p
            for n, s, k, d, p in zip(
                shape,
                layer["stride"],
                layer["kernel"],
                layer["dilation"],
                padding[::2],
                strict=False,
            )
        ]
    )
    assume(min(size) >= 1)
    net = network(cr.TransposedConv2D(**layer), shape, engine=engine, seed=seed)
    net.theta[...] = np.random.default_rng(seed).normal(size=net.theta.size)
    X = np.random.default_rng(seed + 1).normal(size=(rows, *shape))
    W, b, attrs = (
        net.parameters["W1"],
        net.parameters["b1"],
        {"stride": layer["stride"], "dilation": layer["dilation"]},
    )
    expected = transpose_convolve_affine(X, W, b, padding=padding, size=tuple(size), **attrs)
    assert np.allclose(net.predict(X), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("T", [3, 4, 9])
def test_conv1d_is_conv2d_of_an_image_one_pixel_high(T):
    rng = np.random.default_rng(T)
    one = network(cr.Conv1D(4, kernel=3, stride=2, padding="same", groups=2), (T, 2))
    two = network(cr.Conv2D(4, kernel=(1, 3), stride=(1, 2), padding="same", groups=2), (1, T, 2))
    two.theta[...] = one.theta[...] = rng.normal(size=one.theta.size)
    X = rng.normal(size=(5, T, 2))
    assert np.allclose(one.predict(X), two.predict(X[:, None])[:, 0], atol=1e-14)


@pytest.mark.parametrize(
    ("stride", "dilation", "padding"),
    [*itertools.product([1, 2], [1, 2], [(0, 0, 0, 0), (1, 2, 0, 1)])],
)
def test_fold_is_the_transpose_of_patches(stride, dilation, padding):
    """⟨patches(x), p⟩ = ⟨x, fold(p)⟩ for all x and p."""
    rng, numbers = np.random.default_rng(0), ((stride, 1), padding, (1, dilation))
    x = rng.normal(size=(2, 6, 7, 4))
    seen, places = patches(x, (2, 3), 2, *numbers)
    p = rng.normal(size=seen.shape)
    assert np.isclose(
        (seen * p).sum(), (x * fold(p, (6, 7), places, (2, 3), *numbers)).sum(), rtol=1e-13
    )


def test_the_odd_pixel_of_same_is_at_the_end():
    net = network(
        cr.Conv1D(1, kernel=2, padding="same", bias=False, init=[[[1.0]], [[10.0]]]), (3, 1)
    )
    assert net.predict([[[1.0], [2.0], [3.0]]]).ravel().tolist() == [21.0, 32.0, 3.0]
    even = network(
        cr.Conv2D(1, kernel=3, stride=2, padding="same"), (6, 6, 1)
    ).programs.predict.steps[0]
    assert even.attrs["padding"] == (0, 1, 0, 1)


def test_output_sizes_are_those_of_the_docstring():
    assert network(cr.Conv2D(6, kernel=5), (28, 28, 1)).programs.output == (0, 24, 24, 6)
    assert network(cr.Conv2D(6, kernel=3, stride=2, padding="same"), (7, 8, 1)).programs.output == (
        0,
        4,
        4,
        6,
    )
    assert network(
        cr.Conv2D(6, kernel=3, stride=3, padding=1, dilation=2), (9, 7, 2)
    ).programs.output == (0, 3, 2, 6)
    assert network(
        cr.TransposedConv2D(6, kernel=2, stride=3, padding="same"), (3, 4, 2)
    ).programs.output == (
        0,
        9,
        12,
        6,
    )
    assert network(
        cr.TransposedConv2D(6, kernel=3, stride=2, padding=1), (4, 4, 2)
    ).programs.output == (0, 7, 7, 6)
    with pytest.raises(ValueError, match="does not fit"):
        output_size((2, 2), (3, 3), (1, 1), (0, 0, 0, 0), (1, 1))


def test_starting_weights_follow_what_a_filter_sees():
    """fan in = k k C / groups, fan out = k k filters."""
    net = network(
        cr.Conv2D(64, kernel=(5, 3), groups=2, init=cr.initializers.HeUniform()), (9, 9, 8)
    )
    limit, W = np.sqrt(6 / (5 * 3 * 4)), net.parameters["W1"]
    assert W.shape == (5, 3, 4, 64) and 0.99 * limit < np.abs(W).max() <= limit
    W = network(cr.Conv2D(64, kernel=3), (9, 9, 8)).parameters["W1"]
    limit = np.sqrt(6 / (9 * 8 + 9 * 64))
    assert 0.99 * limit < np.abs(W).max() <= limit


def test_summary_counts_multiply_adds_and_equations_print():
    net = cr.Network(
        cr.Conv2D(6, kernel=5),
        cr.TransposedConv2D(2, kernel=2, stride=2, bias=False),
        loss=cr.SquaredError(),
        inputs=(28, 28, 1),
    )
    lines = {line.split()[0]: line.split() for line in net.summary().splitlines()}
    assert lines["conv2d1"][-2:] == ["156", f"{24 * 24 * 25 * 6:,}"]
    assert lines["transposed_conv2d1"][-2:] == ["48", f"{24 * 24 * 6 * 4 * 2:,}"]
    text = net.equations()
    for line in (
        "z1 = patches(x) W1 + b1",
        "z2 = fold(z1 W2)",
        "dz1 = patches(dz2) W2ᵀ",
        "dW1 = patches(x)ᵀ dz1",
        "db1 = Σₙ dz1",
    ):
        assert "  " + line + "\n" in text + "\n"


@pytest.mark.parametrize(
    "layer",
    [
        cr.Conv2D(
            4,
            kernel=(2, 3),
            stride=(2, 1),
            padding=(1, 0),
            dilation=2,
            groups=2,
            bias=False,
            penalty=cr.L2(0.1),
        ),
        cr.TransposedConv2D(4, kernel=2, stride=2, padding="same", name="up"),
    ],
    ids=["Conv2D", "TransposedConv2D"],
)
def test_a_saved_network_is_the_same(layer, tmp_path):
    net = network(layer, (6, 7, 2), seed=3)
    net.save(tmp_path / "net")
    again = cr.Network.load(tmp_path / "net")
    X = np.random.default_rng(0).normal(size=(3, 6, 7, 2))
    assert again.layers == net.layers and np.array_equal(again.predict(X), net.predict(X))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"filters": 0}, "filters must be a whole number ≥ 1"),
        ({"kernel": 0}, "kernel must be a whole number ≥ 1, or one for each axis"),
        ({"kernel": (3, 3, 3)}, "kernel must be"),
        ({"stride": (1, 0)}, "stride must be"),
        ({"dilation": 1.5}, "dilation must be"),
        ({"padding": "full"}, 'padding must be "valid", "same" or a whole number ≥ 0'),
        ({"padding": (1, -1)}, "padding must be"),
        ({"groups": 3}, "groups must be a divisor of filters. filters is 4"),
        ({"bias": 1}, "bias must be True or False"),
        ({"kernel_size": 5}, "Here it is called kernel"),
    ],
)
@pytest.mark.parametrize("cls", [cr.Conv2D, cr.TransposedConv2D])
def test_settings_outside_their_range(cls, settings, message):
    with pytest.raises(cr.ParameterError, match=message):
        cls(**({"filters": 4} | settings))


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.Conv2D(2, kernel=5),
            (4, 9, 1),
            r"conv2d1, .*at least 5 x 5 pixels, padding included, got 4 x 9 of \(N, 4, 9, 1\)",
        ),
        (
            cr.Conv2D(2, kernel=3, dilation=3, padding=1),
            (4, 9, 1),
            "at least 7 x 7 pixels.*got 6 x 11",
        ),
        (
            cr.Conv2D(4, groups=2),
            (5, 5, 3),
            r"channels that groups=2 divides, got 3 in \(N, 5, 5, 3\)",
        ),
        (
            cr.Conv2D(4),
            (28, 28),
            r"input of shape \(N, H, W, C\), got \(N, 28, 28\). Put Reshape\(28, 28, 1\)",
        ),
        (cr.Conv1D(4), (28,), r"input of shape \(N, T, C\), got \(N, 28\). Put Reshape"),
        (
            cr.TransposedConv2D(4, padding=3),
            (2, 2, 1),
            "an output of at least 1 x 1 pixels, got -2 x -2",
        ),
    ],
)
def test_images_that_do_not_fit(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, shape)


def test_zero_channels_are_refused():
    tape = cr.Tape("predict")
    with pytest.raises(cr.ShapeError, match=r"each size ≥ 1, got \(N, 5, 5, 0\)"):
        cr.Conv2D(2)(tape.input("x", (0, 5, 5, 0)))


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize(
    "layer",
    [
        cr.Conv2D(6, kernel=5),
        cr.Conv2D(40, padding="same"),
        cr.Conv2D(8, stride=2, padding=(2, 1), dilation=2, groups=2),
        cr.Conv2D(2, padding="same", groups=2),
        cr.TransposedConv2D(3, kernel=4, stride=2, padding="same"),
    ],
    ids=repr,
)
def test_no_bit_depends_on_threads_or_other_rows(layer):
    rng = np.random.default_rng(0)
    X, thetas, predicted = rng.normal(size=(300, 9, 11, 2)).astype(np.float32), set(), set()
    y = rng.integers(0, 4, 300)
    for threads in (1, 2, 3):
        net = cr.Network(
            cr.Conv2D(2, kernel=2, padding="same"),
            cr.ReLU(),
            layer,
            cr.ReLU(),
            cr.Flatten(),
            cr.Dense(4),
            loss=cr.SoftmaxCrossEntropy(),
            inputs=(9, 11, 2),
            engine="native",
            threads=threads,
            seed=4,
        )
        net.fit(X, y, epochs=1, batch_size=150, verbose=0)
        thetas.add(net.theta.tobytes())
        p = net.predict(X)
        predicted.add(p.tobytes())
        assert all(net.predict(X[n : n + 1]).tobytes() == p[n].tobytes() for n in (0, 7, 299))
        cut = [net.predict(X[part]).tobytes() for part in (slice(0, 41), slice(41, 300))]
        assert b"".join(cut) == p.tobytes()
    assert len(thetas) == len(predicted) == 1


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("bias", [True, False])
def test_relu_behind_a_convolution_changes_no_bit_of_it(groups, bias):
    """relu may come out of the convolution's last pass; NaN stays NaN."""
    layer = cr.Conv2D(4, padding="same", groups=groups, bias=bias)
    with_relu = cr.Network(
        layer, cr.ReLU(), loss=cr.SquaredError(), inputs=(5, 7, 4), engine="native", seed=1
    )
    alone = cr.Network(layer, loss=cr.SquaredError(), inputs=(5, 7, 4), engine="native", seed=1)
    X = np.random.default_rng(0).normal(size=(9, 5, 7, 4)).astype(np.float32)
    for net in (with_relu, alone):
        net.parameters["W1"][1, 1, 0, 3] = np.nan
    expected = alone.predict(X)
    expected[expected < 0] = 0
    assert np.isnan(expected).any() and (expected == 0).any()
    assert np.array_equal(with_relu.predict(X), expected, equal_nan=True)
