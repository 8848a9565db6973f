"""What classes.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.losses.rows import network

import chainrule as cr
from chainrule.errors import DataError
from chainrule.losses.classes import check_labels


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


def test_classes_from_1_to_K_are_numbered_from_0():
    with pytest.raises(
        DataError, match=r"Dense\(4\). Or, if they are numbered from 1, write y - 1"
    ):
        check_labels(np.array([1, 2, 3]), (5, 3))
    for y in ([0, 3], [1, 4], [2, 3]):
        with pytest.raises(DataError, match=r"\. Make the last layer Dense\([45]\)\.$"):
            check_labels(np.array(y), (5, 3))
