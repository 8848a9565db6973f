"""An op: its equation is checked, it computes on arrays, and a tape records it with Nodes."""

import copy
import pickle
import sys
import types

import numpy as np
import pytest

import chainrule as cr
from chainrule.graph import operation
from chainrule.graph.operation import Op, op
from chainrule.graph.tape import Node, Tape
from chainrule.layers.dense import affine
from chainrule.layers.dropout import dropout
from chainrule.layers.tanh import tanh


@op
def double(x):
    """z = 2 x"""
    return 2 * x


@double.gradient
def double_backward(dz, z, x):
    """dx = 2 dz"""
    return (2 * dz,)


def function(doc):
    """Return a forward of x, W and an attribute, with this docstring."""

    def forward(x, W, rate):
        return x @ W * rate

    forward.__doc__ = doc
    return forward


def with_gradient(doc, parameters="dz, z, x, W, rate"):
    made = op(function("z = rate x W"))
    backward = eval(f"lambda {parameters}: None")
    backward.__doc__ = doc
    return made.gradient(backward)


# ---------------------------------------------------------------- equations that are none


@pytest.mark.parametrize(
    "doc",
    [
        "z = rate x V",  # V is no parameter
        "z = rate x w",  # case matters
        "z = rate x W + bias",
        "z = sinus(x W)",  # not one of equations.FUNCTIONS
        "z = rate x W !",
        "z = rate x @ W",
        "the product of x and W",
        "x W rate = z",
        "",
        None,
        "   ",
        "z",  # not an equation
        "x",
        "z =",  # nothing on the right
        "x = rate x W",  # x is not a new symbol
        "rate = x W",
        "z = dx W",  # a forward names no gradients
    ],
)
def test_a_docstring_that_is_no_equation_of_its_op(doc):
    with pytest.raises(cr.EquationError, match=r"^forward: expected an equation .+, got .+\. \S"):
        op(function(doc))


@pytest.mark.parametrize(
    "doc",
    [
        "dx = dz V",
        "dx = rate dz Wᵀ,   dW = xᵀ dy",
        "dx = rate dz Wᵀ,   dW = dx",  # dx on a right side: with two uses it would mean their sum
        "dx = dx Wᵀ",
        "rate dx = dz",
        "z = dz",  # the left side is not the gradient of an input
        "",
        None,
        "the gradient",
    ],
)
def test_a_gradient_whose_docstring_lies(doc):
    with pytest.raises(cr.EquationError, match=r"expected .+, got .+\. \S"):
        with_gradient(doc)


@pytest.mark.parametrize(
    "parameters",
    [
        "dz, x, W, rate",
        "z, dz, x, W, rate",
        "dz, z, W, x, rate",
        "dz, z, x, W",
        "dy, z, x, W, rate",
        "dz, y, x, W, rate",
    ],
)
def test_a_gradient_with_another_signature(parameters):
    rule = r"the parameters \(dz, z, x, W, rate\), got \(" + parameters
    with pytest.raises(cr.EquationError, match=rule + r"\). Rename them.$"):
        with_gradient("dx = rate dz Wᵀ", parameters)


def test_an_error_leaves_the_op_without_a_gradient():
    made = op(function("z = rate x W"))
    with pytest.raises(cr.EquationError):
        made.gradient(lambda dz, x: None)
    assert made.backward is None


def test_true_equations_pass():
    made = op(function("z = rate x W"))
    assert (made.name, made.letter, made.analytic, made.backward) == ("forward", "z", True, None)
    assert with_gradient("dx = rate dz Wᵀ,   dW = rate xᵀ dz")(1, 2, 3, 4, 5) is None
    assert with_gradient("dx = rate dz Wᵀ,\n    dW = rate xᵀ dz") is not None
    assert op(analytic=False)(function("z = rate x W")).analytic is False


# ---------------------------------------------------------------- arrays and Nodes


def test_with_arrays_it_computes():
    x, W, b = np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]]), np.array([0.5])
    assert affine(x, W, b).tolist() == [[21.5]]
    assert np.array_equal(affine(x=x, W=W, b=b), affine.forward(x, W, b))
    assert double(3.0) == 6.0
    mask = dropout(np.ones((4, 8)), np.array([0, 1]), np.arange(4), rate=0.5, path=7)
    assert set(np.unique(mask)) == {0.0, 2.0}


def test_with_nodes_it_is_recorded():
    tape = Tape("train")
    x = tape.input("x", (0, 3))
    z = double(x)
    assert (
        isinstance(z, Node)
        and z.shape == (0, 3)
        and (z.value.letter, z.value.role) == ("z", "computed")
    )
    (step,) = tape.steps
    assert (
        step.op is double
        and step.inputs == (x.index,)
        and step.output == z.index
        and step.attrs == {}
    )


@pytest.mark.parametrize("wrong", [np.ones((0, 3)), 1.0, "x", None])
def test_a_node_beside_something_else_is_refused(wrong):
    tape = Tape("train")
    x = tape.input("x", (0, 3))
    for inputs in ((x, wrong), (wrong, x)):
        with pytest.raises(
            cr.ParameterError,
            match=r"expected Nodes of this network as inputs of add, got .*Give numbers by name",
        ):
            cr.graph.add(*inputs)
    assert tape.steps == [] and len(tape.values) == 1


def test_nodes_of_two_networks_are_refused():
    here, there = Tape("train").input("x", (0, 3)), Tape("train").input("x", (0, 3))
    with pytest.raises(cr.ParameterError, match=r"expected Nodes of this network as inputs of add"):
        here + there


def test_a_node_given_by_name_is_refused_in_words():
    tape = Tape("train")
    x, W, b = tape.input("x", (0, 3)), tape.input("W", (3, 2)), tape.input("b", (2,))
    for call in (lambda: affine(x, W, b=b), lambda: affine(x=x, W=W, b=b)):
        with pytest.raises(cr.ParameterError, match=r"by place"):
            call()


@pytest.mark.parametrize("count", [1, 4])
def test_a_wrong_number_of_nodes_is_refused_in_words(count):
    tape = Tape("train")
    nodes = [tape.input(name, (0, 3)) for name in "abcd"[:count]]
    with pytest.raises(cr.ChainruleError, match=r"s = a \+ b"):
        cr.graph.add(*nodes)


# ---------------------------------------------------------------- pickle


def test_an_op_is_found_again_by_pickle_and_is_the_same_object():
    for made in (affine, tanh, cr.graph.add):
        assert pickle.loads(pickle.dumps(made)) is made
        assert copy.deepcopy(made) is made
    assert b"chainrule.layers.dense" in pickle.dumps(affine)


SCRIPT = """
import chainrule as cr

@cr.op
def halved(z):
    '''a = z / 2'''
    return z / 2

@halved.gradient
def halved_backward(da, a, z):
    '''dz = da / 2'''
    return (halved(da),)  # an op that names itself
"""


@pytest.fixture
def script(monkeypatch):
    """An op of a script or notebook, whose module is `__main__`."""
    module = types.ModuleType("__main__")
    exec(SCRIPT, vars(module))
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def test_an_op_of_a_script_is_found_again_where_the_script_runs(script):
    assert pickle.loads(pickle.dumps(script.halved)) is script.halved
    assert copy.deepcopy(script.halved) is script.halved


@pytest.mark.parametrize("name", ["cloudpickle", "joblib.externals.cloudpickle"])
def test_an_op_of_a_script_takes_its_functions_to_where_the_script_does_not_run(
    name, script, monkeypatch
):
    cloudpickle = pytest.importorskip(name)
    texts = [writes.dumps([script.halved, affine]) for writes in (pickle, cloudpickle)]
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    for text in texts:
        made, ours = pickle.loads(text)
        assert made(6.0) == 3.0 and made.backward(4.0, 3.0, 6.0) == (2.0,) and ours is affine
        assert made.is_same(script.halved) and repr(made) == "<op halved: a = z / 2>"
        assert pickle.loads(text)[0] is made
    sys.modules["__main__"].halved = "another thing of this name"
    assert pickle.loads(texts[0])[0](6.0) == 3.0


def test_without_cloudpickle_an_op_of_a_script_is_known_by_its_name(script, monkeypatch):
    for name in operation.CLOUDPICKLES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    text = pickle.dumps(script.halved)
    assert pickle.loads(text) is script.halved
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    with pytest.raises(AttributeError, match="halved"):
        pickle.loads(text)


def test_it_prints_its_equation():
    assert repr(affine) == "<op affine: z = x W + b>"
    assert isinstance(affine, Op)


def test_help_of_an_op_is_its_two_equations():
    import inspect

    from chainrule.layers.tanh import tanh

    assert inspect.getdoc(tanh) == "a = tanh(z)\n\ndz = da (1 − a²)"
    assert "vector-Jacobian product" in inspect.getdoc(type(tanh))


def test_an_op_is_the_same_by_its_function_not_by_its_name():
    from chainrule.layers.tanh import tanh as ours

    @op
    def tanh(z):
        """a = tanh(z)"""
        return np.tanh(z)

    assert ours.is_same(ours) and not tanh.is_same(ours) and not ours.is_same(tanh)
