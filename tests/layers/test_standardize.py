"""Standardize: u = (x − μ) / σ by channel or by place; constant columns, words, settings."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)


def network(*layers, **options):
    return cr.Network(*layers, loss=cr.SquaredError(), **options)


def is_taken(net, rows, dtype="float32"):
    mean, deviation = net.state.values()
    flat = np.asarray(rows, float).reshape(-1, np.shape(rows)[-1])
    assert mean == pytest.approx(flat.mean(axis=0), rel=1e-6)
    assert deviation == pytest.approx(flat.std(axis=0), rel=1e-6)


def test_images_have_channels_or_places():
    images = RNG.random((50, 4, 5, 2)) * [255, 3]
    y = np.ones((50, 1))
    net = network(cr.Standardize(), cr.Flatten(), cr.Dense(1))
    net.fit(images, y, verbose=0)
    is_taken(net, images)
    place = network(cr.Standardize(per="place"), cr.Flatten(), cr.Dense(1))
    place.fit(images, y, verbose=0)
    is_taken(place, images.reshape(50, -1))
    u = place.activations(images)["u1"]
    assert u.mean(axis=0) == pytest.approx(np.zeros(u.shape[1:]), abs=1e-4)


def test_a_constant_column_becomes_zero():
    constant = np.full((7, 2), 0.1) * [1, 1e7]
    net = network(cr.Standardize()).build(constant)
    assert net.state["std1"].tolist() == [1, 1]
    assert net.predict(constant).tolist() == [[0, 0]] * 7
    assert network(cr.Standardize()).build([[5.0]]).predict([[7.0]]).tolist() == [[2]]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ((cr.Standardize(), cr.Embedding(3, 2)), "straight from an input"),
        ((cr.Embedding(3, 2), cr.Standardize()), None),
    ],
)
def test_words_are_refused(layers, words):
    if words is None:
        network(*layers, cr.Flatten(), cr.Dense(1)).build([[1, 2]])
        return
    with pytest.raises(cr.ShapeError, match=words):
        network(*layers, cr.Flatten(), cr.Dense(1)).build([[1, 2]])


def test_settings():
    with pytest.raises(cr.ParameterError, match="per"):
        cr.Standardize(per="row")
    with pytest.raises(cr.ShapeError, match=r"Put Reshape\(1\) before it"):
        network(cr.Standardize(), cr.Dense(1), inputs=())
