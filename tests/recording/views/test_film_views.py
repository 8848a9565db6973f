"""What film_views.py promises: the view that fits, with the numbers of its moments."""

import numpy as np
import pytest
from tests.recording.runs import CLASSES, RUNS, X5, net, record, table

import chainrule as cr
from chainrule.plots import films
from chainrule.recording.views.film_views import picture_of, scene_of

KINDS = {
    "plane": (films.Regions, films.Matrix),
    "table": (films.Confusion, films.Matrix),
    "curve": (films.Curve, films.Matrix),
    "field": (films.Field, films.Matrix),
    "numbers": (films.Scatter, films.Matrix),
    "autoencoder": (films.Pictures, films.Kernels),
    "images": (films.Confusion, films.Kernels),
    "heads": (films.Confusion, films.Matrix),
    "machine": (films.Pictures, films.Kernels),
    "stream": (films.Confusion, films.Matrix),
    "failed": (films.Scatter, films.Matrix),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_view_fits_the_run(name):
    run = RUNS[name]()
    scene = scene_of(run, [run.first, run.last])
    assert (type(scene.answers), type(scene.weights[0])) == KINDS[name]
    assert len(scene.numbers) == len(scene.titles) == 2


def test_several_classes_of_one_input_are_no_curve():
    run = record(net(cr.Dense(3)), X5[:, :1], CLASSES)
    assert isinstance(scene_of(run, [0]).answers, films.Confusion)


def test_numbers_are_those_of_the_moments():
    run = table()
    scene = scene_of(run, [2, 9])
    answers, W1, W2, place = scene.numbers[1]
    network = run.at(9).net
    assert np.array_equal(answers, network.predict(X5).argmax(axis=1))
    assert np.array_equal(W1, network.parameters["W1"])
    assert np.array_equal(W2, network.parameters["W2"])
    assert place == 1
    assert scene.titles[1] == (
        f"step 9 of 9     epoch 2     loss {network.evaluate(X5, CLASSES)['loss']:.4g}"
    )


def test_a_film_does_not_touch_the_run():
    run = table()
    programs, theta = run.recorded.origin.net.programs, run.at("end").theta
    scene_of(run, [0, 12])
    assert run.recorded.origin.net.programs is programs
    assert np.array_equal(run.at("end").theta, theta)


def test_what_may_be_a_picture():
    assert picture_of((64,)) == (8, 8)
    assert picture_of((28, 28, 1)) == (28, 28)
    assert picture_of((9,)) is None, "nine columns of a table"
    assert picture_of((9,), fewest=9) == (3, 3)
    assert picture_of((65,)) is None and picture_of((8, 8, 3)) is None
