"""Settings as JSON: our classes by name, and a user's only if they are given."""

import json
import math

import numpy as np
import pytest
from tests.files.networks import Cube, X, cube, halves

import chainrule as cr
from chainrule.files.settings_as_json import Table, describe, ours


def test_classes_and_functions_of_the_user_need_known(tmp_path):
    path = tmp_path / "net"
    net = cr.Network(cr.Dense(2, init=halves), Cube(), loss=cr.SquaredError(), inputs=(4,))
    net.save(path)
    with pytest.raises(cr.FileError, match=r"the function halves.*known=\(halves,\)"):
        cr.Network.load(path)
    with pytest.raises(
        cr.FileError, match=r"the class Cube, which is not chainrule's own. Write known=\(Cube,\)"
    ):
        cr.Network.load(path, known=halves)
    twin = cr.Network.load(path, known=(Cube, halves))
    assert twin.layers[1].limit == math.inf
    assert twin.predict(X).tobytes() == net.predict(X).tobytes()
    with pytest.raises(cr.ParameterError, match="known"):
        cr.Network.load(path, known=(3,))


def test_a_class_of_the_user_does_not_pass_for_ours(tmp_path):
    class Dense(cr.Layer):
        def __call__(self, x):
            return cube(x)

    cr.Network(Dense(), loss=cr.SquaredError(), inputs=(4,)).save(tmp_path / "net")
    with pytest.raises(cr.FileError, match="Dense"):
        cr.Network.load(tmp_path / "net")
    assert cr.Network.load(tmp_path / "net", known=Dense).predict(X).shape == (7, 4)


def test_every_class_of_ours_has_one_name():
    table = ours()
    assert {"layers.Identity", "initializers.Identity", "losses.L2", "layers.Residual"} <= set(
        table
    )
    assert len(set(table.values())) == len(table)
    assert not {"layers.Layer", "losses.Loss", "initializers.Initializer"} & set(table)


VALUES = [
    None,
    True,
    3,
    0.1,
    "same",
    math.inf,
    -math.inf,
    (1, (2.5, None), "a"),
    cr.Dense(3, penalty=cr.L2(0.1), init=cr.initializers.Orthogonal(2.0), name="first"),
    cr.Sequential(cr.Dense(2), cr.Residual(cr.Dense(2), cr.Tanh())),
    cr.Reshape(2, 3, 4),
    cr.Huber(delta=2.0),
    cr.MaxPool2D((2, 3)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_through_json(value):
    text = json.dumps(describe(value), allow_nan=False)
    assert Table.of(()).build(json.loads(text)) == value


def test_numbers_of_numpy_become_plain_ones():
    assert describe(np.float32(0.5)) == 0.5 and describe(np.array(3)) == 3
    assert describe(np.int64(3)) == 3 and describe(np.float64("nan")) == {"float": "nan"}
    assert math.isnan(Table.of(()).build({"float": "nan"}))


def test_defaults_are_written_out():
    written = describe(cr.Dense(3))
    assert written["class"] == "layers.Dense"
    assert written["settings"]["bias"] is True and written["settings"]["name"] == ""


def test_a_value_without_a_name_is_refused_or_for_comparisons_described():
    for value in (lambda z: z, object(), int):
        with pytest.raises(cr.FileError, match="Write a function with def"):
            describe(value)
    assert describe(lambda z: z, strict=False) == {"type": "function", "name": "<lambda>"}
    assert describe(int, strict=False) == {"type": "type", "name": "int"}


def test_a_users_class_is_made_and_checked_like_ours():
    spec = describe(Cube())
    assert spec == {"known": "Cube", "settings": {"name": "", "limit": {"float": "inf"}}}
    assert Table.of(Cube).build(spec) == Cube()
    for known in ((), cube, [halves]):
        with pytest.raises(cr.FileError, match=r"the class Cube.*known=\(Cube,\)"):
            Table.of(known).build(spec)


def test_a_function_does_not_pass_for_a_class_nor_a_class_for_a_function():
    for spec, thing in (
        ({"known": "halves", "settings": {}}, halves),
        ({"function": "Cube"}, Cube),
    ):
        with pytest.raises(cr.FileError, match="which is not chainrule's own"):
            Table.of(thing).build(spec)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"class": "layers.Dense"},
        {"class": 3, "settings": {}},
        {"class": "layers.Dense", "settings": []},
        {"float": "1e5"},
        {"function": None},
        {"code": "1 + 1"},
    ],
)
def test_another_form_is_refused(spec):
    with pytest.raises(cr.FileError, match="not in chainrule's form"):
        Table.of(()).build(spec)


@pytest.mark.parametrize("name", ["layers.Layer", "Dense", "os.system", "losses.Dense"])
def test_only_names_of_the_table_are_looked_up(name):
    with pytest.raises(cr.FileError, match="this version of chainrule does not have"):
        Table.of(()).build({"class": name, "settings": {}})
