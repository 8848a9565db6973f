"""What loss_surface.py promises: real losses, in the plane that holds most of the path."""

import numpy as np
import pytest
from tests.recording.runs import CLASSES, RUNS, X5, empty, images, net, record, table

import chainrule as cr
from chainrule.recording.views.loss_surface import main_directions


@pytest.fixture(scope="module")
def run():
    return table(epochs=6)


def test_losses_are_those_of_the_weights_at_their_places(run):
    found = run.loss_surface(side=7)
    thetas = np.array([run.at(int(k)).theta for k in found.steps], float)
    end = thetas[-1]
    _, singular, directions = np.linalg.svd(thetas - end, full_matrices=False)
    shares = (singular**2 / (singular**2).sum())[:2]
    assert np.allclose(found.shares, shares, atol=1e-6)
    signs = np.sign(((thetas - end) @ directions[:2].T * found.path).sum(axis=0))
    d = directions[:2] * signs[:, None]
    for i, j in ((0, 0), (3, 5), (6, 1)):
        theta = end + found.across[j] * d[0] + found.up[i] * d[1]
        network = run.at("end").net
        network.theta[...] = theta
        assert found.losses[i, j] == pytest.approx(network.evaluate(X5, CLASSES)["loss"], rel=1e-4)
    assert found.path[-1].tolist() == [0, 0]
    assert found.end == pytest.approx(run.net.evaluate(X5, CLASSES)["loss"], rel=1e-6)


def test_the_path_is_inside_and_runs_to_the_right(run):
    found = run.loss_surface(side=3)
    assert (found.path.min(axis=0) > (found.across[0], found.up[0])).all()
    assert (found.path.max(axis=0) < (found.across[-1], found.up[-1])).all()
    assert found.path[0, 0] < 0


def test_directions_of_a_straight_path_are_at_right_angles():
    away = np.outer(np.linspace(-3, 0, 5), [1.0, 2.0, 0.0, -1.0])
    path, directions, shares = main_directions(away)
    assert np.allclose(directions @ directions.T, np.eye(2))
    assert np.allclose(path[:, 1], 0)
    assert shares[0] == pytest.approx(1)


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_has_one(name):
    found = RUNS[name]().loss_surface(side=3, rows=20, moments=5)
    assert found.losses.shape == (3, 3)
    assert np.isfinite(found.losses).any()
    assert repr(found).startswith("<LossSurface: 3 × 3 losses")


def test_statistics_are_no_direction():
    found = images().loss_surface(side=3)
    assert found.of_batch and np.isfinite(found.losses).all()


def test_refusals(run):
    with pytest.raises(cr.DataError, match="a run of at least one step"):
        empty().loss_surface()
    network = net(cr.Dense(3), inputs=(5,))
    network.freeze("dense1")
    with pytest.raises(cr.DataError, match="weights that move, got the same ones"):
        record(network, X5, CLASSES).loss_surface()
    for wrong in ({"side": 2}, {"rows": 0}, {"moments": 1.5}):
        with pytest.raises(cr.ParameterError, match=r"loss_surface\("):
            run.loss_surface(**wrong)
