"""The table of a network, with numbers by hand."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.inspect.summary import multiply_adds


def network(*chain, loss=None, inputs=(64,), **settings):
    return cr.Network(*chain, loss=loss or cr.SoftmaxCrossEntropy(), inputs=inputs, **settings)


def row(net, path):
    """One row of the table as words."""
    (line,) = [line for line in net.summary().splitlines() if line.split(" ")[0] == path]
    return re.split(r"  +", line)


def test_64_100_10_by_hand():
    net = network(cr.Dense(100), cr.ReLU(), cr.Dense(10), engine="reference")
    assert net.summary() == (
        """\
layer   output    parameters  multiply-adds
-------------------------------------------
input   (N, 64)
dense1  (N, 100)       6,500          6,400
relu1   (N, 100)           0            100
dense2  (N, 10)        1,010          1,000
-------------------------------------------
7,510 parameters, 30,040 bytes of float32
7,510 multiply-adds a row forwards; 1,108 bytes of values a row while training
loss SoftmaxCrossEntropy(); engine reference"""
    )


def test_bytes_and_multiply_adds():
    # values a row: x 64, z1 100, a1 100, z2 10, y 1, l 1, c 1
    per_row = 64 + 100 + 100 + 10 + 3
    net = network(cr.Dense(100), cr.ReLU(), cr.Dense(10))
    assert f"; {4 * per_row:,} bytes of values a row" in net.summary()
    wide = network(cr.Dense(100), cr.ReLU(), cr.Dense(10), dtype="float64")
    assert "60,080 bytes of float64" in wide.summary() and "7,510 parameters" in wide.summary()
    assert multiply_adds(net.programs.predict) == {
        "dense1": 6400,
        "relu1": 100,
        "dense2": 1000,
        "": 10,
    }


def test_state_is_counted_apart():
    net = network(cr.BatchNorm(), loss=cr.SquaredError(), inputs=(5,))
    assert "10 parameters and 10 numbers of state, 80 bytes of float32" in net.summary()
    assert row(net, "batch_norm1")[:3] == ["batch_norm1", "(N, 5)", "10"]


def test_frozen_layers_are_marked():
    net = network(cr.Dense(3, trainable=False), cr.Dense(2), cr.ReLU(), cr.Dense(2))
    assert (
        row(net, "dense1")[2] == "195 frozen"
        and row(net, "dense2")[2] == "8"
        and row(net, "relu1")[2] == "0"
    )
    net.freeze("dense2").thaw("dense1")
    assert row(net, "dense1")[2] == "195" and row(net, "dense2")[2] == "8 frozen"
    net.freeze("dense3/W")  # b is still free
    assert row(net, "dense3")[2] == "6"


def test_a_frozen_layer_is_marked_whatever_stands_inside_it():
    class Gain(cr.Layer):
        """Its own parameter, and a layer inside."""

        def __call__(self, x):
            own = x.tape.param("b", (3,), cr.initializers.Zeros())
            return cr.Dense(2)(cr.layers.layer_norm.scale_and_shift(x, own, own))

    net = network(Gain(), inputs=(3,)).freeze("gain1/b")
    assert row(net, "gain1")[2] == "3 frozen" and row(net, "gain1/dense1")[2] == "8"


def test_nested_layers_have_rows_of_their_own():
    net = network(
        cr.Dense(4, name="in"),
        cr.Residual(cr.Sequential(cr.Dense(4), cr.Tanh(), name="block"), cr.Dense(4)),
        cr.Dropout(0.5),
        cr.Dense(2),
    )
    first = [line.split(" ")[0] for line in net.summary().splitlines()]
    assert first[2:10] == [
        "input",
        "in",
        "residual1/block/dense1",
        "residual1/block/tanh1",
        "residual1/dense1",
        "residual1",
        "dropout1",
        "dense1",
    ]
    assert row(net, "residual1")[1:] == ["(N, 4)", "0", "4"] and row(net, "dropout1")[1:] == [
        "(N, 4)",
        "0",
        "0",
    ]
    assert row(net, "residual1/block/dense1")[1:] == ["(N, 4)", "20", "16"]


def test_shared_parameters_count_once_and_work_twice():
    shared = cr.Shared("tower", cr.Dense(3))
    net = network(shared, cr.Tanh(), shared, loss=cr.SquaredError(), inputs=(3,))
    assert row(net, "tower/dense1")[1:] == ["(N, 3)", "12", "18"]
    assert "12 parameters, 48 bytes of float32" in net.summary()


def test_rows_add_up_to_the_totals():
    net = network(
        cr.Embedding(50, 8),
        cr.EachStep(cr.Dense(4)),
        cr.Flatten(),
        cr.LayerNorm(),
        cr.Dense(10),
        inputs=(6,),
    )
    lines = net.summary().splitlines()
    table = [re.split(r"  +", line) for line in lines[3 : lines.index(lines[1], 2)]]
    parameters = sum(int(line[2].replace(",", "")) for line in table)
    assert parameters == sum(a.size for a in net.parameters.values()) == 400 + 36 + 48 + 250
    tail = lines[lines.index(lines[1], 2) + 1 :]
    assert tail[0].startswith(f"{parameters:,} parameters, ")
    work = sum(int(line[3].replace(",", "")) for line in table)
    assert tail[1].startswith(f"{work + 10:,} multiply-adds a row")  # and the softmax of predict


@pytest.mark.parametrize(
    "net",
    [
        lambda: network(cr.Dense(1000), cr.ReLU(), cr.Dense(10), inputs=(784,)),
        lambda: network(
            cr.Residual(
                cr.Sequential(
                    cr.Residual(cr.Dense(64, name="projection"), cr.BatchNorm(), cr.LeakyReLU()),
                    name="encoder",
                ),
                name="backbone",
            )
        ),
        lambda: network(
            cr.Dense(2),
            loss=cr.SoftmaxCrossEntropy(label_smoothing=0.123456789012345, reduction="sum"),
        ),
    ],
    ids=["wide", "nested", "long loss"],
)
def test_it_fits_into_100_columns(net):
    for line in net().summary().splitlines():
        assert len(line) <= 100 and line == line.rstrip()


def test_it_needs_shapes():
    net = cr.Network(cr.Dense(2), loss=cr.SquaredError())
    with pytest.raises(cr.NotBuiltError, match=r"fit first, or give inputs="):
        net.summary()
    net.build(np.ones((2, 3)))
    assert row(net, "dense1")[1] == "(N, 2)"


def test_several_inputs_stand_in_one_row():
    class Both(cr.Layer):
        def __call__(self, given):
            return cr.Dense(2)(given["a"]) + cr.Dense(2)(given["b"])

    net = network(Both(), inputs={"a": (3,), "b": (4,)})
    assert row(net, "input") == ["input", "(N, 3), (N, 4)"]
    assert row(net, "both1/dense2")[1:] == ["(N, 2)", "10", "8"]
