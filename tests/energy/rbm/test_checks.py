"""Settings of an RBM that are refused."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.rbm.checks import check_count, check_dtype, check_seed


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: cr.RBM(0),
            cr.ParameterError,
            r"RBM\(hidden=0\): hidden must be a whole number ≥ 1",
        ),
        (lambda: cr.RBM(2, visible=1.5), cr.ParameterError, "visible must be a whole number"),
        (lambda: cr.RBM(2, kind="relu"), cr.ParameterError, "kind must be 'binary' or 'gaussian'"),
        (lambda: cr.RBM(2, classes=1), cr.ParameterError, "classes must be a whole number ≥ 2"),
        (lambda: cr.RBM(2, penalty=0.1), cr.ParameterError, "Write penalty=L2"),
        (lambda: cr.RBM(2, sparsity=0.1), cr.ParameterError, "sparsity must be a Sparsity"),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_type_and_the_seed():
    assert check_dtype(np.float64) == check_dtype("float64") == np.dtype("float64")
    assert check_seed("RBM", np.int64(3)) == 3
    with pytest.raises(cr.ParameterError, match=r"RBM\(dtype='int8'\): dtype must be"):
        cr.RBM(2, dtype="int8")
    for seed in (-1, 2**32, 1.5, None):
        with pytest.raises(cr.ParameterError, match=r"RBM\(seed=.*0 ≤ seed < 2³²"):
            cr.RBM(2, seed=seed)


def test_counts_name_their_place():
    check_count("generate", "n", 1)
    with pytest.raises(cr.ParameterError, match=r"generate\(n=0\): n must be a whole number ≥ 1"):
        check_count("generate", "n", 0)
    with pytest.raises(cr.ParameterError, match="≥ 2, or 0 for none"):
        check_count("RBM", "classes", True, 2, ", or 0 for none")
