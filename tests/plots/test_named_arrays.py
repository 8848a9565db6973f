"""What named_arrays.py promises."""

import copy
import pickle

import numpy as np

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
