"""What surfaces.py promises: a map with round numbers, and how much of the path it holds."""

from types import SimpleNamespace

import numpy as np
import pytest

import chainrule as cr
from chainrule import plots
from chainrule.plots.surfaces import round_levels

pytest.importorskip("matplotlib")


def surface(**changes):
    across, up = np.linspace(-3, 1, 9), np.linspace(-1, 1, 7)
    some = {
        "across": across,
        "up": up,
        "losses": 0.1 + across**2 + 5 * up[:, None] ** 2,
        "path": np.array([[-2.0, 0.5], [-1.0, 0.1], [0.0, 0.0]]),
        "steps": np.array([0, 10, 20]),
        "shares": (0.8, 0.15),
        "end": 0.1,
        "rows": "all 9 training rows",
        "of_batch": False,
        "quantity": "loss",
    }
    return SimpleNamespace(**some | changes)


def test_what_the_map_says():
    (panel,) = plots.loss_surface(surface()).axes
    assert panel.get_title() == "loss on all 9 training rows\nthe plane holds 95.0% of the path"
    assert panel.get_xlabel() == "first main direction, 80.0% of the path"
    assert panel.get_aspect() == 1
    words = [text.get_text() for text in panel.texts]
    assert "step 0" in words and "step 20, loss 0.1" in words
    assert "BatchNorm" in plots.loss_surface(surface(of_batch=True)).axes[0].get_title()


@pytest.mark.parametrize(
    "values", [[0.01, 5.0], [0.9, 1.0], [-3.0, 2.0], [1.0, 1.0], [1e-9, 1e12], [3, 13]]
)
def test_levels_are_round_and_inside(values):
    levels = round_levels(np.array(values, float))
    assert 1 <= len(levels) <= 14
    assert levels == sorted(set(levels))
    if values[0] < values[1]:
        assert all(values[0] < v < values[1] for v in levels)
        assert all(float(f"{v:.3g}") == pytest.approx(v) for v in levels)


def test_losses_that_are_no_numbers_leave_a_hole():
    losses = surface().losses
    losses[0, :3] = np.nan
    plots.loss_surface(surface(losses=losses)).canvas.draw()
    with pytest.raises(cr.DataError, match="losses that are finite numbers"):
        plots.loss_surface(surface(losses=np.full((7, 9), np.nan)))
    plots.loss_surface(surface(losses=np.ones((7, 9)))).canvas.draw()
