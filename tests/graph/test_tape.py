"""Tracing: kinds of values and steps, shapes, paths, shared parameters, and messages."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.graph.initializers import Zeros
from chainrule.graph.operation import op
from chainrule.graph.tape import Node, Tape, snake_case
from chainrule.layers.dense import linear
from chainrule.ops.sums import mean_rows, sum_rows


def network(*chain, inputs=(3,), **settings):
    return cr.Network(
        *chain,
        loss=settings.pop("loss", cr.SquaredError()),
        inputs=inputs,
        dtype="float64",
        **settings,
    )


def paths(net):
    return [p.path for p in net.programs.train.params]


@op
def outer_sum(x):
    """s = Σ x²"""
    return (x * x).sum()


@outer_sum.gradient
def outer_sum_backward(ds, s, x):
    """dx = 2 ds x"""
    return (2 * ds * x,)


# ---------------------------------------------------------------- values and steps


def test_kinds_of_values_and_steps_follow_from_shapes():
    tape = Tape("train")
    x, W = tape.input("x", (0, 3)), tape.param("W", (3, 2), Zeros())
    z = linear(x, W)
    s = sum_rows(z)
    total = outer_sum(W)
    mu = mean_rows(z, tape.input("N", ()))
    kinds = {n.value.path: n.value.kind for n in (x, W, z, s, total, mu)}
    assert kinds == {
        "x": "row",
        "W": "shared",
        "z": "row",
        "s": "shared",
        "s_2": "shared",
        "mu": "shared",
    }
    assert [(step.op.name, step.kind) for step in tape.steps] == [
        ("linear", "row"),
        ("sum_rows", "reduction"),
        ("outer_sum", "shared"),
        ("mean_rows", "reduction"),
    ]
    assert [n.shape for n in (x, W, z, s, total)] == [(0, 3), (3, 2), (0, 2), (2,), ()]
    assert [n.value.shown for n in (x, W, z, s, total)] == [
        "(N, 3)",
        "(3, 2)",
        "(N, 2)",
        "(2,)",
        "()",
    ]
    assert [v.role for v in tape.values] == [
        "input",
        "parameter",
        "computed",
        "computed",
        "computed",
        "input",
        "computed",
    ]
    assert tape.input("l", (0,)).value.shown == "(N,)"


def test_an_input_is_made_once():
    tape = Tape("train")
    assert tape.input("N", ()).index == tape.input("N", ()).index == 0
    assert list(tape.inputs) == ["N"] and len(tape.values) == 1


def test_shapes_come_from_running_each_op_on_no_rows():
    net = network(
        cr.Reshape(2, 3, 1), cr.Flatten(), cr.Dense(5), cr.ReLU(), cr.Dense(2), inputs=(6,)
    )
    shapes = {v.path: v.shape for v in net.programs.predict.values}
    assert (
        shapes["dense1/z"] == (0, 5)
        and shapes["relu1/a"] == (0, 5)
        and shapes["dense2/z"] == (0, 2)
    )
    assert (0, 2, 3, 1) in shapes.values()
    assert net.predict(np.ones((4, 6))).shape == (4, 2)


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("MaxPool2D", "max_pool2d"),
        ("GlobalAveragePool", "global_average_pool"),
        ("LeakyReLU", "leaky_relu"),
        ("ReLU", "relu"),
        ("SiLU", "silu"),
        ("SELU", "selu"),
        ("GELU", "gelu"),
        ("ELU", "elu"),
        ("BatchNorm", "batch_norm"),
        ("LayerNorm", "layer_norm"),
        ("EachStep", "each_step"),
        ("LogSoftmax", "log_softmax"),
        ("Identity", "identity"),
        ("A", "a"),
        ("MyLayer2", "my_layer2"),
    ],
)
def test_class_names_as_paths(name, path):
    assert snake_case(name) == path


def test_every_public_layer_has_a_path_of_its_own_that_is_a_word():
    found = [snake_case(name) for name in cr.layers.__all__]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", path) for path in found)


def test_ordinals_count_siblings_of_one_class():
    net = network(
        cr.Dense(3),
        cr.Residual(cr.Dense(3), cr.Tanh(), cr.Dense(3)),
        cr.Sequential(cr.Dense(3), cr.Residual(cr.Dense(3))),
        cr.Dense(3, name="head"),
        cr.Dense(3),
    )
    assert [path for path in paths(net) if path.endswith("/W")] == [
        "dense1/W",
        "residual1/dense1/W",
        "residual1/dense2/W",
        "sequential1/dense1/W",
        "sequential1/residual1/dense1/W",
        "head/W",
        "dense2/W",
    ]


def test_the_same_layer_called_twice_makes_two_sets():
    layer = cr.Dense(3)
    with pytest.warns(UserWarning, match="dense1 and dense2 are the same object"):
        net = network(layer, cr.Tanh(), layer)
    assert paths(net) == ["dense1/W", "dense1/b", "dense2/W", "dense2/b"]
    assert not np.array_equal(net.parameters["W1"], net.parameters["W2"])


def test_a_name_is_given_once_among_siblings():
    with pytest.raises(
        cr.ParameterError,
        match=r"^hidden, Dense\(3, name='hidden'\): expected a name of its own.*Shared",
    ):
        network(cr.Dense(3, name="hidden"), cr.Dense(3, name="hidden"))
    layer = cr.Dense(3, name="hidden")
    with pytest.raises(cr.ParameterError, match=r"expected a name of its own"):
        network(layer, layer)
    other = cr.Dense(3, name="hidden")
    net = network(cr.Sequential(layer, name="a"), cr.Sequential(other, name="b"))  # not siblings
    assert paths(net) == ["a/hidden/W", "a/hidden/b", "b/hidden/W", "b/hidden/b"]


@pytest.mark.parametrize(
    "chain",
    [
        (cr.Dense(3, name="dense1"), cr.Dense(3)),
        (cr.Dense(3), cr.Dense(3, name="dense2"), cr.Dense(3)),
        (cr.Dense(3), cr.Dense(3, name="dense1")),
        (cr.Tanh(name="relu1"), cr.ReLU()),
    ],
)
def test_a_name_like_an_automatic_path_never_gives_two_layers_one_path(chain):
    try:
        net = network(*chain)
    except cr.ParameterError as error:
        assert "expected a name of its own" in str(error)
        return
    values = net.programs.train.values
    scopes = {v.path.rpartition("/")[0] for v in values if "/" in v.path}
    assert len(scopes) == len(chain) and not any(re.search(r"_\d+$", v.path) for v in values)


@pytest.mark.parametrize("name", ["a/b", "a b", "/a", "a/", "1a", "-", "a\nb", 3, ("a",)])
def test_a_name_that_is_no_word(name):
    with pytest.raises(cr.ParameterError, match=r"name"):
        cr.Dense(2, name=name)


def test_paths_and_symbols_are_unique_in_every_program():
    shared = cr.Shared("tower", cr.Dense(3, penalty=cr.ElasticNet(0.1, 0.2)))
    net = network(
        shared,
        cr.Tanh(),
        cr.Dropout(0.5),
        shared,
        cr.Tanh(),
        cr.BatchNorm(),
        cr.Residual(cr.Tanh()),
        shared,
    )
    for program in (net.programs.train, net.programs.predict, net.programs.score):
        assert len({v.path for v in program.values}) == len(program.values)
        assert len({v.symbol for v in program.values}) == len(program.values)


# ------------------------------ shared parameters, residual branches


def test_shared_gives_the_same_parameters_in_each_place():
    tower = cr.Sequential(cr.Dense(3), cr.Tanh())
    net = network(cr.Shared("tower", tower), cr.Shared("tower", tower), cr.Dense(1))
    assert paths(net) == [
        "tower/sequential1/dense1/W",
        "tower/sequential1/dense1/b",
        "dense1/W",
        "dense1/b",
    ]
    X = np.random.default_rng(0).normal(size=(5, 3))
    W, b, V, c = (net.parameters[name] for name in ("W1", "b1", "W2", "b2"))
    assert np.allclose(
        net.predict(X), np.tanh(np.tanh(X @ W + b) @ W + b) @ V + c, rtol=0, atol=1e-15
    )
    assert net.check_gradients(X, np.ones((5, 1))).passed


def test_shared_is_said_and_compared():
    with pytest.raises(
        cr.ParameterError,
        match=r"expected the layer that 'tower' shares, Dense\(3\), got Dense\(3, bias=False\)",
    ):
        network(cr.Shared("tower", cr.Dense(3)), cr.Shared("tower", cr.Dense(3, bias=False)))
    with pytest.raises(cr.ParameterError, match=r"expected a name of its own"):
        network(cr.Dense(3, name="tower"), cr.Shared("tower", cr.Dense(3)))
    with pytest.raises(cr.ParameterError, match=r"expected a name of its own"):
        network(cr.Shared("tower", cr.Dense(3)), cr.Dense(3, name="tower"))


def test_a_shared_penalty_counts_once():
    W = np.eye(3) * 2
    shared = cr.Shared("tower", cr.Dense(3, bias=False, init=W, penalty=cr.L2(0.5)))
    loss, _ = network(shared, shared, loss=cr.SquaredError()).loss_and_grad(
        np.zeros((2, 3)), np.zeros((2, 3))
    )
    assert loss == 0.5 * 0.5 * 12


def test_shared_running_statistics_are_refused():
    layer = cr.Shared("tower", cr.BatchNorm())
    with pytest.raises(cr.ParameterError, match=r"A shared layer cannot keep running statistics"):
        network(layer, layer)


def test_a_residual_branch_needs_no_container():
    class Block(cr.Layer):
        def __call__(self, x):
            return x + cr.Tanh()(cr.Dense(3)(x))

    net = network(Block(), Block())
    assert paths(net) == [
        "block1/dense1/W",
        "block1/dense1/b",
        "block2/dense1/W",
        "block2/dense1/b",
    ]
    X = np.random.default_rng(0).normal(size=(4, 3))
    W, b, V, c = net.parameters.values()
    h = X + np.tanh(X @ W + b)
    assert np.allclose(net.predict(X), h + np.tanh(h @ V + c), rtol=0, atol=1e-15)
    assert net.check_gradients(X, X).passed
    twin = network(cr.Residual(cr.Dense(3), cr.Tanh()), cr.Residual(cr.Dense(3), cr.Tanh()))
    twin.theta[...] = net.theta
    assert np.array_equal(twin.predict(X), net.predict(X))


# ---------------------------------------------------------------- errors in words


@op
def unlike(x, W):
    """z = x W"""
    return x[..., 0] @ W  # fails for any W of another shape


class Wrong(cr.Layer):
    """A layer whose op fails in NumPy."""

    def __call__(self, x):
        W = x.tape.param("W", (7, 2), Zeros())
        return linear(x, W)


def test_numpy_errors_come_with_the_layers_path_and_equation():
    with pytest.raises(cr.ShapeError) as caught:
        network(cr.Dense(4), cr.Sequential(cr.Tanh(), Wrong(name="odd"), name="block"))
    assert str(caught.value).startswith(
        "block/odd, Wrong(name='odd'): expected shapes that fit z = x W, got x (N, 4), W (7, "
        "2). Check the layer before it (NumPy: "
    )
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_an_index_error_of_numpy_is_rewritten_too():
    class Odd(cr.Layer):
        def __call__(self, x):
            return unlike(x, x.tape.param("W", (2,), Zeros()))

    class NoRow(cr.Layer):
        def __call__(self, x):
            return unlike(x.tape.param("v", (), Zeros()), x.tape.param("W", (2,), Zeros()))

    for layer, path in ((Odd(), "odd1"), (NoRow(), "no_row1")):
        with pytest.raises(
            cr.ShapeError,
            match=f"^{path}, {type(layer).__name__}\\(\\): expected shapes that fit z = x W, "
            f"got x ",
        ):
            network(layer, inputs=(3, 3))


def test_row_values_never_broadcast_against_each_other():
    class Add(cr.Layer):
        def __call__(self, x):
            return x + cr.Dense(1)(x)

    with pytest.raises(
        cr.ShapeError,
        match=r"^add1, Add\(\): expected shapes that fit s = a \+ b, got a \(N, 3\), b \(N, 1\)",
    ):
        network(Add())


@pytest.mark.parametrize("given", [np.ones((2, 3)), [[1.0]], 3, "x", None, {"a": np.ones(2)}])
def test_a_layer_called_without_a_node(given):
    with pytest.raises(
        cr.ParameterError, match=r"^Dense\(2\): expected a Node, got \w+. A layer is wired once"
    ):
        cr.Dense(2)(given)


def test_a_layer_for_one_input_in_a_network_of_several():
    with pytest.raises(cr.ParameterError, match=r"dense1, Dense\(2\): expected .*one .*got .*a, b"):
        network(cr.Dense(2), inputs={"a": (2,), "b": (3,)})


@pytest.mark.parametrize("name", ["y", "c", "N", "key", "row", "lam"])
def test_an_input_may_not_have_the_name_of_a_programs_own(name):
    class First(cr.Layer):
        def __call__(self, given):
            return given["x"]

    with pytest.raises(cr.ParameterError, match=rf"{name}"):
        network(
            First(),
            cr.Dense(2, penalty=cr.L2(0.1)),
            cr.Dropout(0.5),
            cr.BatchNorm(),
            inputs={"x": (2,), name: (2,)},
        )


def test_a_network_ends_in_one_row_value():
    class Mean(cr.Layer):
        def __call__(self, x):
            return sum_rows(x)

    class Two(cr.Layer):
        def __call__(self, x):
            return x, x

    with pytest.raises(
        cr.ParameterError,
        match=r"^network: expected one value for each row at its end, got a shared value of "
        r"shape \(3,\)",
    ):
        network(Mean())
    with pytest.raises(
        cr.ParameterError, match=r"expected one value for each row at its end, got tuple"
    ):
        network(Two())


# ---------------------------------------------------------------- whole numbers as inputs


def test_the_layer_that_reads_an_input_decides_that_it_is_an_index():
    net = network(cr.Embedding(5, 2), cr.Flatten(), cr.Dense(1), inputs=(3,))
    numbers = {v.symbol: v.number for v in net.programs.train.values}
    assert numbers["x"] == "index" and numbers["e1"] == "real" and numbers["y"] == "real"
    program = network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy()).programs.score
    assert program.values[program.inputs["y"]].number == "index"
    with pytest.raises(
        cr.ShapeError,
        match=r"embedding1, Embedding\(5, 2\): expected whole numbers, straight from an input, got",
    ):
        network(cr.Dense(3), cr.Embedding(5, 2))
    with pytest.raises(
        cr.DataError,
        match=r"expected numbers from 0 to 4 for this Embedding, got 5 at X\[0, 2\]. Make it Embedding\(6, 2\)",
    ):
        net.predict([[0, 1, 5]])
    with pytest.raises(cr.DataError, match=r"Number from 0"):
        net.predict([[0, 1, -1]])


def test_several_inputs_one_of_them_an_index():
    class Both(cr.Layer):
        def __call__(self, given):
            return cr.Dense(2)(given["dose"]) + cr.Embedding(4, 2)(given["drug"])

    net = network(Both(), inputs={"dose": (1,), "drug": ()})
    assert paths(net) == ["both1/dense1/W", "both1/dense1/b", "both1/embedding1/W"]
    data = {"dose": np.array([[0.5], [2.0]]), "drug": np.array([3, 0])}
    W, b, table = net.parameters.values()
    assert np.allclose(net.predict(data), data["dose"] @ W + b + table[[3, 0]], rtol=0, atol=1e-15)
    assert net.check_gradients(data, np.ones((2, 2))).passed


def test_a_node_has_its_value():
    node = Tape("train").input("x", (0, 2))
    assert isinstance(node, Node) and node.value.letter == "x" and node.shape == (0, 2)


def test_float32_stays_float32_where_an_index_is_read_as_a_number():
    class Both(cr.Layer):
        def __call__(self, x):
            return cr.Flatten()(cr.Embedding(4, 1)(x)) + cr.Dense(3)(x)

    try:
        net = cr.Network(Both(), loss=cr.SquaredError(), inputs=(3,))
    except cr.ShapeError as error:  # a refusal with an error message is fine too
        assert "dense1" in str(error)
        return
    assert net.predict([[1, 2, 3]]).dtype == np.float32


# ---------------------------------------------------------------- messages are for people


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x + Tape("train").input("x", (0, 3)),
        lambda x: x + np.ones((1000, 3)),
        lambda x: cr.graph.add(x, np.ones((30, 3))),
    ],
)
def test_a_message_shows_neither_a_tape_nor_an_array(call):
    with pytest.raises(cr.ParameterError) as caught:
        call(Tape("train").input("x", (0, 3)))
    assert len(str(caught.value)) < 200 and "\n" not in str(caught.value)
