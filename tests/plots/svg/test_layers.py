"""What layers.py promises: every layer is a box, every value that flows an arrow."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.plots.svg.layers import layers_of


def network(*layers, loss=None, inputs=(4,), **settings):
    return cr.Network(*layers, loss=loss or cr.SquaredError(), inputs=inputs, **settings)


def named(net):
    """Return {path: box} and the arrows as pairs of paths."""
    boxes, arrows = layers_of(net)
    return {b.path: b for b in boxes}, {(boxes[a].path, boxes[b].path) for a, b in arrows}


def test_a_chain_with_parameters_and_shapes():
    boxes, arrows = named(network(cr.Dense(3), cr.ReLU(), cr.Dropout(0.5), cr.Dense(2)))
    assert arrows == {
        ("x", "dense1"),
        ("dense1", "relu1"),
        ("relu1", "dropout1"),
        ("dropout1", "dense2"),
        ("dense2", "p"),
    }
    assert [b.parameters for b in boxes.values()] == [0, 15, 0, 0, 8, 0]
    assert boxes["dense1"].shown == "(N, 3)" and boxes["x"].shape == (4,)
    assert boxes["relu1"].equations == ["a = max(z, 0)"]


def test_batch_norm_is_one_box_and_a_penalty_none():
    net = network(cr.Dense(3, penalty=cr.L2(0.1)), cr.BatchNorm(), cr.Dense(1))
    boxes, _ = named(net)
    assert list(boxes) == ["x", "dense1", "batch_norm1", "dense2", "p"]
    assert sum(b.parameters for b in boxes.values()) == 3 * 4 + 3 + 6 + 4


def test_a_residual_joins_what_went_around():
    boxes, arrows = named(network(cr.Dense(4), cr.Residual(cr.Dense(4), cr.Tanh())))
    assert {("dense1", "residual1"), ("residual1/tanh1", "residual1")} <= arrows
    assert boxes["residual1"].kind == "join" and boxes["residual1/dense1"].within == "residual1"


def test_several_inputs_and_outputs():
    class Two(cr.Layer):
        def __call__(self, given):
            return cr.Dense(4)(given["a"]) + cr.Dense(4)(given["b"])

    heads = cr.Heads({"kind": cr.Dense(3), "size": cr.Dense(1)})
    loss = {"kind": cr.SoftmaxCrossEntropy(), "size": (0.5, cr.SquaredError())}
    net = network(Two(), heads, loss=loss, inputs={"a": (2,), "b": (3,)})
    boxes, arrows = named(net)
    assert {b.path for b in boxes.values() if b.kind == "input"} == {"a", "b"}
    assert boxes["kind"].words == "SoftmaxCrossEntropy()" and boxes["kind"].kind == "output"
    assert {("heads1/kind/dense1", "kind"), ("heads1/size/dense1", "size")} <= arrows
    assert {("two1/dense1", "two1"), ("two1/dense2", "two1")} <= arrows


def test_parameters_that_are_shared_count_once():
    tower = cr.Shared("tower", cr.Dense(3))

    class Both(cr.Layer):
        def __call__(self, given):
            return tower(given["a"]) + tower(given["b"])

    boxes, _ = layers_of(network(Both(), inputs={"a": (2,), "b": (2,)}))
    assert sum(b.parameters for b in boxes) == 2 * 3 + 3


def test_frozen_layers_are_marked():
    boxes, _ = named(network(cr.Dense(3), cr.Dense(1)).freeze("dense1"))
    assert boxes["dense1"].frozen and not boxes["dense2"].frozen


def test_what_comes_back_to_a_layer_is_a_second_box():
    class Around(cr.Layer):
        def __call__(self, x):
            z = x + x
            return z + cr.Dense(4)(z)

    boxes, arrows = layers_of(network(Around()))
    assert [b.path for b in boxes] == ["x", "around1", "around1/dense1", "around1", "p"]
    assert {(1, 2), (1, 3), (2, 3)} <= arrows


def test_large_networks_are_drawn_block_by_block():
    block = [cr.Residual(cr.Dense(4), cr.ReLU(), cr.Dense(4), cr.ReLU()) for _ in range(15)]
    boxes, _ = named(network(*block))
    assert len(boxes) == 17 and boxes["residual3"].parameters == 40


def test_without_shapes_the_layers_are_a_chain():
    net = cr.Network(cr.Conv2D(8), cr.Flatten(), cr.Dense(2), loss=cr.SquaredError())
    boxes, arrows = layers_of(net)
    assert [b.title for b in boxes] == ["x", "Conv2D", "Flatten", "Dense", "p"]
    assert len(arrows) == 4


@pytest.mark.parametrize("seed", range(4))
def test_arrows_never_go_in_a_circle(seed):
    rng = np.random.default_rng(seed)
    kinds = [
        lambda: cr.Residual(cr.Dense(4), cr.Tanh()),
        lambda: cr.Concatenate(cr.Dense(2), cr.Sequential(cr.Dense(3), cr.BatchNorm())),
        lambda: cr.Dense(4),
        lambda: cr.LayerNorm(),
    ]
    layers = [kinds[k]() for k in rng.integers(0, 4, 6)]
    _, arrows = layers_of(network(cr.Dense(4), *[x for y in layers for x in (y, cr.Dense(4))]))
    assert all(a < b for a, b in arrows)
