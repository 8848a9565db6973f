"""The terms of one entry of an op, from the equation of one entry."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import EquationError
from chainrule.graph import equations
from chainrule.graph.entries import declared
from chainrule.graph.matmul import matmul
from chainrule.graph.operation import op
from chainrule.layers.dense import affine

rng = np.random.default_rng(0)


def arrays_of(op, *inputs, **attrs):
    """Return the arrays of one step by letter, and its gradients by name."""
    y = op.forward(*inputs, **attrs)
    dy = rng.normal(size=np.shape(y))
    letters = equations.parameters(op.forward)
    arrays = dict(zip(letters, inputs, strict=False)) | {op.letter: y, "d" + op.letter: dy}
    back = dict(zip(letters, op.backward(dy, y, *inputs, **attrs), strict=False))
    return arrays, {"d" + letter: d for letter, d in back.items()}


@pytest.mark.parametrize(
    ("op", "shapes", "attrs"),
    [
        (affine, [(4, 3), (3, 2), (2,)], {}),
        (matmul, [(4, 2, 3), (3, 5)], {}),
        (matmul, [(4, 2, 3), (4, 3, 5)], {}),
        (cr.ops.add, [(4, 2), (4, 2)], {}),
        (cr.ops.subtract, [(4, 2, 3), (4, 2, 3)], {}),
        (cr.ops.multiply, [(4,), (4,)], {}),
        (cr.ops.scale, [(4, 2)], {"factor": -0.5}),
        (cr.ops.scale_columns, [(4, 2, 3), (3,)], {}),
        (cr.ops.shift_columns, [(4, 3), (3,)], {}),
        (cr.ops.scale_and_shift, [(4, 2, 2, 3), (3,), (3,)], {}),
        (cr.ops.weighted_sum, [(4,), (4,)], {}),
        (cr.ops.sum_rows, [(4, 2, 3)], {}),
    ],
)
def test_terms_of_an_equation_are_those_of_the_op(op, shapes, attrs):
    arrays, gradients = arrays_of(op, *(rng.normal(size=s) for s in shapes), **attrs)
    for name, expected in ({op.letter: arrays[op.letter]} | gradients).items():
        if expected is None:
            continue
        for at in np.ndindex(np.shape(expected)):
            parts = declared(op, name, at, arrays, attrs).parts
            total = sum(float(np.sum(part.values)) for part in parts)
            np.testing.assert_allclose(total, np.asarray(expected)[at], rtol=1e-12, atol=1e-12)


def test_an_op_without_an_equation_of_an_entry_says_nothing():
    arrays, _ = arrays_of(cr.ops.exp, rng.normal(size=(2, 2)))
    assert declared(cr.ops.exp, "a", (0, 0), arrays, {}) is None


def test_terms_belong_to_a_left_side():
    @op
    def twice(x):
        """y = 2 x"""
        return 2 * x

    with pytest.raises(EquationError, match=r"terms of one of y, dx, got 'z'"):
        twice.terms("z")


@pytest.mark.parametrize("entry", ["z[n] = q[n]", "q[n] = x[n]", "z[n]", "z[n] = 2"])
def test_an_equation_of_an_entry_is_about_its_own_op(entry):
    with pytest.raises(EquationError, match=r"z\[...\] = a sum of products of x"):

        @op(entry=entry)
        def same(x):
            """z = x"""
            return x


def test_ops_of_users_may_have_an_equation_of_an_entry():
    @op(entry="z[n, j] = x[n, i] A[i, j]")
    def project(x, A):
        """z = x A"""
        return x @ A

    x, A = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    (part,) = declared(project, "z", (1, 2), {"x": x, "A": A, "z": x @ A}, {}).parts
    np.testing.assert_allclose(part.values, x[1] * A[:, 2], rtol=1e-15)
    assert part.form == "x·A"
