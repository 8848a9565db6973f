"""Several processes make the steps of one RBM: the same bits as one process."""

import numpy as np
import pytest
from tests.distributed.mpi import mpiexec
from tests.distributed.thread_comm import Aborted, Losses, Lost, run_together, same

import chainrule as cr
from chainrule.distributed.exchange import Exchange
from chainrule.energy import CD, PCD, ParallelTempering, Sparsity
from chainrule.energy.rbm.native_plan import RbmPlan
from chainrule.engines.choice import check_engine, uses_native
from chainrule.errors import ParameterError, ProcessError

RNG = np.random.default_rng(0)
N, WIDTH, HIDDEN = 300, 128, 96
X = (RNG.random((N, WIDTH)) < RNG.random(WIDTH)).astype("f4")
Y = RNG.integers(0, 3, N)
# Batches of 256 are shared, the last one of 44 rows is not.
IN_C = {
    "CD": {"sampler": CD(), "sample_weight": np.arange(N) + 1.0},
    "PCD": {"optimizer": cr.Momentum(lr=0.1), "metrics": "free_energy", "validation_data": X[:9]},
}
MORE = {
    "CD-3, Adam": {"sampler": CD(k=3), "optimizer": cr.Adam()},
    "177 chains": {"sampler": PCD(k=3, chains=177)},
    "schedule": {"optimizer": cr.SGD(lr=lambda step: 0.1 / step)},
    "clip": {"optimizer": (cr.ClipNorm(0.5), cr.SGD(lr=0.1))},
    "own order": {"order": lambda epoch, n: np.arange(n)[::-1]},
}
OTHER = {
    "penalty": ({"penalty": cr.L2(1e-4)}, {}),
    "sparsity": ({"sparsity": Sparsity(0.05, cost=0.5)}, {}),
    "tempering": ({}, {"sampler": ParallelTempering(temperatures=3)}),
    "classes": ({"classes": 3}, {}),
    "gaussian": ({"kind": "gaussian"}, {"sampler": CD(), "optimizer": cr.SGD(lr=1e-3)}),
    "few units": ({"hidden": 3}, {}),
}

in_c = pytest.mark.skipif(not uses_native(check_engine(None)), reason="it is the native engine's")


def trained(comm=None, settings=None, **options):
    """Return the bits of θ, chains, slots and losses after a fit."""
    rbm = cr.RBM(**({"hidden": HIDDEN, "seed": 1} | (settings or {})))
    y = (Y,) if rbm.classes else ()
    options = {"epochs": 2, "batch_size": 256, "verbose": 0} | options
    history = rbm.fit(X, *y, comm=comm, **options)
    state = rbm.run_state
    arrays = [rbm.theta, *state.carry.values(), *state.slots.values()]
    return [a.tobytes() for a in arrays], list(history)


@in_c
@pytest.mark.parametrize(("size", "name"), [(2, "CD"), (3, "PCD")])
def test_processes_have_the_bits_of_one(size, name):
    found = same(run_together(size, lambda comm: trained(comm, **IN_C[name])))
    assert found == trained(**IN_C[name])


@in_c
@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", IN_C | MORE)
def test_all_options_have_the_bits_of_one_process(name, dtype, size):
    options = (IN_C | MORE)[name]
    found = same(run_together(size, lambda comm: trained(comm, {"dtype": dtype}, **options)))
    assert found == trained(None, {"dtype": dtype}, **options)


@in_c
@pytest.mark.slow
@pytest.mark.parametrize("name", OTHER)
def test_steps_in_numpy_have_the_bits_of_one_process(name):
    settings, options = OTHER[name]
    found = same(run_together(2, lambda comm: trained(comm, settings, **options)))
    assert found == trained(None, settings, **options)


@in_c
def test_each_process_computes_a_share(monkeypatch):
    shared = []

    def advance(self, *arguments, **options):
        shared.append(self.shared[:2])
        return advance_alone(self, *arguments, **options)

    advance_alone = RbmPlan.advance
    monkeypatch.setattr(RbmPlan, "advance", advance)
    run_together(2, lambda comm: trained(comm, epochs=1))
    assert set(shared) == {(0, 2), (1, 2)}


@in_c
def test_a_run_of_two_processes_goes_on_in_one(tmp_path):
    def begin(comm):
        checkpoint = cr.Checkpoint(tmp_path / "run.safetensors")
        return trained(comm, callbacks=[checkpoint], epochs=1)

    same(run_together(2, begin))
    checkpoint = cr.Checkpoint(tmp_path / "run.safetensors")
    arrays, logs = trained(callbacks=[checkpoint], resume=True, epochs=2)
    assert (arrays, logs) == trained(epochs=2)


def test_other_rows_in_one_process_are_named(capsys):
    def work(comm):
        rbm = cr.RBM(3)
        rbm.fit(X[: 20 - comm.rank], epochs=1, verbose=0, comm=comm)

    for error in run_together(2, work):
        assert isinstance(error, ProcessError)
        assert "another one in process 1" in str(error)
    assert capsys.readouterr().err.count("chainrule:") == 1


def test_an_error_before_the_run_is_told():
    def work(comm):
        cr.RBM(3).fit(X[:20], epochs=1 if comm.rank else -1, verbose=0, comm=comm)

    first, second = run_together(2, work)
    assert isinstance(first, ParameterError)
    assert isinstance(second, ProcessError)
    assert "process 0 of 2 ended the run" in str(second)


@in_c
def test_an_exchange_that_fails_ends_all_processes(monkeypatch, capsys):
    def fails(self, what, memory):
        raise OSError("the network is gone")

    monkeypatch.setattr(Exchange, "__call__", fails)
    errors = run_together(2, trained)
    assert all(isinstance(error, (Aborted, OSError)) for error in errors)
    assert "OSError: the network is gone" in capsys.readouterr().err


@in_c
@pytest.mark.parametrize(("name", "meeting"), [("PCD", 25), ("CD", 30), ("PCD", 40)])
def test_survivors_of_a_lost_process_have_the_same_bits(name, meeting, capfd):
    options = IN_C[name]
    found = run_together(3, lambda comm: trained(comm, **options), [Losses(1, meeting, (0,))])
    lost = found.pop(1)
    assert same(found) == trained(**options)
    assert isinstance(lost, Lost), lost
    assert "process 1 of 3 was lost" in capfd.readouterr().err


@in_c
def test_a_recording_of_the_first_process_makes_steps_alone():
    def recorded(comm=None):
        record = cr.Record()
        trained(comm, callbacks=[record])
        if comm is None or comm.rank == 0:
            return record.recording.at(3).theta.tobytes()
        return None

    assert run_together(2, recorded) == [recorded(), None]


SCRIPT = """
import sys, hashlib, numpy as np
from mpi4py import MPI
import chainrule as cr
comm = MPI.COMM_WORLD
X = (np.random.default_rng(0).random((300, 128)) < 0.3).astype("f4")
found = []
for given in (None, comm):
    rbm = cr.RBM(96, seed=1)
    rbm.fit(X, epochs=2, batch_size=256, verbose=0, comm=given)
    bits = rbm.theta.tobytes() + rbm.run_state.carry["h"].tobytes()
    found.append(hashlib.sha256(bits).hexdigest())
print(len(set(comm.allgather(found[0]) + comm.allgather(found[1]))), "hash", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 3])
def test_real_processes_have_the_bits_of_one(size, tmp_path):
    code, out, err = mpiexec(size, "-c", SCRIPT, folder=tmp_path)
    assert (code, out) == (0, "1 hash\n" * size), err
