"""What base.py promises beyond the contracts."""

import numpy as np
from tests.losses.rows import network

import chainrule as cr


def test_targets_without_an_axis_go_with_one_output():
    p = np.array([[1.0], [2.0]])
    for loss in (
        cr.SquaredError(),
        cr.AbsoluteError(),
        cr.SigmoidCrossEntropy(),
        cr.Poisson(),
        cr.Huber(),
    ):
        assert (
            network(loss).loss_and_grad(p, [1, 0])[0]
            == network(loss).loss_and_grad(p, [[1], [0]])[0]
        )
