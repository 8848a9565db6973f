"""Some columns of a row, as a branch of their own."""

import numpy as np
import pytest

import chainrule as cr


def test_a_branch_with_its_own_columns_is_a_block_of_weights():
    branches = cr.Columns(0, 2), cr.Sequential(cr.Columns(2, 5), cr.Dense(2, bias=False))
    net = cr.Network(cr.Concatenate(*branches), loss=cr.SquaredError(), inputs=(5,), seed=0)
    rows = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    W = net.parameters["W1"]
    expected = np.concatenate([rows[:, :2], rows[:, 2:] @ W], axis=1)
    np.testing.assert_allclose(net.predict(rows), expected, rtol=1e-5)
    assert "x[:, " in net.equations()


def test_a_network_with_columns_is_saved(tmp_path):
    net = cr.Network(cr.Columns(1, 3), cr.Dense(2), loss=cr.SquaredError(), inputs=(4,), seed=0)
    net.save(tmp_path / "n")
    rows = np.eye(4, dtype=np.float32)
    assert (cr.Network.load(tmp_path / "n").predict(rows) == net.predict(rows)).all()


@pytest.mark.parametrize("pair", [(-1, 2), (2, 2), (3, 1), (0.5, 2), (0, "2")])
def test_wrong_settings(pair):
    with pytest.raises(cr.ParameterError, match="Columns"):
        cr.Columns(*pair)


@pytest.mark.parametrize("shape", [(2,), (3, 4)])
def test_rows_that_have_no_such_columns(shape):
    with pytest.raises(cr.ShapeError, match=r"expected input of shape \(N, D\) with D ≥ 3"):
        cr.Network(cr.Columns(1, 3), loss=cr.SquaredError(), inputs=shape)
