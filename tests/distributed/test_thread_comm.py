"""The communicator of threads does what one of mpi4py does."""

import numpy as np
from tests.distributed.thread_comm import Aborted, Failed, Losses, Lost, run_together, same


def test_all_get_what_each_gives():
    assert same(run_together(3, lambda comm: comm.allgather(comm.rank))) == [0, 1, 2]


def test_pieces_go_where_they_belong():
    def work(comm):
        n = comm.size
        counts, places = np.arange(1, n + 1), np.cumsum([0, *range(1, n)])
        whole = np.zeros(counts.sum())
        comm.Allgatherv(np.full(counts[comm.rank], comm.rank), [whole, (counts, places)])
        each = np.full(n, 1), np.arange(n)
        swapped = np.zeros(n)
        comm.Alltoallv([np.arange(n) + 10.0 * comm.rank, each], [swapped, each])
        assert (swapped == comm.rank + 10.0 * np.arange(n)).all()
        return whole.tolist()

    assert same(run_together(3, work)) == [0, 1, 1, 2, 2, 2]


def test_a_lost_process_may_be_seen_by_some_only():
    def work(comm):
        mine = comm.Dup()
        try:
            return mine.allgather(comm.rank)
        except Failed:
            mine.Revoke()
            return mine.Shrink().allgather(comm.rank)

    def work_later(comm):
        mine, met = comm.Dup(), []
        while not met or len(met[-1]) == 3:
            try:
                met.append(mine.allgather(comm.rank))
            except Failed:
                mine.Revoke()
                mine = mine.Shrink()
        return met

    found = run_together(3, work, [Losses(1, sent=1)])
    assert isinstance(found.pop(1), Lost)
    assert found == [[0, 2], [0, 2]]
    told, _, behind = run_together(3, work_later, [Losses(1, sent=1, told=(0,))])
    assert told[0] == [0, 1, 2]
    assert behind[0] == [0, 2]


def test_abort_ends_all():
    def work(comm):
        if comm.rank == 1:
            comm.Abort()
        comm.Barrier()

    assert all(isinstance(one, Aborted) for one in run_together(2, work))
