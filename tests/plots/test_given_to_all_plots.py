"""Every drawing answers what it cannot draw with a sentence, never with another library's message."""

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule import plots

pytest.importorskip("matplotlib")

WRONG = {
    "a network": cr.Network(cr.Dense(1), loss=cr.SquaredError()),
    "None": None,
    "words": "abc",
    "a number": 5,
    "an empty list": [],
    "an empty dict": {},
    "NaN": np.full((3, 3), np.nan),
    "infinity": np.full((3, 3), np.inf),
    "an object": object(),
    "rows of two lengths": [[1], [1, 2]],
    "complex": np.ones((3, 3), complex),
    "a dict of words": {"a": "b"},
    "a dict of None": {"a": None},
    "two images": np.ones((2, 3, 3)),
    "no image": np.ones((0, 3, 3, 1)),
    "a history": cr.History({"loss": [1.0, 0.5]}),
}
POINTS = np.array([[1.0, 2.0], [3.0, 1.0]])


def left(p):
    return p[:, :1] * 0


def total(p):
    return p.sum(axis=1)


CALLS = {
    name: getattr(plots, name)
    for name in plots.__all__
    if name not in ("svg", "decision_regions", "paths", "learning_rates", "heat", "worst", "save")
}
CALLS |= {
    "decision_regions": lambda v: plots.decision_regions(v, POINTS, [0, 1]),
    "decision_regions, X": lambda v: plots.decision_regions(left, v, [0, 1]),
    "decision_regions, y": lambda v: plots.decision_regions(left, POINTS, v),
    "decision_regions, labels": lambda v: plots.decision_regions(left, POINTS, [0, 1], labels=v),
    "paths": lambda v: plots.paths(v, {}, (-1, 1, -1, 1)),
    "paths, trajectories": lambda v: plots.paths(total, v, (-1, 1, -1, 1)),
    "paths, bounds": lambda v: plots.paths(total, {}, v),
    "learning_rates": lambda v: plots.learning_rates(v, v, 0.1),
    "learning_rates, suggestion": lambda v: plots.learning_rates([0.1, 0.2], [1, 2], v),
    "heat": lambda v: plots.heat(v, v),
    "worst": lambda v: plots.worst(v, v),
    "images, titles": lambda v: plots.images(np.ones((2, 3, 3)), v),
    "images, across": lambda v: plots.images(np.ones((2, 3, 3)), across=v),
    "confusion, labels": lambda v: plots.confusion(np.eye(2), v),
    "activation_curves, reach": lambda v: plots.activation_curves({"t": (np.tanh,) * 2}, reach=v),
    "axes": lambda v: plots.loss_curves([1.0, 2.0], axes=v),
    "training_curves, best_epoch": lambda v: plots.training_curves({"loss": [1]}, best_epoch=v),
    "save": lambda v: plots.save(v, "x.gif"),
    "svg.curve": plots.svg.curve,
    "svg.network": plots.svg.network,
    "svg.network, weights": lambda v: plots.svg.network([2, 1], v),
    "svg.network, names": lambda v: plots.svg.network([2, 1], names=v),
}


@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_drawn_is_a_sentence(call):
    for value in WRONG.values():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                CALLS[call](value)
            except cr.ChainruleError as error:
                assert str(error).rstrip().endswith((".", "?"))


def convolution():
    layers = cr.Conv2D(4), cr.Flatten(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), inputs=(5, 5, 1))


def test_a_network_stands_for_its_weights_or_its_predictions():
    net = convolution()
    assert plots.kernels(net).axes[0].get_title() == "W1"
    assert len(plots.weight_histograms(net).axes) == len(net.parameters)
    plane = cr.Network(cr.Dense(1), loss=cr.SigmoidCrossEntropy(), inputs=(2,))
    assert plots.decision_regions(plane, POINTS, [0, 1]).axes
    with pytest.raises(cr.ShapeError, match=r"a network with a convolution .*weight_histograms"):
        plots.kernels(plane)
    with pytest.raises(cr.DataError, match=r"got a Network\. Give net\.activations\(X\)\."):
        plots.activations(net)
    with pytest.raises(cr.DataError, match=r"the result of energy\.landscape\(network\)"):
        plots.valleys(net)


def test_a_history_stands_for_its_losses():
    run = cr.History({"loss": [2.0, 1.0], "accuracy": [0.1, 0.2], "val_loss": [2.0, 1.5]})
    assert len(plots.loss_curves(run).axes[0].get_lines()) == 2
