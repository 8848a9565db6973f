"""The Programs that a network was traced to: found again, and remembered within bounds."""

import numpy as np

import chainrule as cr
from chainrule.model import model, plans
from chainrule.model import program_cache as traced

RNG = np.random.default_rng(0)


def unrolled(steps, engine=None):
    each = cr.EachStep(cr.Sequential(cr.Dense(3), cr.ReLU(), cr.Dense(2), cr.Tanh()))
    return cr.Network(each, loss=cr.SquaredError(), inputs=(steps, 2), engine=engine)


def counting(monkeypatch):
    calls = []
    monkeypatch.setattr(model, "trace", lambda *a, **k: calls.append(a) or cr.trace(*a, **k))
    return calls


def test_targets_of_the_kind_that_was_expected_need_no_second_trace(monkeypatch):
    calls = counting(monkeypatch)
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,))
    X, labels = RNG.normal(size=(6, 4)), np.arange(6) % 3
    net.fit(X, labels, verbose=0)
    net.predict(X)
    assert len(calls) == 1
    net.fit(X, np.eye(3)[labels], verbose=0)  # a row of probabilities is another kind
    net.fit(X, labels, verbose=0)
    assert len(calls) == 2


def test_targets_of_several_outputs_need_no_second_trace(monkeypatch):
    calls = counting(monkeypatch)
    heads, X = cr.Heads({"digit": cr.Dense(3), "size": cr.Dense(1)}), RNG.normal(size=(6, 4))
    loss = {"digit": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()}
    net = cr.Network(heads, loss=loss, inputs=(4,))
    for size in (X[:, 0], X[:, :1]):
        net.fit(X, {"digit": np.arange(6) % 3, "size": size}, verbose=0)
    assert len(calls) == 1


def test_many_sizes_are_forgotten_again(monkeypatch):
    monkeypatch.setattr(traced, "MOST", 40)
    calls = counting(monkeypatch)
    net = cr.Network(
        cr.Conv1D(2, kernel=1), cr.GlobalAveragePool(), cr.Dense(1), loss=cr.SquaredError()
    )
    X, y = RNG.normal(size=(5, 60, 3)), RNG.normal(size=(5, 1))
    first = []
    for n in range(1, 61):
        net.fit(X[:, :n], y, epochs=0, verbose=0)
        first.append(net.predict(X[:, :n]))
    assert len(calls) == 60
    assert sum(len(p.train.steps) for p in set(net._cache.values())) <= 40
    assert len(net.plans) <= plans.PLANS
    again = [net.predict(X[:, :n]) for n in range(1, 61)]
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    before = len(calls)
    net.predict(X)
    assert len(calls) == before


def test_a_program_longer_than_all_that_are_kept_is_kept_alone(monkeypatch):
    monkeypatch.setattr(traced, "MOST", 3)
    calls = counting(monkeypatch)
    net = unrolled(4)
    net.fit(np.ones((3, 4, 2)), np.ones((3, 4, 2)), verbose=0)
    net.predict(np.ones((3, 4, 2)))
    assert len(calls) <= 2
