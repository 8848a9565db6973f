"""The exchange of sums between processes, which the native engine asks for in every phase."""

from __future__ import annotations

from typing import Any

from ..arrays import Array

ALL_SUMS, SLICES, TOTALS = range(3)  # as in engine.h


class Exchange:
    """Moves the sums of one plan between the processes; C calls it.

    C writes what it sends to `sent`, and sets in `counts` how many numbers go to each process,
    where they begin, how many come from each, and where these begin. It adds up what was received
    itself, in its fixed tree: MPI's own reductions promise no order.

    Parameters
    ----------
    comm : communicator
        As mpi4py has it.
    sent, received : array
        Numbers in the dtype of the plan.
    counts : array of int32, (4, processes)
        Set by C before each call.
    """

    def __init__(self, comm: Any, sent: Array, received: Array, counts: Array) -> None:
        self.comm, self.sent, self.received, self.counts = comm, sent, received, counts

    def __call__(self, what: int) -> None:
        """Move the sums: all of them to all, a slice of them to each, or the totals to all."""
        sent, sent_at, got, got_at = self.counts
        rank = self.comm.Get_rank()
        if what == ALL_SUMS:
            self.comm.Allgatherv(self.sent[: sent[rank]], [self.received, (got, got_at)])
        elif what == SLICES:
            self.comm.Alltoallv([self.sent, (sent, sent_at)], [self.received, (got, got_at)])
        else:
            self.comm.Allgatherv(self.received[: got[rank]], [self.sent, (got, got_at)])
