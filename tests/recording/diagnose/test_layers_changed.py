"""Chains of layers with one change."""

import chainrule as cr
from chainrule.recording.diagnose.layers_changed import (
    deeper,
    flat,
    narrowest,
    standard_start,
    wider,
    with_activation,
    with_norm,
)

CHAIN = (
    cr.Sequential(cr.Dense(4, init=cr.initializers.Normal(9.0)), cr.Sigmoid(), name="block"),
    cr.Residual(cr.Dense(4), cr.Tanh()),
    cr.Heads({"a": cr.Dense(2), "b": cr.Dense(1)}),
)


def test_starting_weights_follow_the_activation():
    chain = standard_start((cr.Dense(4, init=0.0), cr.ReLU(), cr.Dense(2, init=0.0)))
    assert [type(a.init).__name__ for a in chain if hasattr(a, "init")] == [
        "HeUniform",
        "GlorotUniform",
    ]


def test_layers_inside_of_others_change_too():
    block, residual, heads = standard_start(CHAIN)
    assert block.name == "block"
    assert type(block.layers[0].init).__name__ == "GlorotUniform"
    assert residual.layers == CHAIN[1].layers
    assert dict(heads.heads) == dict(CHAIN[2].heads)
    changed = with_activation(CHAIN, (cr.Sigmoid, cr.Tanh), cr.ReLU())
    assert changed[0].layers[1] == changed[1].layers[1] == cr.ReLU()


def test_an_activation_at_the_end_stays():
    chain = cr.Dense(4), cr.Sigmoid(), cr.Dense(1), cr.Sigmoid()
    last = flat(chain)[-1]
    assert with_activation(chain, (cr.Sigmoid,), cr.ReLU())[-1] == last


def test_more_units():
    assert narrowest((cr.Dense(3),)) == 0
    assert narrowest((cr.Dense(2), cr.Tanh(), cr.Dense(3))) == 2
    chain = wider((cr.Dense(2), cr.Tanh(), cr.Dense(3)), 16)
    assert [a.units for a in chain if hasattr(a, "units")] == [16, 3]
    linear = wider((cr.Dense(3),), 16)
    assert [type(a).__name__ for a in linear] == ["Dense", "ReLU", "Dense"]
    assert len(deeper((cr.Dense(3),))) == 5


def test_normalization_before_each_activation():
    chain = flat(with_norm((cr.Dense(2), cr.Tanh(), cr.Dense(3))))
    assert [type(a).__name__ for a in chain] == ["Dense", "BatchNorm", "Tanh", "Dense"]
