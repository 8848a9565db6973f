"""What timelines.py promises: one panel for each kind of number, no line over its limits."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.plots.pictures import recorded

import chainrule as cr
from chainrule import plots

pytest.importorskip("matplotlib")
STEPS = np.array([0, 5, 9])
NAN = np.full(3, np.nan)


def timeline(**changes):
    """A timeline of numbers without a run."""
    some = {
        "steps": STEPS,
        "losses": np.array([2.0, 1.0, 0.1]),
        "gradient_norms": np.array([3.0, 2.0, 1.0]),
        "gradients": {"dense1": np.array([3.0, 2.0, 1.0])},
        "ratios": {"dense1": np.array([0.1, 0.01, 0.001])},
        "dead": {"relu1": np.array([0.0, 0.5, 1.0])},
        "rows": "all 9 training rows",
        "ends": np.array([5, 10]),
        "epochs": {"loss": np.array([1.0, 0.5]), "val_loss": np.array([1.2, 0.9])},
    }
    return SimpleNamespace(**some | changes)


def lines(panel):
    return {line.get_label(): line for line in panel.get_lines()}


def test_what_each_panel_shows():
    loss, gradient, ratio, dead = plots.timeline(timeline()).axes
    assert list(lines(loss)) == ["one batch", "epoch", "validation"]
    assert lines(loss)["epoch"].get_xdata().tolist() == [5, 10]
    assert lines(loss)["validation"].get_linestyle() == "--"
    assert list(lines(gradient)) == ["dense1"], "the whole network is this layer"
    assert list(lines(ratio)) == ["dense1", "1/1000"]
    assert ratio.get_yscale() == "log"
    assert dead.get_ylim() == (-0.03, 1.03)
    assert dead.get_title() == "share of dead units, on all 9 training rows"


def test_a_network_without_activations_has_three_panels():
    assert len(plots.timeline(timeline(dead={})).axes) == 3


@pytest.mark.slow
def test_of_many_layers_some_are_drawn():
    many = {f"dense{k}": np.ones(3) * k for k in range(1, 31)}
    gradient = plots.timeline(timeline(gradients=many)).axes[1]
    shown = [name for name in lines(gradient) if name.startswith("dense")]
    assert len(shown) == 10 and shown[0] == "dense1" and shown[-1] == "dense30"
    assert gradient.get_title() == "norm of the gradient, 10 of 30 layers"


@pytest.mark.parametrize(
    "changes",
    [
        {"losses": NAN, "gradient_norms": NAN, "ratios": {"dense1": NAN}},
        pytest.param({"ratios": {}, "gradients": {}}, marks=pytest.mark.slow),
        pytest.param(
            {"epochs": {"loss": np.zeros(0)}, "ends": np.zeros(0)}, marks=pytest.mark.slow
        ),
    ],
)
def test_numbers_that_are_missing_leave_a_panel_empty(changes):
    plots.timeline(timeline(**changes)).canvas.draw()


def test_one_moment_is_a_point():
    one = {"steps": STEPS[:1], "losses": np.ones(1), "gradient_norms": np.ones(1)}
    one |= {name: {"dense1": np.ones(1)} for name in ("gradients", "ratios", "dead")}
    for panel in plots.timeline(timeline(**one)).axes:
        assert panel.get_lines()[0].get_marker() == "o"


def test_few_numbers_are_drawn_one_by_one():
    figure = plots.weights_over_time(recorded(), moments=3)
    assert [panel.get_title() for panel in figure.axes] == [
        "W1  (2 × 4)",
        "b1  (4)",
        "W2  (4 × 2)",
        "b2  (2)",
    ]
    assert len(figure.axes[3].get_lines()) == 2
    assert figure.get_supxlabel() == ""  # it would explain bands that are not there


@pytest.mark.slow
def test_of_many_tensors_the_first_and_the_last_are_drawn():
    network = cr.Network(*[cr.Dense(3) for _ in range(9)], loss=cr.SquaredError())
    run = network.record(np.ones((4, 2)), np.ones((4, 3)), verbose=0)
    titles = [panel.get_title() for panel in plots.weights_over_time(run).axes]
    assert len(titles) == 12 and titles[0].startswith("W1") and titles[-1].startswith("b9")


def test_refusals():
    for draw in (plots.timeline, plots.weights_over_time, plots.loss_surface):
        with pytest.raises(cr.DataError, match="expected a recorded run, got a History"):
            draw(recorded().history)
