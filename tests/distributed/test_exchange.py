"""The exchange moves numbers as C asks for it."""

import numpy as np
from tests.distributed.thread_comm import run_together, same

from chainrule.distributed.exchange import ALL_SUMS, SLICES, TOTALS, Exchange


def test_sums_and_totals_go_where_c_wants_them():
    def work(comm):
        size, rank = comm.size, comm.rank
        counts = np.zeros((4, size), np.int32)
        sent, received = np.zeros(2 * size, np.float32), np.zeros(2 * size, np.float32)
        exchange = Exchange(comm, sent, received, counts)
        sent[:] = 10 * rank + np.arange(2 * size)
        counts[0] = counts[2] = 2
        counts[1] = counts[3] = 2 * np.arange(size)
        exchange(SLICES, None)
        slices = received.copy()
        counts[1] = 0
        exchange(ALL_SUMS, None)
        sums = received.copy()
        exchange(TOTALS, None)
        assert slices.tolist() == [10 * r + 2 * rank + k for r in range(size) for k in (0, 1)]
        return sums.tolist(), sent.tolist()

    sums, totals = same(run_together(3, work))
    assert sums == [0, 1, 10, 11, 20, 21]
    assert totals == [0, 1] * 3
