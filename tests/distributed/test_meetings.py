"""A meeting gives the bytes of all to all, also long ones, and says who is late."""

import time

from tests.distributed.thread_comm import run_together, same

from chainrule.distributed import meetings
from chainrule.distributed.meetings import ROOM, Meetings, named


def test_bytes_of_any_length_arrive():
    def work(comm):
        met = Meetings(comm, list(range(comm.size)))
        sizes = [0, 1, ROOM, ROOM + 1, 3 * ROOM]
        return [met.gather(bytes([comm.rank]) * (n if comm.rank else 1)) for n in sizes]

    for found, n in zip(same(run_together(2, work)), [0, 1, ROOM, ROOM + 1, 3 * ROOM], strict=True):
        assert found == [b"\0", b"\1" * n]


def test_long_bytes_are_cut_into_pieces(monkeypatch):
    monkeypatch.setattr(meetings, "PIECE", 1000)

    def work(comm):
        return Meetings(comm, [0, 1]).gather(bytes(range(250)) * 9 * (1 + comm.rank))

    assert same(run_together(2, work)) == [bytes(range(250)) * 9, bytes(range(250)) * 18]


def test_one_line_says_who_is_late(monkeypatch, capfd):
    monkeypatch.setattr(meetings, "LATE", 0.01)

    def work(comm):
        met = Meetings(comm, [0, 4, 7])
        if comm.rank == 1:
            deadline = time.monotonic() + 10
            while "waits" not in "".join(said) and time.monotonic() < deadline:
                said.append(capfd.readouterr().err)
        return met.gather(b"here")

    said = []
    assert same(run_together(3, work)) == [b"here"] * 3
    assert "fit waits for process 4 of 3 since 0 s" in "".join(said)


def test_names():
    assert named([3]) == "process 3"
    assert named([1, 2]) == "processes 1, 2"
