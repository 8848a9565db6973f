"""How much of the image a cell sees: by the pixels that have a gradient, and by hand."""

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.inspect.receptive_fields import receptive_fields

loss = cr.SquaredError()


def fields(*chain, inputs):
    return receptive_fields(cr.Network(*chain, loss=loss, inputs=inputs).programs.predict)


def column(net):
    """The column of the table, by layer."""
    lines = [re.split(r"  +", line) for line in net.summary().splitlines()]
    assert lines[0][2] == "receptive field"
    return {line[0]: line[2] for line in lines[3:] if len(line) == 5}


def seen(net, i, rows=6):
    """The same by experiment: with all weights 1, the pixels with a gradient, cell by cell."""
    program, v = net.programs.predict, net.programs.predict.values[i]
    X = np.random.default_rng(0).uniform(1, 2, (rows, *net.inputs["x"]))
    axes, cells = range(len(X.shape) - 2), list(np.ndindex(v.shape[1:-1]))
    largest, whole = [0 for _ in axes], True
    for cell in cells if len(v.shape) > 2 else range(v.shape[1]):
        seed = np.zeros((rows, *v.shape[1:]))
        where = cell if isinstance(cell, tuple) else (cell,)
        seed[(slice(None), *where)] = 1  # of a cell all channels
        dx = cr.vjp(program, net.theta, {"x": X}, seeds={v.path: seed}, wrt=("x",))["x"]
        touched = np.argwhere((dx != 0).any(axis=(0, dx.ndim - 1)))
        for axis in axes:
            span = np.ptp(touched[:, axis]) + 1 if len(touched) else 0
            largest[axis] = max(largest[axis], int(span))
            whole = whole and span == X.shape[1 + axis]
    return "all" if whole else "×".join(map(str, largest))


few = st.integers(1, 3)


@st.composite
def layers(draw):
    """Layers that look around, none with a gradient of 0. (A maximum looks where a mean does.)"""
    options = {
        "kernel": draw(st.tuples(few, few)),
        "stride": draw(st.integers(1, 2)),
        "padding": draw(st.sampled_from(["valid", "same", 1])),
        "dilation": draw(st.integers(1, 2)),
    }
    makers = [
        lambda: cr.Conv2D(2, **options),
        lambda: cr.AveragePool2D((2, draw(few)), stride=draw(st.sampled_from([None, 1, 3]))),
        lambda: cr.TransposedConv2D(2, **options),
        lambda: cr.UpSample((draw(st.integers(1, 2)), 2)),
        lambda: cr.ZeroPad((0, 1, 2, 0)),
        lambda: cr.Residual(
            cr.Conv2D(2, padding="same", dilation=2), cr.Softsign(), cr.BatchNorm()
        ),
        lambda: cr.Concatenate(cr.Identity(), cr.Conv2D(2, kernel=(3, 1), padding="same")),
        lambda: cr.GroupNorm(1),
        lambda: cr.LayerNorm(),
    ]
    return draw(st.sampled_from(makers))()


@settings(max_examples=25)
@pytest.mark.slow
@given(
    st.lists(layers(), min_size=1, max_size=4),
    st.sampled_from([(), (cr.Flatten(),), (cr.GlobalAveragePool(),)]),
)
def test_it_is_what_has_a_gradient(drawn, end):
    start = cr.Conv2D(2, kernel=1, init=1.0)
    try:
        net = cr.Network(
            start,
            *drawn,
            *end,
            *[cr.Dense(2)] * bool(end),
            loss=loss,
            inputs=(7, 6, 1),
            dtype="float64",
        )
    except cr.ShapeError:  # the image became too small
        assume(False)
    assume(all(np.prod(v.shape[1:]) <= 150 for v in net.programs.predict.values if v.kind == "row"))
    net.theta[...] = 1
    for name in net.parameters:
        if name.startswith("W") and net.parameters[name].ndim > 1:
            net.parameters[name][...] = np.random.default_rng(1).uniform(
                0.5, 1.5, net.parameters[name].shape
            )
    program = net.programs.predict
    last = {program.values[s.output].scope: s.output for s in program.steps}
    found = receptive_fields(program)
    assert set(found) == set(last)
    for scope, i in last.items():
        assert found[scope] == seen(net, i), scope


def test_lenet_by_hand():
    chain = [
        cr.Conv2D(6, kernel=5, padding="same"),
        cr.ReLU(),
        cr.MaxPool2D(2),
        cr.Conv2D(16, kernel=5),
        cr.ReLU(),
        cr.MaxPool2D(2),
    ]
    end = [cr.Flatten(), cr.Dense(120), cr.ReLU(), cr.Dropout(0.5), cr.Dense(10)]
    net = cr.Network(*chain, *end, loss=cr.SoftmaxCrossEntropy(), inputs=(28, 28, 1))
    assert column(net) == {
        "conv2d1": "5×5",
        "relu1": "5×5",
        "max_pool2d1": "6×6",
        "conv2d2": "14×14",
        "relu2": "14×14",
        "max_pool2d2": "16×16",
        "flatten1": "16×16",
        "dense1": "all",
        "relu3": "all",
        "dropout1": "all",
        "dense2": "all",
    }
    for line in net.summary().splitlines():
        assert len(line) <= 100 and line == line.rstrip()


def test_two_strided_dilated_convolutions_by_hand():
    found = fields(
        cr.Conv2D(1, kernel=3, stride=2),
        cr.Conv2D(1, kernel=(3, 1), dilation=2),
        inputs=(40, 40, 1),
    )
    assert found == {"conv2d1": "3×3", "conv2d2": "11×3"}  # 3 + 2 · 4 rows


def test_the_larger_of_two_branches():
    found = fields(
        cr.Conv2D(2),
        cr.Residual(cr.Conv2D(2, padding="same"), cr.Conv2D(2, padding="same")),
        inputs=(20, 20, 1),
    )
    assert found["residual1"] == "7×7" and found["residual1/conv2d1"] == "5×5"


def test_a_border_that_no_window_reaches_is_not_seen():
    found = fields(cr.MaxPool2D(2), cr.Flatten(), cr.Dense(3), inputs=(7, 7, 1))
    assert found == {"max_pool2d1": "2×2", "flatten1": "2×2", "dense1": "6×6"}


def test_flat_rows_and_sequences():
    found = fields(cr.Reshape(8, 8, 1), cr.Conv2D(2), cr.Flatten(), cr.Dense(2), inputs=(64,))
    assert found == {"reshape1": "1×1", "conv2d1": "3×3", "flatten1": "3×3", "dense1": "all"}
    found = fields(cr.Conv1D(2), cr.Conv1D(2, stride=2), cr.GlobalMaxPool(), inputs=(20, 3))
    assert found == {
        "conv1d1": "3",
        "conv1d2": "5",
        "global_max_pool1": "19",
    }  # the last step fits no kernel


def test_a_decoder_sees_what_its_code_sees():
    decoder = (cr.Dense(12), cr.Reshape(2, 2, 3), cr.TransposedConv2D(1, stride=2))
    found = fields(cr.Conv2D(2), cr.Flatten(), *decoder, inputs=(6, 6, 1))
    assert found["reshape1"] == found["transposed_conv2d1"] == "all"
    assert set(fields(*decoder, inputs=(5,)).values()) == {""}, "rows of a code are no image"


@cr.op
def negate(x):
    """h = −x"""
    return -x


class Negative(cr.Layer):
    """Nobody has said that its op does not look around."""

    def __call__(self, x):
        return negate(x)


def test_what_an_op_of_your_own_sees_is_not_known():
    net = cr.Network(
        cr.Conv2D(2),
        Negative(),
        cr.Flatten(),
        cr.Dense(2),
        loss=loss,
        inputs=(6, 6, 1),
        engine="reference",
    )
    assert column(net) == {"conv2d1": "3×3"}  # the others have a column less: nothing is said


def test_networks_without_images_have_no_such_column():
    assert fields(cr.Dense(3), cr.ReLU(), cr.Dense(2), inputs=(4,)) == {}
    net = cr.Network(cr.Flatten(), cr.Dense(2), loss=loss, inputs=(4, 4, 1))
    assert "receptive" not in net.summary()


def test_several_inputs_have_no_such_column():
    class Both(cr.Layer):
        def __call__(self, given):
            return cr.Conv2D(2)(given["a"]) + cr.Conv2D(2)(given["b"])

    net = cr.Network(Both(), loss=loss, inputs={"a": (4, 4, 1), "b": (4, 4, 1)})
    assert "receptive" not in net.summary()
