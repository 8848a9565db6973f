"""Only plain files that may be written are replaced, and they keep their mode."""

import os
import stat
import subprocess
import sys

import numpy as np
import pytest
from tests.files.networks import NETWORKS, environment

import chainrule as cr
from chainrule.cli.answers_to_files import write_answers
from chainrule.files import writing
from chainrule.files.container import write
from chainrule.files.writing import check_target, open_whole, remove_leftovers, write_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and devices of POSIX")

ROWS = np.arange(4.0).reshape(2, 2)


def rbm(path):
    model = cr.RBM(3)
    model.fit(np.eye(4), epochs=1, verbose=0)
    model.save(path)


def fit(path, callback):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    net.fit(ROWS, ROWS[:, :1], callbacks=[callback(path)], verbose=0)


WRITERS = {
    "network": lambda path: NETWORKS["plain"]().save(path),
    "checkpoint": lambda path: fit(path, cr.Checkpoint),
    "log": lambda path: fit(path, cr.CSVLog),
    "RBM": rbm,
    "Hopfield": lambda path: cr.Hopfield().store(np.array([[1, -1, 1]])).save(path),
    "answers": lambda path: write_answers(f"{path}", ROWS),
    "arrays": lambda path: write(path, {"a": ROWS}, {}),
    "piece by piece": lambda path: in_pieces(path, b"a", b"b"),
}


def in_pieces(path, *pieces):
    with open_whole(path) as file:
        for piece in pieces:
            if isinstance(piece, BaseException):
                raise piece
            file.write(piece)


def device(path):
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))  # what /dev/null is
    except PermissionError:
        pytest.skip("only root makes devices")


def socket_file(path):
    os.mknod(path, 0o666 | stat.S_IFSOCK)


THINGS = {"a device": device, "a pipe": os.mkfifo, "a socket": socket_file, "a folder": os.mkdir}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("thing", THINGS)
def test_what_is_no_file_stays(thing, writer, tmp_path):
    path = tmp_path / "there"
    THINGS[thing](path)
    before = os.stat(path)
    with pytest.raises(cr.FileError) as refused:
        WRITERS[writer](path)
    words = f"{path} cannot be written: expected a file or a new name, got {thing}. "
    assert str(refused.value) == words + "Choose another path."
    after = os.stat(path)
    assert (after.st_mode, after.st_ino, after.st_rdev) == (
        before.st_mode,
        before.st_ino,
        before.st_rdev,
    )
    assert os.listdir(tmp_path) == ["there"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_protected_file_stays(writer, tmp_path):
    path = tmp_path / "there"
    path.write_bytes(b"mine")
    path.chmod(0o400)
    with pytest.raises(cr.FileError, match="a file that may be written, got one of mode 0400"):
        WRITERS[writer](path)
    assert path.read_bytes() == b"mine" and stat.S_IMODE(path.stat().st_mode) == 0o400
    assert os.listdir(tmp_path) == ["there"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_keeps_its_mode_and_a_new_one_follows_the_umask(writer, tmp_path):
    path, link, new = tmp_path / "there", tmp_path / "link", tmp_path / "new"
    path.write_bytes(b"")
    link.symlink_to(path)
    for mode in (0o600, 0o640, 0o666):
        path.chmod(mode)
        WRITERS[writer](link)
        assert stat.S_IMODE(path.stat().st_mode) == mode and path.stat().st_size > 0
    before = os.umask(0o027)
    try:
        WRITERS[writer](new)
    finally:
        os.umask(before)
    assert link.is_symlink() and stat.S_IMODE(new.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_keeps_its_owner(tmp_path):
    path = tmp_path / "there"
    path.write_bytes(b"")
    os.chown(path, 1234, 1235)
    path.chmod(0o4640)
    write_whole(path, b"new")
    after = path.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (1234, 1235, 0o4640)


@pytest.mark.parametrize("letter", ["n", "é", "网"])
def test_the_longest_names_can_be_written(letter, tmp_path):
    longest = letter * (255 // len(letter.encode()))
    path = tmp_path / longest
    for _ in range(2):
        NETWORKS["plain"]().save(path)
    assert os.listdir(tmp_path) == [longest]
    (tmp_path / os.path.basename(f"{writing.temporary_prefix(str(path))}12.tmp")).write_bytes(b"")
    remove_leftovers(path)
    assert os.listdir(tmp_path) == [longest]
    with pytest.raises(cr.FileError, match=r"cannot be written: File name too long. Choose"):
        NETWORKS["plain"]().save(tmp_path / (longest + "nnn"))


def test_a_folder_without_the_right_to_write_is_named(tmp_path, monkeypatch):
    path = tmp_path / "net"
    path.write_bytes(b"old")

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(cr.FileError) as error:
        write_whole(path, b"new")
    assert str(error.value) == (
        f"{path} cannot be written: the folder {tmp_path} may not be written to. "
        "The file that was there is unchanged."
    )


def test_a_folder_without_the_right_to_write_is_said_before_a_fit(tmp_path, monkeypatch):
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, how: real(path, how) and path != str(tmp_path))
    with pytest.raises(cr.FileError, match=r"may not be written to\. Choose another"):
        check_target(tmp_path / "new")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(cr.FileError, match="there is no folder"):
        check_target(tmp_path / "file" / "new")


def test_only_leftovers_of_this_path_are_removed(tmp_path):
    stay = ["file", ".file.txt", ".other.12ab.tmp", "file.tmp", ".filed.12ab.tmp"]
    for name in (*stay, ".file.12ab.tmp", ".file.99.tmp"):
        (tmp_path / name).write_bytes(b"")
    remove_leftovers(tmp_path / "file")
    assert sorted(os.listdir(tmp_path)) == sorted(stay)
    remove_leftovers(tmp_path / "no folder" / "file")


def test_a_file_that_another_process_writes_is_no_leftover(tmp_path, monkeypatch):
    path, fsync, seen = tmp_path / "file", os.fsync, []

    def meanwhile(descriptor):
        if not seen:
            remove_leftovers(path)
            seen.extend(os.listdir(tmp_path))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_whole(path, b"new")
    assert len(seen) == 1 and path.read_bytes() == b"new" and os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("call", ["flock", "fsync"])
def test_a_temporary_file_that_vanishes_is_written_again(call, tmp_path, monkeypatch):
    """Systems without locks, and the moment before the lock."""
    path, times = tmp_path / "file", []
    owner = writing.fcntl if call == "flock" else os
    real = getattr(owner, call)

    def vanish(*given):
        times.append(1)
        if len(times) <= 3:
            for name in os.listdir(tmp_path):
                (tmp_path / name).unlink()
        return real(*given)

    monkeypatch.setattr(owner, call, vanish)
    write_whole(path, b"new")
    assert len(times) >= 4 and path.read_bytes() == b"new" and os.listdir(tmp_path) == ["file"]


def test_whatever_stops_a_write_leaves_no_temporary_file(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"old")

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", b"new")
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_bytes() == b"old"


def test_processes_share_the_path_of_a_checkpoint(tmp_path):
    script = """
import sys, numpy as np, chainrule as cr
X = np.ones((8, 2))
for _ in range(60):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    net.fit(X, X[:, :1], epochs=2, callbacks=[cr.Checkpoint(sys.argv[1])], verbose=0)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "run")]
    asked = {"env": environment(), "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, **asked) for _ in range(3)]
    errors = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], errors
    assert os.listdir(tmp_path) == ["run"]
    cr.Network.load(tmp_path / "run")


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_written_in_pieces_is_whole_or_not_there(tmp_path, before):
    path = tmp_path / "a"
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o640)
    for error in (ValueError(), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            in_pieces(path, b"new", error)
        assert list(tmp_path.iterdir()) == ([] if before is None else [path])
    if before is not None:
        assert path.read_bytes() == before
    in_pieces(path, b"new", b" and long")
    assert path.read_bytes() == b"new and long" and list(tmp_path.iterdir()) == [path]
    if before is not None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
