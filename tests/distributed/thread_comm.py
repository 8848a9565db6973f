"""A communicator whose processes are threads of this one: tests of `comm=` without MPI.

It has the methods of mpi4py that the package uses. What one thread gives is copied, so threads
share nothing. No call waits longer than a time-out. A thread can be lost in the middle of a
meeting, as a killed process is; see `Losses`.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError

TIMEOUT = 30.0  # seconds that one call waits for the other threads


class Lost(BaseException):
    """Ends the thread of a lost process."""


class Failed(Exception):
    """What a call raises if a process of the communicator is lost, as an exception of MPI does."""


class Aborted(BaseException):
    """What a call raises in all threads if one of them has called `Abort`."""


@dataclass(eq=False)
class Losses:
    """The moment at which a process is lost.

    Parameters
    ----------
    rank : int
        Which process, by its rank in the first communicator.
    sent : int
        How often it has sent something before, over all communicators: a message to one process,
        or what it gives in a collective call.
    told : collection of int
        If it is lost in a collective call: the ranks that still get what it gives; all others
        raise `Failed`.
    """

    rank: int
    sent: int
    told: Collection[int] = ()


@dataclass(eq=False)
class World:
    """All threads, in whatever communicators they are."""

    losses: Sequence[Losses] = ()
    news: threading.Condition = field(default_factory=threading.Condition)
    lost: set[int] = field(default_factory=set)
    sent: dict[int, int] = field(default_factory=dict)  # how often each thread has sent something
    groups: dict[Any, Group] = field(default_factory=dict)
    aborted: bool = False

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until something is so, or all threads are ended."""
        if not self.news.wait_for(lambda: ready() or self.aborted, TIMEOUT):
            raise TimeoutError("a thread waited for the others in vain")
        if self.aborted:
            raise Aborted


@dataclass(eq=False)
class Group:
    """What the communicators of several threads have in common."""

    members: tuple[int, ...]  # by their ranks in the first communicator
    revoked: bool = False
    rounds: list[dict[int, Any]] = field(default_factory=list)
    told: list[dict[int, Collection[int]]] = field(default_factory=list)  # by whom, by round
    came: dict[Any, dict[int, int]] = field(default_factory=dict)  # to agree, or to shrink
    mail: dict[tuple[int, int], list[Any]] = field(default_factory=dict)  # by sender and receiver


class ThreadComm:
    """One thread's side of a communicator.

    Parameters
    ----------
    world : World
        All threads.
    group : Group
        The threads of this communicator.
    me : int
        This thread, by its rank in the first communicator.
    """

    def __init__(self, world: World, group: Group, me: int) -> None:
        self.world, self.group, self.me = world, group, me
        self.done, self.freed = 0, False
        self.calls: dict[str, int] = {}

    def Get_rank(self) -> int:
        return self.group.members.index(self.me)

    def Get_size(self) -> int:
        return len(self.group.members)

    rank, size = property(Get_rank), property(Get_size)

    def _check_here(self) -> None:
        """Raise `Lost` in a thread that is lost: nothing that it does counts."""
        if self.me in self.world.lost:
            raise Lost

    # ---- meetings

    def _begin(self, value: Any) -> int:
        """Give a value to the others, and return the number of the meeting."""
        world, group, number = self.world, self.group, self.done
        assert not self.freed, "a communicator was used after Free"
        with world.news:
            self.done += 1
            while len(group.rounds) <= number:
                group.rounds.append({})
                group.told.append({})
            lost = self._is_lost()
            if lost:
                group.told[number][self.me] = lost.told
            if not lost or lost.told:
                group.rounds[number][self.me] = value
            world.news.notify_all()
        if lost:
            raise Lost
        return number

    def _is_lost(self) -> Losses | None:
        """Count what is sent; return the loss if this thread is lost now."""
        world = self.world
        self._check_here()
        count = world.sent[self.me] = world.sent.get(self.me, -1) + 1
        for one in world.losses:
            if (one.rank, one.sent) == (self.me, count):
                world.lost.add(self.me)
                return one
        return None

    def _is_over(self, number: int) -> bool:
        """Return True if a meeting is complete for this thread, or cannot be completed."""
        group = self.group
        return (
            group.revoked
            or all(who in group.rounds[number] for who in group.members)
            or any(who in self.world.lost for who in group.members)
        )

    def _end(self, number: int) -> list[Any]:
        """Return what all have given, by rank."""
        group = self.group
        with self.world.news:
            self.world.wait(lambda: self._is_over(number))
            given = group.rounds[number]
            hidden = [who for who, told in group.told[number].items() if self.me not in told]
            if len(given) < len(group.members) or hidden:
                raise Failed("a process of this communicator is lost, or it was revoked")
            return [given[who] for who in group.members]

    def _meet(self, value: Any) -> list[Any]:
        return self._end(self._begin(value))

    # ---- what mpi4py has

    def allgather(self, value: Any) -> list[Any]:
        return [pickle.loads(one) for one in self._meet(pickle.dumps(value))]

    def bcast(self, value: Any, root: int = 0) -> Any:
        return self.allgather(value if self.rank == root else None)[root]

    def Barrier(self) -> None:
        self._meet(None)

    def Allgather(self, sent: Any, received: Any) -> None:
        self.Iallgather(sent, received).Wait()

    def Iallgather(self, sent: Any, received: Any) -> Request:
        return Request(self, self._begin(np.array(np.ravel(sent))), _array(received))

    def Allgatherv(self, sent: Any, received: Any) -> None:
        array, counts, places = _pieces(received)
        begin, own = places[self.rank], counts[self.rank]
        given = array[begin : begin + own] if sent is None else _array(sent)  # None: in place
        for one, n, at in zip(self._meet(np.array(given)), counts, places, strict=True):
            assert len(one) == n
            array[at : at + n] = one

    def Alltoallv(self, sent: Any, received: Any) -> None:
        array, counts, places = _pieces(sent)
        mine = [np.array(array[at : at + n]) for n, at in zip(counts, places, strict=True)]
        array, counts, places = _pieces(received)
        for given, n, at in zip(self._meet(mine), counts, places, strict=True):
            assert len(given[self.rank]) == n
            array[at : at + n] = given[self.rank]

    def Isend(self, sent: Any, to: int, tag: int) -> Delivered:
        world, who = self.world, self.group.members[to]
        with world.news:
            lost = self._is_lost()
            if not lost:
                self.group.mail.setdefault((self.me, who), []).append(np.array(_array(sent)))
            world.news.notify_all()
        if lost:
            raise Lost
        return Delivered()

    def Irecv(self, received: Any, of: int, tag: int) -> Letter:
        return Letter(self, self.group.members[of], _array(received))

    def Ibarrier(self) -> Request:
        return Request(self, self._begin(np.zeros(0)), np.zeros(0))

    def Dup(self) -> ThreadComm:
        self._meet(None)
        return self._like(self._name("copy"), self.group.members)

    def _name(self, kind: str) -> tuple[str, int]:
        """Return the name of a call that all threads make, in the same order."""
        self.calls[kind] = self.calls.get(kind, 0) + 1
        return kind, self.calls[kind]

    def _like(self, name: Any, members: tuple[int, ...]) -> ThreadComm:
        with self.world.news:
            group = self.world.groups.setdefault((id(self.group), name), Group(members))
        return ThreadComm(self.world, group, self.me)

    def Free(self) -> None:
        self.freed = True

    def Abort(self, status: int = 0) -> None:
        self._check_here()
        with self.world.news:
            self.world.aborted = True
            self.world.news.notify_all()
        raise Aborted

    # ---- a lost process

    def Revoke(self) -> None:
        with self.world.news:
            self.group.revoked = True
            self.world.news.notify_all()

    def Is_revoked(self) -> bool:
        return self.group.revoked

    def Get_failed(self) -> Gone:
        return Gone(len(self.world.lost.intersection(self.group.members)))

    def Shrink(self) -> ThreadComm:
        """Return a communicator of those that are left; each of them must call this."""
        waiting = self._name("shrink")
        came = self._all_left(waiting)
        return self._like(waiting, tuple(who for who in self.group.members if who in came))

    def Agree(self, flag: int) -> int:
        """Return the flags of all that are left, joined by `and`; each of them must call this."""
        came = self._all_left(self._name("agree"), flag)
        if len(came) < len(self.group.members):
            raise Failed("a process of this communicator is lost")
        return int(all(came.values()))

    def _all_left(self, name: Any, flag: int = 1) -> dict[int, int]:
        """Wait for all that are not lost, and return what each of them gave."""
        world = self.world
        self._check_here()
        with world.news:
            came = self.group.came.setdefault(name, {})
            came[self.me] = flag
            world.news.notify_all()
            members = self.group.members
            world.wait(lambda: all(who in came or who in world.lost for who in members))
        return came


class Request:
    """A meeting that has begun."""

    def __init__(self, comm: ThreadComm, number: int, received: Any) -> None:
        self.comm, self.number, self.received = comm, number, received

    def Test(self) -> bool:
        with self.comm.world.news:
            if not self.comm._is_over(self.number) and not self.comm.world.aborted:
                return False
        self.Wait()
        return True

    def Wait(self) -> bool:
        flat, at = self.received.reshape(-1), 0
        for one in self.comm._end(self.number):
            flat[at : at + one.size] = one
            at += one.size
        return True


@dataclass(frozen=True)
class Gone:
    """The group of the processes that are lost."""

    count: int

    def Get_size(self) -> int:
        return self.count


class Delivered:
    """A message that was sent."""

    def Test(self) -> bool:
        return True


class Letter:
    """A message that one thread waits for."""

    def __init__(self, comm: ThreadComm, of: int, received: Any) -> None:
        self.comm, self.of, self.received = comm, of, received

    def Test(self) -> bool:
        comm, world = self.comm, self.comm.world
        mail = comm.group.mail.setdefault((self.of, comm.me), [])
        with world.news:
            if world.aborted:
                raise Aborted
            if mail and not comm.group.revoked:
                self.received[...] = mail.pop(0)
                return True
            if comm.group.revoked or self.of in world.lost:
                raise Failed("a process of this communicator is lost, or it was revoked")
            world.news.wait(0.001)
        return False


def _array(given: Any) -> Any:
    """Return the array of a buffer as mpi4py takes it: an array, or [array, ...]."""
    return given[0] if isinstance(given, (list, tuple)) else given


def _pieces(given: Any) -> tuple[Any, Any, Any]:
    """Return the array, the counts and the places of [array, (counts, places)]."""
    array, (counts, places) = given[0], given[1]
    return array, np.array(counts), np.array(places)


def run_together(
    size: int, work: Callable[[Any], Any], losses: Sequence[Losses] = (), seconds: float = 60.0
) -> list[Any]:
    """Call `work(comm)` in threads, and return the answer or the exception of each, by rank.

    Parameters
    ----------
    size : int
        The number of threads.
    work : function
        It gets the communicator of its thread.
    losses : sequence of Losses
        Processes that are lost; their answer is an exception, `Lost`.
    seconds : float
        The time after which the test fails.
    """
    world, answers = World(losses), [None] * size
    group = Group(tuple(range(size)))

    def run(rank: int) -> None:
        try:
            answers[rank] = work(ThreadComm(world, group, rank))
        except BaseException as error:
            answers[rank] = error

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread did not end"
    return answers


def same(answers: Sequence[Any]) -> Any:
    """Return the answer that all threads gave; raise the error of one that failed."""
    failed = [one for one in answers if isinstance(one, BaseException)]
    if failed:  # the first error is no message about another process, if there is such a one
        raise sorted(failed, key=lambda error: isinstance(error, ChainruleError))[0]
    assert all(one == answers[0] for one in answers), answers
    return answers[0]
