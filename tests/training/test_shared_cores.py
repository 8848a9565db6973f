"""The engine leaves a core to the thread that makes rows while that needs much of one."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.training import shared_cores
from chainrule.training.shared_cores import SharedCores


class Plan:
    def __init__(self, threads):
        self.threads, self.limits = threads, []

    def limit_threads(self, most):
        self.limits.append(most)


def test_a_core_is_left_while_rows_take_much_time():
    plan = Plan(2)
    cores = SharedCores(plan)
    made = 0.0
    for share, limits in ((0.4, [1]), (0.2, [1, 2]), (1.0, [1, 2]), (1.4, [1, 2, 1])):
        for _ in range(12):
            made += 0.005 * share
            cores.look(made, 0.005)
        assert plan.limits == limits


def test_one_thread_and_other_plans_are_left_alone():
    plan = Plan(1)
    for cores in (SharedCores(plan), SharedCores(object())):
        cores.look(9.0, 1.0)
    assert plan.limits == []


@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
def test_the_number_of_threads_changes_no_bit(monkeypatch):
    X = np.random.default_rng(0).normal(size=(512, 3))
    limits, limit = [], native.Native.limit_threads

    def noted(plan, most):
        limits.append(most)
        limit(plan, most)

    class Rows:
        def __len__(self):
            return 512

        def rows(self, indices):
            return X[indices], X[indices, 0]

    def trained(*rows):
        net = cr.Network(cr.Dense(4), cr.Dense(1), loss=cr.SquaredError(), engine="native")
        net.fit(*rows, batch_size=128, epochs=3, verbose=0)
        return net.theta.tobytes()

    before = trained(X, X[:, 0])
    monkeypatch.setattr(native.Native, "limit_threads", noted)
    monkeypatch.setattr("chainrule.engines.thread_count.SMALL", 0)
    monkeypatch.setattr("chainrule.engines.thread_count.cores", lambda: 3)
    monkeypatch.setattr(shared_cores, "EVERY", 0)
    monkeypatch.setattr(shared_cores, "LITTLE", 99)
    assert trained(Rows()) == before
    assert limits[:2] == [2, 3]
