"""Several processes make the run of one. Here they are threads."""

import numpy as np
import pytest
from tests.distributed.thread_comm import run_together, same

import chainrule as cr
from chainrule.engines import native
from chainrule.errors import ProcessError

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

X = np.random.default_rng(0).normal(size=(600, 6)).astype(np.float32)
Y = X[:, :1] * X[:, 1:2]


def network(units=5, **settings):
    return cr.Network(
        cr.Dense(units), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=1, **settings
    )


def trained(comm=None, **options):
    """Return the bits of θ and why the run ended."""
    net = network()
    given = {"batch_size": 256, "epochs": 3, "verbose": 0} | options
    history = net.fit(X, Y, comm=comm, **given)
    return net.theta.tobytes(), history.stopped


def test_processes_have_the_bits_of_one():
    assert same(run_together(3, trained)) == trained()


def test_other_data_are_named(capfd):
    def work(comm):
        network().fit(X + (comm.rank == 1), Y, epochs=1, verbose=0, comm=comm)

    found = run_together(3, work)
    assert all(isinstance(error, ProcessError) for error in found)
    assert "process 1" in str(found[0])
    assert capfd.readouterr().err.count("\n") == 1
