"""Columns of Parquet files, decoded once into memory-mapped arrays in a folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import FileError
from .parquet_columns import Columns
from .parquet_files import ParquetFiles

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = 1  # of a folder of memory maps
DONE = "complete.json"  # written last: a folder without it is half written
LONG = 1 << 26  # bytes; of more, size and progress are shown
ROOM = 1 << 26  # bytes that are left free on the disk


class Decoded:
    """Parts of a table as memory-mapped arrays, which are made when they are first asked for.

    Parameters
    ----------
    files : ParquetFiles
        The table.
    parts : dict of Columns
        The arrays by name.
    cache : str or path, optional
        The folder that keeps them; None: a temporary folder, which goes with this object.
    """

    def __init__(
        self, files: ParquetFiles, parts: Mapping[str, Columns], cache: str | Path | None
    ) -> None:
        self.files, self.parts = files, dict(parts)
        self.cache = None if cache is None else Path(cache)
        self._maps: dict[str, Array] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """A copy, also in another process, makes its own maps or opens those of the cache."""
        return {**self.__dict__, "_maps": None}

    @property
    def nbytes(self) -> int:
        """The size of all arrays."""
        return len(self.files) * sum(part.row_bytes for part in self.parts.values())

    def maps(self, *, quiet: bool = False) -> dict[str, Array]:
        """Return the arrays; decode the files if that has not been done.

        Parameters
        ----------
        quiet : bool
            True: say nothing about size and progress.

        Raises
        ------
        FileError
            The folder cannot be written, or it has not enough room.
        """
        if self._maps is None:
            try:
                self._maps = self._opened(quiet)
            except OSError as error:
                if isinstance(error, FileError):
                    raise
                reason = error.strerror or str(error)
                remedy = "Make room, or give another folder: cache=..."
                where = f"{self.cache or tempfile.gettempdir()}"
                raise FileError(
                    f"{where}: memory maps cannot be written ({reason}). {remedy}"
                ) from None
        return self._maps

    def _opened(self, quiet: bool) -> dict[str, Array]:
        if self.cache is None:
            folder = tempfile.mkdtemp(prefix="chainrule-")
            weakref.finalize(self, _remove, folder, os.getpid())
            self._decode(Path(folder), quiet)
            return self._load(Path(folder))
        self.cache.mkdir(parents=True, exist_ok=True)
        target = self.cache / self._key()
        with _locked(self.cache) as alone:
            if not self._is_whole(target):
                if alone:
                    for part in self.cache.glob(".*.part"):  # of killed processes
                        shutil.rmtree(part, ignore_errors=True)
                shutil.rmtree(target, ignore_errors=True)
                made = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=self.cache))
                try:
                    self._decode(made, quiet)
                    os.replace(made, target)
                except OSError:
                    if not self._is_whole(target):  # else another process was first
                        raise
                finally:
                    shutil.rmtree(made, ignore_errors=True)
            return self._load(target)

    def _key(self) -> str:
        """Return the name of the folder: it changes with the files and with what is taken."""
        return sha256(f"{self._about()}".encode()).hexdigest()[:16]

    def _about(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "files": self.files.fingerprint(times=True),
            "parts": [
                [name, part.names, part.dtype.str, [len(self.files), *part.shape]]
                for name, part in self.parts.items()
            ],
        }

    def _is_whole(self, folder: Path) -> bool:
        """Return True if a folder has all of these arrays."""
        try:
            if json.loads((folder / DONE).read_text("utf-8")) != self._about():
                return False
            self._load(folder)
        except (OSError, ValueError):
            return False
        return True

    def _load(self, folder: Path) -> dict[str, Array]:
        maps = {}
        for k, (name, part) in enumerate(self.parts.items()):
            array = np.load(folder / f"{k}.npy", mmap_mode="r", allow_pickle=False)
            if (array.shape, array.dtype) != ((len(self.files), *part.shape), part.dtype):
                raise ValueError("another array")
            maps[name] = np.asarray(array)
        return maps

    # ---- decoding

    def _decode(self, folder: Path, quiet: bool) -> None:
        """Write the arrays into a folder."""
        free = shutil.disk_usage(folder).free
        if free < self.nbytes + ROOM:
            rule = f"room for memory maps of {_size(self.nbytes)}"
            remedy = "Make room, or give another folder: cache=..."
            raise FileError(f"{folder.parent}", rule, f"{_size(free)} that are free", remedy)
        names = dict.fromkeys(name for part in self.parts.values() for name in part.names)
        with ExitStack() as stack:
            shown = stack.enter_context(_progress(self, folder.parent, quiet))
            targets = [
                stack.enter_context((folder / f"{k}.npy").open("wb"))
                for k in range(len(self.parts))
            ]
            for part, file in zip(self.parts.values(), targets, strict=True):
                about = {
                    "descr": np.lib.format.dtype_to_descr(part.dtype),
                    "fortran_order": False,
                    "shape": (len(self.files), *part.shape),
                }
                np.lib.format.write_array_header_2_0(file, about)
            begin = 0
            for batch in self.files.batches(list(names)):
                for part, file in zip(self.parts.values(), targets, strict=True):
                    file.write(part.read(batch, begin).data)
                begin += batch.num_rows
                shown(batch.num_rows)
        (folder / DONE).write_text(json.dumps(self._about()), "utf-8")


def _remove(folder: str, process: int) -> None:
    """Remove a temporary folder; a child of a fork leaves it to the process that made it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _progress(decoded: Decoded, place: Path, quiet: bool) -> Iterator[Any]:
    """Say how large the memory maps are and where, and show how much of them is done."""
    if quiet or decoded.nbytes < LONG:
        yield lambda rows: None
        return
    files = len(decoded.files.paths)
    line = f"decoding {files} file{'s' * (files > 1)} into {_size(decoded.nbytes)} in {place}"
    if not sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)
        yield lambda rows: None
        return
    from tqdm import tqdm

    plain = type("Bar", (tqdm,), {"monitor_interval": 0})  # without a thread that watches it
    with plain(total=len(decoded.files), desc=line, unit=" rows", unit_scale=True) as bar:
        yield bar.update


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Let one process at a time decode into a folder; False: the system has no such locks."""
    if fcntl is None:
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            alone = True
        except OSError:  # not every file system has locks
            alone = False
        yield alone
    finally:
        os.close(descriptor)


def _size(n: int) -> str:
    """Return a number of bytes as people read it."""
    value, units = float(n), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.3g} {units[0]}"
