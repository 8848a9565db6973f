"""The arithmetic of one cell: the network's own number, for all options, and as text."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule import inspect as see

rng = np.random.default_rng(0)
number = st.integers(1, 3)
either = lambda few: st.one_of(few, st.tuples(few, few))


@st.composite
def convolutions(draw):
    """A Conv2D with any options, for an image in which it fits."""
    groups = draw(number)
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    padding = draw(st.one_of(st.sampled_from(["same", "valid"]), either(st.integers(0, 2))))
    options = {
        "kernel": draw(either(number)),
        "stride": draw(either(number)),
        "dilation": draw(either(number)),
    }
    layer = cr.Conv2D(filters, padding=padding, groups=groups, bias=draw(st.booleans()), **options)
    return layer, (draw(st.integers(7, 9)), draw(st.integers(7, 9)), channels)


def terms(text):
    """What the text multiplies and adds."""
    products = re.findall(r"(-?[\d.]+)· *(-?[\d.]+)", text)
    bias = re.findall(r"\+ (\S+)  \(", text)
    return products, [float(b) for b in bias], float(re.findall(r"\n  = (\S+)$", text)[0])


@given(convolutions(), st.data())
def test_it_is_the_number_of_the_network(drawn, data):
    layer, shape = drawn
    net = cr.Network(layer, loss=cr.SquaredError(), inputs=shape, dtype="float64", seed=5)
    net.theta[...] = np.random.default_rng(1).normal(size=net.theta.shape)
    image = np.random.default_rng(2).normal(size=shape)
    z = net.activations(image[None])["z1"][0]
    at = data.draw(st.tuples(*[st.integers(0, n - 1) for n in z.shape]))
    found = see.cell(net, image, "z1", at)
    assert found.value == z[at]
    assert (found.patch * found.kernel).sum() + found.bias == pytest.approx(z[at], abs=1e-12)
    assert np.array_equal(found.kernel, net.parameters["W1"][..., at[2]])
    assert not found.patch[~found.inside].any() and found.patch[found.inside].all()

    products, bias, value = terms(str(found))
    assert len(products) == found.kernel.size
    assert sum(x == "0" for x, _ in products) == (~found.inside).sum() * shape[2] // layer.groups
    assert sum(float(x) * float(w) for x, w in products) + sum(bias) == pytest.approx(
        z[at], abs=0.2
    )  # of three digits
    assert value == pytest.approx(z[at], rel=2e-5) and len(bias) == layer.bias


def test_the_text_of_a_strided_padded_grouped_convolution():
    W = np.arange(1.0, 13.0).reshape(1, 3, 2, 2)  # two groups of two channels, a filter each
    layer = cr.Conv2D(
        2, kernel=(1, 3), stride=2, padding=(0, 2), dilation=2, groups=2, init=W, name="see"
    )
    net = cr.Network(layer, loss=cr.SquaredError(), inputs=(1, 4, 4), dtype="float64")
    net.parameters["b1"][...] = 0.25, -0.5
    image = np.arange(16.0).reshape(1, 4, 4)
    found = see.cell(net, image, "see", (0, 0, 1))
    assert str(found) == (
        """\
z1[0, 0, 1]: see, row 0 and columns -2..2 (each 2) of x, channels 2..3
  channel 2
  =    0· 2.0 +  2.0· 6.0 + 10.0·10.0
  channel 3
  +    0· 4.0 +  3.0· 8.0 + 11.0·12.0
  + -0.5  (b1[1])
  = 267.5"""
    )
    assert (
        found.inside.tolist() == [[False, True, True]]
        and found.bias == -0.5
        and found.value == 267.5
    )


def test_of_a_later_layer_and_of_a_sequence():
    net = cr.Network(
        cr.Conv2D(2, padding="same"),
        cr.ReLU(),
        cr.Conv2D(3),
        loss=cr.SquaredError(),
        inputs=(5, 5, 1),
    )
    image = rng.normal(size=(5, 5, 1))
    found = see.cell(net, image[None], "conv2d2", (1, 2, 0))
    assert found.value == net.activations(image[None])["z2"][0, 1, 2, 0]
    assert str(found).startswith(
        "z2[1, 2, 0]: conv2d2, rows 1..3 and columns 2..4 of a1\n  channel 0\n"
    )
    net = cr.Network(cr.Conv1D(2, kernel=2, padding=1), loss=cr.SquaredError(), inputs=(4, 1))
    steps = rng.normal(size=(4, 1))
    found = see.cell(net, steps, "z1", (4, 1))
    assert found.value == net.activations(steps[None])["z1"][0, 4, 1]
    assert str(found).startswith("z1[4, 1]: conv1d1, steps 3..4 of x\n  = ")


def test_a_black_image_and_tiny_weights():
    layer = cr.Conv2D(1, kernel=2, init=np.full((2, 2, 1, 1), 2e-5))
    found = see.cell(
        cr.Network(layer, loss=cr.SquaredError(), inputs=(2, 2, 1)),
        np.zeros((2, 2, 1)),
        "z1",
        (0, 0, 0),
    )
    assert "0.00·0.0000200 + 0.00·0.0000200" in str(found) and found.value == 0


NET = cr.Network(cr.Conv2D(2), cr.ReLU(), loss=cr.SquaredError(), inputs=(5, 5, 1))
IMAGE = np.ones((5, 5, 1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.cell(NET, IMAGE, "z1", (3, 0, 0)),
            cr.ParameterError,
            r"cell: expected a place in z1, which is \(3, 3, 2\), got \(3, 0, 0\)",
        ),
        (
            lambda: see.cell(NET, IMAGE, "z1", (0, -1, 0)),
            cr.ParameterError,
            r"got \(0, -1, 0\). Count from 0",
        ),
        (lambda: see.cell(NET, IMAGE, "z1", (0, 0)), cr.ParameterError, r"got \(0, 0\)"),
        (lambda: see.cell(NET, IMAGE, "z1", 3), cr.ParameterError, "got 3"),
        (lambda: see.cell(NET, IMAGE, "z1", (0, 0.5, 0)), cr.ParameterError, r"got \(0, 0.5, 0\)"),
        (
            lambda: see.cell(NET, IMAGE, "a1", (0, 0, 0)),
            cr.ParameterError,
            r"a convolution of this network: conv2d1 \(z1\), got 'a1'",
        ),
        (
            lambda: see.cell(NET, [IMAGE, IMAGE], "z1", (0, 0, 0)),
            cr.ShapeError,
            r"cell: expected one image, got 2 of them. Take X\[0\]",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
