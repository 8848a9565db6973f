"""What the survivors do when a process is lost.

Open MPI's fault tolerance (`mpiexec --with-ft ulfm`) lets a call that waits for a lost process
raise an exception in the others. They revoke the communicator, so that all of them leave their
calls, and go on with a smaller one. Without it, the launcher of MPI ends the job.

Every meeting needs all processes. So the survivors have made the same meetings, or some of them one
more, whose result they pass on.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from os import _exit
from typing import Any, NamedTuple

from .meetings import wait_for_all

MOST = 8  # recoveries in succession in which nobody was lost: then MPI has another problem
FAULT_TOLERANCE = "OMPI_MCA_mpi_ft_enable"  # set by mpiexec --with-ft ulfm
SEGMENTS = "/dev/shm/sm_segment."  # as Open MPI calls them
MAPS = "/proc/self/maps"  # Linux alone has it


class Loss(Exception):
    """A call of MPI failed: a process is lost. Never seen by users."""


class Place(NamedTuple):
    """Where a process of a fit is.

    Parameters
    ----------
    number : int
        What the process is called: its rank when the fit began.
    met : int
        The meetings that it has made.
    unfinished : bool
        True if it is in a joint computation and has not finished it.
    cores : tuple
        The name of its machine, and the cores that it may use.
    """

    number: int
    met: int
    unfinished: bool
    cores: tuple[str, frozenset[int]]


def is_tolerant(comm: Any) -> bool:
    """Return True if the other processes can go on when one of them is lost.

    Without fault tolerance some of its calls would wait forever.
    """
    if not all(callable(getattr(comm, name, None)) for name in ("Revoke", "Shrink", "Agree")):
        return False
    if not has_launcher(comm):
        return True
    return os.environ.get(FAULT_TOLERANCE, "0") in ("1", "true")


def has_launcher(comm: Any) -> bool:
    """Return True for a communicator of MPI, whose processes something has started together."""
    return type(comm).__module__.startswith("mpi4py")


def survivors(
    comm: Any, place: Place, last: Any, agreed: bool = False
) -> tuple[Any, list[Place], Any]:
    """Return a communicator of the processes that are left, their places, and the last result.

    Each survivor calls this when a call of MPI has failed in it. A further loss in here only makes
    the communicator smaller.

    Parameters
    ----------
    comm : communicator
        The one with the lost process.
    place : Place
        Where this process is.
    last : object
        The result of its last meeting.
    agreed : bool
        True if this process comes from the agreement at the end of the fit.

    Returns
    -------
    tuple
        The communicator, where each survivor was, and the result of the last meeting that any of
        them has made.
    """
    if not agreed:
        comm.Revoke()  # the others leave their calls, and come here
    while True:
        with suppress(Exception):  # those that wait for the end of the fit come as well
            if not agreed:
                comm.Agree(0)
        agreed = False
        comm = comm.Shrink()
        try:
            places = comm.allgather(place)
            met = [one.met for one in places]
            if min(met) < max(met):
                ahead = met.index(max(met))
                last = comm.bcast(last if comm.Get_rank() == ahead else None, ahead)
        except Exception:
            comm.Revoke()
            continue
        return comm, places, last


def own_copy(comm: Any) -> Any:
    """Return a communicator that only one fit uses, of the processes that are left."""
    if not is_tolerant(comm):
        wait_for_all(comm)
        return comm.Dup()
    _let_end(comm)
    made = None
    if not _knows_of_losses(comm):
        with suppress(Exception):
            wait_for_all(comm)
            made = comm.Dup()
    agreed = 0
    with suppress(Exception):  # it raises in all processes if one of them is lost
        agreed = comm.Agree(int(made is not None))
    return made if made is not None and agreed else comm.Shrink()


def _knows_of_losses(comm: Any) -> bool:
    """Return True if this process knows of a lost process of the communicator."""
    return bool(comm.Get_failed().Get_size())


_ending: list[Any] = []  # the communicators that have been prepared for the end


def _let_end(comm: Any) -> None:
    """Let the interpreter end whatever happens: MPI's end may wait for a process that was lost."""
    if has_launcher(comm) and not any(comm == known for known in _ending):
        _ending.append(comm)
        atexit.register(_end_mpi, comm)


def _end_mpi(comm: Any) -> None:
    """Wait for all that are left. If one was lost, end without MPI, which may wait for it."""
    from mpi4py import MPI

    if MPI.Is_finalized():
        return
    with suppress(Exception):
        comm.Agree(1)
    if not _knows_of_losses(comm):
        return
    for path in _segments():
        with suppress(OSError):
            os.unlink(path)
    sys.stdout.flush()
    sys.stderr.flush()
    _exit(1 if getattr(sys, "last_value", None) is not None else 0)


def _segments() -> set[str]:
    """Return the files of shared memory of this job; a process that was lost leaves its own."""
    if not os.path.exists(MAPS):
        return set()
    with open(MAPS, encoding="utf-8") as maps:
        places = [line.rsplit(maxsplit=1)[-1] for line in maps]
    return {place for place in places if place.startswith(SEGMENTS)}
