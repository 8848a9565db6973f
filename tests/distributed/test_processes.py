"""What processes tell each other: threads first, then real processes of MPI."""

import pytest
from tests.distributed.mpi import run_job
from tests.distributed.thread_comm import run_together, same

from chainrule.distributed.processes import Processes, join
from chainrule.engines import native
from chainrule.errors import ParameterError, ProcessError

needs_native = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


def with_processes(function):
    """Return what a thread does with its processes."""

    def work(comm):
        processes = Processes(comm)
        try:
            found = function(processes)
        except BaseException as error:
            processes.leave(error)
            raise
        processes.leave()
        return found

    return work


def test_what_is_no_communicator_is_refused():
    with pytest.raises(ParameterError, match="mpi4py"):
        join(3)
    assert join(None) is None


@pytest.mark.parametrize("is_inter", [True, False], ids=["two groups", "freed"])
def test_a_communicator_that_is_no_group_is_refused(is_inter):
    class Comm:
        Get_rank = Isend = Irecv = Ibarrier = Allgatherv = Alltoallv = Dup = print

        def Get_size(self):
            if not is_inter:
                raise RuntimeError("MPI_ERR_COMM: invalid communicator")
            return 1

        def Is_inter(self):
            return True

    with pytest.raises(ParameterError, match="expected a communicator of one group of processes"):
        join(Comm())


def test_the_first_decides():
    def work(processes):
        return processes.from_first(processes.rank + 5), processes.only_first(lambda: "found")

    assert same(run_together(3, with_processes(work))) == (5, "found")


def test_long_values_arrive_whole():
    def work(processes):
        return processes.share(b"a" * 5000 * processes.rank)

    assert same(run_together(3, with_processes(work))) == [b"", b"a" * 5000, b"a" * 10000]


def test_an_error_of_one_ends_all():
    def work(processes):
        with processes.one_sided():
            if processes.rank == 1:
                raise ValueError("not here")
        processes.share(None)

    first, second, third = run_together(3, with_processes(work))
    assert isinstance(second, ValueError)
    for other in (first, third):
        assert isinstance(other, ProcessError)
        assert "process 1 of 3 ended the run: ValueError: not here" in str(other)


def test_an_error_outside_of_meetings_ends_all():
    def work(processes):
        if processes.rank == 0:
            raise MemoryError
        processes.share(None)

    found = run_together(2, with_processes(work))
    assert [type(one) for one in found] == [MemoryError, ProcessError]


FIT = """
def look(run):
    {look}

net = network()
history = net.fit(X, Y, batch_size=256, epochs=4, verbose=0, comm=comm, callbacks=[look])
tell("bits", bits(net))
tell("why", history.stopped)
"""


@needs_native
@pytest.mark.slow
def test_real_processes_have_the_bits_of_one(tmp_path):
    found = [run_job(tmp_path, size, FIT.format(look="pass")) for size in (1, 3)]
    assert [one.status for one in found] == [0, 0], found[1].errors
    assert len(found[1].said("bits")) == 3
    assert set(found[1].said("bits")) == set(found[0].said("bits"))


@needs_native
@pytest.mark.slow
def test_an_error_in_a_callback_ends_all_processes_with_one_report(tmp_path):
    text = FIT.format(look="raise ValueError('of the user')")
    found = run_job(tmp_path, 3, text)
    assert found.status
    assert found.errors.count("ValueError: of the user") == 1
    assert "\nchainrule.errors.ProcessError" not in found.errors


@needs_native
@pytest.mark.slow
def test_a_signal_to_one_process_ends_the_run_of_all(tmp_path):
    look = "import os, signal; run.epoch == 1 and os.kill(os.getpid(), signal.{})"
    for name in ("SIGINT", "SIGTERM"):
        found = run_job(tmp_path, 2, FIT.format(look=look.format(name)))
        assert found.status == 0, found.errors
        assert found.said("why") == ["interrupted"] * 2
        assert len(set(found.said("bits"))) == 1


KILLED = """
def kill():
    os.kill(os.getpid(), 9)

victim, after = {victim}, {after}
timer = threading.Timer(after, kill)
if rank == victim:
    timer.start()
net = network()
net.fit(
    X, Y, batch_size=256, epochs={epochs}, verbose=0, comm=comm,
    callbacks=[cr.Checkpoint("run.safetensors", every=5), cr.CSVLog("run.csv")], resume={resume},
)
timer.cancel()
tell("bits", bits(net))
if {again}:
    net.fit(X, Y, batch_size=256, epochs=2, verbose=0, comm=comm)
    tell("then", bits(net))
"""
QUIET = {"victim": -1, "after": 0, "epochs": 150, "resume": None, "again": False}


def check_lost(folder, victim, after, ulfm):
    """Kill one of three processes; survivors, or a resumed run, end with the same θ."""
    expected = run_job(folder, 1, KILLED.format(**QUIET | {"again": True}))
    (folder / "run.safetensors").unlink()
    wanted = QUIET | {"victim": victim, "after": after, "again": True}
    found = run_job(folder, 3, KILLED.format(**wanted), ulfm=ulfm)
    if not ulfm and found.status:
        found = run_job(folder, 2, KILLED.format(**QUIET | {"again": True, "resume": True}))
    assert found.status == 0, found.errors
    assert len(found.said("bits")) >= 2, found.errors
    assert set(found.said("bits")) == set(expected.said("bits"))
    assert set(found.said("then")) == set(expected.said("then"))
    epochs = [line.split(",")[0] for line in (folder / "run.csv").read_text().splitlines()]
    assert epochs == ["epoch", *map(str, range(1, 151))]
    return found


@needs_native
@pytest.mark.slow
@pytest.mark.parametrize("victim", range(3))
def test_survivors_of_a_killed_process_have_the_same_bits(tmp_path, victim):
    check_lost(tmp_path, victim, 0.3 + 0.3 * victim, ulfm=True)


@needs_native
@pytest.mark.slow
def test_without_fault_tolerance_the_job_ends_and_is_resumed(tmp_path):
    check_lost(tmp_path, 1, 0.6, ulfm=False)


@needs_native
@pytest.mark.long
@pytest.mark.parametrize("moment", range(30))
def test_any_moment_will_do(tmp_path, moment):
    check_lost(tmp_path, moment % 3, 0.05 * moment, ulfm=moment % 5 > 0)
