"""A meeting: each process gives some bytes, and all get those of all."""

from __future__ import annotations

import sys
from time import perf_counter, sleep
from typing import Any

import numpy as np

from ..arrays import Array

TAG = 1
BOX = 64  # numbers of 8 bytes in a message; the first one is the length of what is given
ROOM = 8 * (BOX - 1)  # bytes that fit; longer ones follow in a second exchange
PIECE = 1 << 30  # bytes that all together exchange at once: MPI counts in 32 bits
SPIN = 0.002  # seconds of waiting in which the core is not given up
NAP = 0.002  # the longest sleep after that, in seconds
LATE = 10.0  # seconds after which a line says who is missing


class Meetings:
    """The meetings of the processes of one communicator.

    Each process sends its bytes to each other one. So nobody leaves a meeting before all have come,
    and everyone knows who is missing. MPI's own collective calls use a core while they wait; here
    a process that waits for long sleeps between two looks.

    Parameters
    ----------
    comm : communicator
        As mpi4py has it.
    numbers : list of int
        What the processes are called, by rank.
    """

    def __init__(self, comm: Any, numbers: list[int]) -> None:
        self.comm, self.numbers = comm, numbers
        self.rank, self.size = int(comm.Get_rank()), int(comm.Get_size())
        self._others = [rank for rank in range(self.size) if rank != self.rank]
        self._given = np.zeros(BOX, np.int64)
        self._got = np.zeros((self.size, BOX), np.int64)

    def gather(self, given: bytes) -> list[bytes]:
        """Return what each process gave, by rank."""
        box = self._given
        box[0] = len(given)
        if len(given) <= ROOM:
            box[1:].view(np.uint8)[: len(given)] = np.frombuffer(given, np.uint8)
        got = {rank: self.comm.Irecv(self._got[rank], rank, TAG) for rank in self._others}
        self._wait(got, [self.comm.Isend(box, rank, TAG) for rank in self._others])
        self._got[self.rank] = box
        lengths = self._got[:, 0].tolist()
        long = self._long(given, lengths) if max(lengths) > ROOM else {}
        return [
            long[rank] if rank in long else self._got[rank, 1:].tobytes()[:length]
            for rank, length in enumerate(lengths)
        ]

    def _wait(self, coming: dict[int, Any], going: list[Any]) -> None:
        """Wait for messages; after some milliseconds let others have the core."""
        begun, late = perf_counter(), LATE
        while True:
            coming = {rank: one for rank, one in coming.items() if not one.Test()}
            going = [one for one in going if not one.Test()]
            if not coming and not going:
                return
            waited = perf_counter() - begun
            if waited > SPIN:
                sleep(min(waited / 20, NAP))
            if waited > late:
                late *= 10
                self._say_who_is_late(coming, waited)

    def _say_who_is_late(self, coming: dict[int, Any], waited: float) -> None:
        """Write one line; the first one of those that wait does so."""
        if not coming or any(rank not in coming for rank in range(self.rank)):
            return
        text = f"fit waits for {named([self.numbers[rank] for rank in coming])}"
        text += f" of {self.size} since {waited:.0f} s"
        print(f"chainrule: {text}", file=sys.stderr, flush=True)

    def _long(self, given: bytes, lengths: list[int]) -> dict[int, bytes]:
        """Return what did not fit into the messages, by rank."""
        sizes = np.where(np.array(lengths) > ROOM, lengths, 0)
        mine = np.frombuffer(given if len(given) > ROOM else b"", np.uint8)
        parts: dict[int, list[bytes]] = {rank: [] for rank in np.flatnonzero(sizes).tolist()}
        each = PIECE // self.size
        for begin in range(0, int(sizes.max()), each):
            counts: Array = np.clip(sizes - begin, 0, each).astype(np.int32)
            places = np.append(0, np.cumsum(counts)[:-1]).astype(np.int32)
            whole = np.empty(int(counts.sum()), np.uint8)
            self.comm.Allgatherv(mine[begin : begin + each], [whole, (counts, places)])
            for rank, part in parts.items():
                part.append(whole[places[rank] : places[rank] + counts[rank]].tobytes())
        return {rank: b"".join(part) for rank, part in parts.items()}


def named(ranks: list[int]) -> str:
    """Return `process 3`, or `processes 1, 2, 5`."""
    return f"process{'es' if len(ranks) > 1 else ''} {', '.join(map(str, ranks))}"


def wait_for_all(comm: Any) -> None:
    """Return when all processes of a communicator have come here; say so if it takes long."""
    barrier = comm.Ibarrier()
    begun, late = perf_counter(), LATE
    while not barrier.Test():
        waited = perf_counter() - begun
        if waited > SPIN:
            sleep(min(waited / 20, NAP))
        if waited > late:
            late *= 10
            text = f"process {comm.Get_rank()} waits in fit for the others since {waited:.0f} s"
            print(f"chainrule: {text}", file=sys.stderr, flush=True)
