"""Write a file in one piece: at every moment the path is the old file or the whole new one.

Only plain files are written, and a file that is protected stays as it is.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any, BinaryIO

from ..errors import FileError

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

LONGEST = 200  # bytes of a name that a temporary file can carry within the usual limit of 255
TRIES = 100  # new temporary files, if other processes remove them
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def write_whole(path: Any, data: bytes, *, flush: bool = True) -> None:
    """Write a file, or leave what is there unchanged.

    A link stays and the file that it names is replaced. An existing file keeps its mode, and its
    owner where the system allows it. A new file gets the mode of any new file (umask).

    Parameters
    ----------
    path : str or path
        Used as given.
    data : bytes
        The contents of the file.
    flush : bool
        False: leave it to the system when it goes to the disk. The file outlives the process, but
        perhaps not a failure of the power in the next seconds.

    Raises
    ------
    FileError
        It is no plain file, it is protected against writing, its folder is missing or protected,
        or there is no space left.
    """
    target, before = checked(path)
    try:
        _replace(target, data, before, flush)
    except OSError as error:
        raise FileError(
            f"{as_path(path)} cannot be written: {_reason(error, os.path.dirname(target))}. "
            f"{_unchanged(before)}"
        ) from None


@contextmanager
def open_whole(path: Any) -> Iterator[BinaryIO]:
    """Open a new file to write piece by piece; it gets its name when the block ends without error.

    Until then, and after an error, the path is what it was. For content that is larger than memory:
    `write_whole` does more for a file that exists.

    Parameters
    ----------
    path : str or path
        Used as given.

    Raises
    ------
    FileError
        As `write_whole`, for what is found before the first byte.
    """
    target, before = checked(path)
    try:
        descriptor, temporary = _temporary(target)
    except OSError as error:
        raise _refusal(path, _reason(error, os.path.dirname(target)), before) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            _hold(file.fileno())
            yield file
            file.flush()
            if before is not None:
                _make_like(file.fileno(), temporary, before)
            os.fsync(file.fileno())
            if fcntl is not None:  # held until it has its name
                os.replace(temporary, target)
        if fcntl is None:
            os.replace(temporary, target)  # Windows renames closed files only
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def check_target(path: Any) -> None:
    """Raise FileError if `write_whole` could not write this path, as far as this can be seen."""
    target, before = checked(path)
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise _refusal(path, f"there is no folder {folder}", before)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refusal(path, f"the folder {folder} may not be written to", before)


def checked(path: Any) -> tuple[str, os.stat_result | None]:
    """Return the file that a path names, links followed, and its state; None if there is none.

    Raises
    ------
    FileError
        There is something that is no plain file, or a file that may not be written.
    """
    name = as_path(path)
    target = os.path.realpath(name)
    try:
        before = os.stat(target)
    except FileNotFoundError:
        return target, None
    except OSError as error:
        raise _refusal(path, _reason(error, os.path.dirname(target)), None) from None
    if not stat.S_ISREG(before.st_mode):
        got = KINDS.get(stat.S_IFMT(before.st_mode), "something else")
        raise FileError(
            f"{name} cannot be written: expected a file or a new name, got {got}. "
            "Choose another path."
        )
    # Root may write any file; a file that its owner protected stays all the same.
    if not before.st_mode & 0o222 or not os.access(target, os.W_OK):
        mode = f"{stat.S_IMODE(before.st_mode):04o}"
        raise FileError(
            f"{name} cannot be written: expected a file that may be written, got one of mode "
            f"{mode}. It is unchanged. Choose another path, or allow writing: chmod u+w {name}"
        )
    return target, before


def _refusal(path: Any, why: str, before: os.stat_result | None) -> FileError:
    return FileError(f"{as_path(path)} cannot be written: {why}. {_unchanged(before)}")


def _unchanged(before: os.stat_result | None) -> str:
    return "Choose another path." if before is None else "The file that was there is unchanged."


def _replace(target: str, data: bytes, before: os.stat_result | None, flush: bool) -> None:
    """Write and flush a temporary file in the same folder, then rename it to `target`."""
    for k in range(TRIES):
        descriptor, temporary = _temporary(target)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if not _hold(file.fileno()):
                    continue  # another process took it for a leftover and has removed it
                file.write(data)
                file.flush()
                if before is not None:
                    _make_like(file.fileno(), temporary, before)
                if flush:
                    os.fsync(file.fileno())
                if fcntl is not None:  # held until it has its name
                    os.replace(temporary, target)
            if fcntl is None:
                os.replace(temporary, target)  # Windows renames closed files only
        except FileNotFoundError:
            if k + 1 == TRIES or not os.path.isdir(os.path.dirname(target)):
                raise
            continue
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        break
    if not flush:
        return
    with suppress(OSError):  # not every system can flush a folder
        folder = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _temporary(target: str) -> tuple[int, str]:
    """Return a new file beside `target`: its descriptor and its path."""
    temporary = f"{temporary_prefix(target)}{secrets.token_hex(4)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, 0o666), temporary


def _hold(descriptor: int) -> bool:
    """Lock a temporary file, so that `remove_leftovers` lets it be; False if it is gone."""
    if fcntl is not None:
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        return os.fstat(descriptor).st_nlink > 0
    return True


def _make_like(descriptor: int, temporary: str, before: os.stat_result) -> None:
    """Give a new file the owner and the mode of the old one."""
    if hasattr(os, "fchown"):
        now = os.fstat(descriptor)
        if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            with suppress(OSError):
                os.fchown(descriptor, before.st_uid, before.st_gid)
    os.chmod(temporary, stat.S_IMODE(before.st_mode))


def remove_leftovers(path: Any) -> None:
    """Remove temporary files of writes to this path that a killed process did not finish.

    A file that another process is writing now stays.
    """
    prefix = temporary_prefix(os.path.realpath(as_path(path)))
    with suppress(OSError):
        for entry in list(os.scandir(os.path.dirname(prefix))):
            if entry.path.startswith(prefix) and entry.name.endswith(".tmp"):
                with suppress(OSError):
                    _remove_if_free(entry.path)


def _remove_if_free(path: str) -> None:
    if fcntl is None:
        os.unlink(path)  # Windows refuses it for a file that is open
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: someone is writing it
        os.unlink(path)
    finally:
        os.close(descriptor)


def temporary_prefix(target: str) -> str:
    """Return how the names of all temporary files of this path begin."""
    folder, name = os.path.split(target)
    if len(os.fsencode(name)) > LONGEST:
        name = sha256(os.fsencode(name)).hexdigest()[:32]
    return os.path.join(folder, f".{name}.")


def _reason(error: OSError, folder: str) -> str:
    if folder and not os.path.isdir(folder):
        return f"there is no folder {folder}"
    if isinstance(error, PermissionError):
        return f"the folder {folder} may not be written to"
    return reason(error)


def reason(error: OSError) -> str:
    """Return the words of the system."""
    return error.strerror or type(error).__name__


def as_path(path: Any) -> str:
    """Return the path as text; a number or an empty text is not a path."""
    text: Any = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise FileError(
            f"path: expected the name of a file, got {path!r}. Write 'net.safetensors'."
        )
    return text
