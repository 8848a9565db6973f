"""What named_arrays.py promises."""

import copy
import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.plots.named_arrays import NamedArrays


def test_few_numbers_are_shown_many_are_counted():
    assert repr(NamedArrays(b=np.zeros(2))) == "{'b': array([0., 0.])}"
    shown = repr(NamedArrays(W=np.eye(10), b=np.array([np.nan, 1.0]), none=np.zeros((0, 3))))
    assert shown.splitlines() == [
        "W     (10, 10)  0 to 1, mean 0.1",
        "b     (2,)      1 to 1, mean 1, 1 not finite",
        "none  (0, 3)    no numbers",
    ]


def test_it_is_a_dict():
    arrays = NamedArrays(W=np.eye(3))
    assert isinstance(arrays, dict) and arrays == {"W": arrays["W"]}
    for twin in (pickle.loads(pickle.dumps(arrays)), copy.deepcopy(arrays)):
        assert isinstance(twin, NamedArrays) and (twin["W"] == np.eye(3)).all()


def test_a_notebook_shows_a_table_with_escaped_names():
    page = NamedArrays({"<b>": np.arange(50.0)})._repr_html_()
    assert "&lt;b&gt;" in page and "24.5" in page and "(50,)" in page


def test_networks_return_them():
    net = cr.Network(cr.Dense(20), cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    X, y = np.ones((4, 3)), np.ones((4, 2))
    for arrays in (
        net.parameters,
        net.activations(X),
        net.gradients(X, y),
        net.loss_and_grad(X, y)[1],
    ):
        assert (isinstance(arrays, NamedArrays) and "W1  " in repr(arrays)) or "z1 " in repr(arrays)


@pytest.mark.parametrize("of", ["parameters", "state"])
def test_an_array_in_the_place_of_a_view_is_refused(of):
    net = cr.Network(cr.Dense(2), cr.BatchNorm(), loss=cr.SquaredError(), inputs=(3,))
    held = getattr(net, of)
    name = next(iter(held))
    other = np.ones(held[name].shape)
    for change in (
        lambda: held.__setitem__(name, other),
        lambda: held.update({name: other}),
        lambda: held.update(**{name: other}),
    ):
        with pytest.raises(cr.ParameterError, match=rf"Write parameters\['{name}'\]\[...\] ="):
            change()
    held[name][...] = other
    assert (getattr(net, of)[name] == 1).all()


def test_the_views_of_a_boltzmann_machine_refuse_too():
    machine = cr.RBM(3, visible=2, classes=2)
    with pytest.raises(cr.ParameterError, match="which the network would never see"):
        machine.parameters["W"] = np.ones((3, 2))
    assert "mean" in repr(cr.RBM(30, visible=20).parameters)


def test_a_copy_of_views_is_a_dict_of_its_own():
    net = cr.Network(cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    named = net.parameters
    for own in (dict(named), copy.deepcopy(named), pickle.loads(pickle.dumps(named))):
        own["W1"] = np.ones((3, 2))
        assert not (net.parameters["W1"] == 1).all()
