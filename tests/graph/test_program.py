"""What a Program says about itself."""

import pytest

import chainrule as cr
from chainrule.graph.program import shown


def program():
    net = cr.Network(cr.Dense(2), cr.BatchNorm(), cr.Tanh(), loss=cr.SquaredError(), inputs=(3,))
    return net.programs.score


def test_shapes_are_written_as_people_write_them():
    assert [shown(shape) for shape in ((0, 4), (0,), (), (3, 2), (2, 0))] == [
        "(N, 4)",
        "(N,)",
        "()",
        "(3, 2)",
        "(2, 0)",
    ]


def test_theta_is_parameters_then_state_without_gaps():
    p = program()
    assert [param.path.split("/")[1] for param in p.parameters] == ["W", "b", "gamma", "beta"]
    assert [param.path.split("/")[1] for param in p.state] == ["running_mean", "running_variance"]
    places = [i for param in p.params for i in range(param.where.start, param.where.stop)]
    assert places == list(range(p.size))


def test_a_value_knows_its_layer_and_whether_it_belongs_to_a_row():
    p = program()
    z, W = p.values[p.value("z1")], p.values[p.value("W1")]
    assert (z.kind, z.scope, z.shown) == ("row", "dense1", "(N, 2)")
    assert (W.kind, W.scope, W.shown) == ("shared", "dense1", "(3, 2)")


def test_a_value_is_found_by_symbol_and_by_path():
    p = program()
    assert p.value("z1") == p.value("dense1/z")
    assert p.values[p.value("L")].role == "computed"
    with pytest.raises(
        cr.ParameterError,
        match=r"^'z9': there is no such value in this score program. It has x, W1, b1",
    ):
        p.value("z9")
