"""Second opinions on a network: its gradients, and its second derivatives."""

import numpy as np
import pytest
from tests.model.rows import classifier, data

import chainrule as cr

X, Y = data(12)


def net(**options):
    return classifier(inputs=(3,), dtype="float64", **options)


def gradient(net, theta):
    """∇L at theta, flat."""
    twin = net.copy()
    twin.theta = theta
    return np.concatenate([d.ravel() for d in twin.loss_and_grad(X, Y)[1].values()])


def hessian(net, step=1e-5):
    """H by central differences of the gradient, column by column."""
    columns = []
    for direction in np.eye(net.theta.size) * step:
        ahead, back = (gradient(net, net.theta + s * direction) for s in (1, -1))
        columns.append((ahead - back) / (2 * step))
    return np.array(columns).T


def test_the_gradients_of_a_network_pass_in_either_precision():
    for dtype in ("float32", "float64"):
        subject = classifier(dtype=dtype)
        assert subject.check_gradients(X, Y).passed
        assert subject.is_built


def test_hvp_is_the_hessian_times_a_direction():
    subject, v = net(), np.random.default_rng(1).normal(size=38)
    assert subject.hvp(v, X, Y) == pytest.approx(hessian(subject) @ v, abs=1e-7)


def test_sharpness_is_the_largest_eigenvalue():
    subject = net()
    largest = np.linalg.eigvalsh(hessian(subject)).max()
    assert subject.sharpness(X, Y) == pytest.approx(largest, rel=1e-3)


def test_without_rows_the_last_ones_are_taken():
    subject, v = net(), np.ones(38)
    with pytest.raises(cr.NotBuiltError, match="fit first, or give X and y"):
        subject.hvp(v)
    subject.fit(X, Y, verbose=0)
    assert np.array_equal(subject.hvp(v), subject.hvp(v, X, Y))
    assert subject.sharpness() == subject.sharpness(X, Y)


def test_nothing_of_the_network_changes():
    subject = net()
    before = subject.theta.copy()
    subject.check_gradients(X, Y)
    subject.hvp(np.ones(38), X, Y)
    subject.sharpness(X, Y)
    assert np.array_equal(subject.theta, before) and subject.run_state.step == 0
