"""What classes.py promises beyond the contracts."""

import pytest
from tests.losses.rows import network

import chainrule as cr


def test_one_output_is_no_class_score():
    with pytest.raises(
        cr.ShapeError,
        match=r"at least two outputs, one per class, got \(N, 1\). One output needs SigmoidC",
    ):
        network(cr.SoftmaxCrossEntropy(), 1)
    with pytest.raises(
        cr.ShapeError,
        match=r"expected input of shape \(N, K\), one score per class, got \(N, 2, 2\)",
    ):
        cr.Network(cr.Identity(), loss=cr.KLDivergence(), inputs=(2, 2))
