"""hidden_matrices.py: which weights an optimizer for matrices trains."""

import chainrule as cr
from chainrule.training.hidden_matrices import hidden_matrices


def of(*layers, inputs, loss=None, **settings):
    loss = loss or cr.SoftmaxCrossEntropy()
    net = cr.Network(*layers, loss=loss, inputs=inputs, **settings)
    return hidden_matrices(net.programs.train)


def test_all_layers_but_the_last():
    found = of(cr.Dense(5), cr.Tanh(), cr.Dense(6), cr.ReLU(), cr.Dense(3), inputs=(4,))
    assert found == {"dense1/W": 4, "dense2/W": 5}


def test_a_penalty_hides_nothing():
    layers = [cr.Dense(n, penalty=cr.L2(1e-3)) for n in (5, 6, 3)]
    assert of(*layers, inputs=(4,)) == {"dense1/W": 4, "dense2/W": 5}


def test_a_single_layer_has_none():
    assert of(cr.Dense(3), inputs=(4,)) == {}


def test_an_embedding_is_none():
    net = cr.Network(
        cr.Embedding(10, 4),
        cr.Flatten(),
        cr.Dense(6),
        cr.ReLU(),
        cr.Dense(2),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(3,),
    )
    assert hidden_matrices(net.programs.train) == {"dense1/W": 12}


def test_kernels_are_matrices():
    layers = (cr.Conv2D(4, kernel=3), cr.BatchNorm(), cr.ReLU(), cr.Conv2D(6, kernel=3), cr.ReLU())
    found = of(*layers, cr.Flatten(), cr.Dense(3), inputs=(8, 8, 2))
    assert found == {"conv2d1/W": 18, "conv2d2/W": 36}


def test_a_branch_around_a_layer_hides_it_no_less():
    class Block(cr.Layer):
        """z + W2 tanh(W1 z)."""

        def __call__(self, x):
            return x + cr.Dense(4)(cr.Tanh()(cr.Dense(5)(x)))

    found = of(Block(), cr.Dense(3), inputs=(4,))
    assert sorted(found.values()) == [4, 5] and "dense1/W" not in found
