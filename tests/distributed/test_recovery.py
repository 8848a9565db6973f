"""Survivors of a lost process end with the bits of an undisturbed run. Here they are threads."""

import numpy as np
import pytest
from tests.distributed.thread_comm import Losses, Lost, run_together, same

import chainrule as cr
from chainrule.distributed.processes import Processes
from chainrule.distributed.recovery import own_copy
from chainrule.engines import native
from chainrule.training import native_steps

needs_native = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


@pytest.fixture(autouse=True)
def on_the_native_engine(monkeypatch):
    """The reference engine takes no communicator."""
    if native.available():
        monkeypatch.setenv("CHAINRULE_ENGINE", "native")


X = np.random.default_rng(0).normal(size=(600, 6)).astype(np.float32)
Y = X[:, :1] * X[:, 1:2]


def trained(comm=None, **options):
    """Return the bits of θ, why the run ended, and its history."""
    net = cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=1)
    given = {"batch_size": 256, "epochs": 2, "verbose": 0} | options
    history = net.fit(X, Y, comm=comm, **given)
    return net.theta.tobytes(), history.stopped, tuple(history["loss"])


def left(found):
    """Return the answers of those that were not lost."""
    return [one for one in found if not isinstance(one, Lost)]


def meetings(comm):
    """Return what three meetings gave in all: the numbers of the processes."""
    processes = Processes(own_copy(comm))
    given = [processes.share((k, processes.number)) for k in range(3)]
    processes.leave()
    return given


@pytest.mark.parametrize("rank", range(3))
def test_a_meeting_is_made_by_all_that_are_left(rank):
    for sent in range(2, 10):
        found = run_together(3, meetings, [Losses(rank, sent)])
        assert isinstance(found[rank], Lost)
        given = same(left(found))
        assert [{k for k, _ in one} for one in given] == [{0}, {1}, {2}]
        left_out = {0, 1, 2} - {number for _, number in given[-1]}
        assert left_out in ({rank}, set()) if sent > 7 else left_out == {rank}


@needs_native
@pytest.mark.parametrize("sent", [1, 30, 45])
def test_survivors_have_the_same_bits(sent, capfd):
    found = run_together(3, trained, [Losses(sent % 3, sent, told=(0,))])
    assert isinstance(found[sent % 3], Lost)
    assert same(left(found)) == trained()
    if sent > 1:
        assert f"process {sent % 3} of 3 was lost" in capfd.readouterr().err


@needs_native
def test_survivors_of_a_large_network_have_the_same_bits(monkeypatch):
    """One copy of a large network serves many calls, but not if a process may be lost."""
    monkeypatch.setattr(native_steps, "SMALL", 0)
    found = run_together(3, trained, [Losses(0, sent=28)])
    assert same(left(found)) == trained()


def diverged(comm=None):
    """Return what a run leaves that diverges."""
    net = cr.Network(cr.Dense(5), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError(), seed=1)
    with np.errstate(all="ignore"), pytest.raises(cr.TrainingError) as stopped:
        optimizer = cr.Momentum(lr=0.8)
        net.fit(X, Y, comm=comm, batch_size=256, epochs=200, optimizer=optimizer, verbose=0)
    slots = (slot.tobytes() for slot in net.run_state.slots.values())
    return net.theta.tobytes(), *slots, net.run_state.step, str(stopped.value)


@needs_native
def test_processes_that_are_never_lost_make_steps_again_together(monkeypatch):
    alone = diverged()
    monkeypatch.setattr(native_steps, "SMALL", 0)
    monkeypatch.setattr(native_steps, "is_tolerant", lambda comm: False)
    assert same(run_together(3, diverged, [])) == alone


class Rows:
    """A source of the user's own, of which each process reads the rows of its shards."""

    def __len__(self):
        return len(X)

    def rows(self, indices):
        return X[indices], Y[indices]

    def fingerprint(self):
        return "rows"


@needs_native
def test_survivors_read_the_rows_of_a_lost_process():
    """Also if it is lost between two steps whose rows are read already."""

    def trained(comm=None):
        net = cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=1)
        net.fit(Rows(), batch_size=256, epochs=2, verbose=0, comm=comm)
        return net.theta.tobytes()

    expected = trained()
    for sent in range(28, 40):
        found = run_together(3, trained, [Losses(1, sent, told=(0,))])
        assert isinstance(found[1], Lost)
        assert same(left(found)) == expected, sent


@needs_native
def test_a_single_survivor_ends_the_run():
    found = run_together(3, trained, [Losses(0, 20), Losses(2, 31)])
    assert same(left(found)) == trained()
    assert len(left(found)) == 1


@needs_native
@pytest.mark.long
@pytest.mark.parametrize("rank", range(3))
@pytest.mark.parametrize("told", [(), (0,), (2,)], ids=["nobody", "first", "last"])
def test_any_moment_will_do(rank, told):
    expected = trained()
    for sent in range(1000):
        found = run_together(3, trained, [Losses(rank, sent, told)])
        if len(left(found)) == 3:
            break
        assert same(left(found)) == expected, sent
    assert sent > 40
