"""Settings as JSON: our classes by name, and a user's only if they are given."""

import math

import pytest
from tests.files.networks import Cube, X, cube, halves

import chainrule as cr
from chainrule.files.settings_as_json import ours


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
