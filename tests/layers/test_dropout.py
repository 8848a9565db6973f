"""What the layer of dropout.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule import random
from chainrule.layers.dropout import dropout


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Dropout(1), r"rate must be a number from 0 to below 1"),
        (lambda: cr.Dropout(-0.1), r"rate must be a number from 0 to below 1"),
        (lambda: cr.Dropout(), r"rate is missing"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def masks(rate=0.5, n=2000, units=8, seed=0, step=0, path="dropout1", rows=None):
    rows = np.arange(n) if rows is None else rows
    return (
        dropout(
            np.ones((len(rows), units)),
            np.array([seed, step]),
            rows,
            rate=rate,
            path=random.path_hash(path),
        )
        != 0
    )


def test_dropout_drops_its_share_and_keeps_the_mean():
    for rate in (0.1, 0.5, 0.8):
        h = dropout(np.ones((4000, 8)), np.array([1, 2]), np.arange(4000), rate=rate, path=3)
        assert np.mean(h == 0) == pytest.approx(rate, abs=0.01)
        assert h.mean() == pytest.approx(1, abs=0.03)
        assert set(np.unique(h)) == {0.0, 1 / (1 - rate)}


def test_a_row_keeps_its_mask_in_any_order_and_any_shard():
    order = np.random.default_rng(0).permutation(2000)
    assert np.array_equal(masks(rows=order), masks()[order])
    assert np.array_equal(masks()[100:150], masks(rows=np.arange(100, 150)))


def test_masks_differ_by_seed_step_layer_row_and_column():
    one = masks()
    for other in (
        masks(seed=1),
        masks(step=1),
        masks(path="dropout2"),
        np.roll(one, 1, axis=0),
        np.roll(one, 1, axis=1),
    ):
        assert np.mean(one == other) == pytest.approx(0.5, abs=0.02)


def test_dropout_is_recorded_in_train_only():
    net = network(cr.Dense(4), cr.Dropout(0.5), cr.Dense(1), inputs=(3,))
    names = {
        mode: [s.op.name for s in getattr(net.programs, mode).steps]
        for mode in ("train", "predict", "score")
    }
    assert "dropout" in names["train"]
    assert "dropout" not in names["predict"] + names["score"]
    assert "key" in net.programs.train.inputs and "key" not in net.programs.score.inputs


def test_dropout_of_nothing_changes_nothing():
    runs = []
    for chain in ([cr.Dense(2), cr.Dropout(0)], [cr.Dense(2)]):
        net = network(*chain, inputs=(3,))
        net.fit(np.eye(3), np.ones((3, 2)), epochs=3, verbose=0)
        runs.append(net.theta)
    assert np.array_equal(*runs)
