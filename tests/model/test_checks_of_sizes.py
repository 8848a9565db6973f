"""Sizes beyond all measure: many heads run, the rest is refused in the project's words."""

import re
import sys

import numpy as np
import pytest

import chainrule as cr

X = np.random.default_rng(0).normal(size=(40, 3))


def heads(n, engine=None):
    parts = {f"h{i}": cr.Dense(1) for i in range(n)}
    losses = {name: cr.SquaredError() for name in parts}
    return cr.Network(cr.Heads(parts), loss=losses, engine=engine)


@pytest.mark.parametrize("weighted", [False, True])
def test_many_heads_run_on_both_engines(weighted):
    n = 70
    y = {f"h{i}": X[:, i % 3] for i in range(n)}
    weights = {f"h{i}": np.arange(40) % (2 + i) + 0.5 for i in range(n)} if weighted else None
    nets = [heads(n), heads(n, "reference")]
    for net in nets:
        net.fit(X, y, sample_weight=weights, epochs=2, verbose=0)
        net.evaluate(X, y)
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, rtol=1e-4, atol=1e-6)
    assert len(nets[0].predict(X)) == n


HUGE = {
    "units": (cr.Dense(10**12), (3,), "dense1/W of shape (3, 1000000000000), 3.0e+12 numbers"),
    "beyond NumPy": (cr.Dense(10**20), (3,), "dense1/W of shape (3, 1"),
    "words": (cr.Embedding(10**12, 10), (3,), "embedding1/W of shape"),
    "filters": (cr.Conv2D(10**11), (8, 8, 3), "conv2d1/W of shape"),
    "inputs": (cr.Dense(1), (10**13,), "dense1/W of shape"),
}


@pytest.mark.parametrize("case", HUGE)
def test_a_tensor_beyond_all_memory_is_refused(case):
    layer, shape, said = HUGE[case]
    rule = f"expected fewer than 2³¹ numbers in one tensor, got {said}"
    with pytest.raises(cr.ParameterError, match=re.escape(rule)):
        cr.Network(layer, loss=cr.SquaredError(), inputs=shape)


def test_memory_that_is_not_there_is_said(monkeypatch):
    def no_memory(*given):
        raise MemoryError

    monkeypatch.setattr("chainrule.model.model.initial_theta", no_memory)
    with pytest.raises(cr.OutOfMemoryError, match="Take smaller layers"):
        cr.Network(cr.Dense(3), loss=cr.SquaredError(), inputs=(3,))


def test_memory_that_linux_would_only_promise_is_not_taken(monkeypatch):
    """Dense(10**9) ended the process without a word: drawing its 3·10⁹ weights takes 70 GB."""
    monkeypatch.setattr("chainrule.model.tracing.memory", lambda: 100e6)
    with pytest.raises(cr.OutOfMemoryError, match="Take smaller layers"):
        cr.Network(cr.Dense(10**6), loss=cr.SquaredError(), inputs=(4,))
    cr.Network(cr.Dense(10**6), loss=cr.SquaredError(), inputs=(2,))  # 48 MB and 12 MB


@pytest.mark.parametrize("depth", [300, 5000])
def test_layers_in_layers(depth):
    layer = cr.Dense(1)
    for _ in range(depth):
        layer = cr.Sequential(layer)
    net = cr.Network(layer, loss=cr.SquaredError())
    if depth < sys.getrecursionlimit() / 3:
        net.fit(X, X[:, 0], verbose=0)
        return
    with pytest.raises(cr.ParameterError, match="a depth that Python can follow"):
        net.fit(X, X[:, 0], verbose=0)
    assert not net.is_built
