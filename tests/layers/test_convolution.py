"""What all convolutions promise: sizes, settings, files, and the same bits by any thread."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule.engines import native
from chainrule.ops.patches import output_size


def test_the_odd_pixel_of_same_is_at_the_end():
    net = network(
        cr.Conv1D(1, kernel=2, padding="same", bias=False, init=[[[1.0]], [[10.0]]]), inputs=(3, 1)
    )
    assert net.predict([[[1.0], [2.0], [3.0]]]).ravel().tolist() == [21.0, 32.0, 3.0]
    even = network(
        cr.Conv2D(1, kernel=3, stride=2, padding="same"), inputs=(6, 6, 1)
    ).programs.predict.steps[0]
    assert even.attrs["padding"] == (0, 1, 0, 1)


def test_output_sizes_are_those_of_the_docstring():
    assert network(cr.Conv2D(6, kernel=5), inputs=(28, 28, 1)).programs.output == (0, 24, 24, 6)
    assert network(
        cr.Conv2D(6, kernel=3, stride=2, padding="same"), inputs=(7, 8, 1)
    ).programs.output == (
        0,
        4,
        4,
        6,
    )
    assert network(
        cr.Conv2D(6, kernel=3, stride=3, padding=1, dilation=2), inputs=(9, 7, 2)
    ).programs.output == (0, 3, 2, 6)
    assert network(
        cr.TransposedConv2D(6, kernel=2, stride=3, padding="same"), inputs=(3, 4, 2)
    ).programs.output == (
        0,
        9,
        12,
        6,
    )
    assert network(
        cr.TransposedConv2D(6, kernel=3, stride=2, padding=1), inputs=(4, 4, 2)
    ).programs.output == (0, 7, 7, 6)
    with pytest.raises(ValueError, match="does not fit"):
        output_size((2, 2), (3, 3), (1, 1), (0, 0, 0, 0), (1, 1))


def test_starting_weights_follow_what_a_filter_sees():
    """fan in = k k C / groups, fan out = k k filters."""
    net = network(
        cr.Conv2D(64, kernel=(5, 3), groups=2, init=cr.initializers.HeUniform()), inputs=(9, 9, 8)
    )
    limit, W = np.sqrt(6 / (5 * 3 * 4)), net.parameters["W1"]
    assert W.shape == (5, 3, 4, 64) and 0.99 * limit < np.abs(W).max() <= limit
    W = network(cr.Conv2D(64, kernel=3), inputs=(9, 9, 8)).parameters["W1"]
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
    net = network(layer, inputs=(6, 7, 2), seed=3)
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
