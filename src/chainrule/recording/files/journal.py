"""The journal of a recording: snapshots that are appended while a run lasts.

It lies beside the file of the recording. A block is its length in 8 bytes, its checksum in 8, and a
safetensors file. The first one names the recording that the journal belongs to. Whatever ends the
process, all blocks but the last are whole, and a block that is not is left out when it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np

from ...arrays import Array
from ...errors import FileError
from ...files.checksum import checksum
from ...files.container import packed, unpacked
from ...files.writing import checked, reason

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Block = tuple[dict[str, Any], dict[str, Array]]


def name_of(path: str) -> str:
    """Return the path of the journal of a recording."""
    return os.path.realpath(path) + ".journal"


def block(path: str, tensors: Mapping[str, Array], about: dict[str, Any]) -> bytes:
    """Return the bytes of one block."""
    data = packed(path, dict(tensors), about, seal=False)
    return len(data).to_bytes(8, "little") + _check(data) + data


def _check(data: bytes) -> bytes:
    return bytes.fromhex(checksum([np.frombuffer(data, np.uint8)]))


def blocks(path: str, data: bytes) -> Iterator[Block]:
    """Yield the blocks that are whole, up to the first that is not."""
    place = 0
    while place + 16 <= len(data):
        begin, check = place + 16, data[place + 8 : place + 16]
        place = begin + int.from_bytes(data[place : place + 8], "little")
        if place > len(data) or _check(one := data[begin:place]) != check:
            return
        try:
            yield unpacked(path, one, seal=False)
        except FileError:
            return


class Journal:
    """Appends blocks to the journal of one recording; no other process may do so meanwhile.

    Parameters
    ----------
    path : str
        The file of the recording.

    Raises
    ------
    FileError
        The journal cannot be written, or another run is recorded into this file now.
    """

    def __init__(self, path: str) -> None:
        self.path, self.name = path, name_of(path)
        self._file: BinaryIO | None = None
        checked(self.name)
        while self._file is None:
            try:
                self._file = open(self.name, "ab")  # noqa: SIM115  (as long as the run lasts)
                if fcntl is not None:
                    fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                raise _busy(path) from None
            except OSError as error:
                if self._file is None:
                    raise self._refusal(error) from None
                return  # not every file system has locks
            if fcntl is not None and not os.fstat(self._file.fileno()).st_nlink:
                self.close()  # a run that has just ended removed it

    def begin(self, name: str) -> None:
        """Begin anew, for the recording of this name."""
        assert self._file is not None
        try:
            self._file.truncate(0)
        except OSError as error:
            raise self._refusal(error) from None
        self.append({}, {"id": name})

    def append(self, tensors: Mapping[str, Array], about: dict[str, Any]) -> None:
        """Write one block; what was written before stays whole."""
        assert self._file is not None
        try:
            self._file.write(block(self.path, tensors, about))
            self._file.flush()
        except OSError as error:
            raise self._refusal(error) from None

    def remove(self) -> None:
        """Remove the journal: the file of the recording has everything."""
        if fcntl is None:
            self.close()
        with suppress(OSError):
            os.unlink(self.name)
        self.close()

    def close(self) -> None:
        """Close it; it can be read then."""
        if self._file is not None:
            with suppress(OSError):  # a full disk was reported when it was written
                self._file.close()
            self._file = None

    def _refusal(self, error: OSError) -> FileError:
        return FileError(
            f"{self.name} cannot be written: {reason(error)}. The recording is whole up to its last "
            "snapshot. Choose another path, or make room."
        )


def check_free(path: str) -> None:
    """Raise FileError if another run is recorded into this file now."""
    if fcntl is None:
        return
    with suppress(FileNotFoundError, PermissionError), open(name_of(path), "rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(path) from None
        except OSError:
            return


def _busy(path: str) -> FileError:
    return FileError(
        f"{path}: another run is recorded into this file now. Choose another path; {{id}} in its "
        'name, as in "run-{id}.safetensors", keeps runs apart.'
    )


def read(path: str, name: str) -> list[Block]:
    """Return the blocks of the journal of this recording; none if there is no such journal."""
    try:
        with open(name_of(path), "rb") as file:
            data = file.read()
    except OSError:
        return []
    first, *others = [*blocks(path, data)] or [({}, {})]
    return others if first[0].get("id") == name else []
