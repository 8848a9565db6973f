"""Of several processes, each makes the rows of its own shards alone. Here they are threads."""

import numpy as np
import pytest
from tests.distributed.cases import OwnRows, bits, classifier, dense, fit, half_off, own_source
from tests.distributed.thread_comm import run_together, same

import chainrule as cr
from chainrule.engines import native
from chainrule.training.together import FIRST

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


@pytest.fixture(autouse=True)
def on_the_native_engine(monkeypatch):
    """The reference engine takes no communicator."""
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")


def test_a_process_asks_a_source_for_its_own_rows():
    def read(comm=None):
        net, options = own_source()
        source = options.pop("X")
        source.read = 0
        net.fit(source, verbose=0, comm=comm, **options)
        return source.read

    alone, together = read(), run_together(2, read)
    assert alone > 2000
    assert max(together) <= alone // 2 + 1 + FIRST  # which all compare before the first step


def test_a_process_augments_its_own_rows():
    def changed(comm=None):
        counts = []

        def change(rows, key, numbers):
            counts.append(len(rows))
            return half_off(rows, key, numbers)

        net, options = fit(classifier(cr.Dense(9)), n=512, augment=change)
        net.fit(options.pop("X"), options.pop("y"), verbose=0, comm=comm, **options)
        return sum(counts)

    assert run_together(4, changed) == [changed() // 4] * 4


class Weighted(OwnRows):
    """A source with weights, in all batches or not in the first one."""

    def __init__(self, n, first):
        super().__init__(n)
        self.first = first

    def rows(self, indices):
        X, y = super().rows(indices)
        if len(indices) == 1 and not self.first:
            return X, y
        return X, y, np.random.default_rng(5).random(len(self))[indices]


@pytest.mark.parametrize("first", [True, False])
def test_weights_are_shares_of_the_whole_batch(first):
    def made():
        return dense(), {"X": Weighted(600, first), "batch_size": 300, "epochs": 2}

    assert same(run_together(2, lambda comm: bits(made, comm))) == bits(made)


def test_a_loss_that_is_not_finite_is_explained_by_the_whole_batch():
    """The row that is not finite belongs to one process; all name the same value."""

    def made():
        def change(rows, key, numbers):
            return np.where(numbers[:, None] == 300, np.float32(3e38), rows)

        net = cr.Network(cr.Dense(3), loss=cr.SquaredError(), seed=1)
        _, options = fit(net, n=512, batch_size=None, augment=change, optimizer=cr.SGD(0.1))
        return net, options | {"y": options["X"][:, :3]}

    alone = bits(made)
    assert "first non-finite value" in alone
    assert same(run_together(2, lambda comm: bits(made, comm))) == alone
