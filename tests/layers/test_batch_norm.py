"""What the layer of batch_norm.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule.engines.reference import Reference


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.BatchNorm(rate=0), r"rate must be a number from above 0 to 1"),
        (lambda: cr.BatchNorm(eps=0), r"eps must be a number > 0"),
        (lambda: cr.BatchNorm(momentum=0.9), r"there is no setting 'momentum'"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        ([cr.BatchNorm()], (), r"batch_norm1, .*expected input with channels"),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_batch_norm_in_training_gives_mean_0_and_variance_1_of_each_channel():
    net = network(cr.BatchNorm(eps=1e-12), inputs=(4, 3, 2))
    X = np.random.default_rng(0).normal(3, 5, size=(6, 4, 3, 2))
    inputs = {"x": X, "y": X, "c": np.full(6, 1 / 6), "N": np.array(6.0)}
    program = net.programs.train
    u = Reference(program).forward(net.theta, inputs, [slice(0, 6)])[program.value("u1")][0]
    assert u.mean(axis=(0, 1, 2)) == pytest.approx([0, 0], abs=1e-12)
    assert u.var(axis=(0, 1, 2)) == pytest.approx([1, 1])


def test_running_statistics_move_toward_the_batch():
    net = network(cr.BatchNorm(rate=0.25), inputs=(3,))
    X = np.random.default_rng(1).normal(2, 3, size=(8, 3))
    net.fit(X, X, optimizer=cr.SGD(lr=1e-9), epochs=2, batch_size=None, verbose=0)
    mean, variance = net.state["running_mean1"], net.state["running_variance1"]
    kept = 0.75**2
    assert mean == pytest.approx((1 - kept) * X.mean(axis=0))
    assert variance == pytest.approx(kept + (1 - kept) * X.var(axis=0))
    net.fit(X, X, optimizer=cr.SGD(lr=1e-9), epochs=200, batch_size=None, verbose=0)
    assert net.predict(X) == pytest.approx(
        (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5), rel=1e-5
    )


def test_an_image_has_the_statistics_of_its_pixels_as_rows():
    X = np.random.default_rng(2).normal(size=(4, 3, 2, 5))
    states = []
    for rows in (X, X.reshape(24, 5)):
        net = network(cr.BatchNorm(), inputs=rows.shape[1:])
        net.fit(rows, rows, optimizer=cr.SGD(lr=1e-9), batch_size=None, verbose=0)
        states.append(np.concatenate(list(net.state.values())))
    assert states[0] == pytest.approx(states[1], rel=1e-12)


def test_one_shard_and_several_agree_through_batch_norm_dropout_and_embedding():
    chain = (
        cr.Embedding(5, 4),
        cr.EachStep(cr.Dense(3)),
        cr.Flatten(),
        cr.BatchNorm(),
        cr.Dropout(0.3),
        cr.Dense(2),
    )
    net = network(*chain, inputs=(3,))
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 5, (32, 3)), rng.normal(size=(32, 2))
    results = [
        cr.loss_and_grad(net.programs.train, net.theta, x, y, shards=s, key=(1, 2))
        for s in (1, 2, 8)
    ]
    for loss, g in results[1:]:
        assert loss == pytest.approx(results[0][0], rel=1e-14)
        assert np.abs(g - results[0][1]).max() < 1e-14 * max(1, np.abs(g).max())
