"""The exchange of sums between processes, which the native engine asks for in every phase."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

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
        self.rank = int(comm.Get_rank())

    def __call__(self, what: int, memory: memoryview | None) -> None:
        """Move the sums: all of them to all, a slice of them to each, or the totals to all.

        Parameters
        ----------
        what : int
            ALL_SUMS, SLICES or TOTALS.
        memory : memoryview, optional
            A large sum that is sent from its own place in the plan, and whose totals go there.
        """
        sent, sent_at, got, got_at = self.counts
        own = self.sent if memory is None else np.frombuffer(memory, self.sent.dtype)
        if what == ALL_SUMS:
            self.comm.Allgatherv(own[: sent[self.rank]], [self.received, (got, got_at)])
        elif what == SLICES:
            self.comm.Alltoallv([own, (sent, sent_at)], [self.received, (got, got_at)])
        elif memory is None:
            self.comm.Allgatherv(self.received[: got[self.rank]], [own, (got, got_at)])
        else:
            self.comm.Allgatherv(in_place(), [own, (got, got_at)])


def in_place() -> Any:
    """Return the word of mpi4py for numbers that lie where they are received; None without it."""
    return getattr(sys.modules.get("mpi4py.MPI"), "IN_PLACE", None)
